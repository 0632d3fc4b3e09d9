"""An audit as a stream of JSON Lines or CSV, page by page: however long it is, little of it is ever in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from enum import StrEnum

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import Page, PageRequest

PAGE = 500
"""How many events are read at a time."""
COLUMNS = (
    *("id", "at", "type", "outcome", "actor_kind", "actor_id", "target", "client_id", "reason"),
    *("ip", "user_agent", "request_id", "details"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell must not begin with: a spreadsheet would compute it (OWASP, CSV injection)."""
_dump = json.JSONEncoder(separators=(",", ":")).encode


class ExportFormat(StrEnum):
    """How an export is written; both are UTF-8."""

    JSON_LINES = "jsonl"
    """An object a line; what is absent is null."""
    CSV = "csv"
    """RFC 4180 with a line of names; details are JSON. A text that a spreadsheet might compute begins with `'`."""


Pages = Callable[[PageRequest], Awaitable[Page[AuditEvent]]]


async def lines_of(pages: Pages, format_: ExportFormat) -> AsyncIterator[bytes]:
    """All events that `pages` gives, a piece for each page."""
    if format_ is ExportFormat.CSV:
        yield _rows([COLUMNS])
    request: PageRequest | None = PageRequest(limit=PAGE)
    while request is not None:
        page = await pages(request)
        if page.items:
            records = [record_of(event) for event in page.items]
            yield _rows(map(_cells, records)) if format_ is ExportFormat.CSV else _lines(records)
        request = PageRequest(limit=PAGE, after=page.next_after) if page.next_after is not None else None


def record_of(event: AuditEvent) -> dict[str, object]:
    """An event as it is exported: the moment in RFC 3339 to the microsecond, everything else as it is."""
    return {
        "id": event.id,
        "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "type": event.type.value,
        "outcome": event.outcome.value,
        "actor_kind": event.actor_kind.value,
        "actor_id": event.actor_id,
        "target": event.target,
        "client_id": event.client_id,
        "reason": event.reason,
        "ip": event.origin.ip,
        "user_agent": event.origin.user_agent,
        "request_id": event.origin.request_id,
        "details": dict(event.details),
    }


def asked_for(query: AuditQuery) -> dict[str, object]:
    """What a query asks for, as an event tells of it."""
    asked = {
        "since": query.since and query.since.isoformat(),
        "until": query.until and query.until.isoformat(),
        "types": sorted(query.types),
        "outcome": query.outcome,
        "actor_id": query.actor_id,
        "target": query.target,
        "client_id": query.client_id,
        "ip": query.ip,
    }
    return {name: value for name, value in asked.items() if value}


def _lines(records: Iterable[dict[str, object]]) -> bytes:
    return b"".join(_dump(record).encode() + b"\n" for record in records)


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(errors="backslashreplace")


def _cells(record: dict[str, object]) -> list[str]:
    return [_cell(value) for value in record.values()]


def _cell(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else _dump(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
