"""The Console Plane as an ASGI application: static files, a document with its nonce, and where the planes are.

It has no database, no key and no session: everything of weight happens between the browser and the two other planes.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from starlette.types import Scope

from opentrusty_console.files import NONCE, STATIC, File, load
from opentrusty_core import HttpResponse, Settings, SystemRuntime
from opentrusty_core.errors import ConfigurationError
from opentrusty_server.application import Application
from opentrusty_server.headers import NO_PAGE, NO_STORE, PAGE, Headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.metrics import RequestMetrics

_NONCE_BYTES = 18
_HTML = b"text/html; charset=utf-8"
_JSON = b"application/json"


class ConsolePlane(Application):
    """The application of a deployment.

    Args:
        settings: where the planes are; `admin_url` and `console_url` have to be set.
        folder: the built console.

    Raises:
        ConfigurationError: a URL is missing, or the console has not been built.
    """

    def __init__(self, settings: Settings, *, folder: Path = STATIC) -> None:
        if settings.admin_url is None or settings.console_url is None:
            raise ConfigurationError("The console needs admin_url and console_url beside auth_url.")
        runtime = SystemRuntime()
        super().__init__(settings.console_url, settings, runtime, metrics=RequestMetrics())
        self._runtime = runtime
        self._index, self._files = load(folder)
        self._config = json.dumps({"auth_url": settings.auth_url, "admin_url": settings.admin_url}).encode()
        self._planes = (settings.auth_url, settings.admin_url)

    async def _answer(self, request: Request, scope: Scope) -> tuple[HttpResponse, Headers]:
        try:
            return self._respond(request), ()
        except HttpError as error:
            return _plain(error.status, error.description, error.headers), ()

    def _respond(self, request: Request) -> HttpResponse:
        if request.path in {"/livez", "/readyz"}:  # probes know no host name
            request.route = request.path[1:]
            return _plain(200, "ok")
        self._network.require_our_host(request)
        if request.method not in {"GET", "HEAD"}:
            raise HttpError(405, "method_not_allowed", "This is read only.", headers=((b"allow", b"GET, HEAD"),))
        if request.path == "/config.json":
            request.route = "config"
            return HttpResponse(status=200, headers=((b"content-type", _JSON), *NO_STORE, *NO_PAGE), body=self._config)
        file = self._files.get(request.path)
        if file is not None:
            request.route = "file"
            return _of_file(file, request.headers)
        if request.path.startswith("/assets/"):
            raise HttpError(404, "not_found", "There is nothing at this address.")
        request.route = "page"  # every other path is the application's own to read
        return self._document()

    def _document(self) -> HttpResponse:
        nonce = b64encode(self._runtime.token_bytes(_NONCE_BYTES))
        policy = content_security_policy(nonce.decode("ascii"), self._planes).encode("ascii")
        headers: Headers = ((b"content-type", _HTML), *NO_STORE, *PAGE, (b"content-security-policy", policy))
        return HttpResponse(status=200, headers=headers, body=self._index.replace(NONCE, nonce))


def content_security_policy(nonce: str, planes: tuple[str, ...]) -> str:
    """What the console's document may do: run and show what we built, call the planes, and stand in no frame.

    Logos of applications are at any https address. `form-action` names the Auth Plane for the sign-out, and ourselves,
    where it sends the browser back to.
    """
    where = " ".join(planes)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data: https:",
            "font-src 'self'",
            f"connect-src 'self' {where}",
            f"form-action 'self' {planes[0]}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def create_app(settings: Settings) -> ConsolePlane:
    """The plane of a deployment. Raises `ConfigurationError`."""
    return ConsolePlane(settings)


def _of_file(file: File, headers: Mapping[str, str]) -> HttpResponse:
    zipped = bool(file.gzipped) and "gzip" in headers.get("accept-encoding", "")
    return HttpResponse(
        status=200,
        headers=(
            (b"content-type", file.content_type),
            (b"cache-control", file.cache_control),
            (b"vary", b"Accept-Encoding"),
            *(((b"content-encoding", b"gzip"),) if zipped else ()),
            *NO_PAGE,
        ),
        body=file.gzipped if zipped else file.body,
    )


def _plain(status: int, text: str, headers: Headers = ()) -> HttpResponse:
    return HttpResponse(
        status=status, headers=((b"content-type", b"text/plain"), *NO_STORE, *NO_PAGE, *headers), body=text.encode()
    )
