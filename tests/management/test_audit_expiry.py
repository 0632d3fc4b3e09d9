"""What of an audit has had its time goes, and nothing else: what is left still verifies, and what was damaged stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.verdict import Anchor, Damage, Part
from opentrusty_core.errors import Invalid
from opentrusty_core.management import growing
from opentrusty_core.management.audit_expiry import ExpiryReport
from opentrusty_core.management.seal import LOCK
from tests.management.place import EVERYTHING, SYSTEM, Place
from tests.management.sealed import DUE, FOREVER

DAY = timedelta(days=1)


async def note(place: Place, **changes: object) -> AuditEvent:
    fields = {"id": place.runtime.new_id(), "at": place.runtime.now(), "type": AuditType.USER_UPDATED} | changes
    event = AuditEvent(**fields)  # type: ignore[arg-type]
    await place.store.tenant(place.tenant.id).audit.append(event)
    return event


async def seal(place: Place) -> None:
    place.runtime.advance(DUE)
    await place.management.sealing.seal_all(FOREVER)


async def expire(place: Place, deadline: float = FOREVER) -> ExpiryReport:
    return await place.management.maintenance._expiry.expire_all(deadline)


async def keep_for(place: Place, days: int) -> None:
    await place.management.tenants.configure(SYSTEM, place.tenant.id, {"audit_days": days})


async def intact(place: Place) -> bool:
    tenant = await place.management.audit.verify(SYSTEM, place.tenant.id)
    return tenant.is_intact and (await place.management.audit.platform_verify(SYSTEM)).is_intact


async def test_what_was_kept_long_enough_goes_and_the_rest_verifies(acme: Place) -> None:
    """The day after its last day is over; an event says what went, and where its chain ended."""
    old = await acme.events()
    await seal(acme)
    anchor = (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).anchor
    acme.runtime.advance(10 * DAY)
    young = await note(acme)
    await seal(acme)
    acme.runtime.advance(390 * DAY)
    await seal(acme)
    assert (await expire(acme)).events == 0
    acme.runtime.advance(DAY)
    report = await expire(acme)
    platform = 1  # that the tenant's seal has begun
    assert report == ExpiryReport(finished=True, events=len(old) + platform, refused=())
    kept = await acme.events()
    assert kept[0].id == young.id
    told = kept[-1]
    assert told.type is AuditType.AUDIT_EXPIRED
    assert told.details == {
        "days": 400,
        "segment": 1,
        "events": len(old),
        "first_at": old[0].at.isoformat(),
        "last_at": old[-1].at.isoformat(),
        "anchor": str(anchor),
    }
    await seal(acme)
    verdict = await acme.management.audit.verify(SYSTEM, acme.tenant.id)
    assert (verdict.is_intact, verdict.expired_segments, verdict.begins_at) == (True, 1, young.at)
    assert (await expire(acme)).events == 0
    with pytest.raises(Invalid, match="anchor"):
        await acme.management.audit.verify(SYSTEM, acme.tenant.id, anchor=Anchor.parse(str(anchor)))


async def test_a_tenant_says_for_itself_how_long(acme: Place, globex: Place) -> None:
    """From the next day on; not less than a month."""
    await seal(acme)
    await seal(acme)
    acme.runtime.advance(31 * DAY)
    assert (await expire(acme)).events == 0
    await keep_for(acme, 30)
    assert (await expire(acme)).events == 0, "today is over"
    before = await globex.events()
    acme.runtime.advance(DAY)
    assert (await expire(acme)).events > 0
    assert [event.type for event in await acme.events()] == [AuditType.TENANT_UPDATED, AuditType.AUDIT_EXPIRED]
    assert await globex.events() == before
    for days in (29, 36_501, 0, -1):
        with pytest.raises(Invalid, match="audit_days"):
            await keep_for(acme, days)


async def test_it_is_a_part_of_maintenance(acme: Place) -> None:
    """Which tells how many events went, once a day."""
    await seal(acme)
    acme.runtime.advance(402 * DAY)
    report = await acme.management.maintenance.maintain()
    assert report.purged["audit_events"] > 0
    assert report.finished
    assert "audit_events" not in (await acme.management.maintenance.maintain()).purged
    assert await intact(acme)


async def test_when_all_has_had_its_time_the_chain_goes_on(acme: Place) -> None:
    await seal(acme)
    await seal(acme)
    acme.runtime.advance(402 * DAY)
    await expire(acme)
    noted = []
    for _ in range(2):
        noted.append((await note(acme)).id)
        await seal(acme)
        assert await intact(acme)
    assert set(noted) <= {event.id for event in await acme.events()}


@pytest.mark.case("L5")
async def test_what_was_damaged_does_not_go(acme: Place) -> None:
    """Else whoever edits an event would only have to wait. It is told with every run until somebody has looked."""
    first, *_ = await acme.events()
    await seal(acme)
    tables = acme.store.tenant(acme.tenant.id).audit._view.database.tenants[acme.tenant.id]  # type: ignore[attr-defined]
    good = tables.audit[first.id]
    del tables.audit[first.id]
    acme.runtime.advance(402 * DAY)
    for _ in range(2):
        report = await acme.management.maintenance.maintain()
        assert report.audits_refused == (acme.tenant.id,)
    finding = (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).finding
    assert finding is not None
    assert (finding.damage, finding.id) == (Damage.REMOVED, first.id)
    tables.audit[first.id] = good
    report = await acme.management.maintenance.maintain()
    assert (report.audits_refused, report.purged["audit_events"] > 0) == ((), True)
    assert await intact(acme)


@pytest.mark.case("L5")
@pytest.mark.parametrize("what", ["segment", "head", "event"])
async def test_who_cuts_off_the_beginning_cannot_say_that_it_had_its_time(
    acme: Place, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head says where the chain begins, under a key that the database does not know."""
    monkeypatch.setattr(growing, "MAX_EVENTS", 2)
    events = await acme.events()
    await seal(acme)
    tables = acme.store.tenant(acme.tenant.id).audit._view.database.tenants[acme.tenant.id]  # type: ignore[attr-defined]
    for event in events[:2]:
        del tables.audit[event.id]
    if what in {"segment", "head"}:
        del tables.audit_segments[min(tables.audit_segments)]
    if what == "head":
        head = tables.audit_heads[""]
        tables.audit_heads[""] = type(head)(
            number=head.number,
            first_number=2,
            last_id=head.last_id,
            chain=head.chain,
            reached_at=head.reached_at,
            mac=head.mac,
        )
    finding = (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).finding
    assert finding is not None
    parts = {"event": (Damage.REMOVED, Part.EVENT), "segment": (Damage.REMOVED, Part.SEGMENT)}
    assert (finding.damage, finding.part) == parts.get(what, (Damage.EDITED, Part.HEAD))
    acme.runtime.advance(402 * DAY)
    assert (await expire(acme)).refused == (acme.tenant.id,)


