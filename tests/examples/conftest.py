"""What the tests of the examples stand on: each example as a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.dev import Dev, dev_sqlite
from tests.support.http import Http
from tests.support.person import Person
from tests.support.servers import ServerProcess, free_port, port_open, running

__all__ = ["dev_sqlite"]

ROOT = Path(__file__).parents[2]
PYTHONPATH = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))

Start = Callable[..., ServerProcess]
"""Starts a command on a port, with more variables, in a folder; see `start`."""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers that live until the module's tests are done."""
    with ExitStack() as stack:

        def started(*command: str, port: int, folder: Path | None = None, **variables: str) -> ServerProcess:
            folder = folder or tmp_path_factory.mktemp("example")
            arguments = [sys.executable, "-m", *command, "--port", str(port)]
            environ = {"PYTHONPATH": PYTHONPATH, "PYTHONWARNINGS": "error", **variables}
            process = running(arguments, log=folder / "log", ready=port_open(port), env=environ, cwd=folder)
            return stack.enter_context(process)

        yield started


class Net:
    """Makes connections, and ends them when the module's tests are done."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def http(self, origin: str) -> Http:
        """A program that calls this origin."""
        return self._stack.enter_context(Http(origin))

    def person(self, origin: str, username: str = "", password: str = "") -> Person:
        """Somebody at a browser without scripts."""
        person = Person(origin, username, password)
        self._stack.callback(person.http.close)
        return person


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    with ExitStack() as stack:
        yield Net(stack)


@pytest.fixture
def alice(dev_sqlite: Dev, net: Net) -> Person:
    """The plain user of acme."""
    user = dev_sqlite.tenant("acme")["users"][0]
    return net.person(dev_sqlite.auth_url, user["username"], user["password"])


@pytest.fixture(scope="module")
def port() -> int:
    """A port for the module's example."""
    return free_port()
