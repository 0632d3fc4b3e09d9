"""Sessions: signed-in browsers (OpenID Connect Session Management's `sid`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

ACR_PASSWORD = "urn:opentrusty:acr:1fa"  # noqa: S105 - a context's name
"""One factor was checked."""

SUPPORTED_ACR = (ACR_PASSWORD,)
TOUCH_EVERY = timedelta(minutes=1)
"""How stale `last_seen_at` may grow before a visit is written down: a write a minute, not a write a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser.

    `id` is the `sid` of ID tokens. The browser proves itself with two cookies, each known here by its SHA-256: the
    session's handle (parent domain) and the browser's own (`__Host-`), so that a cookie planted by a sibling host
    opens nothing.
    """

    id: str
    user_id: str
    handle_hash: bytes = field(repr=False)
    browser_hash: bytes = field(repr=False)
    auth_time: datetime
    amr: tuple[str, ...]
    acr: str
    created_at: datetime
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    ip: str | None = None
    user_agent: str | None = None
    ended_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it still recognises the person."""
        return self.ended_at is None and now < self.idle_expires_at and now < self.expires_at

    def wants_touch(self, now: datetime) -> bool:
        """Whether this visit is worth writing down."""
        return now - self.last_seen_at >= TOUCH_EVERY

    def touched(self, now: datetime, idle: timedelta) -> Session:
        """The session after a visit: its idle end moves, its absolute end does not."""
        return replace(self, last_seen_at=now, idle_expires_at=min(now + idle, self.expires_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """The cookies that a browser showed, as SHA-256 hashes: its own, and that of a session in this tenant."""

    hash: bytes | None = field(default=None, repr=False)
    session_hash: bytes | None = field(default=None, repr=False)
