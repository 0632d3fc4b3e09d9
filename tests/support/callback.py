"""The place that an application's redirect URI names: takes what the browser brings and says that it arrived."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request at the receiver; `body` is what a form posted."""

    method: str
    path: str
    body: str
    headers: dict[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.body if self.method == "POST" else urlsplit(self.path).query))


@dataclass
class Receiver:
    """Listens on a free port of 127.0.0.1. By path: `pages` are served, `redirects` lead on, `headers` are added."""

    server: ThreadingHTTPServer
    visits: list[Visit] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    headers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def redirect_uri(self) -> str:
        """The port of a loopback address is free (RFC 8252 §7.3), so this one is registered."""
        return f"{self.origin}/callback"

    @property
    def arrivals(self) -> list[Visit]:
        """What came to the redirect URI."""
        return [visit for visit in self.visits if urlsplit(visit.path).path == "/callback"]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that is gone afterwards."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.take("")

        def do_POST(self) -> None:
            self.take(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def take(self, body: str) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.visits.append(Visit(method=self.command, path=self.path, body=body, headers=headers))
            path = urlsplit(self.path).path
            page = receiver.pages.get(path)
            content = ("arrived" if page is None else page).encode()
            self.send_response(303 if path in receiver.redirects else 200)
            self.send_header("Content-Type", "text/plain" if page is None else "text/html")
            more = [("Location", receiver.redirects[path])] if path in receiver.redirects else []
            for name, value in [*more, *receiver.headers.get(path, [])]:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver = Receiver(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
