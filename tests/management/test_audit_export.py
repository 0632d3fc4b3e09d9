"""Exports of the audit: every event that fits, in a form that machines read and spreadsheets do not compute."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin
from opentrusty_core.domain.audit_query import EVERYTHING as ALL_EVENTS
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.errors import Denied
from opentrusty_core.management import audit_export
from opentrusty_core.management.audit_export import COLUMNS, ExportFormat
from tests.management.place import EVERYTHING, SYSTEM, Place

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", 'a "b", c', "ü\n書", "\0", "\ud800", "'quoted", ""]


async def pieces(stream: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in stream]


async def note(place: Place, **changes: object) -> AuditEvent:
    fields = {"id": place.runtime.new_id(), "at": place.runtime.now(), "type": AuditType.USER_UPDATED} | changes
    event = AuditEvent(**fields)  # type: ignore[arg-type]
    await place.store.tenant(place.tenant.id).audit.append(event)
    return event


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


@pytest.mark.parametrize("format_", ExportFormat)
async def test_every_event_that_fits_is_there_in_order(
    acme: Place, monkeypatch: pytest.MonkeyPatch, format_: ExportFormat
) -> None:
    """Page by page; the event that tells of the export is the newest of them, and says what was asked for."""
    monkeypatch.setattr(audit_export, "PAGE", 3)
    acme.runtime.advance(seconds=1)
    actor = await acme.actor(acme.admin)
    written = await pieces(acme.management.audit.export(actor, acme.tenant.id, ALL_EVENTS, format_))
    text = b"".join(written)
    events = await acme.events()
    assert len(written) >= len(events) // 3
    records = rows(text) if format_ is ExportFormat.CSV else [json.loads(line) for line in text.splitlines()]
    assert [record["id"] for record in records] == [event.id for event in events]
    assert tuple(records[0]) == COLUMNS
    assert records[0]["at"] == "2026-01-01T12:00:00.000000Z"
    (exported,) = await acme.events(AuditType.AUDIT_EXPORTED)
    assert (exported.actor_id, exported.details) == (acme.admin.id, {"format": format_.value, "query": {}})


async def test_what_was_asked_for_is_exported_and_told(acme: Place) -> None:
    query = AuditQuery(types=frozenset({AuditType.USER_CREATED}), since=acme.runtime.now())
    text = b"".join(await pieces(acme.management.audit.export(SYSTEM, acme.tenant.id, query)))
    assert {json.loads(line)["type"] for line in text.splitlines()} == {"user.created"}
    (exported,) = await acme.events(AuditType.AUDIT_EXPORTED)
    assert exported.details["query"] == {"types": ["user.created"], "since": "2026-01-01T12:00:00+00:00"}


async def test_nothing_that_fits_is_an_empty_file(acme: Place) -> None:
    query = AuditQuery(actor_id="nobody")
    assert await pieces(acme.management.audit.export(SYSTEM, acme.tenant.id, query)) == []
    header = await pieces(acme.management.audit.export(SYSTEM, acme.tenant.id, query, ExportFormat.CSV))
    assert header == [(",".join(COLUMNS) + "\r\n").encode()]


@pytest.mark.case("L4")
@pytest.mark.parametrize("text", NASTY)
async def test_no_text_is_computed_or_breaks_a_line(acme: Place, text: str) -> None:
    """Whatever a stranger puts into a User-Agent: one row, one line, and no formula."""
    event = await note(acme, origin=Origin(user_agent=text), reason=text, details={"given": text})
    query = AuditQuery(types=frozenset({AuditType.USER_UPDATED}))
    stream = acme.management.audit.export(SYSTEM, acme.tenant.id, query)
    (line,) = b"".join(await pieces(stream)).splitlines()
    record = json.loads(line)
    assert (record["user_agent"], record["details"]) == (text, {"given": text})
    stream = acme.management.audit.export(SYSTEM, acme.tenant.id, query, ExportFormat.CSV)
    (row,) = rows(b"".join(await pieces(stream)))
    assert row["id"] == event.id
    assert not row["user_agent"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert json.loads(row["details"]) == {"given": text}
    if text.isprintable() and text[:1] not in set("=+-@"):
        assert row["user_agent"] == text


async def test_the_platform_s_audit_is_exported_by_who_may_read_it(acme: Place) -> None:
    text = b"".join(await pieces(acme.management.audit.platform_export(SYSTEM)))
    (line,) = text.splitlines()
    assert json.loads(line)["type"] == "audit.exported"
    assert len((await acme.store.platform.audit.page(EVERYTHING)).items) == 1
    with pytest.raises(Denied):
        await pieces(acme.management.audit.platform_export(await acme.actor(acme.owner)))
