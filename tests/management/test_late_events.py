"""An event that came late counts as sealed when somebody has answered for it, and from then on like any other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.seal import Segment
from opentrusty_core.domain.statistics import CountKey, Measure
from opentrusty_core.domain.verdict import Damage, Finding, Part
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound, StoreError
from opentrusty_core.management import Actor, growing
from opentrusty_core.management.seal import LOCK
from opentrusty_core.stores.memory.tables import Tables
from tests.management.place import EVERYTHING, SYSTEM, Place
from tests.management.sealed import DUE, FOREVER

REASON = "The clock of auth-2 was slow"


def made(place: Place, **changes: object) -> AuditEvent:
    """An event of now that nobody has written yet."""
    fields = {"id": place.runtime.new_id(), "at": place.runtime.now(), "type": AuditType.USER_UPDATED} | changes
    place.runtime.advance(seconds=1)
    return AuditEvent(**fields)  # type: ignore[arg-type]


async def write(place: Place, event: AuditEvent) -> AuditEvent:
    await place.store.tenant(place.tenant.id).audit.append(event)
    return event


async def seal(place: Place) -> None:
    place.runtime.advance(DUE)
    await place.management.sealing.seal_all(FOREVER)


async def finding(place: Place) -> Finding | None:
    return (await place.management.audit.verify(SYSTEM, place.tenant.id)).finding


async def late(place: Place) -> list[str]:
    return [event.id async for event in place.management.audit.late(SYSTEM, place.tenant.id)]


async def accept(place: Place, event_id: str, reason: str = REASON) -> AuditEvent:
    return await place.management.audit.accept(SYSTEM, place.tenant.id, event_id, reason)


def tables_of(place: Place) -> Tables:
    view = place.store.tenant(place.tenant.id).audit._view  # type: ignore[attr-defined]
    tables: Tables = view.database.tenants[place.tenant.id]
    return tables


@pytest.fixture
async def one(acme: Place) -> AuditEvent:
    """One that came late in acme's audit."""
    event = made(acme, target="a-target", actor_kind=ActorKind.USER, actor_id="an-actor")
    await write(acme, made(acme))
    await seal(acme)
    return await write(acme, event)


@pytest.mark.case("L5")
async def test_who_answers_for_it_is_told(acme: Place, one: AuditEvent) -> None:
    """With the reason, in an event that is sealed itself."""
    assert await late(acme) == [one.id]
    found = await finding(acme)
    assert found is not None
    assert (found.damage, found.id) == (Damage.INSERTED, one.id)
    told = await accept(acme, one.id)
    assert (told.type, told.target, told.details["reason"]) == (AuditType.AUDIT_ACCEPTED, one.id, REASON)
    assert (await acme.events())[-1] == told
    assert await late(acme) == []
    before = await acme.management.audit.verify(SYSTEM, acme.tenant.id)
    await seal(acme)
    verdict = await acme.management.audit.verify(SYSTEM, acme.tenant.id, anchor=before.anchor)
    assert (verdict.finding, verdict.events) == (None, len(await acme.events()))


async def test_it_is_found_and_counted(acme: Place) -> None:
    """As if it had come in time."""
    who = {"actor_kind": ActorKind.USER, "actor_id": "someone", "client_id": "web"}
    event = made(acme, type=AuditType.SIGN_IN, **who)
    await write(acme, made(acme))
    await seal(acme)
    await write(acme, event)
    await accept(acme, event.id)
    page = await acme.management.audit.page(SYSTEM, acme.tenant.id, EVERYTHING, AuditQuery(actor_id="someone"))
    assert page.items == (event,)
    day = event.at.date()
    counts = await acme.store.tenant(acme.tenant.id).statistics.counts(day, day)
    assert counts[CountKey(day, Measure.SIGN_INS)] == counts[CountKey(day, Measure.ACTIVE_USERS)] == 1


