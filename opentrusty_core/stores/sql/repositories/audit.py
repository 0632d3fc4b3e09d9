"""The audit in SQL (see `storage.audit`)."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.audit_query import EVERYTHING, AuditQuery
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.seal import term
from opentrusty_core.runtime import format_id
from opentrusty_core.stores.sql.codec import Params, to_microseconds
from opentrusty_core.stores.sql.engine import Unstorable
from opentrusty_core.stores.sql.repositories.base import PLATFORM, Repository, first
from opentrusty_core.stores.sql.rows import CLIENT, EVENT, HEAD, event_params, storable

_ALWAYS, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
_BEFORE_ALL, _AFTER_ALL = "", "\U0010ffff"
"""Ids that sort so."""
_ID_SLACK = timedelta(seconds=2)
"""How far from its event's `at` an id may have been made."""
_TYPE_TERMS = ("type_term", "type_term_2", "type_term_3", "type_term_4")
_SEGMENTS = 32
"""How many segments a statement reads at most."""
_SCAN = 5000
"""How many events a statement looks at, so that none takes long however few of them fit."""


class SqlAudit(Repository):
    """See `storage.Audit`."""

    async def append(self, event: AuditEvent) -> None:
        """See `storage.Audit.append`."""
        await self._database.append({"tenant_id": self._tenant_id} | event_params(event))

    async def get(self, event_id: str) -> AuditEvent | None:
        """See `storage.Audit.get`."""
        return first(EVENT, await self._find("get_event", id=event_id))

    async def page(
        self, request: PageRequest, query: AuditQuery = EVERYTHING, *, descending: bool = False
    ) -> Page[AuditEvent]:
        """See `storage.Audit.page`."""
        params = _params(query)
        params["after"] = request.after or (_AFTER_ALL if descending else _BEFORE_ALL)
        find = self._search if query.is_narrow else self._next
        try:
            found = await find(params, request.limit + 1, descending=descending)
        except Unstorable:  # what cannot be stored is not there to be found
            found = []
        items = tuple(found[: request.limit])
        return Page(items=items, next_after=items[-1].id if len(found) > request.limit else None)

    async def names(self, ids: Collection[str]) -> Names:
        """See `storage.Audit.names`."""
        wanted = [{"tenant_id": self._tenant_id, "id": storable(id_)} for id_ in ids]
        if not wanted:
            return Names()
        params = self._params(ids=json.dumps(wanted))
        if self._tenant_id == PLATFORM:
            return Names(tenants=dict(await self._database.run("names_of_tenants", params)))
        users, clients = await self._database.together(("names_of_users", params), ("names_of_clients", params))
        return Names(users=dict(users), clients={row[0]: CLIENT.read(row).client_name for row in clients})

    async def _next(self, params: Params, limit: int, *, descending: bool) -> list[AuditEvent]:
        rows = await self._find(_directed("page_events", descending=descending), **params, limit=limit)
        return [EVENT.read(row) for row in rows]

    async def _search(self, params: Params, limit: int, *, descending: bool) -> list[AuditEvent]:
        """What is sealed is searched segment by segment, and what came later event by event."""
        rows = await self._find("audit_head")
        sealed_to = HEAD.read(rows[0]).last_id if rows else _BEFORE_ALL
        later = params | {"low": max(params["low"], sealed_to)}
        parts = [(self._sealed, params), (self._scan, later)]
        found: list[AuditEvent] = []
        for find, where in reversed(parts) if descending else parts:
            if len(found) < limit:
                found += await find(where, limit - len(found), descending=descending)
        return found

    async def _sealed(self, params: Params, limit: int, *, descending: bool) -> list[AuditEvent]:
        """Segment by segment, and by more at a time the longer it takes: most searches end with the first few."""
        segments = _directed("find_segments", descending=descending)
        events = _directed("find_events_between", descending=descending)
        after, found, count = params["after"], list[AuditEvent](), 1
        bounds = {
            "from": params["low"] if descending else max(params["low"], after),
            "to": min(params["high"], after) if descending else params["high"],
            "segment": _AFTER_ALL if descending else _BEFORE_ALL,
        }
        while len(found) < limit:
            rows = await self._find(segments, **params, **bounds, count=count)
            wanted = self._params(**params, limit=limit - len(found))
            calls = [(events, wanted | _covered(*row)) for row in rows]
            for answer in await self._database.together(*calls) if calls else ():
                found += [EVENT.read(row) for row in answer[: limit - len(found)]]
            if len(rows) < count:
                break
            bounds["segment"], count = rows[-1][0], min(2 * count, _SEGMENTS)
        return found

    async def _scan(self, params: Params, limit: int, *, descending: bool) -> list[AuditEvent]:
        """The first that fit, however many statements it takes to come to them."""
        found: list[AuditEvent] = []
        name = _directed("scan_events", descending=descending)
        while len(found) < limit:
            rows = await self._find(name, **params, scan=_SCAN, limit=limit - len(found))
            found += [EVENT.read(row) for row in rows if row[EVENT.width]]
            if not rows or rows[-1][EVENT.width + 1] < _SCAN:
                break
            params["after"] = rows[-1][0]
        return found


def _covered(first_id: str, last_id: str, late: str) -> Params:
    """The ids of a segment, with those of events that came late and were accepted."""
    ids = [first_id, last_id, *(entry.partition(":")[0] for entry in late.split())]
    return {"first_id": min(ids), "last_id": max(ids)}


def _directed(name: str, *, descending: bool) -> str:
    return f"{name}_descending" if descending else name


def _params(query: AuditQuery) -> Params:
    since, until = query.since or _ALWAYS, query.until or _NEVER
    return {
        "since": since,
        "until": until,
        "low": _BEFORE_ALL if query.since is None else _id_at(since - _ID_SLACK),
        "high": _AFTER_ALL if query.until is None else _id_at(until + _ID_SLACK),
        "types": json.dumps(sorted(query.types)) if query.types else None,
        "outcome": None if query.outcome is None else query.outcome.value,
        "actor_id": query.actor_id,
        "target": query.target,
        "client_id": query.client_id,
        "ip": query.ip,
        "outcome_term": _term("outcome", query.outcome),
        "actor_term": _term("actor", query.actor_id),
        "target_term": _term("target", query.target),
        "client_term": _term("client", query.client_id),
        "ip_term": _term("ip", query.ip),
        **_type_terms(query),
    }


def _type_terms(query: AuditQuery) -> Params:
    """Those of a few types; more of them are in almost every segment."""
    types = sorted(query.types) if len(query.types) <= len(_TYPE_TERMS) else []
    return dict.fromkeys(_TYPE_TERMS) | {
        name: term("type", type_) for name, type_ in zip(_TYPE_TERMS, types, strict=False)
    }


def _term(kind: str, value: str | None) -> bytes | None:
    return None if value is None else term(kind, value)


def _id_at(moment: datetime) -> str:
    """An id made at the moment."""
    return format_id(max(to_microseconds(moment) // 1000, 0), bytes(10))
