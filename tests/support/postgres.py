"""The tests' own PostgreSQL: a throwaway cluster started from the machine's binaries, a fresh database for each test.

`postgres_cluster` is one cluster a test process, `postgres_url` one empty database a test. Benchmarks and tests of
durability use the context manager `cluster(durable=True)` themselves.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.support.servers import free_port, wait_until

SUPERUSER = "postgres"
OWNER, SERVER = "opentrusty_owner", "opentrusty"
"""The roles of `postgres_roles`: who migrates, and who serves."""
DEBIAN = Path("/usr/lib/postgresql")
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2 * 1024**3
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1

# Speed bought with durability: right for a database that dies with its test, wrong where durability is in question.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {"max_connections": "200", "listen_addresses": "127.0.0.1", "log_min_messages": "warning", "timezone": "UTC"}


class PostgresMissing(Exception):
    """This machine cannot run PostgreSQL; the message says what to install."""


class Cluster:
    """A running PostgreSQL of our own, on a Unix socket and a loopback port; superuser `postgres`, no password."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.port = 0
        self.settings = SETTINGS if durable else SETTINGS | VOLATILE
        self._bin = _binaries()
        self._account = _account()
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        home.chmod(0o700)
        if self._account is not None:
            os.chown(home, *self._account)
        self._make()

    @property
    def pid(self) -> int:
        """The process id of the postmaster; its children are the sessions and background writers."""
        if self._server is None:
            raise RuntimeError("the cluster is stopped")
        return self._server.pid

    @property
    def log(self) -> str:
        """All that the server has written so far."""
        path = self.home / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def url(self, database: str = "postgres", *, user: str = SUPERUSER) -> str:
        """The address of a database over loopback TCP."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str = "postgres") -> str:
        """The address of a database over the Unix socket."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.home}&port={self.port}"

    def create_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """Make a database, a copy of `template` (which must have no connections), and return its name."""
        name = name or f"test_{next(self._numbers)}"
        with self._session() as session:
            session.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, ending the connections that were left open to it."""
        with self._session() as session:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def database(self, *, template: str = "template0", user: str = SUPERUSER) -> Iterator[str]:
        """The address of a new database, for this user, that is gone afterwards."""
        name = self.create_database(template=template)
        try:
            yield self.url(name, user=user)
        finally:
            self.drop_database(name)

    def start(self) -> None:
        """Start the server and wait until it answers. A port is chosen at the first start and kept from then on."""
        for attempt in range(5):
            port = self.port or free_port()
            if self._launch(port):
                self.port = port
                return
            if (
                self.port or "Address already in use" not in self.log or attempt == 4
            ):  # someone was quicker: another port
                raise RuntimeError(f"PostgreSQL did not start:\n{self.log}")

    def stop(self) -> None:
        """Shut down in order, ending open sessions."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Die without a checkpoint, as at a power cut; `start` recovers."""
        self._end(signal.SIGQUIT)

    def _launch(self, port: int) -> bool:
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        with (self.home / "log").open("ab") as log:
            server = subprocess.Popen(
                [self._bin / "postgres", "-D", "data", "-k", str(self.home), "-p", str(port), *options],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._become_server,  # noqa: PLW1509 - test processes start servers from their only thread
            )
        ready = wait_until(lambda: self._answers(port), seconds=30, process=server)
        if ready:
            self._server = server
        elif server.poll() is None:
            server.kill()
            server.wait()
        return ready

    def _answers(self, port: int) -> bool:
        try:
            psycopg.connect(f"host={self.home} port={port} user={SUPERUSER} dbname=postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        self._server.send_signal(how)
        try:
            self._server.wait(timeout=30)
        finally:
            self._server.kill()
            self._server.wait()
            self._server = None

    def _session(self) -> psycopg.Connection:
        return psycopg.connect(self.socket_url(), autocommit=True)

    def _make(self) -> None:
        options = [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(
            [self._bin / "initdb", "--pgdata=data", "--no-instructions", *options],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=self._become_server,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _become_server(self) -> None:
        """Between fork and exec: give up root, and (on Linux) die with the test run, even when that is killed."""
        if self._account is not None:
            uid, gid = self._account
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A running cluster in a temporary folder: in memory, or if `durable` on disk with fsync and synchronous commit."""
    _binaries()
    home = Path(tempfile.mkdtemp(prefix="opentrusty-pg-", dir=None if durable else _memory()))
    try:
        running = Cluster(home, durable=durable)
        try:
            running.start()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """This test process's cluster, without durability."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_roles(postgres_cluster: Cluster) -> Callable[[str], None]:
    """Prepares a database for `OWNER` and `SERVER`, as docs/deployment.md says."""
    with psycopg.connect(postgres_cluster.socket_url(), autocommit=True) as session:
        for role in (OWNER, SERVER):
            session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))

    def prepare(database: str) -> None:
        with psycopg.connect(postgres_cluster.socket_url(database), autocommit=True) as session:
            session.execute(f"GRANT CREATE ON SCHEMA public TO {OWNER}")
            session.execute(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {SERVER}"
            )

    return prepare


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The address of an empty database for this test alone."""
    with postgres_cluster.database() as url:
        yield url


def _binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine: Debian keeps them off the PATH, one folder a version."""
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise PostgresMissing("PostgreSQL (its initdb) is not installed: apt-get install postgresql")


def _memory() -> Path | None:
    """The machine's file system in memory, when it has room: a database is copied there ten times faster."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    return MEMORY if roomy else None


def _account() -> tuple[int, int] | None:
    """Who the server runs as: PostgreSQL refuses root, so root hands over to the user that the package made."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise PostgresMissing(
            "running as root needs the user postgres, which apt-get install postgresql makes"
        ) from None
    return entry.pw_uid, entry.pw_gid
