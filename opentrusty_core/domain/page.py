"""Pages of a list: every list pages, by the last key of the page before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
MAX_PAGE = 200


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
