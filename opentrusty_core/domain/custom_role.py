"""Custom roles: a tenant's own named sets of permissions, read anew at every request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from opentrusty_core.domain.authority import known_permissions
from opentrusty_core.domain.role import BUILTIN_ROLES, Permission, Role, RoleScope
from opentrusty_core.errors import Invalid

MAX_ROLES = 100
"""How many a tenant may have."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_RESERVED = tuple(f"{scope.value}_" for scope in RoleScope)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRole:
    """A tenant's own role; `permission_names` may hold names that only a newer version knows, which allow nothing."""

    name: str
    description: str = ""
    permission_names: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it allows."""
        return known_permissions(self.permission_names)

    @property
    def role(self) -> Role:
        """As one among all roles."""
        return Role(name=self.name, scope=RoleScope.TENANT, permissions=self.permissions, description=self.description)


def validated_role_name(name: str) -> str:
    """The name, if a tenant may give it to a role of its own.

    Raises:
        Invalid: it cannot be a role's name, or is a built-in role's now or may be one's later.
    """
    if not _NAME.fullmatch(name):
        raise Invalid({"name": "Use 1 to 63 lower-case letters, digits, _ and -, beginning with a letter."})
    if name in BUILTIN_ROLES or name.startswith(_RESERVED):
        raise Invalid({"name": f"Names that begin with {' or '.join(_RESERVED)} are those of built-in roles."})
    return name
