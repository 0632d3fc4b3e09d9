"""A listener on loopback for the one answer that the browser brings (RFC 8252 §7.3)."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from opentrusty_cli.errors import NotSignedIn
from opentrusty_core.errors import ConfigurationError

PATH = "/callback"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>OpenTrusty</title>
<body style="font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">{title}</h1><p>{text}</p></body></html>
"""


class Loopback:
    """Listens on 127.0.0.1 until it is closed; port 0 takes a free one. Raises `ConfigurationError` for a taken one."""

    def __init__(self, port: int = 0) -> None:
        try:
            self._server = _Server(("127.0.0.1", port), _Callback)
        except OSError as error:
            raise ConfigurationError(f"Port {port} cannot be listened on: {error.strerror}.") from None

    @property
    def redirect_uri(self) -> str:
        """Where the browser is to come."""
        return f"http://{self._server.host}{PATH}"

    def wait(self, state: str, seconds: float) -> Mapping[str, str]:
        """What the browser brought for this state; requests of anything else are refused, and change nothing.

        Raises:
            NotSignedIn: nobody came in time.
        """
        server, end = self._server, time.monotonic() + seconds
        server.state = state
        while server.answered is None and not server.closed:
            left = end - time.monotonic()
            if left <= 0:
                raise NotSignedIn("Nobody signed in in time.")
            server.timeout = min(left, 1.0)
            server.handle_request()
        return server.answered or {}

    def close(self) -> None:
        """Stop listening."""
        self._server.closed = True
        self._server.server_close()


class _Server(HTTPServer):
    state: str = ""
    answered: Mapping[str, str] | None = None
    closed: bool = False
    allow_reuse_address = False

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is no news."""


class _Callback(BaseHTTPRequestHandler):
    server: _Server
    timeout: ClassVar[float] = 5.0
    server_version, sys_version = "opentrusty", ""

    def do_GET(self) -> None:
        """The redirect, and nothing else."""
        parts = urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        answered = dict(pairs)
        if parts.path != PATH or self.headers.get("host") != self.server.host or len(answered) != len(pairs):
            self._say(404, "There is nothing here", "")
        elif not hmac.compare_digest(answered.get("state", "").encode(), self.server.state.encode()):
            self._say(400, "This is not the sign-in that was begun", "Go back to the terminal and begin anew.")
        else:
            self.server.answered = answered
            good = "code" in answered
            self._say(200, "Done" if good else "You are not signed in", "Go back to the terminal; you may close this.")

    def _say(self, status: int, title: str, text: str) -> None:
        page = _PAGE.format(title=escape(title), text=escape(text)).encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """The request line holds the code: nothing is written."""
