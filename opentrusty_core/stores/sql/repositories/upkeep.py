"""The deployment as a whole, in SQL (see `storage.upkeep`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun
from opentrusty_core.stores.sql.codec import Document
from opentrusty_core.stores.sql.repositories.base import Repository

MASTER_KEY = "master_key"
KEEP_SESSION = timedelta(days=1)
_LAST_RUN = "last_maintenance"
_RUN = Document(MaintenanceRun)


class SqlUpkeep(Repository):
    """See `storage.Upkeep`."""

    async def master_key(self) -> str | None:
        """See `storage.Upkeep.master_key`."""
        rows = await self._find("get_meta", name=MASTER_KEY)
        return str(rows[0][0]) if rows else None

    async def under_other_keys(self, key_id: bytes, request: PageRequest) -> Page[str]:
        """See `storage.Upkeep.under_other_keys`."""
        params = {"key_id": key_id, "after": request.after, "limit": request.limit + 1}
        found = [row[0] for row in await self._database.run("under_other_master_keys", params)]
        items = tuple(found[: request.limit])
        return Page(items=items, next_after=items[-1] if len(found) > len(items) else None)

    async def keys(self) -> KeyCensus:
        """See `storage.Upkeep.keys`."""
        found = {KeyStatus(status): rest for status, *rest in await self._find("key_census")}
        nothing = (0, None, None)
        active, announced = found.get(KeyStatus.ACTIVE, nothing), found.get(KeyStatus.ANNOUNCED, nothing)
        return KeyCensus(
            announced=announced[0],
            active=active[0],
            retiring=found.get(KeyStatus.RETIRING, nothing)[0],
            oldest_active_at=active[1],
            next_at=announced[2],
        )

    async def backlog(self, now: datetime, *, limit: int) -> Mapping[str, int]:
        """See `storage.Upkeep.backlog`."""
        rows = await self._find("backlog", now=now, day_ago=now - KEEP_SESSION, limit=limit)
        due: Counter[str] = Counter()
        for kind, count in rows:
            due[kind] += count
        return {kind: min(count, limit) for kind, count in due.items()}

    async def note_run(self, run: MaintenanceRun) -> None:
        """See `storage.Upkeep.note_run`."""
        await self._add("set_meta", name=_LAST_RUN, value=_RUN.dump(run))

    async def last_run(self) -> MaintenanceRun | None:
        """See `storage.Upkeep.last_run`."""
        rows = await self._find("get_meta", name=_LAST_RUN)
        return _RUN.load(rows[0][0]) if rows else None
