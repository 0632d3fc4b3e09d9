"""Texts that no id is, but that a request can carry: they are not found, and nothing breaks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from opentrusty_core.domain.audit import Origin
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.page import Page
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.errors import Invalid, NotFound
from opentrusty_core.storage.contract.planted import plant
from opentrusty_core.storage.contract.visible import visible
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.outcomes import Unknown

case = pytest.mark.case

HOSTILE = {
    "NUL": "\x00",
    "NUL inside": "a\x00b",
    "lone surrogate": "\ud800",
    "nothing": "",
    "quote": "' OR ''='",
    "statement": "x'; DELETE FROM users; --",
    "placeholder": "%(id)s :id ? $1 {id}",
    "pattern": "%",
    "long": "x" * 100_000,
    "emoji": "😀\u202e\u0301",
}


@case("K16", "J5", "E4")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
class TestHostileInput(Contract):
    """Every text that comes from outside."""

    async def test_it_is_not_found(self, world: World, text: str) -> None:
        """By any verb that looks something up."""
        await plant(world)
        here, now = world.here, world.now
        assert await here.users.get(text) is None
        assert await here.users.find(text) is None
        assert await here.passwords.get(text) is None
        assert await here.links.of_user(text, now) is None
        assert await here.consents.of_user(text) == ()
        assert await here.consents.count_of_client(text) == 0
        assert await here.clients.get(text) is None
        assert await here.clients.allows_origin(text) is False
        for kind in PrincipalKind:
            principal = Principal(kind=kind, id=text)
            assert await here.assignments.of_principal(principal) == ()
            assert await here.assignments.held_by(principal) == Authority()
            assert await world.store.platform.assignments.of_principal(text, principal) == ()
        assert await here.assignments.of_role(text, ALL) == Page(items=())
        assert await here.roles.get(text) is None
        assert await here.groups.get(text) is None
        assert await here.groups.find(text) is None
        assert await here.groups.members(text, ALL) == Page(items=())
        assert await here.groups.of_user(text, ALL) == Page(items=())
        assert await here.sessions.get(text) is None
        assert await here.sessions.of_user(text, now, ALL) == Page(items=())
        assert await here.grants.get(text) is None
        assert await here.grants.of_user(text, now, ALL) == Page(items=())
        assert await here.grants.of_client(text, now, ALL) == Page(items=())
        assert await here.refresh_tokens.look_up(text, None, now) is None
        assert await here.access_tokens.look_up_jwt("a-jti", text, now) is None
        assert await here.audit.get(text) is None
        for query in (AuditQuery(actor_id=text), AuditQuery(target=text), AuditQuery(client_id=text, ip=text)):
            assert await here.audit.page(ALL, query) == Page(items=())
        assert await world.store.platform.tenants.find(text) is None
        assert await world.store.platform.tenants.load(text) is None
        assert await world.store.platform.assignments.of_role(text, ALL) == Page(items=())
        if text:
            with suppress(Invalid):
                assert (await here.users.page(ALL, search=text)).items == ()

    async def test_it_changes_nothing(self, world: World, text: str) -> None:
        """By any verb that changes what it finds; a verb that raises where there is none raises `NotFound`."""
        planted = await plant(world)
        here, now = world.here, world.now
        before = await visible(here, planted.known, now)
        assert await world.redeem(planted.issued.redemption(client_id=text)) == Unknown()
        assert await world.redeem(planted.issued.redemption(redirect_uri=text)) == Unknown()
        assert await world.redeem(planted.issued.redemption(code_challenge=text)) == Unknown()
        assert await world.refresh(planted.refresh_token, client_id=text or "-") == Unknown()
        assert await here.grants.revoke(text, now, world.event()) is False
        assert await here.grants.revoke_all(now, world.event(), user_id=text) == 0
        assert await here.grants.revoke_all(now, world.event(), client_id=text) == 0
        assert await here.sessions.end(text, now, world.event()) is False
        assert await here.sessions.end_all(text, now, world.event()) == 0
        assert await here.links.withdraw(text, now, world.event()) is False
        assert await here.consents.withdraw(text, text, now, world.event()) is False
        assert await here.assignments.revoke(Principal.user(text), text, world.event()) is False
        for delete in (here.users.delete, here.clients.delete, here.resources.delete):
            with pytest.raises(NotFound):
                await delete(text, world.event())
        assert await visible(here, planted.known, now) == before

    async def test_it_breaks_no_transaction(self, world: World, text: str) -> None:
        """What follows it in the same transaction is committed."""
        event = world.event()
        async with world.store.transaction(world.here_tenant.id) as repos:
            assert await repos.users.find(text) is None
            assert await repos.grants.revoke(text, world.now, world.event()) is False
            await repos.audit.append(event)
        assert event in await world.events()

    async def test_an_event_that_holds_it_is_written(self, world: World, text: str) -> None:
        """An attempt is noted, whatever it carried; a text that the database does not take may be changed."""
        event = world.event(actor_id=text, target=text, client_id=text, reason=text, details={"text": text})
        await world.here.audit.append(replace(event, origin=Origin(ip=text, user_agent=text, request_id=text)))
        assert (await world.events())[-1].id == event.id

    async def test_a_tenant_of_that_id_is_empty(self, world: World, text: str) -> None:
        """The repositories of a tenant that cannot be hold nothing."""
        repos = world.store.tenant(text)
        with pytest.raises(NotFound):
            await repos.tenant.get()
        assert await repos.users.get("a-user") is None
        assert await repos.clients.page(ALL) == Page(items=())
