"""Stores: where everything is kept. `open_store` opens the one that a database URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from opentrusty_core.errors import ConfigurationError
from opentrusty_core.storage import Store

__all__ = ["open_store"]

_SQLITE = "sqlite:///"


def open_store(database_url: str) -> Store:
    """The store of `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://…` (libpq's parameters, and
    `pool_size`) or `memory:`. It connects when first used; from then on it belongs to that event loop.

    Raises:
        ConfigurationError: no such kind of database, or its driver is not installed.
    """
    scheme = database_url.partition(":")[0]
    if database_url == "memory:":
        from opentrusty_core.stores.memory import MemoryStore

        return MemoryStore()
    if scheme == "sqlite":
        return _open_sqlite(database_url)
    if scheme in {"postgresql", "postgres"}:
        return _open_postgres(database_url)
    raise ConfigurationError(
        "The database URL begins with sqlite:///, postgresql:// or postgres://, or is memory: for tests."
    )


def _open_sqlite(database_url: str) -> Store:
    path = unquote(database_url.removeprefix(_SQLITE))
    if not database_url.startswith(_SQLITE) or not path or "?" in database_url or path == ":memory:":
        raise ConfigurationError(
            "A SQLite URL names a file: sqlite:///relative.db or sqlite:////absolute.db. Without a file, use memory:."
        )
    from opentrusty_core.stores.sql.sqlite.engine import SqliteEngine
    from opentrusty_core.stores.sql.store import SqlStore

    return SqlStore(SqliteEngine(Path(path)))


def _open_postgres(database_url: str) -> Store:
    try:
        from opentrusty_core.stores.sql.postgres.engine import PostgresEngine
    except ImportError:
        raise ConfigurationError("PostgreSQL needs its driver: pip install 'opentrusty-core[postgres]'.") from None
    from opentrusty_core.stores.sql.store import SqlStore

    return SqlStore(PostgresEngine(database_url))
