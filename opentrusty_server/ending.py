"""How a plane's process ends (row R22): in good order at the first signal, at once at the second, and with its parent.

In good order: what had arrived is read and answered, nothing new is taken, what is in flight gets
`timeout_graceful_shutdown` seconds, and the exit code is 0.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from types import FrameType

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import ServerState
from uvicorn.supervisors.multiprocess import Multiprocess, Process

SETTLE = 0.25
"""Seconds that a server goes on reading and accepting after a signal: what its sockets held by then is answered."""
END_WITHIN = 10.0
"""Seconds that a worker may take beyond its requests before it is killed."""
_ENDING = (signal.SIGTERM, signal.SIGINT)


class State(ServerState):
    """What a server's connections share."""

    is_draining = False
    """Whether each answer is the last of its connection."""


class Server(uvicorn.Server):
    """uvicorn's server, which ends as said above.

    Args:
        config: uvicorn's.
        is_worker: whether it is its parent who ends it at once.
    """

    def __init__(self, config: uvicorn.Config, *, is_worker: bool = False) -> None:
        super().__init__(config)
        self.server_state: State = State()
        self._is_worker = is_worker

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal."""
        if self.should_exit and not self._is_worker:
            end_at_once(sig)
        self.server_state.is_draining = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends in good order."""
        await asyncio.sleep(SETTLE)
        await super().shutdown(sockets)


class _Worker(Process):
    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Server(self.config, is_worker=True)
        return self._server  # type: ignore[return-value]  # what is kept there is ours

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            _end_after(lambda: wait([parent.sentinel]))
        super().target(sockets)


class Workers(Multiprocess):
    """Processes that share a port: those that die are replaced, and all end together."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self.failed = False
        self._is_ending = False
        for number in _ENDING:
            signal.signal(number, self._on_signal)

    def init_processes(self) -> None:
        """Starts them."""
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Replaces those that died or hang; one that could not start ends them all, as every other would fail too."""
        for index, worker in enumerate(self.processes):
            if self.should_exit.is_set() or worker.is_alive(timeout=self.config.timeout_worker_healthcheck):
                continue
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                self.failed = True
                self.should_exit.set()
            elif not self._is_ending:
                self.processes[index] = self._started()

    def terminate_all(self) -> None:
        """Asks them to end; and who comes from here on is refused, not left waiting at a door of ours."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Waits for them, and kills whoever takes too long."""
        deadline = time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + END_WITHIN
        for worker in self.processes:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.process.kill()
            worker.process.join()

    def _started(self) -> _Worker:
        worker = _Worker(self.config, self.sockets)
        worker.start()
        return worker

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._is_ending:
            for worker in self.processes:
                worker.process.kill()
            end_at_once(number)
        self._is_ending = True
        self.signal_queue.append(number)


def end_at_once(number: int) -> None:
    """Dies of the signal."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def end_at_eof() -> None:
    """From now on the end of standard input is a SIGTERM: whoever holds its other end may die in any way."""
    _end_after(lambda: _read_to_end(0))


def _end_after(over: Callable[[], object]) -> None:
    def watch() -> None:
        over()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="opentrusty parent", daemon=True).start()


def _read_to_end(descriptor: int) -> None:
    # No file object: its lock would be held by a daemon's thread when the interpreter ends.
    while os.read(descriptor, 4096):
        pass
