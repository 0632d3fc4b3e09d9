"""What `storage.Seals` and `storage.Statistics` promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType, Origin, Outcome
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.seal import Segment
from opentrusty_core.domain.statistics import KEEP_NUMBERS, Counted, CountKey, Measure, UseKey, Uses
from opentrusty_core.domain.usage import Totals, Use
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


class TestStatistics(Contract):
    """`Statistics`, and what is due to be counted."""

    async def test_numbers_add_up(self, world: World) -> None:
        """Those of each tenant by day, measure and key; those of the platform over all tenants."""
        here = Counted(
            counts={
                CountKey(DAY, Measure.SIGN_INS): 2,
                CountKey(DAY, Measure.TOKENS, "refresh_token"): 5,
                CountKey(DAY + timedelta(days=1), Measure.SIGN_INS): 1,
            },
            uses={UseKey(DAY, "web"): Uses(1, 5), UseKey(DAY, "app"): Uses(3, 5), UseKey(DAY, "job"): Uses(0, 9)},
            last_active={"u": DAY, "v": DAY},
        )
        segment = a_segment(world.runtime, ["a"])
        await world.here.seals.seal(segment, a_head(segment), here, chain=None)
        more = Counted(
            counts={CountKey(DAY, Measure.SIGN_INS): 1, CountKey(DAY, Measure.LAST_ACTIVE): -1},
            uses={UseKey(DAY, "web"): Uses(2, 1), UseKey(DAY + timedelta(days=1), "job"): Uses(tokens=1)},
            last_active={"u": DAY + timedelta(days=1)},
        )
        grown = a_segment(world.runtime, ["a", "b"])
        await world.here.seals.seal(grown, a_head(grown), more, chain=segment.chain_after)
        other = a_segment(world.runtime, ["a"])
        await world.there.seals.seal(other, a_head(other), here, chain=None)
        assert await world.here.statistics.counts(DAY, DAY) == {
            CountKey(DAY, Measure.SIGN_INS): 3,
            CountKey(DAY, Measure.TOKENS, "refresh_token"): 5,
            CountKey(DAY, Measure.LAST_ACTIVE): -1,
        }
        assert len(await world.here.statistics.counts(DAY, DAY + timedelta(days=1))) == 4
        assert await world.store.platform.statistics.counts(DAY, DAY) == {
            CountKey(DAY, Measure.SIGN_INS): 5,
            CountKey(DAY, Measure.TOKENS, "refresh_token"): 10,
            CountKey(DAY, Measure.LAST_ACTIVE): -1,
        }
        web, job = Use(id="web", authorizations=3, tokens=6), Use(id="job", authorizations=0, tokens=10)
        app = Use(id="app", authorizations=3, tokens=5)
        most_used = world.here.statistics.most_used
        assert await most_used(DAY, DAY, 10) == (replace(job, tokens=9), web, app)
        assert await most_used(DAY, DAY + timedelta(days=1), 2) == (job, web)
        assert await world.there.statistics.most_used(DAY, DAY, 3) == (
            replace(job, tokens=9),
            app,
            Use(id="web", authorizations=1, tokens=5),
        )
        tenants = await world.store.platform.statistics.most_used(DAY, DAY, 10)
        assert [(use.id, use.authorizations, use.tokens) for use in tenants] == [
            (world.here_tenant.id, 6, 20),
            (world.there_tenant.id, 4, 19),
        ]
        last_active = await world.here.statistics.last_active(["u", "v", "w"])
        assert last_active == {"u": DAY + timedelta(days=1), "v": DAY}
        assert await world.here.statistics.last_active([]) == {}

    async def test_numbers_of_years_ago_go(self, world: World) -> None:
        """With the next that are written, the tenant's and the platform's, but for those of the last three years."""
        old, kept = world.now.date() - KEEP_NUMBERS - timedelta(days=1), world.now.date() - KEEP_NUMBERS
        counted = Counted(
            counts={CountKey(old, Measure.SIGN_INS): 1, CountKey(kept, Measure.SIGN_INS): 2},
            uses={UseKey(old, "web"): Uses(tokens=1), UseKey(kept, "app"): Uses(tokens=1)},
        )
        segment = a_segment(world.runtime, ["a"])
        await world.here.seals.seal(segment, a_head(segment), counted, chain=None)
        assert await world.here.statistics.counts(old, kept) == {CountKey(kept, Measure.SIGN_INS): 2}
        assert await world.store.platform.statistics.counts(old, kept) == {CountKey(kept, Measure.SIGN_INS): 2}
        assert [use.id for use in await world.here.statistics.most_used(old, kept, 9)] == ["app"]

    async def test_totals_are_what_there_was_when_it_was_counted(self, world: World) -> None:
        """Of each tenant, and of all that were counted together."""
        platform = world.store.platform.statistics
        assert (await world.here.statistics.totals(), await platform.totals()) == (None, None)
        users = [await world.user() for _ in range(3)]
        await world.client()
        await world.here.statistics.count_totals(world.now)
        counted = Totals(tenants=1, users=3, clients=1, counted_at=world.now)
        assert (await world.here.statistics.totals(), await platform.totals()) == (counted, counted)
        world.advance(seconds=1)
        await world.there.statistics.count_totals(world.now)
        assert await platform.totals() == replace(counted, tenants=2)
        await world.here.users.delete(users[0].id, world.event())
        assert await world.here.statistics.totals() == counted
        await world.here.statistics.count_totals(world.now)
        assert await world.here.statistics.totals() == replace(counted, users=2, counted_at=world.now)

    async def test_who_waits_to_be_sealed_is_found(self, world: World) -> None:
        """Tenants by id, so many at a time, whose events lie between the head and an id."""
        platform = world.store.platform
        tenants = sorted([world.here_tenant.id, world.there_tenant.id])
        assert (await platform.unsealed(ALL, "~")).items == tuple(tenants)
        assert (await platform.unsealed(ALL, "")).items == ()
        segment = a_segment(world.runtime, [event.id for event in await world.events()])
        await world.here.seals.seal(segment, a_head(segment), Counted(), chain=None)
        page = await platform.unsealed(PageRequest(limit=1), "~")
        rest = await platform.unsealed(PageRequest(limit=1, after=page.next_after), "~")
        assert rest.next_after is None
        assert page.items + rest.items == (world.there_tenant.id,)

    async def test_how_far_all_is_sealed_is_remembered(self, world: World) -> None:
        """To the microsecond."""
        assert await world.store.platform.sealed_until() is None
        for moment in (world.now, world.now + timedelta(microseconds=1)):
            await world.store.platform.note_sealed(moment)
            assert await world.store.platform.sealed_until() == moment

    async def test_the_day_of_which_all_is_gone_is_remembered(self, world: World) -> None:
        """Apart from how far all is sealed."""
        assert await world.store.platform.expired_until() is None
        for moment in (world.now, world.now + timedelta(days=1)):
            await world.store.platform.note_expired(moment)
            assert await world.store.platform.expired_until() == moment
        assert await world.store.platform.sealed_until() is None

    async def test_a_clock_is_aware_or_none(self, world: World) -> None:
        """The store's own, if it has one."""
        clock = await world.store.clock()
        assert clock is None or clock.tzinfo is UTC
