"""Attempts in memory (see `storage.attempts`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.storage import AttemptClaimed, AttemptHeld
from opentrusty_core.stores.memory.tables import View


class MemoryAttempts:
    """See `storage.Attempts`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def claim(self, attempt: Attempt, now: datetime, *, stale_since: datetime) -> AttemptClaimed | AttemptHeld:
        """See `storage.Attempts.claim`."""
        async with self._view.write() as t:
            held = t.attempts.get(attempt.key_hash)
            if held is not None and held.stands(now, stale_since):
                return AttemptHeld(attempt=held)
            t.attempts[attempt.key_hash] = attempt
            return AttemptClaimed()

    async def answer(self, attempt: Attempt) -> bool:
        """See `storage.Attempts.answer`."""
        async with self._view.write() as t:
            held = t.attempts.get(attempt.key_hash)
            if held is None or held.id != attempt.id:
                return False
            t.attempts[attempt.key_hash] = replace(held, sealed_answer=attempt.sealed_answer)
            return True

    async def release(self, attempt: Attempt) -> bool:
        """See `storage.Attempts.release`."""
        async with self._view.write() as t:
            held = t.attempts.get(attempt.key_hash)
            if held is None or held.id != attempt.id or held.sealed_answer is not None:
                return False
            del t.attempts[attempt.key_hash]
            return True
