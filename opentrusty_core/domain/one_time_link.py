"""One-time links: how a person without a password gets to choose one.

An administrator makes a link and hands it over; whoever opens it first chooses the password. Of a person's links only
the newest is good, once, until its end, as long as the person is active and has not got a password in another way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from opentrusty_core.errors import Invalid

SHORTEST_LIFE = timedelta(minutes=5)


class LinkKind(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind's name

    @property
    def usual_life(self) -> timedelta:
        """How long a link of this kind is good unless its maker says otherwise."""
        return _USUAL_LIFE[self]

    @property
    def longest_life(self) -> timedelta:
        """How long its maker may let it be good."""
        return _LONGEST_LIFE[self]


_USUAL_LIFE = {LinkKind.INVITATION: timedelta(days=7), LinkKind.PASSWORD_RESET: timedelta(hours=24)}
_LONGEST_LIFE = {LinkKind.INVITATION: timedelta(days=30), LinkKind.PASSWORD_RESET: timedelta(days=7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeLink:
    """A link as it is kept: its handle only as `hash` (SHA-256).

    `made_by` is the id of the actor, None for the system. `sent_to` is the address that the link was mailed to and so
    proves; None where it was handed over otherwise. `client_id` is the application that the person goes on to.
    """

    hash: bytes = field(repr=False)
    id: str
    kind: LinkKind
    user_id: str
    made_by: str | None = None
    sent_to: str | None = None
    client_id: str | None = None
    created_at: datetime
    expires_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether its time is not over."""
        return now < self.expires_at


def validated_life(kind: LinkKind, lifetime: timedelta | None) -> timedelta:
    """How long a new link is good: `lifetime`, or what is usual for the kind.

    Raises:
        Invalid: it is shorter than `SHORTEST_LIFE` or longer than the kind allows.
    """
    if lifetime is None:
        return kind.usual_life
    if not SHORTEST_LIFE <= lifetime <= kind.longest_life:
        least, most = (int(life.total_seconds()) for life in (SHORTEST_LIFE, kind.longest_life))
        raise Invalid({"lifetime": f"Use {least} to {most} seconds."})
    return lifetime
