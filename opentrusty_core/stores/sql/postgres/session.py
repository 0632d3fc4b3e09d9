"""One PostgreSQL session, driven through libpq without its own waiting: prepared statements, binary values.

psycopg connects; from then on this module talks to libpq itself, with a reader that stays registered with the event
loop. psycopg's cursors cost 75 µs of CPU a statement, registering the socket anew for each; this costs 20 (15 and 40 on
uvloop).

One task uses a session at a time. A task that is cancelled in the middle of a statement closes the session, as do a
lost connection, an answer that does not come in time, and a WARNING: at COMMIT it says that a standby may not have the
data.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import pq
from psycopg.abc import AdaptContext
from psycopg.adapt import Transformer
from psycopg.pq import Format
from psycopg.pq.abc import PGresult
from psycopg.types.string import TextBinaryLoader

from opentrusty_core.errors import StoreError, StoreUnavailable
from opentrusty_core.stores.sql.codec import Damaged, Params
from opentrusty_core.stores.sql.engine import Rows, Unstorable
from opentrusty_core.stores.sql.postgres.values import ENCODERS
from opentrusty_core.stores.sql.queries import Statement

COMMAND_OK, TUPLES_OK = int(pq.ExecStatus.COMMAND_OK), int(pq.ExecStatus.TUPLES_OK)
PIPELINE_SYNC, PIPELINE_ABORTED = int(pq.ExecStatus.PIPELINE_SYNC), int(pq.ExecStatus.PIPELINE_ABORTED)
IDLE = int(pq.TransactionStatus.IDLE)
BINARY = 1

BEGIN, COMMIT, ROLLBACK = (Statement(word, (), False) for word in ("BEGIN", "COMMIT", "ROLLBACK"))
SAVEPOINT, ROLLBACK_TO, RELEASE = (
    Statement(f"{words} unit", (), False) for words in ("SAVEPOINT", "ROLLBACK TO", "RELEASE")
)

# After these the session is no good: read-only, shutting down, out of resources, plans that no longer fit.
_ENDING = ("08", "25006", "53", "57P", "58", "0A000", "26000", "XX")


class Refused(Exception):
    """PostgreSQL refused a statement."""

    def __init__(self, result: PGresult) -> None:
        self.sqlstate = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        super().__init__(f"{self.sqlstate} {result.get_error_message()}")


class Prepared:
    """A statement as this server knows it."""

    def __init__(self, name: bytes, statement: Statement, description: PGresult, context: AdaptContext) -> None:
        types = [description.param_type(i) for i in range(description.nparams)]
        self.name = name
        self.formats = [BINARY] * len(types)
        self._encode = [(name, ENCODERS[type_]) for name, type_ in zip(statement.parameters, types, strict=True)]
        self._loader = Transformer(context)
        self._loader.set_loader_types([description.ftype(i) for i in range(description.nfields)], Format.BINARY)

    def bind(self, params: Params) -> list[bytes | None]:
        """The values of the parameters. Raises `Unstorable`."""
        values: list[bytes | None] = []
        for name, encode in self._encode:
            value = params[name]
            try:
                values.append(None if value is None else encode(value))
            except Unstorable:
                raise Unstorable(name) from None
        return values

    def rows(self, result: PGresult) -> Rows:
        """The rows of an answer."""
        if result.status != TUPLES_OK:
            return []
        self._loader.set_pgresult(result, set_loaders=False)
        try:
            return self._loader.load_rows(0, result.ntuples, tuple)
        except psycopg.DataError as error:  # a moment that Python knows none of
            raise Damaged(f"PostgreSQL: {error}") from error


class Session:
    """A connected session; `patience`: seconds to wait for an answer."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], patience: float) -> None:
        self._owner = connection
        connection.adapters.register_loader("json", TextBinaryLoader)  # documents are decoded by their records
        self._pg = connection.pgconn
        self._patience = patience
        self._deadline = 0.0
        self._loop = asyncio.get_running_loop()
        self._socket = self._pg.socket
        self._numbers = itertools.count()
        self._prepared: dict[Statement, Prepared] = {}
        self._waiter: asyncio.Future[list[PGresult]] | None = None
        self._results: list[PGresult] = []
        self._pipelined = False
        self._writing = False
        self._warning = ""
        self._pg.notice_handler = self._on_notice
        self._loop.add_reader(self._socket, self._on_readable)
        self.is_closed = False

    @property
    def is_idle(self) -> bool:
        """Whether it can be used for something new: open, not waiting, in no transaction."""
        return not self.is_closed and self._waiter is None and self._pg.transaction_status == IDLE

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, good or failed."""
        return not self.is_closed and self._pg.transaction_status != IDLE

    async def run(self, statement: Statement, params: Params) -> Rows:
        """Run one statement. Raises `Refused`, `StoreUnavailable`, `Unstorable`."""
        prepared = self._prepared.get(statement) or await self._prepare(statement)
        return prepared.rows(await self._execute(prepared, prepared.bind(params)))

    async def together(self, calls: Sequence[tuple[Statement, Params]]) -> list[Rows]:
        """Run statements in one round trip and, unless a transaction is open, in one transaction. Raises as `run`."""
        if len(calls) == 1:
            return [await self.run(*calls[0])]
        prepared = [self._prepared.get(statement) or await self._prepare(statement) for statement, _ in calls]
        values = [each.bind(params) for each, (_, params) in zip(prepared, calls, strict=True)]
        try:
            self._pg.enter_pipeline_mode()
            self._pipelined = True
            for each, bound in zip(prepared, values, strict=True):
                self._pg.send_query_prepared(each.name, bound, each.formats, BINARY)
            self._pg.pipeline_sync()
        except psycopg.Error as error:
            raise self._broken(error) from error
        results = await self._answered()
        return [each.rows(result) for each, result in zip(prepared, results, strict=True)]

    async def commit(self) -> None:
        """Commit the open transaction. Raises as `run`, and `StoreError` where a statement of it had failed."""
        prepared = self._prepared.get(COMMIT) or await self._prepare(COMMIT)
        result = await self._execute(prepared, [])
        if result.command_status != b"COMMIT":  # PostgreSQL answers ROLLBACK, and no error
            raise StoreError("The transaction was not committed: a statement of it had failed.")

    def close(self, error: Exception | None = None) -> None:
        """Close it; who waits for an answer gets `error`."""
        if self.is_closed:
            return
        self.is_closed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._pg.finish()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error or StoreUnavailable("The connection was closed."))

    def give_up(self, now: float) -> None:
        """Close it if an answer is overdue; `now` is the event loop's time."""
        if self._waiter is not None and now > self._deadline:
            self.close(StoreUnavailable(f"PostgreSQL did not answer within {self._patience:g} s."))

    async def _execute(self, prepared: Prepared, values: list[bytes | None]) -> PGresult:
        try:
            self._pg.send_query_prepared(prepared.name, values, prepared.formats, BINARY)
        except psycopg.Error as error:
            raise self._broken(error) from error
        (result,) = await self._answered()
        return result

    async def _prepare(self, statement: Statement) -> Prepared:
        name = b"q%d" % next(self._numbers)
        try:
            self._pg.send_prepare(name, statement.sql.encode())
            await self._answered()
            self._pg.send_describe_prepared(name)
            (description,) = await self._answered()
        except psycopg.Error as error:
            raise self._broken(error) from error
        self._prepared[statement] = prepared = Prepared(name, statement, description, self._owner)
        return prepared

    async def _answered(self) -> list[PGresult]:
        """The results of what was sent."""
        self._results = []
        self._waiter = waiter = self._loop.create_future()
        self._flush()
        self._deadline = self._loop.time() + self._patience
        try:
            results: list[PGresult] = await waiter
        except asyncio.CancelledError:
            self.close()  # the answer is still to come
            raise
        finally:
            self._waiter = None
        if self._warning:
            raise self._broken(self._warning)
        if self._pipelined:
            self._pipelined = False
            self._pg.exit_pipeline_mode()
        for result in results:
            if result.status not in (TUPLES_OK, COMMAND_OK):
                refused = Refused(result)
                if refused.sqlstate.startswith(_ENDING) and refused.sqlstate != "57014":
                    self.close()
                raise refused
        return results

    def _flush(self) -> None:
        """Send what libpq holds; where the socket takes no more, the loop calls again."""
        try:
            more = self._pg.flush() != 0
            if more != self._writing:
                self._writing = more
                if more:
                    self._loop.add_writer(self._socket, self._flush)
                else:
                    self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self.close(self._broken(error))

    def _on_readable(self) -> None:
        try:
            self._pg.consume_input()
            complete = self._collect()
        except psycopg.Error as error:
            self.close(self._broken(error))
            return
        if complete and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(self._results)

    def _collect(self) -> bool:
        """Take the results that have arrived; whether they are all here."""
        after_none = False
        while not self._pg.is_busy():
            result = self._pg.get_result()
            if result is None:  # the end of one statement's results
                if not self._pipelined:
                    return True
                if after_none:
                    return False
                after_none = True
            elif result.status == PIPELINE_SYNC:
                return True
            else:
                self._results.append(result)
                after_none = False
        return False

    def _on_notice(self, notice: PGresult) -> None:
        if notice.error_field(pq.DiagnosticField.SEVERITY_NONLOCALIZED) == b"WARNING":
            self._warning = notice.get_error_message()

    def _broken(self, why: object) -> StoreUnavailable:
        error = StoreUnavailable(f"PostgreSQL: {why}")
        self.close(error)
        return error
