"""Doing one thing to many users: what is asked, and the lines of the answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from opentrusty_admin.schemas.base import Model
from opentrusty_core.domain.bulk import BulkAction, BulkRefusal
from opentrusty_core.domain.user import UserStatus


class BulkRequest(Model):
    """What is done, and to whom: a search or a status has to be said."""

    action: BulkAction
    search: str = Field(default="", max_length=254)
    """Words, each the beginning of a username, an email, or a word of a name."""
    status: UserStatus | None = None
    dry_run: bool = False
    """Whether to count them and change nothing."""


class RefusedUser(Model):
    """A user to whom it was not done, and why."""

    type: Literal["refused"] = "refused"
    user_id: str
    username: str
    reason: str

    @classmethod
    def of(cls, refusal: BulkRefusal) -> RefusedUser:
        """As JSON."""
        return cls(user_id=refusal.user_id, username=refusal.username, reason=refusal.reason)


class BulkCounts(Model):
    """To how many it was done so far, and to how many not; in the end it says `done`."""

    type: Literal["progress", "done"]
    done: int
    not_done: int
    dry_run: bool
