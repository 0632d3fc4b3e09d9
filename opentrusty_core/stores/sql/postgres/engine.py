"""PostgreSQL: sessions of a small pool, each statement one round trip, prepared once a session."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar, TypeVarTuple

import psycopg

from opentrusty_core.errors import RowsHidden, StoreError, StoreUnavailable
from opentrusty_core.storage.row_security import Exemption, RowSecurity
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Call, Database, Migrator, NoSuchTable, Rows, Taken, Unstorable, jitter
from opentrusty_core.stores.sql.postgres.dialect import POSTGRES
from opentrusty_core.stores.sql.postgres.grouping import Grouping
from opentrusty_core.stores.sql.postgres.migrator import lock_key, migrating
from opentrusty_core.stores.sql.postgres.pool import Pool, connect, parse_url
from opentrusty_core.stores.sql.postgres.row_security import TABLES, within
from opentrusty_core.stores.sql.postgres.session import (
    BEGIN,
    COMMIT,
    RELEASE,
    ROLLBACK,
    ROLLBACK_TO,
    SAVEPOINT,
    Refused,
    Session,
)
from opentrusty_core.stores.sql.queries import Query, Statement, load_queries

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Body = Callable[[Database], Awaitable[T]]

ATTEMPTS = 4
PIPELINED = 100
"""How many statements are sent before their answers are waited for: patience is with all of them."""
_RETRY = ("40001", "40P01")  # serialization failure, deadlock: nothing was done, and again may go well
_NO_TABLE = ("42P01", "42703")
_UNSTORABLE = ("22021", "22P05")
_UNAVAILABLE = ("08", "0A000", "25006", "26000", "40", "53", "55P03", "57", "58", "XX")


class PostgresEngine:
    """See `engine.Engine`. `url` is libpq's, with `pool_size` and `row_security` beside its own parameters."""

    def __init__(self, url: str) -> None:
        address = parse_url(url)
        self.statements = 0
        self.queries = load_queries(POSTGRES)
        if address.row_security:
            self.queries = {name: within(query) for name, query in self.queries.items()}
        self._uses_row_security = address.row_security
        self._conninfo = address.conninfo
        self._pool = Pool(self._conninfo, address.pool_size)
        self._events: Grouping[Params] = Grouping(self._append_all)

    @property
    def outside(self) -> Database:
        """See `Database.outside`."""
        return self

    async def run(self, name: str, params: Params) -> Rows:
        """See `Database.run`."""
        query = self.queries[name]
        if query.is_guarded:
            return await self._with_session(self._run_guarded, query, params)
        self.statements += 1
        if len(query.statements) == 1:
            return await self._with_session(Session.run, query.statements[0], params)
        statements = [(statement, params) for statement in query.statements]
        return _answer(query, await self._with_session(Session.together, statements))

    async def together(self, *calls: Call) -> list[Rows]:
        """See `Database.together`; none of the queries is guarded."""
        statements = [(each, params) for name, params in calls for each in self.queries[name].statements]
        self.statements += 1
        answers = iter(await self._with_session(Session.together, statements))
        return [_answer(query, answers) for query in (self.queries[name] for name, _ in calls)]

    async def unit(self, body: Body[T]) -> T:
        """See `Database.unit`."""
        return await self._with_session(self._run_body, body)

    async def append(self, params: Params) -> None:
        """See `Database.append`."""
        await self._events.add(params)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Database]:
        """See `Engine.transaction`."""
        session = await self._pool.lease()
        try:
            async with _transaction(self, session) as transaction:
                yield transaction
        finally:
            self._pool.release(session)

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """See `Engine.exclusive`: an advisory lock of a connection that exists for it, and goes with it."""
        connection = await connect(self._conninfo)
        try:
            try:
                cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (lock_key(name),))
                (alone,) = await cursor.fetchone() or (False,)
            except psycopg.Error as error:
                raise StoreUnavailable(f"PostgreSQL: {error}") from error
            yield bool(alone)
            if alone:  # the next must not have to wait until PostgreSQL sees that the connection is gone
                with contextlib.suppress(psycopg.Error):
                    await connection.execute("SELECT pg_advisory_unlock(%s)", (lock_key(name),))
        finally:
            await connection.close()

    def migrating(self) -> AbstractAsyncContextManager[Migrator]:
        """See `Engine.migrating`."""
        return migrating(self._conninfo)

    async def check(self) -> None:
        """See `Engine.check`."""
        if not self._uses_row_security:
            ((is_active,),) = await self.run("row_security_active", {})
            if is_active:
                raise RowsHidden("The database has row-level security: its URL needs row_security=on.")

    async def row_security(self) -> RowSecurity:
        """See `Engine.row_security`."""
        rows = await self.run("row_security", {"tables": json.dumps(list(TABLES))})
        role, *exempting = rows[0][2:]
        exemption = next((why for why, holds in zip(Exemption, exempting, strict=True) if holds), None)
        bare = tuple(name for name, is_secured, *_ in rows if not is_secured)
        return RowSecurity(is_used=self._uses_row_security, unsecured=bare, role=role, exemption=exemption)

    async def close(self) -> None:
        """See `Engine.close`."""
        await self._events.close()
        self._pool.close()

    async def _with_session(self, work: Callable[[Session, *Ts], Awaitable[T]], *args: *Ts) -> T:
        """Do some work, whole or not at all; again where PostgreSQL asks for that."""
        for attempt in range(ATTEMPTS):
            session = await self._pool.lease()
            try:
                return await work(session, *args)
            except Refused as refused:
                if attempt == ATTEMPTS - 1 or refused.sqlstate not in _RETRY:
                    raise _translated(refused) from refused
            except Contended:
                if attempt == ATTEMPTS - 1:
                    raise
            finally:
                self._pool.release(session)
            await asyncio.sleep(jitter(0.02 * 2**attempt))
        raise AssertionError("unreachable")

    async def _run_guarded(self, session: Session, query: Query, params: Params) -> Rows:
        """The guard, and if it finds a row the rest with the commit: two round trips."""
        async with _transaction(self, session) as transaction:
            return await transaction.run_guarded(query, params, commit=True)

    async def _run_body(self, session: Session, body: Body[T]) -> T:
        async with _transaction(self, session) as transaction:
            return await body(transaction)

    async def _append_all(self, events: Sequence[Params]) -> None:
        await self.run("append_events", {name: [event[name] for event in events] for name in events[0]})


