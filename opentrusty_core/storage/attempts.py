"""Requests that are answered once, however often they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.storage.outcomes import AttemptClaimed, AttemptHeld


class Attempts(Protocol):
    """The attempts of a tenant's people and clients."""

    async def claim(self, attempt: Attempt, now: datetime, *, stale_since: datetime) -> AttemptClaimed | AttemptHeld:
        """Begin an attempt: of many racers one gets `AttemptClaimed`, the others `AttemptHeld` with what stands there.

        An attempt that has expired, and one that has no answer and was claimed at `stale_since` or before (its process
        is gone), gives way.
        """
        ...

    async def answer(self, attempt: Attempt) -> bool:
        """Write down the answer of an attempt that was claimed; False where another has taken its place."""
        ...

    async def release(self, attempt: Attempt) -> bool:
        """Forget an attempt that was claimed and came to nothing; False where another has taken its place."""
        ...
