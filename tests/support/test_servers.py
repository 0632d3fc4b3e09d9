"""The helpers that start servers keep their promises."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.support.servers import ServerFailed, file_written, free_port, port_open, running, wait_until

LISTEN = """
import socket, subprocess, sys
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("worker", worker.pid, flush=True)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
try:
    while True:
        server.accept()[0].close()
except KeyboardInterrupt:
    worker.kill()
    sys.exit(3)
"""


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_server_is_ready_when_its_port_answers_and_dies_with_its_workers(tmp_path: Path) -> None:
    """Nothing of the process group is left after the block."""
    port = free_port()
    with running([sys.executable, "-c", LISTEN, str(port)], log=tmp_path / "log", ready=port_open(port)) as server:
        worker = int(server.log.split()[1])
        assert alive(worker)
    assert server.exit_code == -signal.SIGKILL  # it ran until the block ended
    assert not port_open(port)()
    assert wait_until(lambda: not alive(worker), seconds=5)


def test_a_server_that_is_asked_to_stop_tells_its_exit_code(tmp_path: Path) -> None:
    """`stop` sends the signal and returns what the command made of it."""
    port = free_port()
    with running([sys.executable, "-c", LISTEN, str(port)], log=tmp_path / "log", ready=port_open(port)) as server:
        assert server.stop(signal.SIGINT) == 3


def test_a_server_that_ends_early_shows_its_log(tmp_path: Path) -> None:
    """A crash at the start is reported at once, with what the command said."""
    command = [sys.executable, "-c", "raise SystemExit('no master key')"]
    with (
        pytest.raises(ServerFailed, match=r"ended with 1:\nno master key"),
        running(command, log=tmp_path / "log", ready=lambda: False),
    ):
        pass


def test_a_server_that_is_never_ready_is_given_up_and_killed(tmp_path: Path) -> None:
    """The deadline holds, and the process does not outlive it."""
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
    log = tmp_path / "log"
    with (
        pytest.raises(ServerFailed, match=r"not ready within 0\.5 s"),
        running(command, log=log, ready=lambda: False, seconds=0.5),
    ):
        pass
    assert not alive(int(log.read_text()))


def test_a_ready_file_counts_once_it_has_content(tmp_path: Path) -> None:
    """An empty file is one that is still being written."""
    path = tmp_path / "ready.json"
    assert not file_written(path)()
    path.touch()
    assert not file_written(path)()
    path.write_text("{}")
    assert file_written(path)()
