"""Connected sessions, kept to be used again: the last one returned first, so that the rest may rest.

A session is made when one is wanted and none is free, up to `size`; so the database may come up after the process. Whoever
waits, waits at most `PATIENCE`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from urllib.parse import parse_qsl, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from opentrusty_core.errors import ConfigurationError, StoreUnavailable
from opentrusty_core.stores.sql.postgres.session import Session

PATIENCE = 1.0
ANSWER_PATIENCE = 3.0
"""Longer than statement_timeout, which does not bound COMMIT, and knows nothing of a lost network."""
DEFAULT_SIZE = 8

_SETTINGS = {
    "statement_timeout": "2s",
    "lock_timeout": "500ms",
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_isolation": "read\\ committed",
    # Every query finds its rows by keys: one plan is right for all values, and for tables whose statistics are not made yet.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    "enable_material": "off",
    "jit": "off",
    "TimeZone": "UTC",
}


def parse_url(url: str) -> tuple[str, int]:
    """What psycopg connects with, and the size of the pool (`?pool_size=`, ours).

    Raises:
        ConfigurationError: the address is none.
    """
    address, _, text = url.partition("?")
    query = parse_qsl(text, keep_blank_values=True)
    sizes = [value for name, value in query if name == "pool_size"] or [str(DEFAULT_SIZE)]
    if not (sizes[-1].isdecimal() and 1 <= int(sizes[-1]) <= 1000):
        raise ConfigurationError("The database URL's pool_size is a number from 1 to 1000.")
    rest = urlencode([(name, value) for name, value in query if name != "pool_size"])
    try:
        given = conninfo_to_dict(f"{address}?{rest}")
    except psycopg.Error as error:
        raise ConfigurationError(f"The database URL cannot be read: {str(error).strip()}.") from None
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    given["options"] = f"{options} {given.get('options') or ''}".strip()
    defaults = {"connect_timeout": "2", "target_session_attrs": "read-write", "application_name": "opentrusty"}
    return make_conninfo("", **{**defaults, **given}), int(sizes[-1])


async def connect(conninfo: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """A new connection. Raises `StoreUnavailable`."""
    try:
        return await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL: {str(error).strip()}") from error


class Pool:
    """Sessions of one database and one event loop."""

    def __init__(self, conninfo: str, size: int) -> None:
        self._conninfo = conninfo
        self._size = size
        self._count = 0
        self._free: list[Session] = []
        self._waiters: deque[asyncio.Future[Session | None]] = deque()

    async def lease(self) -> Session:
        """A session for this task alone, until `release`. Raises `StoreUnavailable`."""
        while self._free:
            session = self._free.pop()
            if session.is_idle:
                return session
            self._forget(session)
        if self._count < self._size:
            self._count += 1
            try:
                return Session(await connect(self._conninfo), ANSWER_PATIENCE)
            except BaseException as error:
                self._count -= 1
                if not isinstance(error, StoreUnavailable) or not self._count:
                    raise  # with other sessions in use (too many connections?), one of them will do
        return await self._wait()

    def release(self, session: Session) -> None:
        """Give a session back; one that is in the middle of something is closed."""
        if not session.is_idle:
            self._forget(session)
            self._hand_on(None)
        elif not self._hand_on(session):
            self._free.append(session)

    def close(self) -> None:
        """Close what is free; what is in use is closed when it is given back."""
        self._size = 0
        while self._free:
            self._forget(self._free.pop())

    async def _wait(self) -> Session:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Session | None] = loop.create_future()
        timer = loop.call_later(PATIENCE, self._refuse, waiter)
        self._waiters.append(waiter)
        try:
            session = await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and (given := waiter.result()) is not None:
                self.release(given)
            raise
        finally:
            timer.cancel()
        return session if session is not None else await self.lease()

    def _hand_on(self, session: Session | None) -> bool:
        """Wake the next who waits, with a session or (None) to connect one; False where nobody waits."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(session)
                return True
        return False

    def _forget(self, session: Session) -> None:
        session.close()
        self._count -= 1

    @staticmethod
    def _refuse(waiter: asyncio.Future[Session | None]) -> None:
        if not waiter.done():
            waiter.set_exception(StoreUnavailable("Every database connection is in use."))
