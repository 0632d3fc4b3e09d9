"""uvicorn's httptools protocol with bounds: how long a request's head may be, and how slow (rows L1, L2)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 32 * 1024
"""Bytes of a request's line and headers together."""
HEAD_WITHIN = 10.0
"""Seconds from a connection's opening, or a head's first byte, to the head's end."""

_TOO_LARGE = b"Request header fields too large."


class BoundedHttpTools(HttpToolsProtocol):
    """Answers 431 to a head that is too long and closes on one that is too slow; a head in one piece costs nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._received = 0  # bytes of a head that has not ended yet
        self._headers_size = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_WITHIN, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._received += len(data)
            if self._received > MAX_HEAD:
                self.send_400_response("")
            elif self._deadline is None:
                self._deadline = self.loop.call_later(HEAD_WITHIN, self._too_slow)

    def on_message_begin(self) -> None:
        self._in_head, self._received, self._headers_size = True, 0, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers_size += len(name) + len(value) + 4
        if self._headers_size > MAX_HEAD:
            raise ValueError("the head is too long")  # ends the parser, which answers by `send_400_response`
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._received = False, 0
        self._disarm()
        super().on_headers_complete()
        if getattr(self.server_state, "is_draining", False):  # see `ending`
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        if not (self._in_head and self._received):  # else its head may still end, in the time that it has
            super().shutdown()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = False  # between two messages uvicorn's keep-alive time counts

    def send_400_response(self, msg: str) -> None:
        if max(self._received, self._headers_size) <= MAX_HEAD:
            super().send_400_response(msg)
            return
        length = str(len(_TOO_LARGE)).encode("ascii")
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: " + length + b"\r\nconnection: close\r\n\r\n" + _TOO_LARGE
        )
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        logging.getLogger("opentrusty.http").debug("an upgrade was asked for and ignored")

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
