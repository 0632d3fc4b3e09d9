"""Importing users: what becomes of each line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LineOutcome(StrEnum):
    """What became of a line."""

    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """What became of one line: `user_id` where there is such a user, `problems` by field where it was refused."""

    line: int
    outcome: LineOutcome
    username: str | None = None
    user_id: str | None = None
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStep:
    """A batch: what became of its lines, and how many met which end so far."""

    reports: tuple[LineReport, ...]
    totals: Mapping[LineOutcome, int]
