"""Changing the schema of a PostgreSQL database, on a connection of its own, without holding anybody up."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from opentrusty_core.errors import StoreUnavailable
from opentrusty_core.stores.sql.engine import Migrator, jitter
from opentrusty_core.stores.sql.migrations import CREATE_TABLE
from opentrusty_core.stores.sql.postgres.dialect import POSTGRES
from opentrusty_core.stores.sql.postgres.pool import connect
from opentrusty_core.stores.sql.postgres.row_security import MISSING, SEE_ALL, TABLES, secured, unsecured
from opentrusty_core.stores.sql.queries import statements_of

MIGRATION_PATIENCE = 60.0


@asynccontextmanager
async def migrating(conninfo: str) -> AsyncIterator[Migrator]:
    """See `Engine.migrating`."""
    connection = await connect(conninfo)
    try:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("SET lock_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock(%s)", (lock_key("migration"),))
        await connection.execute("SET lock_timeout = '1s'")
        await connection.execute(SEE_ALL.format(is_local="false"))  # a migration changes everybody's rows
        yield _Migrator(connection)
    except psycopg.OperationalError as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    finally:
        await connection.close()


class _Migrator:
    """See `engine.Migrator`."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def applied(self) -> dict[str, str]:
        await self._connection.execute(CREATE_TABLE)
        cursor = await self._connection.execute("SELECT name, checksum FROM schema_migrations")
        return dict(await cursor.fetchall())

    async def apply(self, name: str, checksum: str, text: str) -> None:
        remember = ("INSERT INTO schema_migrations VALUES (%s, %s)", (name, checksum))
        await self._patiently(*((statement, None) for statement in statements_of(text, POSTGRES)), remember)

    async def secure_rows(self, wanted: bool | None) -> None:
        bare, done = await self._tables(secured=False), await self._tables(secured=True)
        if wanted is False:
            for table in done:
                await self._patiently(*((statement, None) for statement in unsecured(table)))
        elif wanted or done:
            for table in TABLES if wanted else bare:
                await self._patiently(*((statement, None) for statement in secured(table)))

    async def _tables(self, *, secured: bool) -> list[str]:
        cursor = await self._connection.execute(MISSING, (list(TABLES), secured))
        return [name for (name,) in await cursor.fetchall()]

    async def _patiently(self, *statements: tuple[str, tuple[str, ...] | None]) -> None:
        """Run statements in a transaction of their own, again where it would have to hold others up."""
        deadline = time.monotonic() + MIGRATION_PATIENCE
        while True:
            try:
                async with self._connection.transaction():
                    for statement, values in statements:
                        await self._connection.execute(statement.encode(), values)
                return
            except psycopg.errors.LockNotAvailable:  # never hold others up for longer than lock_timeout
                if time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(jitter(0.5))


def lock_key(name: str) -> int:
    """The advisory lock of a name."""
    return int.from_bytes(hashlib.sha256(f"opentrusty {name}".encode()).digest()[:8], signed=True)
