"""Roles, permissions and assignments: who may do what (platform scope has no context; tenant scope names a tenant)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Permission(StrEnum):
    """What a use case asks for; code checks these, never the names of roles."""

    TENANT_CREATE = "tenant:create"
    TENANT_LIST = "tenant:list"
    TENANT_SUSPEND = "tenant:suspend"
    TENANT_DELETE = "tenant:delete"
    TENANT_READ = "tenant:read"
    TENANT_CONFIGURE = "tenant:configure"
    USER_READ = "user:read"
    USER_WRITE = "user:write"
    USER_RESET_CREDENTIAL = "user:reset-credential"
    SESSION_READ = "session:read"
    SESSION_END = "session:end"
    CLIENT_READ = "client:read"
    CLIENT_WRITE = "client:write"
    KEY_READ = "key:read"
    KEY_ROTATE = "key:rotate"
    ROLE_READ = "role:read"
    ROLE_ASSIGN = "role:assign"
    OWNER_ASSIGN = "owner:assign"
    AUDIT_READ = "audit:read"
    PLATFORM_ROLE_ASSIGN = "platform-role:assign"
    PLATFORM_AUDIT_READ = "platform-audit:read"
    PLATFORM_HEALTH_READ = "platform-health:read"
    ACCESS_DECLARE = "access:declare"


class RoleScope(StrEnum):
    """Where a role holds."""

    PLATFORM = "platform"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named set of permissions."""

    name: str
    scope: RoleScope
    permissions: frozenset[Permission]


_READ_TENANT = frozenset(
    {
        Permission.TENANT_READ,
        Permission.USER_READ,
        Permission.SESSION_READ,
        Permission.CLIENT_READ,
        Permission.KEY_READ,
        Permission.ROLE_READ,
        Permission.AUDIT_READ,
    }
)
_ADMINISTER_TENANT = _READ_TENANT | {
    Permission.USER_WRITE,
    Permission.USER_RESET_CREDENTIAL,
    Permission.SESSION_END,
    Permission.CLIENT_WRITE,
    Permission.KEY_ROTATE,
    Permission.ROLE_ASSIGN,
}

PLATFORM_ADMIN = Role(
    name="platform_admin",
    scope=RoleScope.PLATFORM,
    permissions=frozenset(
        {
            Permission.TENANT_CREATE,
            Permission.TENANT_LIST,
            Permission.TENANT_SUSPEND,
            Permission.TENANT_DELETE,
            Permission.PLATFORM_ROLE_ASSIGN,
            Permission.PLATFORM_AUDIT_READ,
            Permission.PLATFORM_HEALTH_READ,
            Permission.ACCESS_DECLARE,
        }
    ),
)
PLATFORM_AUDITOR = Role(
    name="platform_auditor",
    scope=RoleScope.PLATFORM,
    permissions=frozenset({Permission.PLATFORM_AUDIT_READ, Permission.PLATFORM_HEALTH_READ}),
)
TENANT_OWNER = Role(
    name="tenant_owner",
    scope=RoleScope.TENANT,
    permissions=_ADMINISTER_TENANT | {Permission.TENANT_CONFIGURE, Permission.TENANT_DELETE, Permission.OWNER_ASSIGN},
)
TENANT_ADMIN = Role(name="tenant_admin", scope=RoleScope.TENANT, permissions=_ADMINISTER_TENANT)
TENANT_SUPPORT = Role(
    name="tenant_support",
    scope=RoleScope.TENANT,
    permissions=frozenset(
        {Permission.USER_READ, Permission.SESSION_READ, Permission.SESSION_END, Permission.USER_RESET_CREDENTIAL}
    ),
)
TENANT_AUDITOR = Role(name="tenant_auditor", scope=RoleScope.TENANT, permissions=_READ_TENANT)

BUILTIN_ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (PLATFORM_ADMIN, PLATFORM_AUDITOR, TENANT_OWNER, TENANT_ADMIN, TENANT_SUPPORT, TENANT_AUDITOR)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A user of a tenant holds a role; for a platform role `tenant_id` is the home of the user, else also where it
    holds.
    """

    tenant_id: str
    user_id: str
    role: str
    assigned_at: datetime
