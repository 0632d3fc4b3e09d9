"""What `storage.Audit` promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType, Origin, Outcome
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.storage.contract.world import ALL, Contract, World


class TestAudit(Contract):
    """`Audit`, of a tenant and of the platform."""

    @pytest.mark.parametrize("whose", ["tenant", "platform"])
    async def test_an_event_is_read_as_it_was_written(self, world: World, whose: str) -> None:
        """Every field comes back; the audit of the platform and that of a tenant know nothing of each other."""
        audits = {"tenant": world.here.audit, "platform": world.store.platform.audit}
        audit = audits.pop(whose)
        (other,) = audits.values()
        event = world.event(
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
        await audit.append(event)
        assert (await audit.page(ALL)).items[-1] == event
        assert event not in (await other.page(ALL)).items

    async def test_events_are_listed_from_a_moment_on(self, world: World) -> None:
        """By id, those of `since` itself among them."""
        events = []
        for _ in range(4):
            world.advance(seconds=1)
            events.append(world.event())
        for event in reversed(events):
            await world.here.audit.append(event)
        page = await world.here.audit.page(ALL, since=events[1].at)
        assert page.items == tuple(events[1:])
        first = await world.here.audit.page(PageRequest(limit=2), since=events[1].at)
        assert first.items == tuple(events[1:3])
        last = await world.here.audit.page(PageRequest(limit=2, after=first.next_after), since=events[1].at)
        assert last.items == (events[3],)
        assert last.next_after is None
        assert (await world.here.audit.page(ALL, since=world.now + timedelta(microseconds=1))).items == ()
