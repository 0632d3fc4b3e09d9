"""An empty, migrated store of every kind: SQL databases are copies of one that was migrated once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest

from opentrusty_core.storage import Store
from opentrusty_core.stores import open_store
from tests.support.postgres import Cluster

pytest.register_assert_rewrite("tests.stores.machine")


async def migrated(url: str) -> None:
    """Bring the database at the address up to date."""
    store = open_store(url)
    await store.migrate()
    await store.close()


@pytest.fixture(scope="session")
def volatile_folder() -> Iterator[Path]:
    """A folder in memory, where there is one: what a test commits need not survive it."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="opentrusty-stores-", dir=memory if usable else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def migrated_sqlite(volatile_folder: Path) -> Path:
    """A SQLite file to copy."""
    path = volatile_folder / "template.db"
    anyio.run(migrated, f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: Cluster) -> str:
    """The name of a PostgreSQL database to copy."""
    name = postgres_cluster.create_database("migrated")
    anyio.run(migrated, postgres_cluster.url(name))
    return name


@pytest.fixture
def memory_url() -> str:
    """The address of a memory."""
    return "memory:"


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, volatile_folder: Path) -> Iterator[str]:
    """The address of a SQLite file for this test alone."""
    with tempfile.TemporaryDirectory(dir=volatile_folder) as folder:
        yield f"sqlite:///{shutil.copy(migrated_sqlite, folder)}"


@pytest.fixture
def postgres_store_url(postgres_cluster: Cluster, migrated_postgres: str) -> Iterator[str]:
    """The address of a PostgreSQL database for this test alone."""
    with postgres_cluster.database(template=migrated_postgres) as url:
        yield url


@pytest.fixture(
    params=[
        pytest.param("memory_url", id="memory"),
        pytest.param("sqlite_url", id="sqlite"),
        pytest.param("postgres_store_url", id="postgres", marks=pytest.mark.postgres),
    ]
)
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a store of each kind."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A store of each kind."""
    store = open_store(store_url)
    yield store
    await store.close()
