"""Roles: nobody gives what they lack; the last one can't leave."""

from __future__ import annotations

from contextlib import suppress

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.audit import AuditType, Origin
from opentrusty_core.domain.client import GrantType
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import (
    BUILTIN_ROLES,
    PLATFORM_ADMIN,
    PLATFORM_AUDITOR,
    TENANT_ADMIN,
    TENANT_AUDITOR,
    TENANT_OWNER,
    TENANT_SUPPORT,
    RoleScope,
)
from opentrusty_core.errors import Conflict, Denied, NotFound, OpenTrustyError
from opentrusty_core.management import Management, actor_of_user
from opentrusty_core.storage import Store
from tests.management.place import EVERYTHING, SYSTEM, Place, fresh_place
from tests.support.runtime import START

PEOPLE = ("olive", "adam", "pat")
ROLES = tuple(BUILTIN_ROLES)


async def test_giving_and_taking_a_role_writes_one_event_each(acme: Place) -> None:
    roles, ids = acme.management.roles, (acme.tenant.id, Principal.user(acme.plain.id))
    before = await acme.events()
    assert await roles.assign(SYSTEM, *ids, TENANT_SUPPORT.name)
    assert not await roles.assign(SYSTEM, *ids, TENANT_SUPPORT.name), "held already"
    assert [held.role for held in await roles.of_principal(SYSTEM, *ids)] == [TENANT_SUPPORT.name]
    assert await roles.revoke(SYSTEM, *ids, TENANT_SUPPORT.name)
    assert not await roles.revoke(SYSTEM, *ids, TENANT_SUPPORT.name), "not held any more"
    new = [event for event in await acme.events() if event not in before]
    assert {event.type for event in new} == {AuditType.ROLE_ASSIGNED, AuditType.ROLE_REVOKED}
    assert [event.details for event in new] == [{"principal": "user", "role": TENANT_SUPPORT.name}] * 2


@pytest.mark.case("J1")
@pytest.mark.parametrize("role", [TENANT_ADMIN.name, TENANT_SUPPORT.name, TENANT_AUDITOR.name])
async def test_an_administrator_gives_roles_up_to_their_own(acme: Place, role: str) -> None:
    await acme.management.roles.assign(
        await acme.actor(acme.admin), acme.tenant.id, Principal.user(acme.plain.id), role
    )


@pytest.mark.case("J1")
@pytest.mark.parametrize("role", [TENANT_OWNER.name, PLATFORM_ADMIN.name, PLATFORM_AUDITOR.name])
async def test_an_administrator_gives_no_role_above_their_own(acme: Place, role: str) -> None:
    actor = await acme.actor(acme.admin)
    for user in (acme.plain, acme.admin):
        with pytest.raises(Denied):
            await acme.management.roles.assign(actor, acme.tenant.id, Principal.user(user.id), role)


async def test_an_administrator_cannot_take_an_owners_role(acme: Place) -> None:
    with pytest.raises(Denied):
        await acme.management.roles.revoke(
            await acme.actor(acme.admin), acme.tenant.id, Principal.user(acme.owner.id), TENANT_OWNER.name
        )


@pytest.mark.case("J1")
@settings(max_examples=25)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["olive", "adam", "pat"]),
            st.sampled_from(["adam", "pat"]),
            st.sampled_from(sorted(BUILTIN_ROLES)),
        ),
        max_size=12,
    )
)
def test_whatever_people_give_each_other_none_holds_more_than_all_held_before(
    steps: list[tuple[str, str, str]],
) -> None:
    """The closure of permissions never grows: only the owner may make an owner, nobody a platform role."""

    async def play() -> None:
        place = await fresh_place()
        people = {user.username: user for user in (place.owner, place.admin, place.plain)}
        for giver, taker, role in steps:
            actor = await place.actor(people[giver])
            try:
                await place.management.roles.assign(actor, place.tenant.id, Principal.user(people[taker].id), role)
            except Denied:
                continue
            assert BUILTIN_ROLES[role].scope is RoleScope.TENANT
            gained = (await place.actor(people[taker])).permissions
            assert BUILTIN_ROLES[role].permissions <= actor.permissions
            assert gained <= TENANT_OWNER.permissions

    anyio.run(play)


@pytest.mark.case("J7")
async def test_the_last_owner_keeps_the_role(acme: Place) -> None:
    roles, tenant_id = acme.management.roles, acme.tenant.id
    actor = await acme.actor(acme.owner)
    with pytest.raises(Conflict, match="last owner"):
        await roles.revoke(actor, tenant_id, Principal.user(acme.owner.id), TENANT_OWNER.name)
    await roles.assign(actor, tenant_id, Principal.user(acme.plain.id), TENANT_OWNER.name)
    assert await roles.revoke(actor, tenant_id, Principal.user(acme.owner.id), TENANT_OWNER.name)


