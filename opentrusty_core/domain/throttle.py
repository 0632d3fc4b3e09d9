"""Throttling of guesses by the generic cell rate algorithm (GCRA): one timestamp a bucket, no counters to reset."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`burst` attempts at once, then one each `interval`."""

    burst: int
    interval: timedelta

    @property
    def tolerance(self) -> timedelta:
        """How far ahead of now a bucket's theoretical arrival time may run."""
        return self.interval * self.burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A limit as people put it: `burst` attempts at once, then `per_minute` of them."""

    burst: int
    per_minute: int

    @property
    def limit(self) -> Limit:
        """The same as a limit."""
        return Limit(burst=self.burst, interval=timedelta(minutes=1) / self.per_minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Something that is counted: an account, a network, a tenant; `key` is a SHA-256, so the table names nobody."""

    key: bytes
    limit: Limit


def account_key(user_id: str) -> bytes:
    """The key of the bucket that counts failed sign-ins as this user."""
    return hashlib.sha256(f"sign-in\0user\0{user_id}".encode("utf-8", "surrogatepass")).digest()
