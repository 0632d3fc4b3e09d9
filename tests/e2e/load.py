"""Requests as bytes, for tests that need to know when they are sent, and by which worker they are answered."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from tests.support.http import FORM, Answer, closed, opened

TIMEOUT = 30
WORKER_ID = 26  # characters of a request id that name the process; a number follows


class Wire:
    """One connection to a server on loopback."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        opened(self)

    @staticmethod
    def request(origin: str, path: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> bytes:
        """A request's bytes: POST with a form, GET without one."""
        body = b"" if form is None else urlencode(form).encode()
        lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: {urlsplit(origin).netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if form is not None:
            lines += [f"Content-Type: {FORM}", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send(self, request: bytes) -> None:
        """All of it, at once."""
        self._socket.sendall(request)

    def receive(self) -> Answer:
        """The next whole answer (ours always say their length).

        Raises:
            ConnectionError: the connection ended before the first byte of it.
            AssertionError: it ended within the answer.
        """
        while b"\r\n\r\n" not in self._received:
            self._more()
        head, _, rest = self._received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
        length = int(next((value for name, value in headers if name == "content-length"), "0"))
        while len(rest) < length:
            rest = self._more().partition(b"\r\n\r\n")[2]
        self._received = rest[length:]
        return Answer(status=int(status_line.split()[1]), headers=headers, body=rest[:length])

    def close(self) -> None:
        """End the connection."""
        self._socket.close()
        closed(self)

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            assert not self._received, "the connection ended within an answer"
            raise ConnectionResetError("the connection ended before an answer")
        self._received += data
        return self._received


class Workers:
    """Connections to each worker of a deployment, told apart by the request ids of their answers.

    Args:
        port: where they all listen.
        each: connections to each of them.
        workers: how many of them there are.
    """

    def __init__(self, port: int, *, each: int, workers: int = 2) -> None:
        self.by_worker: dict[str, list[Wire]] = {}
        for _ in range(50 * each * workers):
            if len(self.by_worker) == workers and all(len(found) == each for found in self.by_worker.values()):
                break
            self._connect(port, each)
        else:
            raise AssertionError(f"{workers} workers were expected, {len(self.by_worker)} answer")

    @property
    def wires(self) -> list[Wire]:
        """All connections, the workers' in turn."""
        return [wire for wires in zip(*self.by_worker.values(), strict=True) for wire in wires]

    def race(self, requests: Sequence[bytes]) -> list[Answer]:
        """Send one request on each connection, all before the first answer is read; the answers in the same order."""
        wires = self.wires
        for wire, request in zip(wires, requests, strict=True):
            wire.send(request)
        return [wire.receive() for wire in wires]

    def ask_each(self, request: bytes) -> list[Answer]:
        """One answer of each worker."""
        answers = []
        for wire, *_ in self.by_worker.values():
            wire.send(request)
            answers.append(wire.receive())
        return answers

    def _connect(self, port: int, each: int) -> None:
        wire = Wire(port)
        wire.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        worker = (wire.receive().header("x-request-id") or "")[:WORKER_ID]
        found = self.by_worker.setdefault(worker, [])
        if len(found) == each:
            wire.close()
        else:
            found.append(wire)
