"""Which web origins may read our answers (Fetch Standard §3.2; row G8).

The console's origin and those registered by clients of the tenant, at the endpoints that browser applications call,
never with cookies. No origin is reflected that is not known, and `null` is nobody's.
"""

from __future__ import annotations

from opentrusty_core import CORS_ENDPOINTS, HttpResponse, Issuer, ProtocolService
from opentrusty_server.headers import Headers
from opentrusty_server.http import Request

MAX_ORIGIN = 300
VARY: Headers = ((b"vary", b"Origin"),)
_EXPOSED = b"WWW-Authenticate, Retry-After, X-Request-Id"
_PREFLIGHT_AGE = b"600"  # seconds that a browser may remember our answer


class Cors:
    """Decides about the `Origin` of requests."""

    def __init__(self, protocol: ProtocolService, console_url: str | None) -> None:
        self._protocol = protocol
        self._console = console_url

    async def headers(self, request: Request, issuer: Issuer) -> Headers:
        """What an answer of this route carries for the page that asked."""
        if request.route not in CORS_ENDPOINTS:
            return ()
        origin = await self._allowed(request, issuer)
        if origin is None:
            return VARY
        return ((b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED), *VARY)

    async def preflight(self, request: Request, issuer: Issuer, methods: tuple[str, ...]) -> HttpResponse | None:
        """The answer to a preflight; None where the request is none, or the route is not for pages."""
        if "origin" not in request.headers or "access-control-request-method" not in request.headers:
            return None
        if request.route not in CORS_ENDPOINTS:
            return None
        origin = await self._allowed(request, issuer)
        if origin is None:
            return HttpResponse(status=403)
        return HttpResponse(
            status=204,
            headers=(
                (b"access-control-allow-methods", ", ".join(methods).encode("ascii")),
                (b"access-control-allow-headers", b"Authorization, Content-Type"),
                (b"access-control-max-age", _PREFLIGHT_AGE),
            ),
        )

    async def _allowed(self, request: Request, issuer: Issuer) -> bytes | None:
        origin = request.headers.get("origin")
        if origin is None or origin == "null" or len(origin) > MAX_ORIGIN or not origin.isascii():
            return None
        if origin == self._console or await self._protocol.allows_origin(issuer, origin):
            return origin.encode("ascii")
        return None
