"""The tests' own PostgreSQL keeps its promises."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres
from tests.support.postgres import Cluster, PostgresMissing, cluster
from tests.support.servers import wait_until

ROOT = Path(__file__).parents[2]


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_every_test_gets_an_empty_database(postgres_url: str) -> None:
    """A new database holds no table."""
    assert ask(postgres_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_database_is_a_copy_of_its_template_and_gone_afterwards(postgres_cluster: Cluster) -> None:
    """What the template holds is there, what is done to the copy stays in the copy."""
    template = postgres_cluster.create_database()
    run(postgres_cluster.url(template), "CREATE TABLE t AS SELECT 1 AS a")
    with postgres_cluster.database(template=template) as url:
        run(url, "INSERT INTO t VALUES (2)")
        assert ask(url, "SELECT count(*) FROM t") == 2
    assert ask(postgres_cluster.url(template), "SELECT count(*) FROM t") == 1
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        ask(url, "SELECT 1")


def test_an_open_connection_does_not_keep_a_database(postgres_cluster: Cluster) -> None:
    """A leaked connection is ended with its database."""
    with postgres_cluster.database() as url:
        leaked = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        leaked.execute("SELECT 1")
    leaked.close()


def test_the_server_listens_on_loopback_and_its_socket_only(postgres_cluster: Cluster) -> None:
    """Nobody outside this machine can reach a server without passwords."""
    assert ask(postgres_cluster.url(), "SHOW listen_addresses") == "127.0.0.1"
    assert ask(postgres_cluster.socket_url(), "SELECT inet_server_addr()") is None


def test_letters_outside_ascii_have_a_lower_case(postgres_cluster: Cluster) -> None:
    """Case-insensitive comparison works beyond ASCII, as in production."""
    assert ask(postgres_cluster.url(), "SELECT lower('ÄÉÑ')") == "äéñ"


@pytest.mark.slow
def test_a_durable_cluster_syncs_and_keeps_its_data_through_a_crash() -> None:
    """`durable` leaves fsync on; what was committed survives `crash`; nothing is left behind at the end."""
    with cluster(durable=True) as running:
        assert ask(running.url(), "SHOW fsync") == "on"
        assert ask(running.url(), "SHOW synchronous_commit") == "on"
        name = running.create_database()
        run(running.url(name), "CREATE TABLE kept AS SELECT 7 AS a")
        running.crash()
        with pytest.raises(psycopg.OperationalError):
            ask(running.url(name), "SELECT 1")
        running.start()
        assert ask(running.url(name), "SELECT a FROM kept") == 7
        home, pid = running.home, running.pid
    assert not home.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_machine_without_postgresql_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An absent PostgreSQL is an error that names the package, not a skip."""
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PostgresMissing, match="apt-get install postgresql"), cluster():
        pass


@pytest.mark.slow
def test_a_killed_test_run_leaves_no_server() -> None:
    """When the process that started a cluster dies at once (kill -9), PostgreSQL ends too."""
    script = (
        "from tests.support.postgres import cluster\nwith cluster() as c: print(c.home, c.pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as owner:
        assert owner.stdout is not None
        home, pid = owner.stdout.readline().split()
        try:
            assert Path(f"/proc/{pid}").exists()
            owner.kill()
            assert wait_until(lambda: not Path(f"/proc/{pid}").exists(), seconds=10)
        finally:
            owner.kill()
            shutil.rmtree(home)
