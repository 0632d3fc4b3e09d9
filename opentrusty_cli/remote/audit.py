"""The audit and the numbers made from it over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Any

from opentrusty_cli.remote.api import Api, path
from opentrusty_cli.remote.reading import read
from opentrusty_core.domain.audit import AuditEvent, Origin
from opentrusty_core.domain.audit_query import EVERYTHING, AuditQuery
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.usage import DayOfUse, Totals, Usage, Use
from opentrusty_core.domain.verdict import Anchor, Finding, Verdict
from opentrusty_core.management import Actor, ExportFormat

Progress = Callable[[int], None]


class RemoteAudit:
    """Twin of `management.Audit`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        query: AuditQuery = EVERYTHING,
        *,
        descending: bool = False,
    ) -> Page[AuditEvent]:
        return await self._page(self._api.of(tenant_id, "audit"), request, query, descending)

    async def export(
        self,
        actor: Actor,
        tenant_id: str,
        query: AuditQuery = EVERYTHING,
        format_: ExportFormat = ExportFormat.JSON_LINES,
    ) -> AsyncIterator[bytes]:
        asked = {**_asked(query), "format": format_}
        async for piece in self._api.stream("GET", self._api.of(tenant_id, "audit-export"), query=asked):
            yield piece

    async def get(self, actor: Actor, tenant_id: str, event_id: str) -> AuditEvent:
        return _event(await self._api.get(self._api.of(tenant_id, "audit", event_id)))

    async def platform_page(
        self, actor: Actor, request: PageRequest, query: AuditQuery = EVERYTHING, *, descending: bool = False
    ) -> Page[AuditEvent]:
        return await self._page(path("platform", "audit"), request, query, descending)

    async def platform_export(
        self, actor: Actor, query: AuditQuery = EVERYTHING, format_: ExportFormat = ExportFormat.JSON_LINES
    ) -> AsyncIterator[bytes]:
        asked = {**_asked(query), "format": format_}
        async for piece in self._api.stream("GET", path("platform", "audit-export"), query=asked):
            yield piece

    async def platform_get(self, actor: Actor, event_id: str) -> AuditEvent:
        return _event(await self._api.get(path("platform", "audit", event_id)))

    async def verify(
        self, actor: Actor, tenant_id: str, *, anchor: Anchor | None = None, progress: Progress | None = None
    ) -> Verdict:
        return await self._verified(self._api.of(tenant_id, "audit-verify"), anchor, progress)

    async def platform_verify(
        self, actor: Actor, *, anchor: Anchor | None = None, progress: Progress | None = None
    ) -> Verdict:
        return await self._verified(path("platform", "audit-verify"), anchor, progress)

    async def _page(self, where: str, request: PageRequest, query: AuditQuery, descending: bool) -> Page[AuditEvent]:
        return await self._api.page(where, request, _event, {**_asked(query), "sort": "-at" if descending else "at"})

    async def _verified(self, where: str, anchor: Anchor | None, progress: Progress | None) -> Verdict:
        last: dict[str, Any] = {}
        body = json.dumps({"anchor": None if anchor is None else str(anchor)}).encode()
        async for last in self._api.lines("POST", where, body=body):
            if progress is not None:
                progress(last["events"])
        reached, finding = last["anchor"], last["finding"]
        return read(
            Verdict,
            last,
            anchor=None if reached is None else Anchor.parse(reached),
            finding=None if finding is None else read(Finding, finding),
        )


class RemoteStatistics:
    """Twin of `management.Statistics`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def tenant(
        self, actor: Actor, tenant_id: str, *, since: date | None = None, until: date | None = None
    ) -> Usage:
        return _usage(await self._api.get(self._api.of(tenant_id, "statistics"), {"since": since, "until": until}))

    async def platform(self, actor: Actor, *, since: date | None = None, until: date | None = None) -> Usage:
        return _usage(await self._api.get(path("platform", "statistics"), {"since": since, "until": until}))


def _asked(query: AuditQuery) -> dict[str, object]:
    moments = {"since": query.since, "until": query.until}
    return {
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        "type": ",".join(sorted(query.types)),
        **{name: getattr(query, name) for name in ("outcome", "actor_id", "target", "client_id", "ip")},
    }


def _event(data: dict[str, Any]) -> AuditEvent:
    return read(AuditEvent, data, origin=read(Origin, data))


def _usage(data: dict[str, Any]) -> Usage:
    return Usage(
        as_of=None if data["as_of"] is None else datetime.fromisoformat(data["as_of"]),
        totals=read(Totals, data["totals"]),
        active_users={int(name.removeprefix("days_")): people for name, people in data["active_users"].items()},
        days=tuple(read(DayOfUse, day, day=date.fromisoformat(day["day"])) for day in data["days"]),
        most_used=tuple(read(Use, use) for use in data["most_used"]),
    )
