"""Pages of the console, and no others, may call and read (Fetch Standard §3.2; row G8)."""

from __future__ import annotations

from opentrusty_core import HttpResponse
from opentrusty_server.headers import Headers
from opentrusty_server.http import Request

SESSION_HEADER = "x-opentrusty-session"
_VARY: Headers = ((b"vary", b"Origin"),)
_TAKEN = b"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-OpenTrusty-Session"
_EXPOSED = b"Content-Disposition, ETag, Idempotency-Replayed, Location, Retry-After, WWW-Authenticate, X-Request-Id"
_PREFLIGHT_AGE = b"600"  # seconds that a browser may remember our answer


class Cors:
    """Decides about the `Origin` of requests."""

    def __init__(self, console_url: str | None) -> None:
        self._console = console_url

    def headers(self, request: Request) -> Headers:
        """What an answer carries for the page that asked: cookies count, so the origin is named and never reflected."""
        if not self._from_console(request):
            return _VARY
        return (*self._allowed(), (b"access-control-expose-headers", _EXPOSED))

    def preflight(self, request: Request, methods: tuple[str, ...]) -> HttpResponse | None:
        """The answer to a preflight; None where the request is none."""
        if "origin" not in request.headers or "access-control-request-method" not in request.headers:
            return None
        if not self._from_console(request):
            return HttpResponse(status=403)
        return HttpResponse(
            status=204,
            headers=(
                (b"access-control-allow-methods", ", ".join(methods).encode("ascii")),
                (b"access-control-allow-headers", _TAKEN),
                (b"access-control-max-age", _PREFLIGHT_AGE),
            ),
        )

    def _from_console(self, request: Request) -> bool:
        return self._console is not None and request.headers.get("origin") == self._console

    def _allowed(self) -> Headers:
        origin = (self._console or "").encode("ascii")
        return (
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            *_VARY,
        )
