"""Importing and exporting users: what is asked, and the lines of the answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from opentrusty_admin.schemas.base import Model, Query
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.domain.user_import import LineOutcome, LineReport


class UserFilter(Query):
    """Which users."""

    search: str = Field(default="", max_length=254)
    """Words, each the beginning of a username, an email, or a word of a name."""
    status: UserStatus | None = None


class ImportQuery(Query):
    """How users are imported."""

    update: bool = False
    """Whether users who are there get the email and the claims of their lines; else they are skipped."""
    dry_run: bool = False
    """Whether to say what would become of every line, and write nothing."""
    every_line: bool = False
    """Whether to tell of every line, not of those alone that are refused."""


class LineOut(Model):
    """A line, and what became of it."""

    type: LineOutcome
    line: int
    username: str | None
    user_id: str | None
    """Null where there is no such user, as of a line that was refused."""
    problems: dict[str, str]
    """Why it was refused, by field."""

    @classmethod
    def of(cls, report: LineReport) -> LineOut:
        """As JSON."""
        return cls(
            type=report.outcome,
            line=report.line,
            username=report.username,
            user_id=report.user_id,
            problems=dict(report.problems),
        )


class ImportCounts(Model):
    """How many lines have met which end so far; in the end it says `done`."""

    type: Literal["progress", "done"]
    created: int
    updated: int
    skipped: int
    refused: int
    dry_run: bool

    @classmethod
    def of(cls, type_: Literal["progress", "done"], totals: dict[LineOutcome, int], dry_run: bool) -> ImportCounts:
        """As JSON."""
        return cls(type=type_, dry_run=dry_run, **{outcome.value: count for outcome, count in totals.items()})


class UserCount(Model):
    """How many users there are."""

    count: int
    """At most 10,000."""
    more: bool
    """Whether there are more than that."""
