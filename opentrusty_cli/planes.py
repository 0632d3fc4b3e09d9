"""The planes as child processes of `opentrusty dev`: started together, watched, stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType

from opentrusty_core.config import PREFIX
from opentrusty_core.errors import ConfigurationError, OpenTrustyError

HOST = "localhost"
READY_WITHIN = 20.0
"""Seconds that a plane may take to answer before we give up on it."""
STOP_WITHIN = 10.0
"""Seconds that a plane may take to finish what it was asked before it is killed."""
_POLL = 0.02


class PlaneFailed(OpenTrustyError):
    """A plane ended by itself, or never became ready; its own words stand above in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A server of ours: what `opentrusty serve` calls it, and the loopback port it listens on."""

    name: str
    port: int

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://{HOST}:{self.port}"


def free_port(wanted: int, option: str) -> int:
    """The wanted port if nobody listens there, any free one for 0.

    Raises:
        ConfigurationError: somebody listens there; the message names the option that chooses another.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise ConfigurationError(f"Port {wanted} is in use; choose another with {option}.") from None
        return int(probe.getsockname()[1])


class Planes:
    """Runs planes until one ends or the person stops them (`stopping` tells that they did)."""

    def __init__(self, planes: tuple[Plane, ...], environ: Mapping[str, str]) -> None:
        self._planes = planes
        # The caller's own OPENTRUSTY_ variables are for a deployment, not for this one.
        self._environ = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)} | dict(environ)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def stop_on_signals(self) -> None:
        """From now on Ctrl-C and SIGTERM set `stopping`, and interrupt nothing."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def start(self) -> None:
        """Start every plane; returns when all are ready, or when the person stops us. Raises `PlaneFailed`."""
        if self.stopping:
            return
        for plane in self._planes:
            command = [sys.executable, "-m", "opentrusty_cli.main", "serve", plane.name]
            command += ["--host", HOST, "--port", str(plane.port), "--until-eof"]
            # A session of its own: Ctrl-C reaches us alone, and we stop the planes in good order. Their standard input
            # ends with us, so that they do not outlive us either way.
            self._children[plane.name] = subprocess.Popen(
                command, env=self._environ, stdin=subprocess.PIPE, start_new_session=True
            )
        deadline = time.monotonic() + READY_WITHIN
        for plane in self._planes:
            self._await(plane, deadline)

    def wait(self) -> None:
        """Block until the person stops us. Raises `PlaneFailed` where a plane ends first."""
        while not self.stopping:
            for name, child in self._children.items():
                try:
                    code = child.wait(timeout=0.5 / len(self._children))
                except subprocess.TimeoutExpired:
                    continue
                if not self.stopping:
                    raise PlaneFailed(f"The {name} plane ended with status {code}.")

    def stop(self) -> None:
        """Ask every plane to finish; kill what does not."""
        self.stopping = True
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for child in self._children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _await(self, plane: Plane, deadline: float) -> None:
        child = self._children[plane.name]
        while not self.stopping:
            try:
                with urllib.request.urlopen(f"{plane.url}/readyz", timeout=1):  # noqa: S310 - a loopback URL of our own
                    return
            except (urllib.error.URLError, OSError):
                if child.poll() is not None:
                    raise PlaneFailed(f"The {plane.name} plane ended with status {child.returncode}.") from None
                if time.monotonic() > deadline:
                    raise PlaneFailed(
                        f"The {plane.name} plane is not ready after {READY_WITHIN:.0f} seconds."
                    ) from None
                time.sleep(_POLL)  # noqa: TID251 - polling a process, bounded by the deadline

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
