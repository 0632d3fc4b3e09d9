"""The server processes under load: OpenTrusty's Auth Plane with one worker, and the bare servers that show the
floor.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.databases import Database
from tests.support.servers import ServerProcess, free_port

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
_PAUSE = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers; `start_up` is the seconds from its spawn to the first 200 of /readyz."""

    url: str
    pid: int
    start_up: float
    log: Path

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        return self.log.read_text(errors="replace").rstrip().rpartition("\n")[2]


def free_url() -> str:
    """A loopback origin that nobody listens on at this moment."""
    return f"http://{HOST}:{free_port()}"


@contextmanager
def serve_auth(
    database: Database, url: str, *, admin_url: str | None = None, variant: Sequence[str] = (), seconds: float = 20
) -> Iterator[Server]:
    """`opentrusty serve auth` over the database; `variant` are options of `benchmarks.variant`, without any the real
    command runs.
    """
    program = ["benchmarks.variant", *variant, "--"] if variant else ["opentrusty_cli.main"]
    with _serving("auth", program, database, url, _settings(database, url, admin_url), seconds) as server:
        yield server


@contextmanager
def serve_admin(database: Database, url: str, auth_url: str, *, seconds: float = 20) -> Iterator[Server]:
    """`opentrusty serve admin` over the database."""
    with _serving(
        "admin", ["opentrusty_cli.main"], database, url, _settings(database, auth_url, url), seconds
    ) as server:
        yield server


def _settings(database: Database, auth_url: str, admin_url: str | None) -> dict[str, str]:
    return {
        "OPENTRUSTY_DATABASE_URL": database.url,
        "OPENTRUSTY_AUTH_URL": auth_url,
        "OPENTRUSTY_MASTER_KEY_FILE": str(database.folder / "opentrusty.key"),
        "OPENTRUSTY_LOG_LEVEL": "warning",
        **({} if admin_url is None else {"OPENTRUSTY_ADMIN_URL": admin_url}),
    }


@contextmanager
def _serving(
    plane: str, program: Sequence[str], database: Database, url: str, settings: dict[str, str], seconds: float
) -> Iterator[Server]:
    serve = ["serve", plane, "--host", HOST, "--port", str(urlsplit(url).port), "--workers", "1"]
    log = database.folder / f"{plane}.log"
    with _running([sys.executable, "-m", *program, *serve], url, log, settings, seconds) as server:
        yield server


@contextmanager
def serve_floor(app: str, folder: Path) -> Iterator[Server]:
    """One of the apps of `benchmarks.floor` under uvicorn, set up as the Auth Plane is."""
    url = free_url()
    options = ["--host", HOST, "--port", str(urlsplit(url).port), "--lifespan", "off", "--no-access-log"]
    options += ["--log-level", "warning", "--no-server-header", "--no-proxy-headers"]
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.floor:{app}", *options]
    with _running(command, url, folder / f"{app}.log", {}, 20) as server:
        yield server


@contextmanager
def _running(command: Sequence[str], url: str, log: Path, settings: dict[str, str], seconds: float) -> Iterator[Server]:
    for name in [name for name in os.environ if name.startswith("OPENTRUSTY_")]:
        del os.environ[name]  # a deployment's settings in this shell are not the benchmark's
    started = time.perf_counter()
    process = ServerProcess(command, log=log, env=settings, cwd=ROOT)
    try:
        while not _ready(url):
            if process.exit_code is not None or time.perf_counter() - started > seconds:
                raise RuntimeError(f"{' '.join(command)} did not become ready:\n{process.log}")
            time.sleep(_PAUSE)
        yield Server(url=url, pid=process.pid, start_up=time.perf_counter() - started, log=log)
        if process.exit_code is not None:
            raise RuntimeError(f"{' '.join(command)} ended under load:\n{process.log[-5000:]}")
        process.stop(seconds=20)
    finally:
        process.kill()


def _ready(url: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
