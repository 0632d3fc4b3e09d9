"""The seal of an audit and its numbers, in memory (see `storage.seals`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.domain.statistics import KEEP_NUMBERS, Counted, CountKey, UseKey, Uses, add_uses
from opentrusty_core.domain.usage import Totals, Use
from opentrusty_core.storage.seals import Written
from opentrusty_core.stores.memory.tables import PLATFORM, Tables, View, drop, page


class MemorySeals:
    """See `storage.Seals`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def head(self) -> Head | None:
        """See `storage.Seals.head`."""
        return self._view.read().audit_heads.get("")

    async def last(self) -> Segment | None:
        """See `storage.Seals.last`."""
        segments = self._view.read().audit_segments
        return segments[max(segments)] if segments else None

    async def covering(self, event_id: str) -> Segment | None:
        """See `storage.Seals.covering`."""
        segments = self._view.read().audit_segments
        first_id = max((id_ for id_ in segments if id_ <= event_id), default=None)
        return segments[first_id] if first_id is not None else None

    async def page(self, request: PageRequest) -> Page[Segment]:
        """See `storage.Seals.page`."""
        return page(self._view.read().audit_segments.values(), lambda segment: segment.first_id, request)

    async def written(self, after: str, before: str, limit: int) -> tuple[Written, ...]:
        """See `storage.Seals.written`."""
        events = self._view.read().audit
        return tuple(_written(events[id_]) for id_ in sorted(id_ for id_ in events if after < id_ < before)[:limit])

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
        async with self._view.write() as t:
            known = t.audit_heads.get("")
            if chain != (known.chain if known is not None else None):
                return False
            if known is not None and known.first_number != head.first_number:
                return False
            t.audit_heads[""], t.audit_segments[segment.first_id] = head, segment
            platform = self._view.database.tenants.setdefault(PLATFORM, Tables())
            _add(t, counted.counts, counted.uses)
            _add(platform, counted.counts, counted.uses_of(self._view.tenant_id))
            t.last_active |= counted.last_active
            for tables in (t, platform):
                _forget(tables, (segment.sealed_at - KEEP_NUMBERS).date())
            if begun is not None:
                platform.audit[begun.id] = begun
            elif event is not None:
                t.audit[event.id] = event
            return True

    async def renew_segment(self, segment: Segment, mac: bytes) -> bool:
        """See `storage.Seals.renew_segment`."""
        async with self._view.write() as t:
            known = t.audit_segments.get(segment.first_id)
            if known is None or known.mac != segment.mac:
                return False
            t.audit_segments[segment.first_id] = replace(known, mac=mac)
            return True

    async def renew_head(self, head: Head, mac: bytes) -> bool:
        """See `storage.Seals.renew_head`."""
        async with self._view.write() as t:
            known = t.audit_heads.get("")
            if known is None or known.mac != head.mac:
                return False
            t.audit_heads[""] = replace(known, mac=mac)
            return True

    async def expire(self, segment: Segment, head: Head, event: AuditEvent | None) -> bool:
        """See `storage.Seals.expire`."""
        async with self._view.write() as t:
            known = t.audit_heads.get("")
            if known is None or (known.chain, known.first_number) != (head.chain, head.first_number - 1):
                return False
            t.audit_heads[""] = head
            t.audit_segments.pop(segment.first_id, None)
            drop(t.audit, lambda it: it.id <= segment.end_id)
            if event is not None:
                t.audit[event.id] = event
            return True


class MemoryStatistics:
    """See `storage.Statistics`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def last_active(self, user_ids: Collection[str]) -> Mapping[str, date]:
        """See `storage.Statistics.last_active`."""
        known = self._view.read().last_active
        return {user_id: known[user_id] for user_id in user_ids if user_id in known}

    async def counts(self, since: date, until: date) -> Mapping[CountKey, int]:
        """See `storage.Statistics.counts`."""
        return {key: count for key, count in self._view.read().daily_counts.items() if since <= key.day <= until}

    async def most_used(self, since: date, until: date, limit: int) -> tuple[Use, ...]:
        """See `storage.Statistics.most_used`."""
        summed: dict[UseKey, Uses] = {}
        for (day, id_), uses in self._view.read().daily_uses.items():
            if since <= day <= until:
                add_uses(summed, UseKey(since, id_), uses)
        used = [Use(id=key.id, authorizations=uses.authorizations, tokens=uses.tokens) for key, uses in summed.items()]
        return tuple(sorted(used, key=lambda use: (-use.tokens, -use.authorizations, use.id))[:limit])

    async def count_totals(self, now: datetime) -> None:
        """See `storage.Statistics.count_totals`."""
        async with self._view.write() as t:
            t.totals[""] = Totals(tenants=1, users=len(t.users), clients=len(t.clients), counted_at=now)

    async def totals(self) -> Totals | None:
        """See `storage.Statistics.totals`."""
        if self._view.tenant_id != PLATFORM:
            return self._view.read().totals.get("")
        counted = [total for tables in self._view.database.tenants.values() for total in tables.totals.values()]
        if not counted:
            return None
        return Totals(
            tenants=len(counted),
            users=sum(total.users or 0 for total in counted),
            clients=sum(total.clients for total in counted),
            counted_at=min(total.counted_at for total in counted),
        )


def _add(t: Tables, counts: Mapping[CountKey, int], uses: Mapping[UseKey, Uses]) -> None:
    t.daily_counts.update(counts)
    for key, some in uses.items():
        add_uses(t.daily_uses, key, some)


def _forget(t: Tables, before: date) -> None:
    t.daily_counts = Counter({key: amount for key, amount in t.daily_counts.items() if key.day >= before})
    t.daily_uses = {key: uses for key, uses in t.daily_uses.items() if key.day >= before}


def _written(event: AuditEvent) -> Written:
    return Written(
        event.id,
        event.at,
        event.type.value,
        event.outcome.value,
        event.actor_id,
        event.target,
        event.client_id,
        event.origin.ip,
        repr(event).encode("utf-8", "surrogatepass"),
        lambda: event,
    )
