"""What those who keep a deployment ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun


class Upkeep(Protocol):
    """The deployment as a whole."""

    async def master_key(self) -> str | None:
        """Which master key seals this database's secrets, if one is remembered."""
        ...

    async def under_other_keys(self, key_id: bytes, request: PageRequest) -> Page[str]:
        """The ids of the tenants whose audit, or signing keys that are not retired, are sealed under another master key
        than this one (see `domain.seal` and `crypto.envelope`); the platform's, if its audit is, is empty.
        """
        ...

    async def keys(self) -> KeyCensus:
        """The signing keys of every tenant that are not retired."""
        ...

    async def backlog(self, now: datetime, *, limit: int) -> Mapping[str, int]:
        """How many records of each kind wait for `Platform.purge`, and tenants to be erased, each counted up to
        `limit`; nothing that would have to be searched for without an index.
        """
        ...

    async def note_run(self, run: MaintenanceRun) -> None:
        """Remember the run in place of the one before."""
        ...

    async def last_run(self) -> MaintenanceRun | None:
        """The run that is remembered."""
        ...
