"""SQLite: a file, called in the event loop.

One connection writes and another reads, so that readers never wait for a writer (WAL). The writers of this process
queue up: whoever has the connection runs everything that waits, each part under a savepoint of its own, and commits
once, durably (`synchronous=FULL`), before anybody gets an answer. Against writers of other processes there is no busy
wait, which would stop the loop: on SQLITE_BUSY the task sleeps and tries again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import anyio

from opentrusty_core.errors import ConfigurationError, StoreError, StoreUnavailable
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Call, Database, Migrator, NoSuchTable, Rows, jitter
from opentrusty_core.stores.sql.migrations import CREATE_TABLE
from opentrusty_core.stores.sql.queries import load_queries, statements_of
from opentrusty_core.stores.sql.sqlite.connection import Busy, Connection
from opentrusty_core.stores.sql.sqlite.dialect import SQLITE
from opentrusty_core.stores.sql.sqlite.indexes import assume_crowds, mend, usable
from opentrusty_core.stores.sql.sqlite.transaction import Body, Job, Transaction

T = TypeVar("T")

BUSY_SLEEP = 0.005
MIGRATION_PATIENCE = 60.0


class SqliteEngine:
    """See `engine.Engine`.

    Args:
        path: of the file; `migrating` makes it, with access for its owner only.
        patience: how long to wait for other writers, in seconds.
    """

    def __init__(self, path: Path, *, patience: float = 2.0) -> None:
        self.statements = 0
        self._path = path
        self._patience = patience
        self._queries = load_queries(SQLITE)
        self._reader: Connection | None = None
        self._writer: Connection | None = None
        self._lock = anyio.Lock()
        self._jobs: deque[Job[Any]] = deque()

    @property
    def outside(self) -> Database:
        """See `Database.outside`."""
        return self

    async def run(self, name: str, params: Params) -> Rows:
        """See `Database.run`."""
        if not self._queries[name].is_read:
            return await self.unit(lambda database: database.run(name, params))
        (rows,) = await self.together((name, params))
        return rows

    async def together(self, *calls: Call) -> list[Rows]:
        """See `Database.together`."""
        if not all(self._queries[name].is_read for name, _ in calls):
            return await self.unit(lambda database: database.together(*calls))
        self.statements += 1
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self._reader = self._reader or self._open(query_only=True)
                return [self._reader.run(self._queries[name], params) for name, params in calls]
            except Busy as busy:  # another process recovers the file after a crash
                await _sleep_until(deadline, busy)

    async def unit(self, body: Body[T]) -> T:
        """See `Database.unit`. The body may await nothing but its database."""
        job = Job(body)
        self._jobs.append(job)
        deadline = time.monotonic() + self._patience
        try:
            async with self._writing(deadline):
                while not job.is_done:
                    try:
                        self._commit_jobs()
                    except Busy as busy:
                        await _sleep_until(deadline, busy)
        finally:
            if not job.is_done:
                self._jobs.remove(job)
        return job.result()

    async def append(self, params: Params) -> None:
        """See `Database.append`: all that waits for the writer is committed together, events or not."""
        await self.run("append_event", params)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Database]:
        """See `Engine.transaction`."""
        deadline = time.monotonic() + self._patience
        async with self._writing(deadline) as writer:
            await _begin(writer, deadline)
            transaction = self._transaction(writer)
            try:
                yield transaction
                writer.execute("COMMIT")
            except BaseException:
                writer.rollback()
                self._repeat(transaction.outliving)
                raise

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """See `Engine.exclusive`: a lock on a file beside the database, which dies with its holder."""
        descriptor = os.open(f"{self._path}.{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    @asynccontextmanager
    async def migrating(self) -> AsyncIterator[Migrator]:
        """See `Engine.migrating`."""
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreUnavailable(f"SQLite: {error}") from error
        deadline = time.monotonic() + MIGRATION_PATIENCE
        while True:
            async with self.exclusive("migration") as alone:
                if alone:
                    connection = Connection(self._path)
                    try:
                        yield _Migrator(connection, deadline)
                    finally:
                        connection.close()
                    return
            await _sleep_until(deadline, StoreUnavailable("Another process migrates the database."))

    async def check(self) -> None:
        """See `Engine.check`: it hides nothing."""

    async def row_security(self) -> None:
        """See `Engine.row_security`: SQLite has none."""

    async def close(self) -> None:
        """See `Engine.close`."""
        async with self._lock:
            for connection in (self._reader, self._writer):
                if connection is not None:
                    connection.close()
            self._reader = self._writer = None

    def _transaction(self, writer: Connection) -> Transaction:
        def execute(name: str, params: Params) -> Rows:
            self.statements += 1
            return writer.run(self._queries[name], params)

        return Transaction(writer, execute)

    def _open(self, *, query_only: bool = False) -> Connection:
        if not self._path.exists():
            raise NoSuchTable(f"there is no file {self._path}")
        return Connection(self._path, query_only=query_only)

    @asynccontextmanager
    async def _writing(self, deadline: float) -> AsyncIterator[Connection]:
        """A block in which nobody else of this process writes. Who takes the lock lets others join the queue first."""
        with anyio.move_on_after(deadline - time.monotonic()) as scope:
            await self._lock.acquire()
        if scope.cancelled_caught:
            raise StoreUnavailable("Another transaction of this process takes too long.")
        try:
            self._writer = self._writer or self._open()
            yield self._writer
        finally:
            self._lock.release()

    def _commit_jobs(self) -> None:
        """Run what waits in one transaction. Raises `Busy`, and all of it still waits."""
        writer = cast(Connection, self._writer)
        writer.execute("BEGIN IMMEDIATE")
        jobs, self._jobs = self._jobs, deque()
        transaction = self._transaction(writer)
        try:
            for job in jobs:
                job.run(writer, transaction)
            writer.execute("COMMIT")
        except StoreError as error:
            writer.rollback()
            for job in jobs:
                job.fail(error)

    def _repeat(self, bodies: list[Body[Any]]) -> None:
        """Run again what a rollback undid though it must outlive it; nobody else has written in between."""
        self._jobs.extendleft(Job(body) for body in reversed(bodies))
        if bodies:
            try:
                self._commit_jobs()
            except Busy:  # the next writer takes them along
                return


class _Migrator:
    """See `engine.Migrator`."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    async def applied(self) -> dict[str, str]:
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(f"{CREATE_TABLE} STRICT")
        return dict(self._connection.execute("SELECT name, checksum FROM schema_migrations"))

    async def apply(self, name: str, checksum: str, text: str) -> None:
        await _begin(self._connection, self._deadline)
        try:
            for statement in statements_of(text, SQLITE):
                self._connection.execute(usable(self._connection, statement))
            mend(self._connection)
            assume_crowds(self._connection)
            self._connection.execute("INSERT INTO schema_migrations VALUES (?, ?)", (name, checksum))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise

    async def secure_rows(self, wanted: bool | None) -> None:
        if wanted:
            raise ConfigurationError("SQLite has no row-level security: PostgreSQL has.")


async def _begin(connection: Connection, deadline: float) -> None:
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except Busy as busy:
            await _sleep_until(deadline, busy)


async def _sleep_until(deadline: float, error: StoreUnavailable) -> None:
    """Sleep a moment; where the deadline has passed, raise the error."""
    if time.monotonic() >= deadline:
        raise error
    await anyio.sleep(jitter(BUSY_SLEEP))
