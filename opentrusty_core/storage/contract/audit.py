"""What `storage.Audit` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Origin, Outcome
from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.storage.audit import Audit
from opentrusty_core.storage.contract.world import ALL, Contract, World

_SOMEBODY = AuditEvent(
    id="",
    at=None,  # type: ignore[arg-type]
    type=AuditType.TOKEN_REFUSED,
    outcome=Outcome.FAILURE,
    actor_kind=ActorKind.ANONYMOUS,
    actor_id="an-actor",
    target="a-target",
    client_id="a-client",
    reason="invalid_grant",
    origin=Origin(ip="2001:db8::1", user_agent="Ünïcode 書 😀", request_id="a-request"),
    details={"why": "ein – Grund", "count": 3, "nested": {"list": [1, 2.5, None, True, "x"]}},
)
_LOOKED_FOR = {
    "type": (
        AuditQuery(types=frozenset({AuditType.TOKEN_REFUSED, AuditType.KEY_CHANGED})),
        {"type": AuditType.TENANT_CREATED},
    ),
    "outcome": (AuditQuery(outcome=Outcome.FAILURE), {"outcome": Outcome.SUCCESS}),
    "actor": (AuditQuery(actor_id="an-actor"), {"actor_id": "another"}),
    "no actor": (AuditQuery(actor_id="an-actor"), {"actor_id": None}),
    "target": (AuditQuery(target="a-target"), {"target": "another"}),
    "client": (AuditQuery(client_id="a-client"), {"client_id": None}),
    "address": (AuditQuery(ip="2001:db8::1"), {"origin": Origin(ip="2001:db8::2")}),
    "no address": (AuditQuery(ip="2001:db8::1"), {"origin": Origin()}),
    "all": (
        AuditQuery(
            types=frozenset({AuditType.TOKEN_REFUSED}),
            outcome=Outcome.FAILURE,
            actor_id="an-actor",
            target="a-target",
            client_id="a-client",
            ip="2001:db8::1",
        ),
        {"target": "another"},
    ),
}


class TestAudit(Contract):
    """`Audit`, of a tenant and of the platform."""

    @pytest.mark.parametrize("whose", ["tenant", "platform"])
    async def test_an_event_is_read_as_it_was_written(self, world: World, whose: str) -> None:
        """Every field comes back; the audit of the platform and that of a tenant know nothing of each other."""
        audits = {"tenant": world.here.audit, "platform": world.store.platform.audit}
        audit = audits.pop(whose)
        (other,) = audits.values()
        event = _like(world, _SOMEBODY)
        await audit.append(event)
        assert (await audit.page(ALL)).items[-1] == event
        assert await audit.get(event.id) == event
        assert event not in (await other.page(ALL)).items
        assert await other.get(event.id) is None

    async def test_events_are_listed_between_two_moments(self, world: World) -> None:
        """By id, those of `since` itself among them and those of `until` not, from either end, page by page."""
        events = []
        for _ in range(6):
            world.advance(seconds=1)
            events.append(world.event())
        for event in reversed(events):
            await world.here.audit.append(event)
        query = AuditQuery(since=events[1].at, until=events[5].at)
        for descending in (False, True):
            wanted = sorted(events[1:5], key=lambda event: event.id, reverse=descending)
            assert await _all(world.here.audit, query, descending=descending) == wanted
            page = await world.here.audit.page(ALL, query, descending=descending)
            assert page.items == tuple(wanted)
        later = AuditQuery(since=world.now + timedelta(microseconds=1))
        assert (await world.here.audit.page(ALL, later)).items == ()

    async def test_ids_have_names(self, world: World) -> None:
        """Those of users and clients here, those of tenants on the platform; what is none of them has none."""
        user, client = await world.user(), await world.client(client_name="Ünïcode")
        ids = {user.id, client.client_id, world.here_tenant.id, "nobody", "\0", "\ud800"}
        names = Names(users={user.id: user.username}, clients={client.client_id: "Ünïcode"})
        assert await world.here.audit.names(ids) == names
        assert await world.there.audit.names(ids) == Names()
        of_platform = Names(tenants={world.here_tenant.id: world.here_tenant.name})
        assert await world.store.platform.audit.names(ids) == of_platform
        assert await world.here.audit.names(set()) == Names()
        await world.here.users.delete(user.id, world.event())
        assert await world.here.audit.names(ids) == Names(clients=names.clients)

    @pytest.mark.parametrize(("query", "other"), _LOOKED_FOR.values(), ids=_LOOKED_FOR)
    @pytest.mark.parametrize("descending", [False, True])
    async def test_events_are_found_by_what_they_hold(
        self, world: World, query: AuditQuery, other: dict[str, object], descending: bool
    ) -> None:
        """Those that fit, all of them, and nothing else; also together with a time."""
        wanted: list[AuditEvent] = []
        for _ in range(3):
            for event in (_like(world, _SOMEBODY), _like(world, replace(_SOMEBODY, **other))):  # type: ignore[arg-type]
                await world.here.audit.append(event)
                wanted += [event] if query.fits(event) else []
            await world.there.audit.append(_like(world, _SOMEBODY))
            world.advance(seconds=1)
        assert len(wanted) == 3
        ordered = wanted[::-1] if descending else wanted
        assert await _all(world.here.audit, query, descending=descending) == ordered
        later = replace(query, since=wanted[1].at)
        assert await _all(world.here.audit, later, descending=descending) == [
            it for it in ordered if it is not wanted[0]
        ]


def _like(world: World, event: AuditEvent) -> AuditEvent:
    return replace(event, id=world.runtime.new_id(), at=world.now)


async def _all(audit: Audit, query: AuditQuery, *, descending: bool) -> list[AuditEvent]:
    """Page by page, of one event each."""
    found: list[AuditEvent] = []
    after = None
    while True:
        page = await audit.page(PageRequest(limit=1, after=after), query, descending=descending)
        found += page.items
        if page.next_after is None:
            return found
        after = page.next_after
