"""Authority: what a principal holds at one moment, and so may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opentrusty_core.domain.role import BUILTIN_ROLES, TENANT_PERMISSIONS, Permission, RoleScope

_PERMISSIONS = {permission.value: permission for permission in Permission}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The roles that a principal of a tenant holds, itself or by a group.

    `is_active` says whether the store knows the principal as one that may act; `roles` maps the name of each role held
    in the tenant to the permissions that it has as a role of the tenant's own (none for a built-in one); `accesses`
    maps the id of each tenant to which it has declared access to the end of that.
    """

    is_active: bool = False
    roles: Mapping[str, Iterable[str]] = field(default_factory=dict)
    platform_roles: frozenset[str] = frozenset()
    accesses: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the roles allow in the tenant."""
        return frozenset().union(*(_of_tenant_role(name, own) for name, own in self.roles.items()))

    def accessible(self, now: datetime) -> frozenset[str]:
        """The tenants that it may look into at this moment by an access that it declared, while it may declare any."""
        if Permission.ACCESS_DECLARE not in self.platform_permissions:
            return frozenset()
        return frozenset(tenant_id for tenant_id, end in self.accesses.items() if now < end)

    @property
    def platform_permissions(self) -> frozenset[Permission]:
        """What the roles allow on the platform."""
        return frozenset().union(*(_of_builtin(name, RoleScope.PLATFORM) for name in self.platform_roles))


def known_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions of these names; a name that this version does not know allows nothing."""
    return frozenset(_PERMISSIONS[name] for name in names if name in _PERMISSIONS)


def _of_tenant_role(name: str, own: Iterable[str]) -> frozenset[Permission]:
    """Nothing can take the place of a built-in role, and no role of a tenant reaches beyond it."""
    if name in BUILTIN_ROLES:
        return _of_builtin(name, RoleScope.TENANT)
    return known_permissions(own) & TENANT_PERMISSIONS


def _of_builtin(name: str, scope: RoleScope) -> frozenset[Permission]:
    role = BUILTIN_ROLES.get(name)
    return role.permissions if role is not None and role.scope is scope else frozenset()
