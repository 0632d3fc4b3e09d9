"""What an actor may do, and where."""

from __future__ import annotations

import pytest

from opentrusty_core.domain.audit import ActorKind, Origin
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import (
    BUILTIN_ROLES,
    PLATFORM_ADMIN,
    TENANT_ADMIN,
    TENANT_AUDITOR,
    TENANT_OWNER,
    Permission,
    RoleScope,
)
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.management import Actor, actor_of_user
from tests.management.place import SYSTEM, Place
from tests.support.runtime import START

OWNER = Actor(kind=ActorKind.USER, id="u", tenant_id="home", permissions=TENANT_OWNER.permissions)
PLATFORM = Actor(kind=ActorKind.USER, id="p", tenant_id="platform", platform_permissions=PLATFORM_ADMIN.permissions)


@pytest.mark.parametrize("permission", Permission)
def test_the_system_may_do_everything_everywhere(permission: Permission) -> None:
    SYSTEM.require(permission, "anywhere")
    SYSTEM.require_platform(permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_tenants_permission_holds_there_and_nowhere_else(permission: Permission) -> None:
    if permission in TENANT_OWNER.permissions:
        OWNER.require(permission, "home")
    else:
        with pytest.raises(Denied):
            OWNER.require(permission, "home")
    with pytest.raises(Denied):
        OWNER.require_platform(permission)


@pytest.mark.case("I1")
@pytest.mark.parametrize("permission", Permission)
def test_a_foreign_tenant_looks_absent(permission: Permission) -> None:
    with pytest.raises(NotFound):
        OWNER.require(permission, "foreign")


@pytest.mark.case("J4")
@pytest.mark.parametrize("permission", sorted(Permission))
def test_a_platform_administrator_may_not_look_into_a_tenant(permission: Permission) -> None:
    if permission in PLATFORM_ADMIN.permissions:
        PLATFORM.require(permission, "any")
        PLATFORM.require_platform(permission)
    else:
        with pytest.raises(Denied):
            PLATFORM.require(permission, "any")
        with pytest.raises(Denied):
            PLATFORM.require_platform(permission)


def test_a_role_that_nobody_knows_allows_nothing() -> None:
    held = Authority(roles={"tenant_auditor": (), "tenant_god": ()}, platform_roles=frozenset({"platform_god"}))
    assert held.permissions == TENANT_AUDITOR.permissions
    assert held.platform_permissions == Authority().permissions == frozenset()


async def test_the_actor_of_a_user_holds_what_their_roles_allow(acme: Place) -> None:
    assert (await acme.actor(acme.admin)).permissions == TENANT_ADMIN.permissions
    assert (await acme.actor(acme.plain)).permissions == frozenset()
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), PLATFORM_ADMIN.name)
    actor = await acme.actor(acme.plain)
    assert (actor.permissions, actor.platform_permissions) == (frozenset(), PLATFORM_ADMIN.permissions)


@pytest.mark.case("D7")
async def test_a_disabled_or_foreign_user_is_nobody(acme: Place, globex: Place) -> None:
    await acme.management.users.disable(SYSTEM, acme.tenant.id, acme.admin.id)
    for user in (acme.admin, globex.owner):
        with pytest.raises(NotFound):
            await actor_of_user(acme.store, acme.tenant.id, user.id, Origin(), START)


def test_no_role_of_one_scope_holds_more_than_the_top_of_its_scope() -> None:
    """So an owner can give every role of a tenant, and a platform administrator every one of the platform."""
    for role in BUILTIN_ROLES.values():
        if role.scope is RoleScope.TENANT:
            assert role.permissions <= TENANT_OWNER.permissions
        else:
            assert role.permissions <= PLATFORM_ADMIN.permissions
