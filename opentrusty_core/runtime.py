"""Time, ids and entropy: the only place they come from, so that tests can hold them still."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Protocol

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"  # base32hex: its order is the order of the bits
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS = range(120, -1, -10)


class Runtime(Protocol):
    """What the core asks of the world."""

    def now(self) -> datetime:
        """The time, UTC-aware."""
        ...

    def monotonic(self) -> float:
        """Seconds from any fixed point, never backwards; for caches and time-outs."""
        ...

    def new_id(self) -> str:
        """A fresh id, never made before (26 characters, see `format_id`)."""
        ...

    def token_bytes(self, size: int) -> bytes:
        """`size` unpredictable bytes."""
        ...


def format_id(milliseconds: int, randomness: bytes) -> str:
    """An id of 128 bits: 48 of time, 80 random, as 26 characters of base32hex that sort by time.

    Ids of one moment are neighbours in an index, as with UUIDv7 (RFC 9562 §5.7), and need no hyphens in URLs.
    """
    number = milliseconds << 80 | int.from_bytes(randomness)
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


class SystemRuntime:
    """The real clock and the operating system's entropy."""

    def now(self) -> datetime:
        """See `Runtime.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See `Runtime.monotonic`."""
        return time.monotonic()

    def new_id(self) -> str:
        """See `Runtime.new_id`."""
        return format_id(time.time_ns() // 1_000_000, secrets.token_bytes(10))

    def token_bytes(self, size: int) -> bytes:
        """See `Runtime.token_bytes`."""
        return secrets.token_bytes(size)
