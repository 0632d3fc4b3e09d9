"""What the tests of whole processes stand on: deployments on fresh databases, made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.deployment import Deployment, deploy
from tests.support.http import nothing_left_open
from tests.support.postgres import Cluster
from tests.support.servers import free_port

__all__ = ["nothing_left_open"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment that nothing serves, to be copied."""
    return deploy(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: Cluster) -> Iterator[Deployment]:
    """The same in a database of the tests' PostgreSQL."""
    with postgres_cluster.database() as url:
        yield deploy(tmp_path_factory.mktemp("postgres-template"), url)


@pytest.fixture
def on_sqlite(sqlite_template: Deployment, tmp_path: Path) -> Deployment:
    """A deployment of this test's own, on an SQLite file."""
    folder = shutil.copytree(sqlite_template.folder, tmp_path / "deployment")
    return _moved(sqlite_template, folder, f"sqlite:///{folder / 'opentrusty.db'}")


@pytest.fixture
def on_postgres(postgres_template: Deployment, postgres_cluster: Cluster, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of this test's own, on PostgreSQL."""
    template = urlsplit(postgres_template.settings.database_url).path.removeprefix("/")
    folder = shutil.copytree(postgres_template.folder, tmp_path / "deployment")
    with postgres_cluster.database(template=template) as url:
        yield _moved(postgres_template, folder, url)


@pytest.fixture(scope="session")
def two_workers(
    postgres_template: Deployment, postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Two worker processes on one PostgreSQL, shared by the tests that race or watch them.

    Whoever disables something or guesses passwords does so with a user or client of their own.
    """
    template = urlsplit(postgres_template.settings.database_url).path.removeprefix("/")
    folder = shutil.copytree(postgres_template.folder, tmp_path_factory.mktemp("two-workers") / "deployment")
    with postgres_cluster.database(template=template) as url:
        deployment = _moved(postgres_template, folder, url)
        with deployment.serving(workers=2):
            yield deployment


def _moved(template: Deployment, folder: Path, database_url: str) -> Deployment:
    """The template at another place, with an address of its own."""
    settings = replace(
        template.settings,
        database_url=database_url,
        auth_url=f"http://127.0.0.1:{free_port()}",
        master_key_file=folder / template.settings.master_key_file.name,
    )
    return replace(template, folder=folder, settings=settings)
