"""Buckets of attempts in memory, by the generic cell rate algorithm (see `storage.Throttles`)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.storage import Limited, Taken
from opentrusty_core.stores.memory.tables import View


class MemoryThrottles:
    """See `storage.Throttles`. A bucket is the time at which it will be empty; it goes past every transaction."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._tenant_id = view.tenant_id
        self._empty_at = view.database.throttles

    async def take(self, buckets: tuple[Bucket, ...], now: datetime) -> Taken | Limited:
        """See `storage.Throttles.take`."""
        filled = {(self._tenant_id, bucket.key): self._level(bucket, now) + bucket.limit.interval for bucket in buckets}
        waits = [filled[self._tenant_id, bucket.key] - bucket.limit.tolerance - now for bucket in buckets]
        longest = max(waits, default=None)
        if longest is not None and longest.total_seconds() > 0:
            return Limited(retry_after=longest)
        self._empty_at.update(filled)
        return Taken()

    async def refund(self, buckets: tuple[Bucket, ...], now: datetime) -> None:
        """See `storage.Throttles.refund`."""
        self.give_back(buckets)

    async def clear(self, key: bytes, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Throttles.clear`."""
        async with self._view.write() as t:
            if self._empty_at.get((self._tenant_id, key), now) <= now:
                return False
            t.audit[event.id] = event
            self._view.refund(partial(self._forget, key))
            return True

    def give_back(self, buckets: tuple[Bucket, ...]) -> None:
        """What `refund` does."""
        for bucket in buckets:
            if (self._tenant_id, bucket.key) in self._empty_at:
                self._empty_at[self._tenant_id, bucket.key] -= bucket.limit.interval

    def _forget(self, key: bytes) -> None:
        self._empty_at.pop((self._tenant_id, key), None)

    def _level(self, bucket: Bucket, now: datetime) -> datetime:
        return max(self._empty_at.get((self._tenant_id, bucket.key), now), now)
