"""What people allowed a client, as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import Model, Moment
from opentrusty_core.domain.scope import format_scope
from opentrusty_core.storage import HeldGrant


class HeldGrantOut(Model):
    """A grant to a client, and whose it is."""

    id: str
    client_id: str
    user_id: str
    username: str | None
    """Null where the people are kept elsewhere."""
    scope: str
    is_offline: bool
    """Whether it outlives the session in which it was given."""
    session_id: str
    auth_time: Moment
    created_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, held: HeldGrant) -> HeldGrantOut:
        """As JSON."""
        grant, user = held.grant, held.user
        return cls(
            id=grant.id,
            client_id=grant.client_id,
            user_id=grant.user_id,
            username=user.username if user else None,
            scope=format_scope(grant.scope),
            is_offline=grant.is_offline,
            session_id=grant.session_id,
            auth_time=grant.auth_time,
            created_at=grant.created_at,
            expires_at=grant.expires_at,
        )


class RevokedGrants(Model):
    """How many grants ended."""

    revoked: int


class ConsentCount(Model):
    """How many users have allowed a client something."""

    count: int