@pytest.mark.case("J7")
async def test_of_two_owners_who_leave_at_once_one_stays(acme: Place) -> None:
    roles, tenant_id = acme.management.roles, acme.tenant.id
    await roles.assign(SYSTEM, tenant_id, Principal.user(acme.plain.id), TENANT_OWNER.name)

    async def leave(user_id: str) -> None:
        with suppress(Conflict):
            await roles.revoke(SYSTEM, tenant_id, Principal.user(user_id), TENANT_OWNER.name)

    async with anyio.create_task_group() as group:
        group.start_soon(leave, acme.owner.id)
        group.start_soon(leave, acme.plain.id)
    assert len((await roles.holders(SYSTEM, tenant_id, TENANT_OWNER.name, EVERYTHING)).items) == 1


@pytest.mark.case("J7")
@pytest.mark.parametrize("how", ["revoke", "disable", "delete"])
async def test_the_last_platform_administrator_stays(management: Management, how: str) -> None:
    boss = await management.bootstrap.first_administrator(SYSTEM)
    other = await management.users.create(SYSTEM, boss.tenant.id, {"username": "other"})
    await management.roles.assign(SYSTEM, boss.tenant.id, Principal.user(other.id), TENANT_OWNER.name)

    async def leave() -> None:
        if how == "revoke":
            await management.roles.revoke(SYSTEM, boss.tenant.id, Principal.user(boss.user.id), PLATFORM_ADMIN.name)
        else:
            await getattr(management.users, how)(SYSTEM, boss.tenant.id, boss.user.id)

    with pytest.raises(Conflict, match="last platform administrator"):
        await leave()
    await management.roles.assign(SYSTEM, boss.tenant.id, Principal.user(other.id), PLATFORM_ADMIN.name)
    await leave()
    holders = (await management.roles.platform_holders(SYSTEM, PLATFORM_ADMIN.name, EVERYTHING)).items
    kept = {boss.user.id, other.id} if how == "disable" else {other.id}
    assert {holder.principal.id for holder in holders} == kept


async def test_a_platform_administrator_gives_platform_roles_and_no_tenants(
    store: Store, management: Management
) -> None:
    boss = await management.bootstrap.first_administrator(SYSTEM)
    actor = await actor_of_user(store, boss.tenant.id, boss.user.id, Origin(), START)
    other = await management.users.create(SYSTEM, boss.tenant.id, {"username": "other"})
    assert await management.roles.assign(actor, boss.tenant.id, Principal.user(other.id), PLATFORM_AUDITOR.name)
    tenant = await management.tenants.create(SYSTEM, "acme")
    user = await management.users.create(SYSTEM, tenant.id, {"username": "pat"})
    with pytest.raises(Denied):
        await management.roles.assign(actor, tenant.id, Principal.user(user.id), TENANT_AUDITOR.name)


@pytest.mark.parametrize("role", ["", "god", "TENANT_OWNER"])
async def test_there_are_no_other_roles(acme: Place, role: str) -> None:
    for call in (acme.management.roles.assign, acme.management.roles.revoke):
        with pytest.raises(NotFound):
            await call(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), role)


async def test_holders_are_asked_in_the_roles_own_scope(acme: Place) -> None:
    roles = acme.management.roles
    with pytest.raises(NotFound):
        await roles.holders(SYSTEM, acme.tenant.id, PLATFORM_ADMIN.name, EVERYTHING)
    with pytest.raises(NotFound):
        await roles.platform_holders(SYSTEM, TENANT_OWNER.name, EVERYTHING)


async def test_holders_on_the_platform_have_names(acme: Place) -> None:
    """Users, groups and clients, and the tenants that they belong to; for those who may ask who holds what."""
    management = acme.management
    group = await management.groups.create(SYSTEM, acme.tenant.id, {"name": "Operators"})
    made = await management.clients.create(
        SYSTEM, acme.tenant.id, {"client_name": "Robot", "grant_types": (GrantType.CLIENT_CREDENTIALS,)}
    )
    principals = {
        Principal.user(acme.plain.id): acme.plain.username,
        Principal.group(group.id): "Operators",
        Principal.client(made.client.client_id): "Robot",
    }
    for principal in principals:
        await management.roles.assign(SYSTEM, acme.tenant.id, principal, PLATFORM_AUDITOR.name)
    holders = (await management.roles.platform_holders(SYSTEM, PLATFORM_AUDITOR.name, EVERYTHING)).items
    names = await management.roles.platform_names(SYSTEM, holders)
    assert names.tenants == {acme.tenant.id: acme.tenant.name}
    assert {principal: name for (_, principal), name in names.principals.items()} == principals
    with pytest.raises(Denied):
        await management.roles.platform_names(await acme.actor(acme.owner), holders)


async def test_a_user_who_does_not_exist_gets_no_role(acme: Place, globex: Place) -> None:
    for user_id in ("nobody", globex.plain.id):
        with pytest.raises(NotFound):
            await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(user_id), TENANT_ADMIN.name)
        with pytest.raises(OpenTrustyError):
            await acme.management.roles.revoke(SYSTEM, acme.tenant.id, Principal.user(user_id), TENANT_ADMIN.name)
