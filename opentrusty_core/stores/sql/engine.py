"""What the repositories stand on: named queries, run on their own or together, on whichever database it is."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from opentrusty_core.errors import Conflict, Invalid, StoreError
from opentrusty_core.storage.row_security import RowSecurity
from opentrusty_core.stores.sql.codec import Params, Row

T = TypeVar("T")
Rows = list[Row]
Call = tuple[str, Params]


class Database(Protocol):
    """Where queries run: each by itself, or all of them in one transaction.

    Every method raises `StoreUnavailable` where the database does not answer in time, `Taken` where a unique index
    refuses, and `Unstorable` before anything is sent where a text is none that can be stored.
    """

    async def run(self, name: str, params: Params) -> Rows:
        """Run a query, atomically; the rows of its answer."""
        ...

    async def together(self, *calls: Call) -> list[Rows]:
        """Run queries that do not need each other's answers, atomically and in one round trip; the rows of each."""
        ...

    async def unit(self, body: Callable[[Database], Awaitable[T]]) -> T:
        """Run a body of several queries, atomically; again from its start where the database asks for that."""
        ...

    async def append(self, params: Params) -> None:
        """Write an audit event. Outside of a transaction those that wait at the same time are committed together."""
        ...

    @property
    def outside(self) -> Database:
        """The same database outside of this transaction: what runs there outlives a rollback."""
        ...


class Engine(Database, Protocol):
    """A database of one kind, by its driver. It connects when first used."""

    statements: int
    """How many round trips were made, so that tests can count them."""

    def transaction(self) -> AbstractAsyncContextManager[Database]:
        """One transaction: committed at the end of the block, rolled back on an exception."""
        ...

    def exclusive(self, name: str) -> AbstractAsyncContextManager[bool]:
        """A lock across processes that dies with its holder; False at once where another holds it."""
        ...

    def migrating(self) -> AbstractAsyncContextManager[Migrator]:
        """A connection to change the schema with, one runner at a time: the next waits for its turn."""
        ...

    async def check(self) -> None:
        """Return if the database shows this engine what is there. Raises `RowsHidden`."""
        ...

    async def row_security(self) -> RowSecurity | None:
        """How far the database keeps tenants apart by itself; None where it is none that could."""
        ...

    async def close(self) -> None:
        """Finish what waits, and close every connection."""
        ...


class Migrator(Protocol):
    """The changes of a schema, each a transaction of its own, so that a killed run can be run again."""

    async def applied(self) -> dict[str, str]:
        """The migrations that have run, name to checksum."""
        ...

    async def apply(self, name: str, checksum: str, text: str) -> None:
        """Run a migration and remember it, both or neither."""
        ...

    async def secure_rows(self, wanted: bool | None) -> None:
        """Put row-level security in force, or lift it; None: tables that are new follow those that were there.

        Raises:
            ConfigurationError: it is wanted, and this database has none.
        """
        ...


class Taken(Conflict):
    """A unique index refused: something with this key exists."""


class Unstorable(Invalid):
    """A text with NUL or a lone surrogate, which PostgreSQL cannot store; so neither engine does."""

    def __init__(self, name: str) -> None:
        super().__init__({name: "It holds a character that cannot be stored."})


class NoSuchTable(StoreError):
    """The schema is not there, or not this version's."""


def jitter(base: float) -> float:
    """`base` seconds, give or take a half: who collided must not collide again. The clock's last digits will do."""
    return base * (0.5 + time.perf_counter_ns() // 100 % 1000 / 1000)
