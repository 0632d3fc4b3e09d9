"""The deployment as a whole, in memory (see `storage.upkeep`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun
from opentrusty_core.stores.memory.purge import waiting
from opentrusty_core.stores.memory.tables import Database, Tables, page


class MemoryUpkeep:
    """See `storage.Upkeep`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def master_key(self) -> str | None:
        """See `storage.Upkeep.master_key`."""
        return self._database.master_key_id

    async def under_other_keys(self, key_id: bytes, request: PageRequest) -> Page[str]:
        """See `storage.Upkeep.under_other_keys`."""
        found = (id_ for id_, tables in self._database.tenants.items() if _is_under_other(tables, key_id))
        return page(found, lambda id_: id_, request)

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


def _is_under_other(t: Tables, key_id: bytes) -> bool:
    macs = [head.mac for head in t.audit_heads.values()] + [segment.mac for segment in t.audit_segments.values()]
    keys = [key.sealed_private for key in t.signing_keys.values() if key.status is not KeyStatus.RETIRED]
    return any(mac[:8] != key_id for mac in macs) or any(sealed[1:9] != key_id for sealed in keys)
