"""How the processes of a plane end: what had arrived is answered, a second signal ends them at once, none is left."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.load import Wire
from tests.support.deployment import Deployment
from tests.support.dev import dev_command
from tests.support.http import Http, ok, refuses
from tests.support.processes import descendants, is_alive
from tests.support.servers import ServerProcess, file_written, running, wait_until

pytestmark = [pytest.mark.slow]
case = pytest.mark.case

TIMED = """
from opentrusty_server import ending, serving
{}
from opentrusty_cli.main import cli
cli()
"""


def asked(deployment: Deployment, path: str = "/livez") -> bytes:
    return Wire.request(deployment.auth_url, path, None, {})


def unfinished(deployment: Deployment) -> Wire:
    """A request in flight whose body does not end."""
    wire = Wire(deployment.port)
    head = Wire.request(deployment.auth_url, "/t/acme/token", {"grant_type": "client_credentials"}, {})
    wire.send(head[:-1])
    return wire


def all_gone(pids: list[int]) -> Callable[[], bool]:
    return lambda: not any(is_alive(pid) for pid in pids)


@case("R22")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_had_arrived_is_answered(on_sqlite: Deployment, workers: int) -> None:
    """Requests that lay in the buffers of idle connections, or of some not accepted yet, when the signal came."""
    with on_sqlite.serving(workers=workers) as process:
        idle = [Wire(on_sqlite.port) for _ in range(8)]
        for wire in idle:
            wire.send(asked(on_sqlite))
            assert wire.receive().status == 200
        processes = [process.pid, *descendants(process.pid)]
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        new = [Wire(on_sqlite.port) for _ in range(4)]
        for wire in (*idle, *new):
            wire.send(asked(on_sqlite, "/t/acme/jwks"))
        os.kill(process.pid, signal.SIGTERM)
        for pid in processes:
            os.kill(pid, signal.SIGCONT)
        for wire in (*idle, *new):
            assert wire.receive().status == 200
            wire.close()
        assert wait_until_ended(process) == 0
    assert refuses(on_sqlite.port)


def wait_until_ended(process: ServerProcess) -> int | None:
    wait_until(lambda: process.exit_code is not None, seconds=30)
    return process.exit_code


@contextmanager
def serving_timed(deployment: Deployment, change: str, *, workers: int = 1) -> Iterator[ServerProcess]:
    """`opentrusty serve auth` with another patience."""
    command = [sys.executable, "-c", TIMED.format(change), "serve", "auth"]
    command += ["--port", str(deployment.port), "--workers", str(workers)]
    log, ready = deployment.folder / "log", lambda: ok(f"{deployment.auth_url}/readyz")
    with running(command, log=log, ready=ready, env=deployment.environ) as process:
        yield process


@case("R22")
def test_what_arrives_on_an_idle_connection_is_answered_for_a_moment(on_sqlite: Deployment) -> None:
    """And so is who connects then; each answer says that it is the last."""
    with serving_timed(on_sqlite, "ending.SETTLE = 3") as process:
        idle = Wire(on_sqlite.port)
        idle.send(asked(on_sqlite))
        assert idle.receive().header("connection") is None
        os.kill(process.pid, signal.SIGTERM)

        def is_draining() -> bool:
            wire = Wire(on_sqlite.port)
            wire.send(asked(on_sqlite))
            answer = wire.receive()
            wire.close()
            assert answer.status == 200
            return answer.header("connection") == "close"

        assert wait_until(is_draining, seconds=2)
        idle.send(asked(on_sqlite))
        assert idle.receive().header("connection") == "close"
        idle.close()
        assert wait_until_ended(process) == 0


@case("R22")
def test_a_request_that_had_begun_is_waited_for(on_sqlite: Deployment) -> None:
    """Its head or its body is still on the way."""
    with on_sqlite.serving() as process:
        head, body, request = Wire(on_sqlite.port), unfinished(on_sqlite), asked(on_sqlite)
        head.send(request[:20])
        with Http(on_sqlite.auth_url) as http:
            assert http.get("/livez").status == 200  # both have been read by now
        os.kill(process.pid, signal.SIGTERM)
        assert wait_until(lambda: refuses(on_sqlite.port), seconds=10)
        head.send(request[20:])
        answer = head.receive()
        assert (answer.status, answer.header("connection")) == (200, "close")
        body.send(b"s")
        assert body.receive().status == 401
        assert wait_until_ended(process) == 0
        head.close()
        body.close()


@case("R22")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_ends_it_at_once(on_sqlite: Deployment, workers: int, number: signal.Signals) -> None:
    """Whatever is in flight; no worker is left over."""
    with on_sqlite.serving(workers=workers) as process:
        family = descendants(process.pid)
        wire = unfinished(on_sqlite)
        with Http(on_sqlite.auth_url) as http:
            assert http.get("/livez").status == 200
        os.kill(process.pid, number)
        assert wait_until(lambda: refuses(on_sqlite.port), seconds=10)
        assert process.exit_code is None
        started = time.monotonic()
        assert process.stop(number, seconds=5) == -number
        assert wait_until(all_gone(family), seconds=5)
        assert time.monotonic() - started < 5
        wire.close()


@case("R22")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_does_not_finish_is_not_waited_for(on_sqlite: Deployment, workers: int) -> None:
    """After the time that requests get, a plane ends, in good order all the same."""
    with serving_timed(on_sqlite, "serving.DRAIN_WITHIN = 1", workers=workers) as process:
        wire = unfinished(on_sqlite)
        assert process.stop(signal.SIGTERM, seconds=15) == 0
        wire.close()


@case("R22")
def test_workers_do_not_outlive_their_parent(on_sqlite: Deployment) -> None:
    """Though it was killed, and could tell them nothing."""
    with on_sqlite.serving(workers=2) as process:
        family = descendants(process.pid)
        assert len(family) >= 2
        os.kill(process.pid, signal.SIGKILL)
        assert wait_until(all_gone(family), seconds=10)
    assert refuses(on_sqlite.port)


def test_planes_do_not_outlive_dev(tmp_path: Path) -> None:
    """Though it was killed; the next start has their ports."""
    ready = tmp_path / "ready.json"
    process = ServerProcess(dev_command(tmp_path, ready), log=tmp_path / "log")
    try:
        process.wait_ready(file_written(ready), seconds=30)
        family = descendants(process.pid)
        assert len(family) >= 2
        os.kill(process.pid, signal.SIGKILL)
        assert wait_until(all_gone(family), seconds=10)
    finally:
        process.kill()
