"""An empty, migrated store of every kind: SQL databases are copies of one that was migrated once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import anyio
import psycopg
import pytest

from opentrusty_core.storage import Store
from opentrusty_core.stores import open_store
from tests.support.postgres import OWNER, SERVER, Cluster

pytest.register_assert_rewrite("tests.stores.machine")


async def migrated(url: str, row_security: bool | None = None) -> None:
    """Bring the database at the address up to date."""
    store = open_store(url)
    await store.migrate(row_security=row_security)
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


@pytest.fixture(scope="session")
def secured_postgres(postgres_cluster: Cluster, postgres_roles: Callable[[str], None]) -> str:
    """The name of a PostgreSQL database to copy, with row-level security: `OWNER` made it, and `SERVER` uses it."""
    name = postgres_cluster.create_database("secured")
    postgres_roles(name)
    with psycopg.connect(postgres_cluster.url(name)) as session:
        session.execute(f"GRANT CREATE ON SCHEMA public TO {SERVER}")  # the contract migrates a second time
    anyio.run(migrated, postgres_cluster.url(name, user=OWNER), True)
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


@pytest.fixture
def secured_store_url(postgres_cluster: Cluster, secured_postgres: str) -> Iterator[str]:
    """The address of a PostgreSQL database with row-level security, for a role that is held to it."""
    with postgres_cluster.database(template=secured_postgres, user=SERVER) as url:
        yield f"{url}?row_security=on"


@pytest.fixture(
    params=[
        pytest.param("memory_url", id="memory"),
        pytest.param("sqlite_url", id="sqlite"),
        pytest.param("postgres_store_url", id="postgres", marks=pytest.mark.postgres),
        pytest.param("secured_store_url", id="row_security", marks=pytest.mark.postgres),
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
