"""One connection to a SQLite file: statements in, rows out, moments and errors translated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from opentrusty_core.errors import StoreError, StoreUnavailable
from opentrusty_core.stores.sql.codec import Damaged, Params, Row, from_microseconds, to_microseconds
from opentrusty_core.stores.sql.engine import NoSuchTable, Rows, Taken, Unstorable
from opentrusty_core.stores.sql.queries import Query, Statement

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_TAKEN = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
_BROKEN = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}


class Busy(StoreUnavailable):
    """Another process holds the lock; nothing was done."""


class Connection:
    """Waits for nothing (`timeout=0`) and begins no transaction by itself."""

    def __init__(self, path: Path, *, query_only: bool = False) -> None:
        with translated():
            self._raw = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
            self._moments: dict[str, tuple[int, ...]] = {}
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", f"query_only={query_only:d}"):
                self._raw.execute(f"PRAGMA {pragma}")

    def run(self, query: Query, params: Params) -> Rows:
        """Run the statements of a query: the rest only if the first finds a row, where it is a guard."""
        answer: Rows = []
        for number, statement in enumerate(query.statements):
            rows = self._statement(statement, params)
            if statement.returns_rows:
                answer = rows
            if query.is_guarded and number == 0 and not rows:
                break
        return answer

    def execute(self, sql: str, values: tuple[Any, ...] | Params = ()) -> Rows:
        """Run one statement as it is."""
        with translated():
            return self._raw.execute(sql, values).fetchall()

    def rollback(self) -> None:
        """Undo what is not committed, if anything is."""
        if self._raw.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Close it."""
        self._raw.close()

    def _statement(self, statement: Statement, params: Params) -> Rows:
        values = {name: _bound(name, params[name]) for name in statement.parameters}
        with translated():
            cursor = self._raw.execute(statement.sql, values)
            rows = cursor.fetchall()  # all of them: RETURNING has done its work before COMMIT
        if not rows:
            return rows
        moments = self._moments.get(statement.sql)
        if moments is None:
            names = [column[0] for column in cursor.description]
            moments = tuple(i for i, name in enumerate(names) if name == "at" or name.endswith("_at"))
            self._moments[statement.sql] = moments
        return [_with_moments(row, moments) for row in rows] if moments else rows


def _bound(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return to_microseconds(value)
    if isinstance(value, str):
        if "\0" in value:
            raise Unstorable(name)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unstorable(name) from None
    return value


def _with_moments(row: Row, moments: tuple[int, ...]) -> Row:
    values = list(row)
    for i in moments:
        if values[i] is not None:
            try:
                values[i] = from_microseconds(values[i])
            except OverflowError as error:
                raise Damaged(f"a stored moment is none: {error}") from error
    return tuple(values)


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors as the store's."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & 0xFF in _BUSY:
            raise Busy("The database is busy: another process writes.") from error
        if code in _TAKEN:
            raise Taken("That is taken already.") from error
        if code & 0xFF in _BROKEN:
            raise StoreUnavailable(f"SQLite: {error}") from error
        if str(error).startswith(("no such table", "no such column")):
            raise NoSuchTable(str(error)) from error
        raise StoreError(f"SQLite: {error}") from error
