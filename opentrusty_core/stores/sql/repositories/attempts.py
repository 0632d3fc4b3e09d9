"""Attempts in SQL (see `storage.attempts`)."""

from __future__ import annotations

from datetime import datetime

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.storage import AttemptClaimed, AttemptHeld
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.rows import ATTEMPT


class SqlAttempts(Repository):
    """See `storage.Attempts`."""

    async def claim(self, attempt: Attempt, now: datetime, *, stale_since: datetime) -> AttemptClaimed | AttemptHeld:
        """See `storage.Attempts.claim`."""
        if await self._add("claim_attempt", now=now, stale_since=stale_since, **ATTEMPT.params(attempt)):
            return AttemptClaimed()
        held = first(ATTEMPT, await self._find("get_attempt", key_hash=attempt.key_hash))
        return AttemptHeld(attempt=held or attempt)  # released between the two statements: the next try gets it

    async def answer(self, attempt: Attempt) -> bool:
        """See `storage.Attempts.answer`."""
        return bool(await self._add("answer_attempt", **ATTEMPT.params(attempt)))

    async def release(self, attempt: Attempt) -> bool:
        """See `storage.Attempts.release`."""
        return bool(await self._find("release_attempt", key_hash=attempt.key_hash, id=attempt.id))
