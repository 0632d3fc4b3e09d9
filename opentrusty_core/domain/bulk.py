"""Doing one thing to many users: what, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BulkAction(StrEnum):
    """What is done to each user."""

    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"
    END_SESSIONS = "end_sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRefusal:
    """A user to whom it was not done, and why, in a sentence."""

    user_id: str
    username: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkStep:
    """Some users: those to whom it was not done, and how many it was done to and not done to so far."""

    refused: tuple[BulkRefusal, ...]
    done: int
    not_done: int
