"""`opentrusty dev` as the tests use it: one of it for each database and test process, found by its ready file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.management import Managed
from tests.support.postgres import Cluster
from tests.support.servers import ServerProcess, file_written

OPENTRUSTY = (sys.executable, "-m", "opentrusty_cli.main")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dev:
    """A running `opentrusty dev`: its process, its folder, the content of its ready file.

    `secrets` are those of acme's clients; tests that register more add theirs.
    """

    process: ServerProcess
    folder: Path
    ready: dict[str, Any]
    secrets: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.secrets.update((client["client_id"], client["client_secret"]) for client in self.tenant("acme")["clients"])

    @property
    def auth_url(self) -> str:
        url: str = self.ready["auth_url"]
        return url

    def tenant(self, name: str) -> dict[str, Any]:
        """What the ready file says of a tenant."""
        return tenant_of(self.ready, name)

    @property
    def managed(self) -> Managed:
        """The use cases of administrators over its database."""
        return Managed(database_url=self.ready["database_url"], master_key_file=self.folder / "opentrusty.key")


def tenant_of(ready: dict[str, Any], name: str) -> dict[str, Any]:
    """The tenant of this name in a ready file."""
    found: dict[str, Any] = next(tenant for tenant in ready["tenants"] if tenant["tenant"] == name)
    return found


def dev_command(folder: Path, ready_file: Path, *more: str) -> list[str | Path]:
    """`opentrusty dev` on free ports."""
    ports = [f"--{plane}-port=0" for plane in ("auth", "admin", "console")]
    return [*OPENTRUSTY, "dev", "--dir", folder, *ports, "--ready-file", ready_file, *more]


@contextmanager
def running_dev(folder: Path, *more: str) -> Iterator[Dev]:
    """Start `opentrusty dev` in the folder, stop it in order afterwards (its planes are no children of ours)."""
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)
    process = ServerProcess(dev_command(folder, ready_file, *more), log=folder / "log")
    try:
        process.wait_ready(file_written(ready_file), seconds=30)
        yield Dev(process=process, folder=folder, ready=json.loads(ready_file.read_text()))
    finally:
        process.stop(seconds=15)


@pytest.fixture(scope="session")
def dev_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """On its SQLite file."""
    with running_dev(tmp_path_factory.mktemp("dev-sqlite")) as dev:
        yield dev


@pytest.fixture(scope="session")
def dev_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: Cluster) -> Iterator[Dev]:
    """On a database of the tests' PostgreSQL."""
    with (
        postgres_cluster.database() as url,
        running_dev(tmp_path_factory.mktemp("dev-postgres"), "--database-url", url) as dev,
    ):
        yield dev


# Not a session fixture with parameters: pytest would then sort the tests by database, across modules.
@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def dev(request: pytest.FixtureRequest) -> Dev:
    """On each database in turn."""
    found: Dev = request.getfixturevalue(f"dev_{request.param}")
    return found
