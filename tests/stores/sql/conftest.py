"""Stores on fresh, migrated databases of both engines, each a copy of one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest

from opentrusty_core.stores.sql.postgres.engine import PostgresEngine
from opentrusty_core.stores.sql.sqlite.engine import SqliteEngine
from opentrusty_core.stores.sql.store import SqlStore
from tests.support.postgres import Cluster

ENGINES = ("sqlite", "postgres")


async def _migrate(store: SqlStore) -> None:
    await store.migrate()
    await store.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    anyio.run(_migrate, SqlStore(SqliteEngine(path)))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> str:
    """The name of a migrated database."""
    name = postgres_cluster.create_database("sql_template")
    anyio.run(_migrate, SqlStore(PostgresEngine(postgres_cluster.socket_url(name))))
    return name


@pytest.fixture
def sqlite_path(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file for this test alone."""
    return Path(shutil.copy(sqlite_template, tmp_path / "test.db"))


@pytest.fixture
def migrated_url(postgres_cluster: Cluster, postgres_template: str) -> Iterator[str]:
    """The address of a migrated database for this test alone."""
    name = postgres_cluster.create_database(template=postgres_template)
    try:
        yield postgres_cluster.socket_url(name)
    finally:
        postgres_cluster.drop_database(name)


@pytest.fixture
async def sqlite_store(sqlite_path: Path) -> AsyncIterator[SqlStore]:
    """A store on SQLite."""
    store = SqlStore(SqliteEngine(sqlite_path))
    yield store
    await store.close()


@pytest.fixture
async def postgres_store(migrated_url: str) -> AsyncIterator[SqlStore]:
    """A store on PostgreSQL."""
    store = SqlStore(PostgresEngine(migrated_url))
    yield store
    await store.close()


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest) -> SqlStore:
    """A store, once on each engine."""
    found: SqlStore = request.getfixturevalue(f"{request.param}_store")
    return found
