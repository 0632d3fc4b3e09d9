"""The seal of an audit and its numbers, in SQL (see `storage.seals`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.domain.statistics import KEEP_NUMBERS, Counted, CountKey, Measure, UseKey, Uses
from opentrusty_core.domain.usage import Totals, Use
from opentrusty_core.storage.seals import Written
from opentrusty_core.stores.sql.codec import Params, Row, to_microseconds
from opentrusty_core.stores.sql.repositories.base import PLATFORM, Repository, first
from opentrusty_core.stores.sql.rows import EVENT, HEAD, SEGMENT, event_params

_NO_EVENT: Params = {f"event_{column}": None for column in EVENT.columns}
_dump = json.JSONEncoder(separators=(",", ":")).encode


class SqlSeals(Repository):
    """See `storage.Seals`."""

    async def head(self) -> Head | None:
        """See `storage.Seals.head`."""
        return first(HEAD, await self._find("audit_head"))

    async def last(self) -> Segment | None:
        """See `storage.Seals.last`."""
        return first(SEGMENT, await self._find("last_segment"))

    async def covering(self, event_id: str) -> Segment | None:
        """See `storage.Seals.covering`."""
        return first(SEGMENT, await self._find("segment_covering", event_id=event_id))

    async def page(self, request: PageRequest) -> Page[Segment]:
        """See `storage.Seals.page`."""
        return await self._page("page_segments", SEGMENT, lambda segment: segment.first_id, request)

    async def written(self, after: str, before: str, limit: int) -> tuple[Written, ...]:
        """See `storage.Seals.written`."""
        return tuple(map(_written, await self._find("written_events", after=after, before=before, limit=limit)))

    async def seal(
        self,
        segment: Segment,
        head: Head,
        counted: Counted,
        *,
        chain: bytes | None,
        begun: AuditEvent | None = None,
        event: AuditEvent | None = None,
    ) -> bool:
        """See `storage.Seals.seal`."""
        numbers = _numbers(counted.counts, self._tenant_id) + _numbers(counted.counts, PLATFORM)
        uses = _uses(counted.uses, self._tenant_id) + _uses(counted.uses_of(self._tenant_id), PLATFORM)
        params = self._params(
            chain=chain,
            platform=PLATFORM,
            event_tenant_id=PLATFORM if begun is not None else self._tenant_id,
            counts=_dump(numbers),
            uses=_dump(uses),
            people=_people(self._tenant_id, counted.last_active),
            forgotten_day=str((segment.sealed_at - KEEP_NUMBERS).date()),
        )
        params |= SEGMENT.params(segment) | HEAD.params(head) | _optional(begun or event)
        return bool(await self._database.run("seal_events", params))

    async def renew_segment(self, segment: Segment, mac: bytes) -> bool:
        """See `storage.Seals.renew_segment`."""
        return bool(await self._find("renew_segment", first_id=segment.first_id, mac_before=segment.mac, mac=mac))

    async def renew_head(self, head: Head, mac: bytes) -> bool:
        """See `storage.Seals.renew_head`."""
        return bool(await self._find("renew_head", mac_before=head.mac, mac=mac))

    async def expire(self, segment: Segment, head: Head, event: AuditEvent | None) -> bool:
        """See `storage.Seals.expire`."""
        params = self._params(first_id=segment.first_id, last_id=segment.end_id)
        return bool(await self._database.run("expire_segment", params | HEAD.params(head) | _optional(event)))


class SqlStatistics(Repository):
    """See `storage.Statistics`."""

    async def last_active(self, user_ids: Collection[str]) -> Mapping[str, date]:
        """See `storage.Statistics.last_active`."""
        people = _people(self._tenant_id, dict.fromkeys(user_ids))
        rows = await self._find("last_active_of", people=people) if user_ids else []
        return {user_id: date.fromisoformat(day) for user_id, day in rows}

    async def counts(self, since: date, until: date) -> Mapping[CountKey, int]:
        """See `storage.Statistics.counts`."""
        rows = await self._find("daily_counts", since_day=str(since), until_day=str(until))
        return {CountKey(date.fromisoformat(day), Measure(measure), key): amount for day, measure, key, amount in rows}

    async def most_used(self, since: date, until: date, limit: int) -> tuple[Use, ...]:
        """See `storage.Statistics.most_used`."""
        rows = await self._find("most_used", since_day=str(since), until_day=str(until), limit=limit)
        return tuple(Use(id=id_, authorizations=authorizations, tokens=tokens) for id_, authorizations, tokens in rows)

    async def count_totals(self, now: datetime) -> None:
        """See `storage.Statistics.count_totals`."""
        await self._find("count_totals", now=now)

    async def totals(self) -> Totals | None:
        """See `storage.Statistics.totals`."""
        if self._tenant_id == PLATFORM:
            rows = await self._database.run("totals_of_all", {})
        else:
            rows = await self._find("totals")
        if not rows or not rows[0][0]:
            return None
        tenants, users, clients, counted_at = rows[0]
        return Totals(tenants=tenants, users=users, clients=clients, counted_at=counted_at)


def _written(row: Row) -> Written:
    id_, at, type_, outcome, actor_id, target, client_id, ip, _ = row
    content = _dump([id_, to_microseconds(at), *row[2:]]).encode()
    return Written(id_, at, type_, outcome, actor_id, target, client_id, ip, content, lambda: EVENT.read(row))


def _numbers(counts: Mapping[CountKey, int], tenant_id: str) -> list[dict[str, object]]:
    return [
        {"tenant_id": tenant_id, "day": str(key.day), "measure": key.measure.value, "key": key.key, "amount": amount}
        for key, amount in sorted(counts.items())
    ]


def _uses(uses: Mapping[UseKey, Uses], tenant_id: str) -> list[dict[str, object]]:
    return [
        {"tenant_id": tenant_id, "day": str(day), "id": id_, "authorizations": authorizations, "tokens": tokens}
        for (day, id_), (authorizations, tokens) in sorted(uses.items())
    ]


def _people(tenant_id: str, days: Mapping[str, date | None]) -> str:
    """People of a tenant by id as the JSON that `{{people}}` reads, each with a day."""
    return _dump([{"tenant_id": tenant_id, "user_id": user_id, "day": str(day)} for user_id, day in days.items()])


def _optional(event: AuditEvent | None) -> Params:
    return _NO_EVENT if event is None else event_params(event)