class Contended(StoreUnavailable):
    """A deadlock or a serialization failure: nothing was done, and again it may go well."""


class _Transaction:
    """See `engine.Database`. A transaction begins with its first statement, in the same round trip."""

    def __init__(self, engine: PostgresEngine, session: Session) -> None:
        self._engine = engine
        self._session = session

    @property
    def outside(self) -> Database:
        return self._engine

    async def run(self, name: str, params: Params) -> Rows:
        query = self._engine.queries[name]
        if query.is_guarded:
            return await self.run_guarded(query, params)
        return _answer(query, await self._send([(statement, params) for statement in query.statements]))

    async def together(self, *calls: Call) -> list[Rows]:
        queries = [self._engine.queries[name] for name, _ in calls]
        if any(query.is_guarded for query in queries):
            return [await self.run(name, params) for name, params in calls]
        answers: list[Rows] = []
        statements = [(each, params) for name, params in calls for each in self._engine.queries[name].statements]
        for start in range(0, len(statements), PIPELINED):
            answers += await self._send(statements[start : start + PIPELINED])
        rest = iter(answers)
        return [_answer(query, rest) for query in queries]

    async def unit(self, body: Body[T]) -> T:
        """Run the body as a part of the transaction that is undone alone where it fails."""
        await self._send([(SAVEPOINT, {})])
        try:
            value = await body(self)
        except Exception:
            await self._send([(ROLLBACK_TO, {}), (RELEASE, {})])
            raise
        await self._send([(RELEASE, {})])
        return value

    async def append(self, params: Params) -> None:
        await self.run("append_event", params)

    async def run_guarded(self, query: Query, params: Params, *, commit: bool = False) -> Rows:
        calls = [(statement, params) for statement in query.statements]
        decided = await self._send(calls[: query.guard])
        if not decided[-1]:
            return []
        answers = await self._send(calls[query.guard :] + [(COMMIT, {})] * commit)
        return _answer(query, [*decided, *answers])

    async def commit(self) -> None:
        if self._session.in_transaction:
            self._engine.statements += 1
            await self._session.commit()

    async def rollback(self) -> None:
        if self._session.in_transaction:
            self._engine.statements += 1
            await self._session.run(ROLLBACK, {})

    async def _send(self, statements: list[tuple[Statement, Params]]) -> list[Rows]:
        begins = not self._session.in_transaction
        self._engine.statements += 1
        try:
            answers = await self._session.together([(BEGIN, {}), *statements] if begins else statements)
        except Refused as refused:
            raise _translated(refused) from refused
        return answers[1:] if begins else answers


@asynccontextmanager
async def _transaction(engine: PostgresEngine, session: Session) -> AsyncIterator[_Transaction]:
    transaction = _Transaction(engine, session)
    try:
        yield transaction
        await transaction.commit()
    except Exception:
        try:
            await transaction.rollback()
        except (Refused, StoreError):
            session.close()
        raise
    except BaseException:  # cancelled: no time for a conversation
        session.close()
        raise


def _answer(query: Query, answers: Iterable[Rows]) -> Rows:
    """The rows of the last statement of a query that returns some; takes the answers of its statements and no more."""
    answer: Rows = []
    for statement, rows in zip(query.statements, answers, strict=False):
        if statement.returns_rows:
            answer = rows
    return answer


def _translated(refused: Refused) -> Exception:
    """PostgreSQL's refusal as the store's (its manual, appendix A)."""
    sqlstate = refused.sqlstate
    if sqlstate == "23505":
        return Taken("That is taken already.")
    if sqlstate in _RETRY:
        return Contended(f"PostgreSQL: {refused}")
    if sqlstate in _NO_TABLE:
        return NoSuchTable(str(refused))
    if sqlstate in _UNSTORABLE:
        return Unstorable("text")
    if sqlstate.startswith(_UNAVAILABLE):
        return StoreUnavailable(f"PostgreSQL: {refused}")
    return StoreError(f"PostgreSQL: {refused}")
