"""The deployment as a whole, in memory (see `storage.upkeep`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun
from opentrusty_core.stores.memory.purge import waiting
from opentrusty_core.stores.memory.tables import Database


class MemoryUpkeep:
    """See `storage.Upkeep`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def master_key(self) -> str | None:
        """See `storage.Upkeep.master_key`."""
        return self._database.master_key_id

    async def keys(self) -> KeyCensus:
        """See `storage.Upkeep.keys`."""
        keys = [key for tables in self._database.tenants.values() for key in tables.signing_keys.values()]
        counts = Counter(key.status for key in keys)
        active = [key.activated_at for key in keys if key.status is KeyStatus.ACTIVE and key.activated_at is not None]
        return KeyCensus(
            announced=counts[KeyStatus.ANNOUNCED],
            active=counts[KeyStatus.ACTIVE],
            retiring=counts[KeyStatus.RETIRING],
            oldest_active_at=min(active, default=None),
            next_at=min((key.activates_at for key in keys if key.status is KeyStatus.ANNOUNCED), default=None),
        )

    async def backlog(self, now: datetime, *, limit: int) -> Mapping[str, int]:
        """See `storage.Upkeep.backlog`."""
        return {kind: min(count, limit) for kind, count in waiting(self._database, now).items()}

    async def note_run(self, run: MaintenanceRun) -> None:
        """See `storage.Upkeep.note_run`."""
        self._database.last_run = run

    async def last_run(self) -> MaintenanceRun | None:
        """See `storage.Upkeep.last_run`."""
        return self._database.last_run
