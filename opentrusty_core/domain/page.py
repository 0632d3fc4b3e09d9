"""Pages of a list: every list pages, by the last key of the page before.

A list in the order of its ids has the id itself for a cursor. A list in another order has keys of two parts, the value
that it is sorted by and the id, which decides among equal values: so the order is total, and no page repeats or loses
an item, whatever many share a value. `dump_key` and `load_key` are the one form of such a cursor; only stores read it.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from opentrusty_core.errors import Invalid

T = TypeVar("T")
V = TypeVar("V", str, datetime)
MAX_PAGE = 200
_MAX_AFTER = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """At most `limit` items after the item whose key is `after` (None: from the start)."""

    limit: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some items in key order; `next_after` asks for the following ones, None at the end."""

    items: tuple[T, ...]
    next_after: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Key(Generic[V]):
    """Where an item stands in a sorted list: by `value`, and among equal values by `id`."""

    value: V
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting(Generic[V]):
    """The values that a list may be sorted by: keys before and behind all others, and how a value is read from text."""

    first: Key[V]
    last: Key[V]
    read: Callable[[str], V]


def dump_key(key: Key[str] | Key[datetime]) -> str:
    """The cursor of the item at `key`: opaque, fit for a URL and a shell."""
    text = key.value if isinstance(key.value, str) else key.value.isoformat()
    return urlsafe_b64encode(f"{key.id}\0{text}".encode()).decode().rstrip("=")


def load_key(after: str | None, sorting: Sorting[V], *, descending: bool = False) -> Key[V]:
    """The key in a cursor; without a cursor the one that stands before every item.

    Raises:
        Invalid: it is no cursor of a list that is sorted so.
    """
    if after is None:
        return sorting.last if descending else sorting.first
    try:
        if len(after) > _MAX_AFTER:
            raise ValueError("longer than any of ours")
        raw = b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
        id_, text = raw.decode().split("\0")
        return Key(sorting.read(text), id_)
    except (ValueError, OverflowError):
        raise Invalid({"after": "It is not where a page of this list ended."}) from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC)


_HIGH = "\U0010ffff" * 64  # sorts after every text that anybody writes
BY_TEXT: Sorting[str] = Sorting(first=Key("", ""), last=Key(_HIGH, _HIGH), read=str)
"""Sorted by a text, in the order of its UTF-8 bytes."""
BY_MOMENT: Sorting[datetime] = Sorting(
    first=Key(datetime.min.replace(tzinfo=UTC), ""), last=Key(datetime.max.replace(tzinfo=UTC), _HIGH), read=_moment
)
"""Sorted by a UTC-aware moment."""
