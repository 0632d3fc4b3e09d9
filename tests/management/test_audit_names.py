"""Names for the ids in audit events, for those who may see them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Origin
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.user import User
from opentrusty_core.errors import NotFound
from opentrusty_core.management import Actor, actor_of_user
from tests.management.place import EVERYTHING, SYSTEM, Place


async def test_people_and_applications_have_names_and_the_gone_stay_ids(acme: Place) -> None:
    await acme.management.users.update(await acme.actor(acme.admin), acme.tenant.id, acme.plain.id, {})
    await acme.management.users.delete(SYSTEM, acme.tenant.id, acme.plain.id)
    events = (await acme.management.audit.page(SYSTEM, acme.tenant.id, EVERYTHING)).items
    names = await acme.management.audit.names(SYSTEM, acme.tenant.id, events)
    assert names.users == {acme.owner.id: "olive", acme.admin.id: "adam"}
    assert names.clients == {"web": "Web"}
    (updated,) = [event for event in events if event.type is AuditType.USER_UPDATED]
    assert (names.of_actor(updated), names.of_target(updated), names.of_client(updated)) == ("adam", None, None)
    (made,) = [event for event in events if event.type is AuditType.CLIENT_CREATED]
    assert (names.of_actor(made), names.of_target(made), names.of_client(made)) == (None, "Web", "Web")
    job = AuditEvent(
        id="x",
        at=acme.runtime.now(),
        type=AuditType.TOKEN_ISSUED,
        actor_kind=ActorKind.CLIENT,
        actor_id="web",
        client_id="web",
    )
    assert (names.of_actor(job), names.of_target(job)) == ("Web", None)


async def test_who_may_not_read_people_or_applications_gets_no_names_of_them(acme: Place, globex: Place) -> None:
    events = await acme.events()

    async def seen(*permissions: Permission) -> tuple[bool, bool]:
        actor = Actor(kind=ActorKind.USER, id="x", tenant_id=acme.tenant.id, permissions=frozenset(permissions))
        names = await acme.management.audit.names(actor, acme.tenant.id, events)
        return bool(names.users), bool(names.clients)

    assert await seen(Permission.AUDIT_READ) == (False, False)
    assert await seen(Permission.AUDIT_READ, Permission.USER_READ) == (True, False)
    assert await seen(Permission.AUDIT_READ, Permission.CLIENT_READ) == (False, True)
    foreign = await acme.management.audit.names(SYSTEM, acme.tenant.id, await globex.events())
    assert foreign.users == {}
    with pytest.raises(NotFound):
        await acme.management.audit.names(await acme.actor(acme.owner), globex.tenant.id, events)


async def test_on_the_platform_tenants_have_names(acme: Place) -> None:
    """And its people are those of its own tenant."""
    made = await acme.management.bootstrap.first_administrator(SYSTEM, "root")
    about = AuditEvent(id="x", at=acme.runtime.now(), type=AuditType.SEAL_BEGUN, target=acme.tenant.id)
    events = [*(await acme.management.audit.platform_page(SYSTEM, EVERYTHING)).items, about]
    names = await acme.management.audit.platform_names(SYSTEM, events)
    assert names.tenants == {acme.tenant.id: "acme"}
    assert names.of_target(about) == "acme"
    assert names.users == {made.user.id: "root"}
    actor = replace(await acme.actor(acme.owner), platform_permissions=frozenset({Permission.PLATFORM_AUDIT_READ}))
    assert (await acme.management.audit.platform_names(actor, events)).tenants == {}


async def test_an_administrator_of_the_platform_who_acted_in_a_tenant_has_a_name_there(
    acme: Place, globex: Place
) -> None:
    """For those who may read its people; somebody of another tenant has none."""
    boss = await acme.management.bootstrap.first_administrator(SYSTEM, "root")
    actor = await actor_of_user(acme.store, boss.tenant.id, boss.user.id, Origin(), acme.runtime.now())
    await acme.management.accesses.declare(actor, acme.tenant.id, "Ticket 4711: a question")
    (declared,) = await acme.events(AuditType.ACCESS_DECLARED)
    owner = await acme.actor(acme.owner)
    names = await acme.management.audit.names(owner, acme.tenant.id, [declared])
    assert (names.of_actor(declared), names.of_target(declared)) == ("root", "root")
    blind = replace(owner, permissions=frozenset({Permission.AUDIT_READ}))
    assert (await acme.management.audit.names(blind, acme.tenant.id, [declared])).of_actor(declared) is None
    stranger = replace(declared, actor_id=globex.owner.id, target=None)
    assert (await acme.management.audit.names(owner, acme.tenant.id, [stranger])).of_actor(stranger) is None


class OnePerson:
    """An embedder's directory, with one person in it."""

    def __init__(self, user: User) -> None:
        self._user = user

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        raise NotImplementedError

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        return self._user if user_id == self._user.id else None

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        raise NotImplementedError


async def test_a_directory_names_its_people_and_only_they_count(acme: Place) -> None:
    context = replace(acme.management.audit._context, directory=OnePerson(replace(acme.plain, username="Pat P.")))
    acme.management.audit._context = acme.management.statistics._context = context
    names = await acme.management.audit.names(SYSTEM, acme.tenant.id, await acme.events())
    assert names.users == {acme.plain.id: "Pat P."}
    usage = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id)
    assert (usage.totals.users, usage.totals.clients) == (None, 1)
