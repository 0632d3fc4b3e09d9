"""Buckets of attempts in SQL, by the generic cell rate algorithm (see `storage.Throttles`)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from operator import itemgetter

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.storage import Limited, Taken
from opentrusty_core.stores.sql.codec import MICROSECOND, to_microseconds
from opentrusty_core.stores.sql.repositories.base import Repository


class SqlThrottles(Repository):
    """See `storage.Throttles`. A bucket is the moment at which it will be empty; no rollback touches it."""

    async def take(self, buckets: tuple[Bucket, ...], now: datetime) -> Taken | Limited:
        """See `storage.Throttles.take`."""
        if not buckets:
            return Taken()
        outside = self._database.outside
        params = self._params(buckets=bucket_params(self._tenant_id, buckets), moment=to_microseconds(now))
        if await outside.run("take_slots", params):
            return Taken()
        ((wait,),) = await outside.run("wait_for_slots", params)
        return Limited(retry_after=timedelta(microseconds=max(wait or 0, 1)))

    async def refund(self, buckets: tuple[Bucket, ...], now: datetime) -> None:
        """See `storage.Throttles.refund`."""
        params = self._params(buckets=bucket_params(self._tenant_id, buckets))
        await self._database.outside.run("refund_slots_unwaited", params)

    async def clear(self, key: bytes, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Throttles.clear`."""
        return bool(await self._find("clear_bucket", event, key=key.hex(), moment=to_microseconds(now)))


def bucket_params(tenant_id: str, buckets: tuple[Bucket, ...]) -> str:
    """The buckets of a tenant as the JSON that `{{buckets}}` reads; times in microseconds.

    They stand in the order of their keys, in which every statement locks them: nobody waits in a ring.
    """
    return json.dumps(
        [
            {
                "tenant_id": tenant_id,
                "key": key.hex(),
                "pace": limit.interval // MICROSECOND,
                "tolerance": limit.tolerance // MICROSECOND,
            }
            for key, limit in sorted({bucket.key: bucket.limit for bucket in buckets}.items(), key=itemgetter(0))
        ]
    )
