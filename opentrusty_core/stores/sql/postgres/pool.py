"""Connected sessions, kept to be used again: the last one returned first, so that the rest may rest.

A session is made when one is wanted and none is free, up to `size`; so the database may come up after the process.
Whoever waits, waits at most `PATIENCE` seconds, and a sweep more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from opentrusty_core.errors import ConfigurationError, StoreUnavailable
from opentrusty_core.stores.sql.postgres.session import Session

PATIENCE = 0.75
SWEEP_EVERY = 0.2
ANSWER_PATIENCE = 3.0
"""Longer than statement_timeout, which does not bound COMMIT, and knows nothing of a lost network."""
DEFAULT_SIZE = 8

_SETTINGS = {
    "statement_timeout": "2s",
    "lock_timeout": "500ms",
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_isolation": "read\\ committed",
    # Every query finds its rows by keys: one plan is right for all values, and before there are statistics.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "enable_memoize": "off",
    "jit": "off",
    "TimeZone": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a database URL says."""

    conninfo: str
    """What psycopg connects with."""
    pool_size: int
    row_security: bool
    """Whether statements say whose rows they are about (see `row_security`)."""


def parse_url(url: str) -> Address:
    """Read a database URL: libpq's, with the parameters `pool_size` and `row_security`, which are ours.

    Raises:
        ConfigurationError: the address is none.
    """
    address, _, text = url.partition("?")
    query = parse_qsl(text, keep_blank_values=True)
    ours = {"pool_size": str(DEFAULT_SIZE), "row_security": "off"}
    ours |= {name: value for name, value in query if name in ours}
    size, row_security = ours["pool_size"], ours["row_security"]
    if not (size.isdecimal() and 1 <= int(size) <= 1000):
        raise ConfigurationError("The database URL's pool_size is a number from 1 to 1000.")
    if row_security not in {"on", "off"}:
        raise ConfigurationError("The database URL's row_security is on or off.")
    rest = urlencode([(name, value) for name, value in query if name not in ours])
    try:
        given = conninfo_to_dict(f"{address}?{rest}")
    except psycopg.Error as error:
        raise ConfigurationError(f"The database URL cannot be read: {str(error).strip()}.") from None
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    given["options"] = f"{options} {given.get('options') or ''}".strip()
    defaults = {"connect_timeout": "2", "target_session_attrs": "read-write", "application_name": "opentrusty"}
    conninfo = make_conninfo("", **{**defaults, **given})
    return Address(conninfo=conninfo, pool_size=int(size), row_security=row_security == "on")


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
        self._count = 0  # open, or being connected
        self._connecting = 0
        self._free: list[Session] = []
        self._used: set[Session] = set()
        self._waiters: deque[tuple[float, asyncio.Future[Session | None]]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None

    async def lease(self) -> Session:
        """A session for this task alone, until `release`. Raises `StoreUnavailable`."""
        session = self._take() or await self._connect() or await self._wait()
        self._used.add(session)
        if self._sweeper is None:
            self._sweep()
        return session

    def release(self, session: Session) -> None:
        """Give a session back; one that is in the middle of something is closed."""
        self._used.discard(session)
        if not session.is_idle or self._count > self._size:
            self._forget(session)
            self._hand_on(None)
        elif not self._hand_on(session):
            self._free.append(session)

    def close(self) -> None:
        """Close what is free; what is in use is closed when it is given back."""
        self._size = 0
        while self._free:
            self._forget(self._free.pop())

    def _take(self) -> Session | None:
        while self._free:
            session = self._free.pop()
            if session.is_idle:
                return session
            self._forget(session)
        return None

    async def _connect(self) -> Session | None:
        if self._count >= self._size:
            return None
        self._count += 1
        self._connecting += 1
        try:
            return Session(await connect(self._conninfo), ANSWER_PATIENCE)
        except BaseException as error:
            self._count -= 1
            if isinstance(error, StoreUnavailable) and self._count >= self._connecting:
                return None  # too many connections? With others open, one of them will do
            self._hand_on(None)
            raise
        finally:
            self._connecting -= 1

    async def _wait(self) -> Session:
        loop = asyncio.get_running_loop()
        until, line_up = loop.time() + PATIENCE, self._waiters.append
        while True:
            waiter: asyncio.Future[Session | None] = loop.create_future()
            line_up((until, waiter))
            if self._sweeper is None:
                self._sweep()
            try:
                session = await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled() and (given := waiter.result()) is not None:
                    self.release(given)
                raise
            session = session or self._take() or await self._connect()
            if session is not None:
                return session
            line_up = self._waiters.appendleft  # whose turn it was stays first

    def _hand_on(self, session: Session | None) -> bool:
        """Wake the next who waits, with a session or (None) to connect one; False where nobody waits."""
        while self._waiters:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(session)
                return True
        return False

    def _forget(self, session: Session) -> None:
        session.close()
        self._count -= 1

    def _sweep(self) -> None:
        """Give up what waits for too long; one timer for all, as one for each would cost more than the waiting."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for session in tuple(self._used):
            session.give_up(now)
        while self._waiters and now > self._waiters[0][0]:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(StoreUnavailable("Every database connection is in use."))
        busy = self._used or self._waiters
        self._sweeper = loop.call_later(SWEEP_EVERY, self._sweep) if busy else None
