"""Declared access: for a reason and an hour a platform administrator reads in one tenant; everybody concerned knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import (
    PLATFORM_ADMIN,
    PLATFORM_AUDITOR,
    TENANT_AUDITOR,
    TENANT_OWNER,
    Permission,
)
from opentrusty_core.errors import Denied, Invalid, NotFound
from opentrusty_core.management import Actor, Administrator, Bootstrapped, actor_of_client, actor_of_user
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, Place

REASON = "Ticket 4711: the owner asks for help"


async def boss_of(acme: Place) -> Bootstrapped:
    return await acme.management.bootstrap.first_administrator(SYSTEM)


async def now_as(acme: Place, boss: Bootstrapped) -> Actor:
    """The actor that the platform administrator is at this moment."""
    return await actor_of_user(acme.store, boss.tenant.id, boss.user.id, Origin(ip="192.0.2.7"), acme.runtime.now())


async def platform_events(acme: Place, type_: AuditType) -> list[AuditEvent]:
    return [event for event in (await acme.store.platform.audit.page(EVERYTHING)).items if event.type is type_]


@pytest.mark.case("J4")
async def test_without_a_declared_access_a_tenant_is_closed(acme: Place) -> None:
    """Its users, clients and audit; with one they can be read, for an hour."""
    boss, management = await boss_of(acme), acme.management

    async def read(actor: Actor) -> None:
        await management.users.page(actor, acme.tenant.id, EVERYTHING)
        await management.clients.page(actor, acme.tenant.id, EVERYTHING)
        await management.audit.page(actor, acme.tenant.id, EVERYTHING)

    actor = await now_as(acme, boss)
    for attempt in (management.users.page, management.clients.page, management.audit.page):
        with pytest.raises(Denied):
            await attempt(actor, acme.tenant.id, EVERYTHING)
    access = (await management.accesses.declare(actor, acme.tenant.id, REASON)).access
    assert access.expires_at - access.declared_at == timedelta(hours=1)
    await read(await now_as(acme, boss))
    acme.runtime.advance(timedelta(hours=1) - timedelta(microseconds=1))
    await read(await now_as(acme, boss))
    acme.runtime.advance(timedelta(microseconds=1))
    with pytest.raises(Denied):
        await read(await now_as(acme, boss))


@pytest.mark.parametrize("permission", sorted(Permission))
async def test_an_access_is_for_reading_alone(acme: Place, permission: Permission) -> None:
    """It opens what an auditor of the tenant may do, in that tenant only."""
    boss, other = await boss_of(acme), "another-tenant"
    await acme.management.accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON)
    actor = await now_as(acme, boss)
    opened = permission in actor.permissions_in(acme.tenant.id)
    assert opened is (permission in TENANT_AUDITOR.permissions | PLATFORM_ADMIN.permissions)
    assert (permission in actor.permissions_in(other)) is (permission in PLATFORM_ADMIN.permissions)


@pytest.mark.case("J1")
async def test_nobody_hands_on_what_an_access_opens(acme: Place) -> None:
    """A platform administrator whom the tenant lets give roles gives none that they hold only for an hour."""
    boss, management = await boss_of(acme), acme.management
    await management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), PLATFORM_ADMIN.name)
    await management.custom_roles.create(SYSTEM, acme.tenant.id, "giver", {"permissions": ["role:assign"]})
    await management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), "giver")
    await management.accesses.declare(await acme.actor(acme.plain), acme.tenant.id, REASON)
    actor = await acme.actor(acme.plain)
    assert actor.permissions_in(acme.tenant.id) >= TENANT_AUDITOR.permissions
    with pytest.raises(Denied):
        await management.roles.assign(actor, acme.tenant.id, Principal.user(acme.admin.id), TENANT_AUDITOR.name)
    assert boss.tenant.name == "platform"


async def test_both_audits_say_who_looks_and_why(acme: Place) -> None:
    """When it is declared, and when it is ended early."""
    boss, accesses = await boss_of(acme), acme.management.accesses
    access = (await accesses.declare(await now_as(acme, boss), acme.tenant.id, f"  {REASON}\n")).access
    await accesses.end(await now_as(acme, boss), access.id)
    for type_ in (AuditType.ACCESS_DECLARED, AuditType.ACCESS_ENDED):
        (event,), (platform_event,) = await acme.events(type_), await platform_events(acme, type_)
        for told in (event, platform_event):
            assert (told.actor_id, told.target, told.origin.ip) == (boss.user.id, boss.user.id, "192.0.2.7")
            assert told.details["reason"] == REASON
            assert told.details["access_id"] == access.id
        assert platform_event.details["tenant_id"] == acme.tenant.id


@pytest.mark.parametrize("reason", ["", "too short", " " * 20, "x" * 1001, "a\0" * 10, "because\u200bbecause"])
async def test_a_reason_is_stated(acme: Place, reason: str) -> None:
    boss = await boss_of(acme)
    with pytest.raises(Invalid) as refused:
        await acme.management.accesses.declare(await now_as(acme, boss), acme.tenant.id, reason)
    assert refused.value.fields.keys() == {"reason"}


async def test_an_access_ends_early_and_with_the_role(acme: Place) -> None:
    boss, management = await boss_of(acme), acme.management
    access = (await management.accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON)).access
    await management.accesses.end(await now_as(acme, boss), access.id)
    assert (await now_as(acme, boss)).accesses == frozenset()
    with pytest.raises(NotFound):
        await management.accesses.end(await now_as(acme, boss), access.id)
    await management.accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON)
    assert (await now_as(acme, boss)).accesses == {acme.tenant.id}
    await management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), PLATFORM_ADMIN.name)
    home, user = boss.tenant.id, Principal.user(boss.user.id)
    await management.roles.revoke(SYSTEM, home, user, PLATFORM_ADMIN.name)
    assert (await now_as(acme, boss)).accesses == frozenset()


async def test_live_accesses_are_known_to_administrators_and_to_the_owner(acme: Place, globex: Place) -> None:
    """To nobody else; the owner sees those to their own tenant."""
    boss, accesses = await boss_of(acme), acme.management.accesses
    to_acme = await accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON)
    acme.runtime.advance(timedelta(seconds=1))
    to_globex = await accesses.declare(await now_as(acme, boss), globex.tenant.id, REASON)
    actor = await now_as(acme, boss)
    assert (await accesses.live(actor, EVERYTHING)).items == (to_acme, to_globex)
    assert [(it.tenant_name, it.home_name) for it in (to_acme, to_globex)] == [
        (acme.tenant.name, "platform"),
        (globex.tenant.name, "platform"),
    ]
    assert (await accesses.live_in(await acme.actor(acme.owner), acme.tenant.id, EVERYTHING)).items == (to_acme,)
    for user in (acme.admin, acme.plain):
        with pytest.raises(Denied):
            await accesses.live_in(await acme.actor(user), acme.tenant.id, EVERYTHING)
    owner = await acme.actor(acme.owner)
    for attempt in (accesses.live(owner, EVERYTHING), accesses.end(owner, to_acme.access.id)):
        with pytest.raises(Denied):
            await attempt
    acme.runtime.advance(timedelta(hours=1) - timedelta(seconds=1))
    assert (await accesses.live(actor, EVERYTHING)).items == (to_globex,)


@pytest.mark.case("J4")
async def test_only_platform_administrators_declare(acme: Place) -> None:
    """Owners and platform auditors do not, nobody does for another, and the system says for whom."""
    boss, management = await boss_of(acme), acme.management
    auditor = await management.users.create(SYSTEM, boss.tenant.id, {"username": "otto"}, password=PASSWORD)
    await management.roles.assign(SYSTEM, boss.tenant.id, Principal.user(auditor.id), PLATFORM_AUDITOR.name)
    as_auditor = await actor_of_user(acme.store, boss.tenant.id, auditor.id, Origin(), acme.runtime.now())
    for actor in (as_auditor, await acme.actor(acme.owner)):
        with pytest.raises(Denied):
            await management.accesses.declare(actor, acme.tenant.id, REASON)
    to_boss = Administrator(home_id=boss.tenant.id, principal=Principal.user(boss.user.id))
    to_auditor = Administrator(home_id=boss.tenant.id, principal=Principal.user(auditor.id))
    with pytest.raises(Denied, match="somebody else"):
        await management.accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON, to=to_auditor)
    with pytest.raises(Denied, match="no platform administrator"):
        await management.accesses.declare(SYSTEM, acme.tenant.id, REASON, to=to_auditor)
    with pytest.raises(Invalid):
        await management.accesses.declare(SYSTEM, acme.tenant.id, REASON)
    await management.accesses.declare(SYSTEM, acme.tenant.id, REASON, to=to_boss)
    assert (await now_as(acme, boss)).accesses == {acme.tenant.id}


async def test_a_tenant_that_is_not_there_is_not_opened(acme: Place) -> None:
    boss = await boss_of(acme)
    with pytest.raises(NotFound):
        await acme.management.accesses.declare(await now_as(acme, boss), "nowhere", REASON)
    assert (await acme.store.tenant("nowhere").audit.page(EVERYTHING)).items == ()


async def test_a_service_account_of_the_platform_declares_for_itself(acme: Place) -> None:
    """And neither a user nor a group with its id looks in."""
    boss, management = await boss_of(acme), acme.management
    await management.clients.create(
        SYSTEM, boss.tenant.id, {"client_name": "Ops", "redirect_uris": ("https://o.example/",)}, client_id=boss.user.id
    )
    client = Principal.client(boss.user.id)
    await management.roles.assign(SYSTEM, boss.tenant.id, client, PLATFORM_ADMIN.name)
    now = acme.runtime.now()
    actor = await actor_of_client(acme.store, boss.tenant.id, client.id, Origin(), now)
    await management.accesses.declare(actor, acme.tenant.id, REASON)
    assert (await actor_of_client(acme.store, boss.tenant.id, client.id, Origin(), now)).accesses == {acme.tenant.id}
    assert (await now_as(acme, boss)).accesses == frozenset()


async def test_maintenance_removes_what_has_expired(acme: Place) -> None:
    boss = await boss_of(acme)
    access = (await acme.management.accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON)).access
    acme.runtime.advance(timedelta(hours=1))
    assert (await acme.management.maintenance.maintain()).purged["declared_accesses"] == 1
    assert await acme.store.platform.accesses.get(access.id) is None
    assert TENANT_OWNER.permissions >= {Permission.ACCESS_READ}


async def test_an_administrator_sees_their_own_accesses_by_name(acme: Place, globex: Place) -> None:
    """Not another's to the same tenant, and none that has ended."""
    boss, management = await boss_of(acme), acme.management
    await management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), PLATFORM_ADMIN.name)
    theirs = await management.accesses.declare(await acme.actor(acme.plain), globex.tenant.id, REASON)
    mine = await management.accesses.declare(await now_as(acme, boss), globex.tenant.id, REASON)
    ended = await management.accesses.declare(await now_as(acme, boss), acme.tenant.id, REASON)
    await management.accesses.end(await now_as(acme, boss), ended.access.id)
    assert [it.principal_name for it in (theirs, mine)] == [acme.plain.username, boss.user.username]
    assert (await management.me.get(await now_as(acme, boss))).accesses == (mine,)
    assert (await management.me.get(await acme.actor(acme.plain))).accesses == (theirs,)
    assert (await management.me.get(await acme.actor(acme.owner))).accesses == ()
