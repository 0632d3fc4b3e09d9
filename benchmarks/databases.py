"""The databases under test, both durable: an SQLite file, and a PostgreSQL cluster of our own with fsync and
synchronous commit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import Cluster, cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An empty database; `folder` is for files beside it, `postmaster` is PostgreSQL's process id."""

    kind: str
    url: str
    folder: Path
    postmaster: int | None = None


@contextmanager
def sqlite() -> Iterator[Database]:
    """A file on disk."""
    with _folder() as folder:
        yield Database(kind=SQLITE, url=f"sqlite:///{folder / 'bench.db'}", folder=folder)


@contextmanager
def postgresql() -> Iterator[Database]:
    """A database in a new cluster on disk."""
    with cluster(durable=True) as running, in_cluster(running) as database:
        yield database


@contextmanager
def in_cluster(running: Cluster) -> Iterator[Database]:
    """A database in a cluster that runs already."""
    with _folder() as folder, running.database() as url:
        yield Database(kind=POSTGRESQL, url=url, folder=folder, postmaster=running.pid)


DATABASES = {SQLITE: sqlite, POSTGRESQL: postgresql}


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="opentrusty-bench-") as name:
        yield Path(name)
