"""Sessions as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import Model, Moment
from opentrusty_core.domain.session import Session


class Ended(Model):
    """How many ended."""

    ended: int


class SessionOut(Model):
    """A signed-in browser; `id` is the `sid` of its ID tokens."""

    id: str
    user_id: str
    auth_time: Moment
    amr: tuple[str, ...]
    acr: str
    ip: str | None
    user_agent: str | None
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    """When it ends unless something happens in it."""
    ended_at: Moment | None

    @classmethod
    def of(cls, session: Session) -> SessionOut:
        """As JSON."""
        return cls(
            id=session.id,
            user_id=session.user_id,
            auth_time=session.auth_time,
            amr=session.amr,
            acr=session.acr,
            ip=session.ip,
            user_agent=session.user_agent,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=min(session.expires_at, session.idle_expires_at),
            ended_at=session.ended_at,
        )
