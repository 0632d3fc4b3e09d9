"""Roles, permissions and assignments: who may do what (platform scope has no context; tenant scope names a tenant)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opentrusty_core.domain.principal import Principal


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
    ROLE_WRITE = "role:write"
    ROLE_ASSIGN = "role:assign"
    GROUP_READ = "group:read"
    GROUP_WRITE = "group:write"
    OWNER_ASSIGN = "owner:assign"
    AUDIT_READ = "audit:read"
    ACCESS_READ = "access:read"
    PLATFORM_ROLE_ASSIGN = "platform-role:assign"
    PLATFORM_AUDIT_READ = "platform-audit:read"
    PLATFORM_HEALTH_READ = "platform-health:read"
    ACCESS_DECLARE = "access:declare"
    DOMAIN_APPROVE = "domain:approve"


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
    description: str = ""


_READ_TENANT = frozenset(
    {
        Permission.TENANT_READ,
        Permission.USER_READ,
        Permission.SESSION_READ,
        Permission.CLIENT_READ,
        Permission.KEY_READ,
        Permission.ROLE_READ,
        Permission.GROUP_READ,
        Permission.AUDIT_READ,
    }
)
_ADMINISTER_TENANT = _READ_TENANT | {
    Permission.USER_WRITE,
    Permission.USER_RESET_CREDENTIAL,
    Permission.SESSION_END,
    Permission.CLIENT_WRITE,
    Permission.KEY_ROTATE,
    Permission.ROLE_WRITE,
    Permission.ROLE_ASSIGN,
    Permission.GROUP_WRITE,
}

PLATFORM_ADMIN = Role(
    name="platform_admin",
    scope=RoleScope.PLATFORM,
    description="Creates, suspends and deletes tenants; looks into one only by a declared access.",
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
            Permission.DOMAIN_APPROVE,
        }
    ),
)
PLATFORM_AUDITOR = Role(
    name="platform_auditor",
    scope=RoleScope.PLATFORM,
    description="Reads the platform's audit, health and metrics.",
    permissions=frozenset({Permission.PLATFORM_AUDIT_READ, Permission.PLATFORM_HEALTH_READ}),
)
TENANT_OWNER = Role(
    name="tenant_owner",
    scope=RoleScope.TENANT,
    description="May do everything in the tenant, its settings and branding too.",
    permissions=_ADMINISTER_TENANT
    | {Permission.TENANT_CONFIGURE, Permission.TENANT_DELETE, Permission.OWNER_ASSIGN, Permission.ACCESS_READ},
)
TENANT_ADMIN = Role(
    name="tenant_admin",
    scope=RoleScope.TENANT,
    description="Keeps users, clients, roles and keys; touches neither settings nor owners.",
    permissions=_ADMINISTER_TENANT,
)
TENANT_SUPPORT = Role(
    name="tenant_support",
    scope=RoleScope.TENANT,
    description="Reads users, ends sessions, starts credential resets.",
    permissions=frozenset(
        {
            Permission.USER_READ,
            Permission.USER_RESET_CREDENTIAL,
            Permission.GROUP_READ,
            Permission.SESSION_READ,
            Permission.SESSION_END,
        }
    ),
)
TENANT_AUDITOR = Role(
    name="tenant_auditor",
    scope=RoleScope.TENANT,
    description="Reads everything in the tenant, changes nothing.",
    permissions=_READ_TENANT,
)

BUILTIN_ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (PLATFORM_ADMIN, PLATFORM_AUDITOR, TENANT_OWNER, TENANT_ADMIN, TENANT_SUPPORT, TENANT_AUDITOR)
}

TENANT_PERMISSIONS = TENANT_OWNER.permissions
"""What there is to be allowed in a tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A principal of a tenant holds a role; for a platform role `tenant_id` is the home of the principal, else also
    where it holds.
    """

    tenant_id: str
    principal: Principal
    role: str
    assigned_at: datetime
