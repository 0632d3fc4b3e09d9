"""Server processes under test: start one, wait until it is ready, read its log, end it gently or not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PAUSE = 0.01


class ServerFailed(Exception):
    """A server ended, or was not ready in time; the message carries its log."""


class ServerProcess:
    """A running command in a process group of its own, so that its workers end with it."""

    def __init__(
        self, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.command = [str(part) for part in command]
        self.log_path = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id of the command; also that of its process group."""
        return self._process.pid

    @property
    def log(self) -> str:
        """All that the command has written so far."""
        return self.log_path.read_text(errors="replace")

    @property
    def exit_code(self) -> int | None:
        """None while it runs; the negative signal number when one ended it."""
        return self._process.poll()

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 20) -> None:
        """Return once `ready()` holds; raise ServerFailed when the process ends first or the time is up."""
        if wait_until(ready, seconds=seconds, process=self._process):
            return
        state = f"was not ready within {seconds} s" if self.exit_code is None else f"ended with {self.exit_code}"
        raise ServerFailed(f"{' '.join(self.command)} {state}:\n{self.log}")

    def stop(self, how: signal.Signals = signal.SIGTERM, *, seconds: float = 10) -> int:
        """Ask the command to end, as a supervisor does, and return its exit code; ServerFailed when it does not."""
        if self.exit_code is None:
            self._process.send_signal(how)
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ServerFailed(
                f"{' '.join(self.command)} did not end within {seconds} s of {how.name}:\n{self.log}"
            ) from None
        finally:
            self.kill()

    def kill(self) -> None:
        """End the whole process group at once (kill -9): nothing gets to clean up."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    log: Path,
    ready: Callable[[], bool],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = 20,
) -> Iterator[ServerProcess]:
    """Start `command`, wait until `ready()`, kill what is left of it afterwards. `env` adds to our own."""
    server = ServerProcess(command, log=log, env=env, cwd=cwd)
    try:
        server.wait_ready(ready, seconds=seconds)
        yield server
    finally:
        server.kill()


def wait_until(
    condition: Callable[[], bool], *, seconds: float, process: subprocess.Popen[bytes] | None = None
) -> bool:
    """Ask `condition` until it holds (True), the time is up, or `process` has ended (False)."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline or (process is not None and process.poll() is not None):
            return False
        time.sleep(PAUSE)  # noqa: TID251 - the pause between two looks, not the thing waited for
    return True


def port_open(port: int, host: str = "127.0.0.1") -> Callable[[], bool]:
    """A readiness check: something accepts connections there."""

    def check() -> bool:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return False
        return True

    return check


def file_written(path: Path) -> Callable[[], bool]:
    """A readiness check: the file exists and is not empty (as `opentrusty dev --ready-file` leaves it)."""
    return lambda: path.exists() and path.stat().st_size > 0


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
