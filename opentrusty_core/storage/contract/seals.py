"""What `storage.Seals` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType, Origin, Outcome
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.seal import Segment, terms_of
from opentrusty_core.domain.statistics import Counted, CountKey, Measure
from opentrusty_core.storage.contract.builders import a_head, a_segment
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.seals import Ledger

DAY = date(2026, 1, 1)


def ledger_of(world: World, whose: str) -> Ledger:
    """The ledger of the tenant `here`, or the platform's."""
    return world.here if whose == "tenant" else world.store.platform


def following(world: World, segment: Segment, *event_ids: str) -> Segment:
    """The segment after this one."""
    after = a_segment(world.runtime, event_ids, number=segment.number + 1, chain_before=segment.chain_after)
    return replace(after, chain_after=world.runtime.token_bytes(32))


@pytest.mark.parametrize("whose", ["tenant", "platform"])
class TestSeals(Contract):
    """`Seals`, of a tenant and of the platform."""

    async def test_events_are_read_as_they_lie(self, world: World, whose: str) -> None:
        """Between two ids, in order; what they say of an event is all of it, and changes with any of it."""
        ledger = ledger_of(world, whose)
        event = world.event(
            type=AuditType.SIGN_IN,
            outcome=Outcome.FAILURE,
            actor_kind=ActorKind.USER,
            actor_id="an-actor",
            target="a-target",
            client_id="a-client",
            reason="a reason",
            origin=Origin(ip="192.0.2.1", user_agent="ü", request_id="a-request"),
            details={"a": [1, "x"]},
        )
        others = [replace(event, id=f"~{number}") for number in range(3)]
        for it in (others[2], event, others[0], others[1]):
            await ledger.audit.append(it)
        assert [it.id for it in await ledger.seals.written(event.id, "~2", 10)] == ["~0", "~1"]
        assert [it.id for it in await ledger.seals.written("~", "~~", 2)] == ["~0", "~1"]
        (written,) = await ledger.seals.written(event.id[:-1], f"{event.id} ", 10)
        assert written.read() == event
        columns = (written.type, written.outcome, written.actor_id, written.target, written.client_id, written.ip)
        assert columns == ("session.started", "failure", "an-actor", "a-target", "a-client", "192.0.2.1")
        assert (written.id, written.at) == (event.id, event.at)
        (again,) = await ledger.seals.written(event.id[:-1], f"{event.id} ", 1)
        assert again.content == written.content

    async def test_everything_of_an_event_is_in_its_content(self, world: World, whose: str) -> None:
        """Two that differ in anything have other contents, two that do not have the same."""
        ledger = ledger_of(world, whose)
        event = world.event(actor_kind=ActorKind.USER, details={"a": 1})
        changes: list[dict[str, object]] = [
            {"at": event.at + timedelta(microseconds=1)},
            {"type": AuditType.USER_CREATED},
            {"outcome": Outcome.FAILURE},
            {"actor_kind": ActorKind.CLIENT},
            {"actor_id": "x"},
            {"target": "x"},
            {"client_id": "x"},
            {"reason": "x"},
            {"origin": Origin(ip="x")},
            {"origin": Origin(user_agent="x")},
            {"origin": Origin(request_id="x")},
            {"details": {"a": 2}},
            {"details": {"a": "1"}},
        ]
        contents = set()
        for number, change in enumerate(changes):
            await ledger.audit.append(replace(event, id=f"~{number:02}", **change))  # type: ignore[arg-type]
        for written in await ledger.seals.written("~", "~~", 100):
            contents.add(written.content.replace(written.id.encode(), b""))
        assert len(contents) == len(changes)

    async def test_a_segment_is_read_as_it_was_sealed(self, world: World, whose: str) -> None:
        """With the head; the one after it is the last then, and pages list both."""
        ledger = ledger_of(world, whose)
        assert (await ledger.seals.head(), await ledger.seals.last()) == (None, None)
        first = a_segment(world.runtime, ["a", "b"], sealed_at=world.now + timedelta(microseconds=1))
        assert await ledger.seals.seal(first, a_head(first), Counted(), chain=None) is True
        assert (await ledger.seals.head(), await ledger.seals.last()) == (a_head(first), first)
        second = following(world, first, "c")
        assert await ledger.seals.seal(second, a_head(second), Counted(), chain=first.chain_after) is True
        assert (await ledger.seals.head(), await ledger.seals.last()) == (a_head(second), second)
        assert (await ledger.seals.page(ALL)).items == (first, second)
        page = await ledger.seals.page(PageRequest(limit=1))
        assert page.items == (first,)
        assert (await ledger.seals.page(PageRequest(limit=1, after=page.next_after))).items == (second,)

    async def test_a_segment_that_grows_stands_in_its_own_place(self, world: World, whose: str) -> None:
        """There is one with this first event, as it was sealed last."""
        ledger = ledger_of(world, whose)
        first = a_segment(world.runtime, ["a", "b"])
        await ledger.seals.seal(first, a_head(first), Counted(), chain=None)
        grown = replace(a_segment(world.runtime, ["a", "b", "c"]), terms=b"more")
        assert await ledger.seals.seal(grown, a_head(grown), Counted(), chain=first.chain_after) is True
        assert (await ledger.seals.page(ALL)).items == (grown,)
        assert await ledger.seals.head() == a_head(grown)

    async def test_who_does_not_know_the_chain_seals_nothing(self, world: World, whose: str) -> None:
        """Whoever sealed meanwhile, or a head that is gone: False, and nothing is changed, counted or told."""
        ledger, segment = ledger_of(world, whose), a_segment(world.runtime, ["a"])
        counted = Counted(counts={CountKey(DAY, Measure.SIGN_INS): 1}, last_active={"u": DAY})
        refused = {"counted": counted, "begun": world.event(id="~begun")}
        assert await ledger.seals.seal(segment, a_head(segment), chain=b"x", **refused) is False  # type: ignore[arg-type]
        assert await ledger.seals.head() is None
        await ledger.seals.seal(segment, a_head(segment), Counted(), chain=None)
        other = replace(segment, terms=b"other")
        for chain in (None, segment.chain_before):
            assert await ledger.seals.seal(other, a_head(other), chain=chain, **refused) is False  # type: ignore[arg-type]
        assert (await ledger.seals.page(ALL)).items == (segment,)
        assert await ledger.statistics.counts(DAY, DAY) == {}
        assert await ledger.statistics.last_active(["u"]) == {}
        assert await world.store.platform.audit.get("~begun") is None

    async def test_the_beginning_of_a_chain_is_told_to_the_platform(self, world: World, whose: str) -> None:
        """The event that goes with a segment is one of the platform's."""
        segment, event = a_segment(world.runtime, ["a"]), world.event()
        await ledger_of(world, whose).seals.seal(segment, a_head(segment), Counted(), chain=None, begun=event)
        assert await world.store.platform.audit.get(event.id) == event
        assert await world.here.audit.get(event.id) is None

    async def test_the_segment_of_a_time_is_found(self, world: World, whose: str) -> None:
        """The last that begins with the id or before it."""
        ledger = ledger_of(world, whose)
        assert await ledger.seals.covering("b") is None
        first = a_segment(world.runtime, ["b", "d"])
        second = following(world, first, "f")
        await ledger.seals.seal(first, a_head(first), Counted(), chain=None)
        await ledger.seals.seal(second, a_head(second), Counted(), chain=first.chain_after)
        found = [await ledger.seals.covering(id_) for id_ in ("a", "b", "c", "e", "f", "g")]
        assert found == [None, first, first, first, second, second]

    async def test_a_mac_is_renewed_by_who_knows_it(self, world: World, whose: str) -> None:
        """Of a segment and of the head; nothing else of them changes, and nothing at all where it is another by now."""
        ledger, segment = ledger_of(world, whose), a_segment(world.runtime, ["a"])
        head = replace(a_head(segment), mac=b"of the head")
        assert await ledger.seals.renew_segment(segment, b"new") is False
        assert await ledger.seals.renew_head(head, b"new") is False
        await ledger.seals.seal(segment, head, Counted(), chain=None)
        assert await ledger.seals.renew_segment(segment, b"new") is True
        assert await ledger.seals.renew_segment(segment, b"newer") is False
        assert await ledger.seals.renew_head(head, b"new too") is True
        assert await ledger.seals.renew_head(head, b"newer") is False
        assert await ledger.seals.last() == replace(segment, mac=b"new")
        assert await ledger.seals.head() == replace(head, mac=b"new too")

    async def test_what_came_late_stands_beside_the_others(self, world: World, whose: str) -> None:
        """With an event of this audit that says so; it is found by what it holds, and goes when its segment goes."""
        ledger = ledger_of(world, whose)
        late, told = world.event(id="~2", target="late"), world.event(id="~9", target="~2")
        for event in (world.event(id="~1"), late, world.event(id="~3")):
            await ledger.audit.append(event)
        first = a_segment(world.runtime, ["~1"])
        second = following(world, first, "~3")
        await ledger.seals.seal(first, a_head(first), Counted(), chain=None)
        await ledger.seals.seal(second, a_head(second), Counted(), chain=first.chain_after)
        terms = b"".join(sorted(terms_of(late.type, late.outcome, None, "late", None, None)))
        amended = replace(first, late=(f"~2:{'0' * 64}",), terms=terms)
        sealed = {"counted": Counted(), "chain": second.chain_after, "event": told}
        assert await ledger.seals.seal(amended, a_head(second), **sealed) is True  # type: ignore[arg-type]
        assert (await ledger.seals.page(ALL)).items == (amended, second)
        assert await ledger.audit.get(told.id) == told
        for descending in (False, True):
            page = await ledger.audit.page(ALL, AuditQuery(target="late"), descending=descending)
            assert page.items == (late,)
        begins = a_head(second, first_number=2)
        assert await ledger.seals.expire(amended, begins, None) is True
        assert [it.id for it in await ledger.seals.written("~", "~~", 10)] == ["~3", "~9"]

    async def test_who_does_not_know_where_it_begins_seals_nothing(self, world: World, whose: str) -> None:
        """What has had its time meanwhile does not come back."""
        ledger, first = ledger_of(world, whose), a_segment(world.runtime, ["a"])
        second = following(world, first, "b")
        await ledger.seals.seal(first, a_head(first), Counted(), chain=None)
        await ledger.seals.seal(second, a_head(second), Counted(), chain=first.chain_after)
        gone = a_head(second, first_number=2)
        assert await ledger.seals.expire(first, gone, None) is True
        assert await ledger.seals.seal(second, a_head(second), Counted(), chain=second.chain_after) is False
        assert await ledger.seals.head() == gone

    async def test_what_has_had_its_time_goes_with_its_segment(self, world: World, whose: str) -> None:
        """All events up to its last one; the head says where the chain begins now, and an event that it was so."""
        ledger = ledger_of(world, whose)
        for id_ in ("~1", "~2", "~3", "~4"):
            await ledger.audit.append(world.event(id=id_))
        first = a_segment(world.runtime, ["~1", "~3"])
        second = following(world, first, "~4")
        await ledger.seals.seal(first, a_head(first), Counted(), chain=None)
        await ledger.seals.seal(second, a_head(second), Counted(), chain=first.chain_after)
        begins, event = a_head(second, first_number=2, mac=b"another"), world.event(id="~9")
        assert await ledger.seals.expire(first, replace(begins, chain=first.chain_after), event) is False
        assert await ledger.seals.expire(first, replace(begins, first_number=3), event) is False
        assert (await ledger.seals.page(ALL)).items == (first, second)
        assert await ledger.seals.expire(first, begins, event) is True
        assert (await ledger.seals.page(ALL)).items == (second,)
        assert await ledger.seals.head() == begins
        assert [it.id for it in await ledger.seals.written("", "~~", 10)] == ["~4", "~9"]
        gone = a_head(second, first_number=3)
        assert await ledger.seals.expire(second, gone, None) is True
        assert (await ledger.seals.last(), await ledger.seals.head()) == (None, gone)
        assert [it.id for it in await ledger.seals.written("", "~~", 10)] == ["~9"]
