"""The walk that seals: what it takes in and when, what it refuses, and that it loses and doubles nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.seal import MAX_EVENTS, Segment
from opentrusty_core.domain.statistics import CountKey, Measure
from opentrusty_core.domain.verdict import Damage, Part
from opentrusty_core.errors import StoreUnavailable
from opentrusty_core.management import growing, sealing
from opentrusty_core.management.seal import LAG, LOCK, PLATFORM
from opentrusty_core.management.sealing import SealReport
from tests.management.place import EVERYTHING, SYSTEM, Place
from tests.management.sealed import DUE, FOREVER

TODAY = date(2026, 1, 1)


async def seal(place: Place, *, deadline: float = FOREVER) -> SealReport:
    place.runtime.advance(DUE)
    return await place.management.sealing.seal_all(deadline)


async def segments_of(place: Place) -> tuple[Segment, ...]:
    return (await place.store.tenant(place.tenant.id).seals.page(EVERYTHING)).items


async def note(place: Place, count: int = 1, **changes: object) -> list[AuditEvent]:
    events = []
    for _ in range(count):
        fields = {"id": place.runtime.new_id(), "at": place.runtime.now(), "type": AuditType.USER_UPDATED} | changes
        events.append(AuditEvent(**fields))  # type: ignore[arg-type]
        await place.store.tenant(place.tenant.id).audit.append(events[-1])
    return events


async def test_what_is_old_enough_is_sealed_and_what_is_younger_waits(acme: Place) -> None:
    ids = tuple(event.id for event in await acme.events())
    acme.runtime.advance(LAG - timedelta(milliseconds=1))
    assert (await acme.management.sealing.seal_all(FOREVER)).events == 0
    (young,) = await note(acme)
    acme.runtime.advance(milliseconds=1)
    acme.runtime.advance(milliseconds=1)
    assert await acme.management.sealing.seal_all(FOREVER) == SealReport(ran=True, finished=True, events=len(ids))
    (segment,) = await segments_of(acme)
    assert segment.event_ids == ids
    head = await acme.store.tenant(acme.tenant.id).seals.head()
    assert head is not None
    assert head.reached_at == acme.runtime.now() - LAG
    verdict = await acme.management.audit.verify(SYSTEM, acme.tenant.id)
    assert (verdict.is_intact, verdict.events, verdict.unsealed_since) == (True, len(ids), young.at)


async def test_the_last_segment_grows_until_it_is_full(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MAX_EVENTS", 5)
    monkeypatch.setattr(sealing, "BATCH", 2)
    before = len(await acme.events())
    await seal(acme)
    await seal(acme)  # the platform's: that the tenant's seal has begun
    for count in (1, 9, 3):
        await note(acme, count)
        assert (await seal(acme)).events == count
    segments = await segments_of(acme)
    assert [event_id for segment in segments for event_id in segment.event_ids] == [it.id for it in await acme.events()]
    assert {len(segment.event_ids) for segment in segments[:-1]} == {5}
    assert [segment.number for segment in segments] == list(range(1, len(segments) + 1))
    verdict = await acme.management.audit.verify(SYSTEM, acme.tenant.id)
    assert (verdict.finding, verdict.events, verdict.segments) == (None, before + 13, len(segments))


async def test_a_segment_holds_the_events_of_a_day_at_most(acme: Place) -> None:
    await seal(acme)
    acme.runtime.advance(hours=23)
    await note(acme)
    await seal(acme)
    acme.runtime.advance(hours=1)
    await note(acme)
    await seal(acme)
    assert [segment.last_at - segment.first_at < timedelta(days=1) for segment in await segments_of(acme)] == [True] * 2


async def test_a_walk_without_news_writes_nothing_but_how_far_it_came(acme: Place) -> None:
    await seal(acme)
    seals = acme.store.tenant(acme.tenant.id).seals
    before = await seals.head(), await seals.last()
    assert (await seal(acme)).events == 1  # the platform's: that the tenant's seal has begun
    assert (await seal(acme)).events == 0
    assert (await seals.head(), await seals.last()) == before
    assert await acme.store.platform.sealed_until() == acme.runtime.now() - LAG


async def test_a_spent_budget_leaves_the_rest_to_the_next_walk(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    await note(acme, 10)
    first = await seal(acme, deadline=0)
    assert (first.finished, first.events) == (False, 4)
    assert await acme.store.platform.sealed_until() is None
    rest = await seal(acme)
    assert rest.finished
    assert len({id_ for segment in await segments_of(acme) for id_ in segment.event_ids}) == len(await acme.events())
    assert (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).is_intact


async def test_one_process_at_a_time_seals(acme: Place) -> None:
    async with acme.store.exclusive(LOCK) as alone:
        assert alone
        assert await seal(acme) == SealReport(ran=False, finished=False)
    assert (await seal(acme)).ran


async def test_who_was_overtaken_seals_nothing_twice(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that lost its lock and does not know it: the head has moved on, and its own is refused."""
    await seal(acme)
    await note(acme)
    acme.runtime.advance(DUE)
    walk = sealing._Chain(acme.management.sealing._context, acme.tenant.id)
    assert await walk.resume()
    for event in await walk.ledger.seals.written(walk.growing.last_id, "~", 10):
        walk.growing.add(event)
    await acme.management.sealing.seal_all(FOREVER)
    with pytest.raises(StoreUnavailable):
        await walk.write()
    assert (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).is_intact


@pytest.mark.case("L5")
async def test_an_event_that_comes_late_is_not_taken_in(acme: Place) -> None:
    """Verifying names it as inserted: nobody can tell it from one that a stranger put there."""
    late = AuditEvent(id=acme.runtime.new_id(), at=acme.runtime.now(), type=AuditType.USER_UPDATED)
    acme.runtime.advance(seconds=1)
    await note(acme)
    await seal(acme)
    await acme.store.tenant(acme.tenant.id).audit.append(late)
    await seal(acme)
    finding = (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).finding
    assert finding is not None
    assert (finding.damage, finding.part, finding.id) == (Damage.INSERTED, Part.EVENT, late.id)