@pytest.mark.parametrize("place_of_it", ["before all", "within", "between", "in the last"])
async def test_it_may_lie_anywhere(acme: Place, place_of_it: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one segment ends and the next has not begun; what grows afterwards keeps it."""
    monkeypatch.setattr(growing, "MAX_EVENTS", 3)
    await seal(acme)
    for _ in range(4):
        await write(acme, made(acme))
        await seal(acme)
    segments = list(tables_of(acme).audit_segments.values())
    ids = {
        "before all": f"{'0' * 26}",
        "within": _after(segments[0].event_ids[0]),
        "between": _after(segments[0].last_id),
        "in the last": _after(segments[-1].first_id),
    }
    assert len(segments[-1].event_ids) > 1
    event = await write(acme, made(acme, id=ids[place_of_it], target="here"))
    other = await write(acme, made(acme, id=_after(event.id), target="here"))
    assert await late(acme) == [event.id, other.id]
    for it in (other, event):
        await accept(acme, it.id)
    assert await finding(acme) is None
    for _ in range(4):
        await write(acme, made(acme))
        await seal(acme)
    assert await finding(acme) is None
    assert await late(acme) == []


def _after(id_: str) -> str:
    return f"{id_[:-1]}{chr(ord(id_[-1]) + 1)}"


@pytest.mark.case("L5")
async def test_once_accepted_it_is_sealed(acme: Place, one: AuditEvent) -> None:
    """Edited or removed it is named, also by who puts an older version of its segment back."""
    tables = tables_of(acme)
    older = dict(tables.audit_segments)
    await accept(acme, one.id)
    await seal(acme)
    assert await finding(acme) is None
    tables.audit[one.id] = replace(one, outcome=Outcome.FAILURE)
    assert await finding(acme) == Finding(damage=Damage.EDITED, part=Part.EVENT, id=one.id, at=one.at)
    del tables.audit[one.id]
    removed = Finding(damage=Damage.REMOVED, part=Part.EVENT, id=one.id)
    assert await finding(acme) == removed
    (first_id,) = older
    tables.audit_segments[first_id] = _with_the_events_of(tables.audit_segments[first_id], older[first_id], acme)
    assert await finding(acme) == removed


@pytest.mark.case("L5")
async def test_what_came_before_all_others_does_not_vanish_either(acme: Place) -> None:
    """While nothing has had its time, there is nothing else that it could have gone with."""
    await seal(acme)
    event = await write(acme, made(acme, id="0" * 26))
    tables = tables_of(acme)
    (first_id,) = tables.audit_segments
    older = tables.audit_segments[first_id]
    await accept(acme, event.id)
    await seal(acme)
    assert await finding(acme) is None
    del tables.audit[event.id]
    tables.audit_segments[first_id] = _with_the_events_of(tables.audit_segments[first_id], older, acme)
    assert await finding(acme) == Finding(damage=Damage.REMOVED, part=Part.EVENT, id=event.id)


def _with_the_events_of(newer: Segment, older: Segment, place: Place) -> Segment:
    """As the sealer would have made it, had nobody accepted anything: what a stranger may have kept a copy of."""
    from opentrusty_core.management.seal import Seal

    seal = Seal(place.management.sealing._context, place.tenant.id)
    return seal.segment(replace(newer, late=older.late, terms=older.terms))


@pytest.mark.case("L5")
async def test_a_stranger_cannot_accept(acme: Place, one: AuditEvent) -> None:
    """Who writes to the database can write neither the MAC of a segment nor an event that stands for it."""
    tables = tables_of(acme)
    (first_id,) = tables.audit_segments
    segment = tables.audit_segments[first_id]
    tables.audit_segments[first_id] = replace(segment, late=(f"{one.id}:{'0' * 64}",))
    assert await finding(acme) == Finding(damage=Damage.EDITED, part=Part.SEGMENT, id="1")
    with pytest.raises(StoreError):
        await accept(acme, one.id)
    with pytest.raises(StoreError):
        await late(acme)
    tables.audit_segments[first_id] = segment
    await write(acme, made(acme, type=AuditType.AUDIT_ACCEPTED, target=one.id, details={"reason": REASON}))
    found = await finding(acme)
    assert found is not None
    assert (found.damage, found.id) == (Damage.INSERTED, one.id)


async def test_only_what_came_late_is_accepted(acme: Place, one: AuditEvent) -> None:
    """Once; nothing that is sealed, that waits to be, or that there is not."""
    (sealed, *_) = await acme.events()
    waiting = await write(acme, made(acme))
    for event_id in (sealed.id, waiting.id, "0" * 26, f"{one.id}0", f"{one.id[:-2]}: ", ""):
        with pytest.raises(NotFound):
            await accept(acme, event_id)
    await accept(acme, one.id)
    with pytest.raises(NotFound):
        await accept(acme, one.id)
    for reason in ("", "too short", "x" * 501, "with\na second line"):
        with pytest.raises(Invalid, match="reason"):
            await accept(acme, one.id, reason)


async def test_it_waits_for_who_seals(acme: Place, one: AuditEvent) -> None:
    async with acme.store.exclusive(LOCK) as alone:
        assert alone
        with pytest.raises(Conflict):
            await accept(acme, one.id)
    await accept(acme, one.id)


@pytest.mark.case("J4")
async def test_only_the_system_accepts(acme: Place, one: AuditEvent) -> None:
    """Whoever has the master key; nobody by a role."""
    owner: Actor = await acme.actor(acme.owner)
    with pytest.raises(Denied):
        await acme.management.audit.accept(owner, acme.tenant.id, one.id, REASON)
    with pytest.raises(Denied):
        await anext(acme.management.audit.late(owner, acme.tenant.id))
    with pytest.raises(NotFound):
        await acme.management.audit.accept(SYSTEM, "nowhere", one.id, REASON)


async def test_the_platform_s_audit_has_late_events_too(acme: Place) -> None:
    await seal(acme)
    event = made(acme)
    await acme.store.platform.audit.append(made(acme))
    await seal(acme)
    await acme.store.platform.audit.append(event)
    assert [it.id async for it in acme.management.audit.late(SYSTEM, None)] == [event.id]
    told = await acme.management.audit.accept(SYSTEM, None, event.id, REASON)
    assert await acme.store.platform.audit.get(told.id) == told
    assert (await acme.management.audit.platform_verify(SYSTEM)).is_intact


async def test_it_goes_when_its_time_is_over(acme: Place, one: AuditEvent) -> None:
    """And the event which says that it was accepted, when its own is."""
    acme.runtime.advance(days=40)
    await accept(acme, one.id)
    await seal(acme)
    acme.runtime.advance(days=362)
    report = await acme.management.maintenance.maintain()
    assert report.audits_refused == ()
    assert one.id not in {event.id for event in await acme.events()}
    assert await finding(acme) is None