@pytest.mark.case("L5")
async def test_that_a_seal_began_is_not_forgotten(acme: Place, globex: Place) -> None:
    """However often the platform's audit has its time: who removes all of a tenant's seal is found."""
    await seal(acme)
    for _ in range(3):
        await seal(acme)
        acme.runtime.advance(402 * DAY)
        await expire(acme)
    types = [event.type for event in (await acme.store.platform.audit.page(PageRequest(limit=200))).items]
    assert AuditType.SEAL_BEGUN not in types
    assert types.count(AuditType.AUDIT_EXPIRED) == 1
    assert await intact(acme)
    tables = acme.store.tenant(acme.tenant.id).audit._view.database.tenants[globex.tenant.id]  # type: ignore[attr-defined]
    for table in (tables.audit_heads, tables.audit_segments, tables.audit):
        table.clear()
    finding = (await acme.management.audit.verify(SYSTEM, globex.tenant.id)).finding
    assert finding is not None
    assert (finding.damage, finding.part) == (Damage.REMOVED, Part.HEAD)
    await seal(acme)
    acme.runtime.advance(402 * DAY)
    await expire(acme)
    told = (await acme.store.platform.audit.page(PageRequest(limit=200))).items[-1]
    assert told.details["begun"] == [acme.tenant.id], "what is no more is not told for ever"


async def test_that_nothing_happened_leaves_no_trace_for_ever(acme: Place) -> None:
    """Notes of what went are not themselves told of when they go."""
    await seal(acme)
    for _ in range(2):
        acme.runtime.advance(402 * DAY)
        await expire(acme)
        await seal(acme)
    assert await acme.events() == []
    assert (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).is_intact


async def test_a_spent_budget_leaves_the_rest_to_the_next_run(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MAX_EVENTS", 2)
    await seal(acme)
    await seal(acme)
    before = len(await acme.events())
    acme.runtime.advance(402 * DAY)
    reports: list[ExpiryReport] = []
    while not reports or not reports[-1].finished:
        reports.append(await expire(acme, deadline=0 if len(reports) < 3 else FOREVER))
    assert len(reports) == 4
    assert sum(report.events for report in reports) == before + 1
    assert await intact(acme)


async def test_who_seals_is_not_disturbed(acme: Place) -> None:
    """It is done by whoever holds the lock of sealing, and what is not done is tried again."""
    await seal(acme)
    acme.runtime.advance(402 * DAY)
    async with acme.store.exclusive(LOCK) as alone:
        assert alone
        assert (await expire(acme)).events == 0
    assert (await expire(acme)).events > 0


async def test_a_search_finds_what_is_kept(acme: Place) -> None:
    """Whatever went before it."""
    await seal(acme)
    acme.runtime.advance(402 * DAY)
    event = await note(acme, target="something")
    await seal(acme)
    await expire(acme)
    page = await acme.management.audit.page(SYSTEM, acme.tenant.id, EVERYTHING)
    assert page.items[0].id == event.id
