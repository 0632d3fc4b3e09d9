"""Requests as a plane reads them from ASGI, and the errors of HTTP itself."""

from __future__ import annotations

import asyncio
from typing import IO

from starlette.types import Message, Receive, Scope

from opentrusty_core import HttpRequest, Origin

MAX_BODY = 64 * 1024
"""Bytes of a body, where nothing else is said: the longest request of the protocol is a few KiB."""
BODY_WITHIN = 30.0
"""Seconds in which a body has to arrive (row L2)."""
MAX_USER_AGENT = 512
"""Characters of a User-Agent that are kept: what we store, we bound."""


class HttpError(Exception):
    """A request that HTTP itself refuses. `code` is for programs, `description` for people; both are public."""

    def __init__(
        self, status: int, code: str, description: str, *, headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.description = description
        self.headers = headers


class Request:
    """A request: its parts as text, where it came from, and its body once it is asked for.

    `headers` has lower-case names, repeated ones joined by `, `; `raw_headers` are those of ASGI. `route` and `tenant`
    are filled in as they become known; logs name these and never the path, which may hold a handle.
    """

    __slots__ = ("_receive", "headers", "id", "ip", "method", "path", "query", "raw_headers", "route", "tenant")

    def __init__(
        self, scope: Scope, receive: Receive, request_id: str, ip: str | None, headers: dict[str, str]
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.raw_headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.headers = headers
        self.id = request_id
        self.ip = ip
        self.route = "unknown"
        self.tenant: str | None = None
        self._receive = receive

    @property
    def origin(self) -> Origin:
        """Where it came from, as audit events record it."""
        agent = self.headers.get("user-agent")
        return Origin(ip=self.ip, user_agent=agent and agent[:MAX_USER_AGENT], request_id=self.id)

    async def read(self) -> HttpRequest:
        """The request as the core takes it, its body read.

        Raises:
            HttpError: the body is a multipart one (415), too long (413) or too slow (408).
        """
        body = await self.body() if self.method == "POST" else b""
        return HttpRequest(
            method="GET" if self.method == "HEAD" else self.method,
            query=self.query,
            headers=self.headers,
            body=body,
            origin=self.origin,
        )

    async def body(self, most: int = MAX_BODY) -> bytes:
        """The body of at most `most` bytes.

        Raises:
            HttpError: it is a multipart one (415), too long (413) or too slow (408).
        """
        if self.headers.get("content-type", "").lower().startswith("multipart/"):
            raise HttpError(415, "invalid_request", "Multipart bodies are not taken.")
        self._refuse_announced(most)
        message = await self._next()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            try:
                async with asyncio.timeout(BODY_WITHIN):
                    body = await self._rest(body, most)
            except TimeoutError:
                raise _too_slow() from None
        if len(body) > most:
            raise _too_long(most)
        return body

    async def save(self, file: IO[bytes], most: int) -> None:
        """Write the body, of at most `most` bytes, to a file as it arrives.

        Raises:
            HttpError: it is too long (413), or nothing of it arrives for `BODY_WITHIN` (408).
        """
        self._refuse_announced(most)
        size, more = 0, True
        while more:
            try:
                async with asyncio.timeout(BODY_WITHIN):
                    message = await self._next()
            except TimeoutError:
                raise _too_slow() from None
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > most:
                raise _too_long(most)
            file.write(part)
            more = message.get("more_body", False)

    def _refuse_announced(self, most: int) -> None:
        """Refuse a body whose length says that it is too long."""
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            raise _too_long(most)

    async def _rest(self, body: bytes, most: int) -> bytes:
        parts, size, more = [body], len(body), True
        while more:
            message = await self._next()
            part: bytes = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > most:
                raise _too_long(most)
            more = message.get("more_body", False)
        return b"".join(parts)

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":  # half a body must not pass for a whole one
            raise HttpError(400, "invalid_request", "The connection was closed before the body's end.")
        return message


def joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by lower-case name; values that came more than once are joined (RFC 9110 §5.3)."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


_CLOSE = ((b"connection", b"close"),)


def _too_long(most: int) -> HttpError:
    return HttpError(413, "invalid_request", f"The body is longer than {most} bytes.", headers=_CLOSE)


def _too_slow() -> HttpError:
    return HttpError(408, "invalid_request", "The body took too long.", headers=_CLOSE)
