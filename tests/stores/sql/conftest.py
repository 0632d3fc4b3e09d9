"""The SQL store on each engine, on a migrated database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opentrusty_core.stores.sql.postgres.engine import PostgresEngine
from opentrusty_core.stores.sql.sqlite.engine import SqliteEngine
from opentrusty_core.stores.sql.store import SqlStore


@pytest.fixture
def sqlite_path(sqlite_url: str) -> Path:
    """A migrated SQLite file."""
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
async def sqlite_engine(sqlite_path: Path) -> AsyncIterator[SqliteEngine]:
    """An engine on it."""
    engine = SqliteEngine(sqlite_path)
    yield engine
    await engine.close()


@pytest.fixture
async def postgres_engine(postgres_store_url: str) -> AsyncIterator[PostgresEngine]:
    """An engine on a migrated PostgreSQL database."""
    engine = PostgresEngine(postgres_store_url)
    yield engine
    await engine.close()


@pytest.fixture
def sqlite_store(sqlite_engine: SqliteEngine) -> SqlStore:
    """A store on SQLite."""
    return SqlStore(sqlite_engine)


@pytest.fixture
def postgres_store(postgres_engine: PostgresEngine) -> SqlStore:
    """A store on PostgreSQL."""
    return SqlStore(postgres_engine)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def sql_store(request: pytest.FixtureRequest) -> SqlStore:
    """A store on each."""
    store: SqlStore = request.getfixturevalue(f"{request.param}_store")
    return store
