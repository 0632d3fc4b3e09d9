"""Requests as bytes, for tests that need to know when they are sent: many at once, or just before the lights go out."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from tests.support.http import FORM, Answer, closed, opened

TIMEOUT = 30


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
        headers = tuple(
            (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)
        )
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
