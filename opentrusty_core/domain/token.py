"""Refresh tokens and opaque access tokens as the store knows them (RFC 6749 §1.4, §1.5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from opentrusty_core.domain.scope import Scope

_WORTH_A_WRITE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """The refresh token of a grant.

    The bearer value is a MAC over `id` and `generation`, made and checked by the core, so the store holds nothing
    that opens a door. Each rotation adds one to `generation`; a lower one that comes back was copied.
    """

    id: str
    grant_id: str
    client_id: str
    generation: int = 0
    rotated_at: datetime | None = None
    created_at: datetime
    idle_expires_at: datetime
    expires_at: datetime

    def answers(self, generation: int, now: datetime, grace: timedelta) -> bool:
        """Whether a bearer of this generation is answered: the present one, or the one before within `grace` of it."""
        if generation == self.generation - 1 and self.rotated_at is not None:
            return now < self.rotated_at + grace
        return generation == self.generation

    def used(self, now: datetime, idle_expires_at: datetime) -> RefreshToken:
        """The token after a use that does not rotate it: its idle end moves where that is worth a write."""
        due, end = idle_due(now, idle_expires_at), min(idle_expires_at, self.expires_at)
        is_due = self.idle_expires_at <= due and self.idle_expires_at < self.expires_at
        return replace(self, idle_expires_at=end) if is_due or self.idle_expires_at > end else self


def idle_due(now: datetime, idle_expires_at: datetime) -> datetime:
    """An idle end at or before this is worth moving to `idle_expires_at`: it is an hour behind, or a tenth of the time.

    A use that moves it by less stays a read.
    """
    return idle_expires_at - min(_WORTH_A_WRITE, (idle_expires_at - now) / 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """An opaque access token, known by its SHA-256; without `grant_id` it is the client's own (client credentials)."""

    hash: bytes = field(repr=False)
    id: str
    client_id: str
    grant_id: str | None
    scope: Scope
    audience: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
