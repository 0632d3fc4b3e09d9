"""`opentrusty serve auth` as a process: starting, waiting, serving, stopping."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from opentrusty_core import MasterKeys, SystemRuntime
from tests.support.servers import free_port, running, wait_until

OPENTRUSTY = [sys.executable, "-m", "opentrusty_cli.main"]
ROOT = Path(__file__).parents[2]


def environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "OPENTRUSTY_DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "OPENTRUSTY_AUTH_URL": f"http://localhost:{port}",
        "OPENTRUSTY_MASTER_KEY": MasterKeys.generate(SystemRuntime().token_bytes),
    }


def run(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*OPENTRUSTY, *arguments], env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )


def status(port: int, path: str) -> int:
    """0 while nothing answers."""
    try:
        return httpx2.get(f"http://localhost:{port}{path}", trust_env=False).status_code
    except httpx2.TransportError:
        return 0


@pytest.mark.case("R1")
def test_the_plane_is_live_before_the_database_is_ready_and_then_serves(tmp_path: Path) -> None:
    """Started first, it waits for the schema without a restart, on two workers; SIGTERM ends it in good order."""
    port = free_port()
    env = environment(tmp_path, port)
    command = [*OPENTRUSTY, "serve", "auth", "--port", str(port), "--workers", "2"]
    with running(command, log=tmp_path / "log", ready=lambda: status(port, "/livez") == 200, env=env) as server:
        assert status(port, "/readyz") == 503
        migrated = run("migrate", env=env)
        assert migrated.returncode == 0, migrated.stderr
        made = run("tenant", "create", "acme", env=env)
        assert made.returncode == 0, made.stderr
        assert wait_until(lambda: status(port, "/readyz") == 200, seconds=10)
        assert wait_until(lambda: status(port, "/t/acme/jwks") == 200, seconds=10)
        assert server.stop(signal.SIGTERM, seconds=20) in {0, -signal.SIGTERM}
        lines = [json.loads(line) for line in server.log.splitlines()]
    assert {line["endpoint"] for line in lines if line["logger"] == "opentrusty.access"} >= {"livez", "readyz", "jwks"}


def test_without_a_master_key_it_does_not_start_and_says_so(tmp_path: Path) -> None:
    """One plain sentence, and the exit code of a failure."""
    env = environment(tmp_path, free_port())
    env["OPENTRUSTY_MASTER_KEY"] = ""
    env["OPENTRUSTY_MASTER_KEY_FILE"] = str(tmp_path / "none.key")
    for workers in ("1", "2"):
        done = run("serve", "auth", "--workers", workers, env=env)
        assert (done.returncode, "There is no master key" in done.stderr) == (1, True)
        assert "Traceback" not in done.stderr


@pytest.mark.case("R15")
def test_with_a_wrong_master_key_it_does_not_start(tmp_path: Path) -> None:
    """The database remembers which key sealed it."""
    env = environment(tmp_path, free_port())
    assert run("migrate", env=env).returncode == 0
    assert run("tenant", "create", "acme", env=env).returncode == 0
    env["OPENTRUSTY_MASTER_KEY"] = MasterKeys.generate(SystemRuntime().token_bytes)
    done = run("serve", "auth", "--port", str(free_port()), env=env)
    assert done.returncode == 1
    assert "The master key is not this database's" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_a_failure(tmp_path: Path) -> None:
    """The exit code says that nothing is served."""
    port = free_port()
    env = environment(tmp_path, port)
    command = [*OPENTRUSTY, "serve", "auth", "--port", str(port)]
    with running(command, log=tmp_path / "log", ready=lambda: status(port, "/livez") == 200, env=env):
        done = run("serve", "auth", "--port", str(port), env=env)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
