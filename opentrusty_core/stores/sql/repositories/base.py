"""What every repository does: run named queries for one tenant, and page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import BY_TEXT, Key, Page, PageRequest, Sorting, dump_key, load_key
from opentrusty_core.stores.sql.codec import Params, Record
from opentrusty_core.stores.sql.engine import Database, Rows, Unstorable
from opentrusty_core.stores.sql.rows import event_params

PLATFORM: Final = ""
"""The tenant_id of what belongs to the platform."""

T = TypeVar("T")
V = TypeVar("V", str, datetime)

LAST_CHARACTER = "\U0010ffff"
"""Sorts after all that a normal form can hold."""


class Repository:
    """Queries of one tenant: `tenant_id` is a parameter of each, and of nobody's choosing."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant_id = tenant_id

    def _params(self, event: AuditEvent | None = None, **params: Any) -> Params:
        params["tenant_id"] = self._tenant_id
        return params if event is None else params | event_params(event)

    async def _add(self, name: str, event: AuditEvent | None = None, /, **params: Any) -> Rows:
        """Run a query that adds something. Raises `Invalid` where a text cannot be stored."""
        return await self._database.run(name, self._params(event, **params))

    async def _find(self, name: str, event: AuditEvent | None = None, /, **params: Any) -> Rows:
        """Run a query on what exists. What cannot be stored is not there to be found: no row."""
        try:
            return await self._database.run(name, self._params(event, **params))
        except Unstorable:
            return []

    async def _page(
        self,
        name: str,
        record: Record[T],
        key: Callable[[T], str],
        request: PageRequest,
        /,
        *,
        descending: bool = False,
        **params: Any,
    ) -> Page[T]:
        """Run a query of a list whose cursor is the one key itself, from `:after` on."""
        first = BY_TEXT.last.value if descending else BY_TEXT.first.value
        params |= {"after": request.after or first, "limit": request.limit + 1}
        rows = await self._find(f"{name}_descending" if descending else name, **params)
        items = tuple(record.read(row) for row in rows[: request.limit])
        return Page(items=items, next_after=key(items[-1]) if len(rows) > request.limit else None)

    async def _sorted_page(
        self,
        name: str,
        record: Record[T],
        key: Callable[[T], Key[V]],
        request: PageRequest,
        sorting: Sorting[V],
        /,
        *,
        descending: bool = False,
        **params: Any,
    ) -> Page[T]:
        """Run a query that is written for both directions (see `queries`), from `:after_value` and `:after_id` on."""
        after = load_key(request.after, sorting, descending=descending)
        params |= {"after_value": after.value, "after_id": after.id, "limit": request.limit + 1}
        rows = await self._find(f"{name}_descending" if descending else name, **params)
        items = tuple(record.read(row) for row in rows[: request.limit])
        return Page(items=items, next_after=dump_key(key(items[-1])) if len(rows) > request.limit else None)


def first(record: Record[T], rows: Rows) -> T | None:
    """The record of the first row, if there is one."""
    return record.read(rows[0]) if rows else None
