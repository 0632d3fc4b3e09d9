"""Attempts: requests that name themselves, so that one which is sent again gets the first answer
(draft-ietf-httpapi-idempotency-key-header).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A request under a key of the caller's choosing.

    `key_hash` is a SHA-256 over who asks, for what operation, and the key; `request_hash` one over what exactly they
    ask. `sealed_answer` is encrypted under the master key, for it may hold a secret; None until there is an answer.
    `id` tells apart those who come with the same key.
    """

    key_hash: bytes = field(repr=False)
    id: str
    request_hash: bytes = field(repr=False)
    claimed_at: datetime
    expires_at: datetime
    sealed_answer: bytes | None = field(default=None, repr=False)

    def stands(self, now: datetime, stale_since: datetime) -> bool:
        """Whether others of its key have to wait for its answer, or get it."""
        return now < self.expires_at and (self.sealed_answer is not None or stale_since < self.claimed_at)
