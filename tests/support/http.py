"""Plain HTTP for tests: one connection, nothing followed, nothing remembered, every header as it came."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self
from urllib.parse import urlencode, urlsplit

import pytest

FORM = "application/x-www-form-urlencoded"
FAILED = (OSError, http.client.HTTPException)
"""What a request raises when nobody answers it, or not to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response: header names are in lower case, in the order in which they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """The first header of this name (lower case)."""
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name: str) -> list[str]:
        """Every header of this name (lower case)."""
        return [value for key, value in self.headers if key == name]


class Closing(Protocol):
    """What has to be closed."""

    def close(self) -> None: ...


_open: set[Closing] = set()


def opened(connection: Closing) -> None:
    """Have it closed after this test, if nobody does so before."""
    _open.add(connection)


def closed(connection: Closing) -> None:
    """Somebody did."""
    _open.discard(connection)


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Close what the test has left open, so that a failure is not followed by warnings about sockets."""
    yield
    for connection in tuple(_open):
        connection.close()


class Http:
    """Sends requests to one origin, wherever its name would lead: the server under test listens on loopback.

    Certificates are not checked: tests make their own.
    """

    def __init__(self, origin: str, *, timeout: float = 30) -> None:
        parts = urlsplit(origin)
        self.origin = origin
        self._host = parts.netloc
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl._create_unverified_context()  # noqa: S323 - see above
            self._connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=context)
        else:
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def request(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request; `url` is absolute at this origin, or a path with its query. Raises one of `FAILED`."""
        opened(self)
        target = url.removeprefix(self.origin) or "/"
        sent = {"Host": self._host, **(headers or {})}
        if form is not None:
            body = urlencode(form).encode()
            sent.setdefault("Content-Type", FORM)
        try:
            self._connection.request(method, target, body=body, headers=sent)
            response = self._connection.getresponse()
            content = response.read()
        except FAILED:
            self.close()
            raise
        pairs = tuple((name.lower(), value) for name, value in response.getheaders())
        return Answer(status=response.status, headers=pairs, body=content)

    def get(self, url: str, **headers: str) -> Answer:
        """GET with these headers."""
        return self.request("GET", url, headers=headers)

    def post(self, url: str, form: Mapping[str, str], **headers: str) -> Answer:
        """POST a form with these headers."""
        return self.request("POST", url, form=form, headers=headers)

    def close(self) -> None:
        """End the connection; the next request begins a new one."""
        self._connection.close()
        closed(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def basic(client_id: str, secret: str) -> str:
    """The Authorization header of `client_secret_basic` (our ids and secrets need no form-encoding)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def ok(url: str, *, status: int = 200) -> bool:
    """Whether a GET is answered with this status now."""
    parts = urlsplit(url)
    try:
        with Http(f"{parts.scheme}://{parts.netloc}", timeout=5) as http_:
            return http_.get(url).status == status
    except FAILED:
        return False


def refuses(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return True
    return False
