"""Groups of a tenant's users that carry roles: who is a member holds what the group holds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from opentrusty_core.domain.user import User
from opentrusty_core.errors import Invalid

MAX_NAME = 200
MAX_JOINING = 200
"""How many users one call may add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; no two groups of a tenant have names that look alike."""

    id: str
    name: str
    description: str = ""
    created_at: datetime
    updated_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A user is a member of a group."""

    group_id: str
    user_id: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a group with the record of the user."""

    user: User
    joined_at: datetime


def group_name(name: str) -> str:
    """The name as it is shown: NFC, white space collapsed.

    Raises:
        Invalid: it is empty, too long or not printable.
    """
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(shown) <= MAX_NAME or not shown.isprintable():
        raise Invalid({"name": f"Use 1 to {MAX_NAME} printable characters."})
    return shown


def group_name_normal(name: str) -> str:
    """The one form under which a group's name is stored and found: twins in case or look are one."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())
