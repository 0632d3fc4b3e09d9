"""A transaction of the writer, and the pieces of work that share one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, cast

from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Call, Database, Rows
from opentrusty_core.stores.sql.sqlite.connection import Connection

T = TypeVar("T")
Body = Callable[[Database], Awaitable[T]]
Execute = Callable[[str, Params], Rows]


class Job(Generic[T]):
    """A body that waits for the writer, and then its result."""

    def __init__(self, body: Body[T]) -> None:
        self._body = body
        self._value: T | None = None
        self._error: Exception | None = None
        self.is_done = False

    def run(self, writer: Connection, database: Database) -> None:
        """Run the body in the writer's open transaction, under a savepoint of its own."""
        writer.execute("SAVEPOINT job")
        coroutine = cast(Any, self._body(database))
        try:
            coroutine.send(None)  # a body awaits nothing but its database, and that never waits here
            raise RuntimeError("a unit of work awaited something else than its database")
        except StopIteration as stop:
            self._value = stop.value
        except Exception as error:  # noqa: BLE001 - it is the caller's, who gets it from `result`
            self._error = error
            writer.execute("ROLLBACK TO job")
        finally:
            coroutine.close()
        writer.execute("RELEASE job")
        self.is_done = True

    def fail(self, error: Exception) -> None:
        """End it: the transaction was not committed."""
        self._error, self.is_done = error, True

    def result(self) -> T:
        """What the body returned or raised."""
        if self._error is not None:
            raise self._error
        return cast(T, self._value)


class Transaction:
    """See `engine.Database`; an open transaction of the writer, which `execute` runs queries in."""

    def __init__(self, writer: Connection, execute: Execute) -> None:
        self._writer = writer
        self._execute = execute
        self.outliving: list[Body[Any]] = []
        """What ran here and must outlive a rollback."""

    @property
    def outside(self) -> Database:
        """See `Database.outside`."""
        return _Outliving(self)

    async def run(self, name: str, params: Params) -> Rows:
        """See `Database.run`."""
        return self._execute(name, params)

    async def together(self, *calls: Call) -> list[Rows]:
        """See `Database.together`."""
        return [self._execute(name, params) for name, params in calls]

    async def unit(self, body: Body[T]) -> T:
        """See `Database.unit`: a part of the transaction that is undone alone where it fails."""
        self._writer.execute("SAVEPOINT unit")
        try:
            return await body(self)
        except BaseException:
            self._writer.execute("ROLLBACK TO unit")
            raise
        finally:
            self._writer.execute("RELEASE unit")

    async def append(self, params: Params) -> None:
        """See `Database.append`."""
        await self.run("append_event", params)


class _Outliving:
    """See `Database.outside`: there is one writer, so it runs inside, and again after a rollback."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @property
    def outside(self) -> Database:
        return self

    async def run(self, name: str, params: Params) -> Rows:
        return await self.unit(lambda database: database.run(name, params))

    async def together(self, *calls: Call) -> list[Rows]:
        return await self.unit(lambda database: database.together(*calls))

    async def unit(self, body: Body[T]) -> T:
        self._transaction.outliving.append(body)
        return await body(self._transaction)

    async def append(self, params: Params) -> None:
        await self.run("append_event", params)
