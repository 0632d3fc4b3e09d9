"""One-time links as JSON: their secret in the answer to their making, and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from opentrusty_admin.schemas.base import Model, Moment, Seconds, Text
from opentrusty_admin.schemas.users import UserChanges, UserOut
from opentrusty_core import LinkKind
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.management import MadeLink


class LinkTerms(TypedDict):
    """What use cases take of every link."""

    lifetime: timedelta | None
    mailed: bool


class NewOwnerLink(Model):
    """A link to be made for the owner of a new tenant, who is led on to the console."""

    lifetime: Seconds | None = None
    """How long it is good: 300 seconds to 30 days for an invitation (7 days without this), to 7 days for a reset (24
    hours)."""
    mailed: bool = False
    """Whether you mail it to the user's email: opening it verifies that address."""

    def terms(self) -> LinkTerms:
        """As the use cases take them. Seconds that no lifetime can have become some that are refused."""
        seconds = None if self.lifetime is None else max(min(self.lifetime, 10**9), -1)
        lifetime = None if seconds is None else timedelta(seconds=seconds)
        return {"lifetime": lifetime, "mailed": self.mailed}


class NewLink(NewOwnerLink):
    """A link to be made."""

    client_id: Text | None = None
    """The application whose `client_uri` the person is led on to."""


class NewInvitation(UserChanges):
    """A user to be made without a password, and the link by which they choose one."""

    username: Text
    link: NewLink = NewLink()
    """How the link is made."""


class LinkOut(Model):
    """A link that is good. Its secret is not kept, so nobody can show it again."""

    id: str
    kind: LinkKind
    made_by: str | None
    """The id of the administrator; null where it was made on the command line."""
    sent_to: str | None
    client_id: str | None
    created_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, link: OneTimeLink) -> LinkOut:
        """As JSON."""
        return cls(
            id=link.id,
            kind=link.kind,
            made_by=link.made_by,
            sent_to=link.sent_to,
            client_id=link.client_id,
            created_at=link.created_at,
            expires_at=link.expires_at,
        )


class MadeLinkOut(LinkOut):
    """A link as it is seen once."""

    user: UserOut
    url: str
    """Shown this once: hand it to the person. Its secret stands behind the `#`."""

    @classmethod
    def of_made(cls, made: MadeLink) -> MadeLinkOut:
        """As JSON."""
        return cls(**LinkOut.of(made.link).model_dump(), user=UserOut.of(made.user), url=made.url)


class LinkOfUser(Model):
    """The link of a user, if one is good."""

    link: LinkOut | None


class Withdrawn(Model):
    """Whether a link was good until now."""

    withdrawn: bool


class Unlocked(Model):
    """Whether anything was counted against the user until now."""

    unlocked: bool
