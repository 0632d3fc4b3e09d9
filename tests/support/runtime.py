"""A runtime that stands still until told otherwise."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from opentrusty_core.runtime import format_id

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


class FakeRuntime:
    """Deterministic time, ids and entropy; `advance` moves the clock."""

    def __init__(self, start: datetime = START, seed: str = "opentrusty") -> None:
        self.time = start
        self.seed = seed
        self.count = 0

    def advance(self, delta: timedelta | None = None, **units: float) -> None:
        """Move the clock by `delta`, or by `timedelta(**units)`."""
        self.time += delta if delta is not None else timedelta(**units)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def new_id(self) -> str:
        return format_id(int(self.time.timestamp() * 1000), self.token_bytes(10))

    def token_bytes(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.seed}:{self.count}".encode()).digest(size)