async def test_the_database_s_clock_bounds_what_is_sealed(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose clock is ahead would seal a time in which others still write."""
    slow = acme.runtime.now() - timedelta(hours=1)

    async def clock() -> datetime:
        return slow

    monkeypatch.setattr(acme.store, "clock", clock)
    assert (await seal(acme)).events == 0


@pytest.mark.case("L5")
async def test_nothing_is_sealed_over_a_broken_seal(acme: Place, globex: Place) -> None:
    """Who cut something off would else have his cut sealed. The other tenants go on."""
    await seal(acme)
    seals = acme.store.tenant(acme.tenant.id).seals
    tables = acme.store.tenant(acme.tenant.id).seals._view.database.tenants[acme.tenant.id]  # type: ignore[attr-defined]
    good = tables.audit_heads[""]
    for bad in (
        None,
        *(_damaged(good, field) for field in ("number", "first_number", "last_id", "chain", "reached_at")),
    ):
        tables.audit_heads = {} if bad is None else {"": bad}
        await note(acme)
        await note(globex)
        report = await seal(acme)
        assert (report.refused, report.finished) == ((acme.tenant.id,), True)
        assert report.events >= 1
    tables.audit_heads, segments = {"": good}, dict(tables.audit_segments)
    tables.audit_segments.clear()
    assert (await seal(acme)).refused == (acme.tenant.id,)
    tables.audit_heads = {}
    assert (await seal(acme)).refused == (acme.tenant.id,), "a chain does not vanish and begin anew"
    tables.audit_heads, tables.audit_segments = {"": good}, segments
    done = await acme.management.maintenance.maintain()
    assert (done.audits_refused, done.events_sealed) == ((), 6)
    assert await seals.head() != good


def _damaged(head: object, field: str) -> object:
    value = getattr(head, field)
    other = {int: lambda: value + 1, str: lambda: value[:-1], bytes: lambda: value[::-1]}
    changed = other.get(type(value), lambda: value + timedelta(seconds=1))()
    return replace(head, **{field: changed})  # type: ignore[type-var]


async def test_the_platform_s_audit_is_sealed_too(acme: Place) -> None:
    await seal(acme)
    await seal(acme)
    verdict = await acme.management.audit.platform_verify(SYSTEM)
    begun = await acme.management.audit.platform_page(
        SYSTEM, PageRequest(), AuditQuery(types=frozenset({AuditType.SEAL_BEGUN}))
    )
    assert [event.target for event in begun.items] == [acme.tenant.id]
    assert (verdict.is_intact, verdict.events) == (True, len((await acme.store.platform.audit.page(EVERYTHING)).items))


async def test_maintenance_seals(acme: Place) -> None:
    acme.runtime.advance(DUE)
    report = await acme.management.maintenance.maintain()
    assert (report.events_sealed, report.finished) == (len(await acme.events()) - 1, True)  # not the key made by it
    assert (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).is_intact


async def test_events_are_counted_as_they_are_sealed(acme: Place) -> None:
    """Each once, the day after too."""
    user: dict[str, object] = {"actor_kind": ActorKind.USER, "actor_id": "u", "client_id": "web"}
    grant: dict[str, object] = {"type": AuditType.TOKEN_ISSUED, "details": {"grant_type": "refresh_token"}}
    await note(acme, 2, **user, type=AuditType.SIGN_IN)
    await note(acme, 1, type=AuditType.SIGN_IN, outcome=Outcome.FAILURE, target="u")
    await note(acme, 1, **user, type=AuditType.CODE_ISSUED)
    await note(acme, 3, **user, **grant)
    await note(acme, 1, actor_kind=ActorKind.CLIENT, actor_id="job", client_id="job", **grant)
    await note(acme, 1, type=AuditType.TOKEN_REFUSED, outcome=Outcome.FAILURE)
    await seal(acme)
    await note(acme, 1, **user, type=AuditType.SIGN_IN)
    await note(acme, 1, actor_kind=ActorKind.USER, actor_id="v", type=AuditType.SIGN_IN)
    await seal(acme)
    acme.runtime.advance(days=1)
    await note(acme, 1, **user, type=AuditType.SIGN_IN)
    await seal(acme)
    tomorrow = TODAY + timedelta(days=1)
    expected = {
        CountKey(TODAY, Measure.SIGN_INS): 4,
        CountKey(TODAY, Measure.SIGN_IN_FAILURES): 1,
        CountKey(TODAY, Measure.AUTHORIZATIONS): 1,
        CountKey(TODAY, Measure.TOKENS, "refresh_token"): 4,
        CountKey(TODAY, Measure.TOKEN_REFUSALS): 1,
        CountKey(TODAY, Measure.ACTIVE_USERS): 2,
        CountKey(TODAY, Measure.LAST_ACTIVE): 1,
        CountKey(tomorrow, Measure.SIGN_INS): 1,
        CountKey(tomorrow, Measure.ACTIVE_USERS): 1,
        CountKey(tomorrow, Measure.LAST_ACTIVE): 1,
    }
    assert await acme.store.tenant(acme.tenant.id).statistics.counts(TODAY, tomorrow) == expected
    of_platform = await acme.store.platform.statistics.counts(TODAY, tomorrow)
    assert of_platform[CountKey(TODAY, Measure.SIGN_INS)] == 4


def test_a_segment_is_as_large_as_was_measured() -> None:
    assert (MAX_EVENTS, PLATFORM) == (1000, "")
