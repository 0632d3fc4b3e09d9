"""Who may do what: the table of roles, and the borders between them."""

from __future__ import annotations

from opentrusty_core.domain.role import (
    BUILTIN_ROLES,
    PLATFORM_ADMIN,
    PLATFORM_AUDITOR,
    TENANT_ADMIN,
    TENANT_AUDITOR,
    TENANT_OWNER,
    TENANT_SUPPORT,
    Permission,
    RoleScope,
)

IN_A_TENANT = {
    "tenant:read",
    "tenant:configure",
    "user:read",
    "user:write",
    "user:reset-credential",
    "session:read",
    "session:end",
    "client:read",
    "client:write",
    "key:read",
    "key:rotate",
    "role:read",
    "role:write",
    "role:assign",
    "group:read",
    "group:write",
    "access:read",
    "owner:assign",
    "audit:read",
}
READING = {
    "tenant:read",
    "user:read",
    "session:read",
    "client:read",
    "key:read",
    "role:read",
    "group:read",
    "audit:read",
}


def test_each_role_is_known_by_its_name() -> None:
    """Six of them, and no other."""
    assert set(BUILTIN_ROLES) == {
        "platform_admin",
        "platform_auditor",
        "tenant_owner",
        "tenant_admin",
        "tenant_support",
        "tenant_auditor",
    }
    assert all(role.name == name and name.startswith(role.scope) for name, role in BUILTIN_ROLES.items())


def test_a_platform_role_opens_nothing_inside_a_tenant() -> None:
    """Not its users, clients, keys or audit: only a declared access does."""
    for role in (PLATFORM_ADMIN, PLATFORM_AUDITOR):
        assert role.permissions.isdisjoint(IN_A_TENANT)


def test_no_role_of_a_tenant_opens_anything_of_the_platform() -> None:
    """Whatever a tenant's owner grants, the platform stays shut."""
    platform = {permission for permission in Permission if permission not in IN_A_TENANT} - {"tenant:delete"}
    for role in BUILTIN_ROLES.values():
        if role.scope is RoleScope.TENANT:
            assert role.permissions.isdisjoint(platform), role.name


def test_an_owner_may_do_everything_in_the_tenant() -> None:
    """And delete it."""
    assert TENANT_OWNER.permissions == IN_A_TENANT | {"tenant:delete"}


def test_an_admin_may_do_all_but_touch_settings_owners_and_the_tenant_itself() -> None:
    """Above the admin stands the owner."""
    above = {"tenant:configure", "owner:assign", "tenant:delete", "access:read"}
    assert TENANT_OWNER.permissions - TENANT_ADMIN.permissions == above
    assert TENANT_ADMIN.permissions < TENANT_OWNER.permissions


def test_an_auditor_reads_everything_and_changes_nothing() -> None:
    """Of a tenant, and of the platform."""
    assert TENANT_AUDITOR.permissions == READING
    assert PLATFORM_AUDITOR.permissions == {"platform-audit:read", "platform-health:read"}


def test_support_helps_people_in_and_out() -> None:
    """Users, their groups and sessions, no clients, keys, roles or audit."""
    reads = {"user:read", "group:read", "session:read"}
    assert TENANT_SUPPORT.permissions == reads | {"session:end", "user:reset-credential"}


def test_every_permission_belongs_to_a_role() -> None:
    """One that nobody holds could never be granted: nobody grants what they lack."""
    held = frozenset[Permission]().union(*(role.permissions for role in BUILTIN_ROLES.values()))
    assert held == frozenset(Permission)
