"""Roles and who holds them, as JSON."""

from __future__ import annotations

from typing import cast

from pydantic import Field

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, Query, Text, Versioned
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import Assignment, Permission, Role, RoleScope
from opentrusty_core.management import PrincipalNames, RoleFields

MAX_PERMISSIONS = 200


class RoleChanges(Changes):
    """The fields of a tenant's own role that can be written."""

    description: Text = UNSET
    permissions: tuple[Text, ...] = Field(default=UNSET, max_length=MAX_PERMISSIONS)
    """What it allows, in place of what it allowed; each is one that the caller holds."""

    def to_domain(self) -> RoleFields:
        """The fields given, as the use cases take them."""
        fields = {name: value for name, value in self.given().items() if name in RoleFields.__annotations__}
        return cast("RoleFields", fields)


class NewRole(RoleChanges):
    """A role of the tenant's own."""

    name: Text
    """Lower-case letters, digits, `_` and `-`, beginning with a letter; never changes."""


class RoleOut(Versioned):
    """A role."""

    name: str
    description: str
    scope: RoleScope
    is_builtin: bool
    """Whether every tenant, or the platform, has it; such a role cannot be changed."""
    permissions: tuple[Permission, ...]
    created_at: Moment | None
    updated_at: Moment | None

    @classmethod
    def of(cls, role: Role | CustomRole) -> RoleOut:
        """As JSON."""
        own = role if isinstance(role, CustomRole) else None
        return cls(
            name=role.name,
            description=role.description,
            scope=RoleScope.TENANT if isinstance(role, CustomRole) else role.scope,
            is_builtin=own is None,
            permissions=tuple(sorted(role.permissions)),
            created_at=own.created_at if own else None,
            updated_at=own.updated_at if own else None,
            version=own.version if own else 1,
        )


class RoleDeletion(Query):
    """Whether a role goes that somebody holds."""

    force: bool = False
    """Take it from all who hold it."""


class PrincipalOut(Model):
    """Who can hold a role."""

    kind: PrincipalKind
    id: str

    @classmethod
    def of(cls, principal: Principal) -> PrincipalOut:
        """As JSON."""
        return cls(kind=principal.kind, id=principal.id)


class AssignmentOut(Model):
    """A principal holds a role."""

    role: str
    scope: RoleScope
    """Where it holds: in the tenant, or on the platform."""
    home_id: str
    """The id of the tenant that the principal belongs to."""
    principal: PrincipalOut
    assigned_at: Moment

    @classmethod
    def of_tenant(cls, assignment: Assignment) -> AssignmentOut:
        """As JSON, in a tenant."""
        return cls._of(assignment, RoleScope.TENANT)

    @classmethod
    def of_platform(cls, assignment: Assignment) -> AssignmentOut:
        """As JSON, on the platform."""
        return cls._of(assignment, RoleScope.PLATFORM)

    @classmethod
    def _of(cls, assignment: Assignment, scope: RoleScope) -> AssignmentOut:
        return cls(
            role=assignment.role,
            scope=scope,
            home_id=assignment.tenant_id,
            principal=PrincipalOut.of(assignment.principal),
            assigned_at=assignment.assigned_at,
        )


class HolderOut(AssignmentOut):
    """A principal of a tenant holds a role of the platform."""

    home: str
    """The name of the tenant that the principal belongs to."""
    name: str | None
    """What to call the principal: a username, or the name of a group or a client; null where it is gone."""

    @classmethod
    def of_home(cls, assignment: Assignment, names: PrincipalNames) -> HolderOut:
        """As JSON."""
        held = AssignmentOut.of_platform(assignment)
        name = names.principals.get((held.home_id, assignment.principal))
        return cls(**dict(held), home=names.tenants.get(held.home_id, ""), name=name)


class AuthorityOut(Model):
    """What a principal holds, itself and by its groups, and so may do."""

    roles: tuple[str, ...]
    """In the tenant."""
    permissions: tuple[Permission, ...]
    platform_roles: tuple[str, ...]
    platform_permissions: tuple[Permission, ...]

    @classmethod
    def of(cls, authority: Authority) -> AuthorityOut:
        """As JSON."""
        return cls(
            roles=tuple(sorted(authority.roles)),
            permissions=tuple(sorted(authority.permissions)),
            platform_roles=tuple(sorted(authority.platform_roles)),
            platform_permissions=tuple(sorted(authority.platform_permissions)),
        )
