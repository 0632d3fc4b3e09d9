"""The Admin Plane as an ASGI application: its operations over HTTP, and no endpoint of OpenID Connect."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import anyio
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from opentrusty_admin.call import Plane
from opentrusty_admin.cors import Cors
from opentrusty_admin.dispatch import Dispatcher
from opentrusty_admin.openapi import document
from opentrusty_admin.operation import PREFIX, Operation
from opentrusty_admin.problems import problem
from opentrusty_admin.routes import OPERATIONS
from opentrusty_admin.stream import Stream
from opentrusty_core import (
    HttpResponse,
    Provider,
    Settings,
    Store,
    SystemRuntime,
    json_response,
    load_master_keys,
)
from opentrusty_core.domain.builtin import ADMIN_SCOPE
from opentrusty_core.errors import ConfigurationError
from opentrusty_server.access_log import AccessLog
from opentrusty_server.cookies import Cookies
from opentrusty_server.headers import NO_PAGE, NO_STORE, Headers, common_headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.lifecycle import Lifecycle, answer_lifespan
from opentrusty_server.logs import described
from opentrusty_server.metrics import Listener, RequestMetrics
from opentrusty_server.network import Network
from opentrusty_server.pages.render import Pages

OPENAPI_PATH = f"{PREFIX}/openapi.json"
METADATA_PATH = "/.well-known/oauth-protected-resource"
"""RFC 9728 §3."""
_log = logging.getLogger("opentrusty.errors")


class Endpoint:
    """A path: the operation of each of its methods."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = {operation.method: operation for operation in operations}
        reads = ("HEAD",) if "GET" in self.operations else ()
        self.methods = (*self.operations, *reads, "OPTIONS")

    def find(self, method: str) -> Operation | None:
        """The operation of a method; HEAD is GET without its body."""
        return self.operations.get("GET" if method == "HEAD" else method)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nobody calls it: the plane asks the route what matches, and answers itself."""
        raise NotImplementedError


def routes(operations: Iterable[Operation]) -> list[Route]:
    """A route for each path, those with fewer parameters in front before those that would take their place."""
    paths: dict[str, list[Operation]] = {}
    for operation in operations:
        paths.setdefault(operation.path, []).append(operation)
    ordered = sorted(paths, key=lambda path: [("{" in part, ":" in part) for part in path.split("/")])
    return [Route(PREFIX + path, Endpoint(paths[path])) for path in ordered]


class AdminPlane:
    """The application. `create_app` makes one from settings; those who embed hand over a provider of their own.

    Raises:
        ConfigurationError: `admin_url` is not set.
    """

    def __init__(
        self,
        provider: Provider,
        settings: Settings,
        *,
        store: Store | None = None,
        operations: tuple[Operation, ...] = OPERATIONS,
    ) -> None:
        if settings.admin_url is None:
            raise ConfigurationError("The Admin Plane needs its address: set admin_url (OPENTRUSTY_ADMIN_URL).")
        secure = settings.admin_url.startswith("https://")
        self._store = store  # ours to close, where it is given
        self._settings = settings
        self._metrics = RequestMetrics()
        self._listener: Listener | None = None
        self._lifecycle = Lifecycle(provider, settings.admin_url)
        self._plane = Plane(provider=provider, settings=settings, lifecycle=self._lifecycle, pages=Pages())
        self._dispatcher = Dispatcher(self._plane, Cookies(secure=secure, domain=settings.cookie_domain))
        self._network = Network(settings.admin_url, settings.trusted_proxies, provider.runtime)
        self._cors = Cors(settings.console_url)
        self._common = (*common_headers(secure=secure), *NO_PAGE)
        self._openapi = document(operations)
        self.routes = routes(operations)
        self.access_log = AccessLog(provider.runtime)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await answer_lifespan(self.start, self.stop, receive, send)
        else:
            raise RuntimeError(f"This application does not speak {scope['type']}.")

    async def start(self) -> None:
        """Begins to serve; raises `ConfigurationError` where that cannot be."""
        if self._settings.metrics_port is not None:
            self._listener = Listener(self._metrics, self._settings.metrics_host, self._settings.metrics_port)
        await self._lifecycle.start()

    async def stop(self) -> None:
        """Ends what `start` began."""
        await self._lifecycle.stop()
        self.access_log.flush()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._store is not None:
            await self._store.close()

    @asynccontextmanager
    async def lifespan(self, _app: object = None) -> AsyncIterator[None]:
        """Serves for as long as it is open: hand it to the application that the plane is mounted in."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = self._network.read(scope, receive)
        answer = await self._answer(request, scope)
        more = (*self._common, *self._cors.headers(request), (b"x-request-id", request.id.encode("ascii")))
        if isinstance(answer, Stream):
            status = 200
            await self._stream(answer, request, more, receive, send)
        else:
            status = answer.status
            await _send(answer, request, more, send)
        seconds = time.perf_counter() - started
        self._metrics.request(request.route, status, seconds)
        self.access_log.note(request, status, seconds)

    async def _answer(self, request: Request, scope: Scope) -> HttpResponse | Stream:
        operation: Operation | None = None
        try:
            public = await self._public(request)
            if public is not None:
                return public
            self._network.require_our_host(request)
            endpoint, parameters = self._match(scope)
            request.tenant = parameters.get("tenant")
            operation = endpoint.find(request.method)
            if operation is None:
                return self._other_method(request, endpoint.methods)
            request.route = operation.id
            await self._lifecycle.ensure_started()
            return await self._dispatcher.perform(operation, parameters, request)
        except Exception as error:  # noqa: BLE001 - the one place where errors become answers
            if operation is None:
                return problem(error, request)
            return problem(error, request, fields=operation.fields, query=operation.query.model_fields)

    async def _public(self, request: Request) -> HttpResponse | None:
        """Health, for probes that know no host name, and what describes the API; None for all else."""
        match request.path:
            case "/livez":
                request.route = "livez"
                return json_response({"status": "live"})
            case "/readyz":
                request.route = "readyz"
                await self._lifecycle.ensure_started()
                await self._plane.provider.check()
                return json_response({"status": "ready"})
            case path if path == OPENAPI_PATH and request.method in {"GET", "HEAD"}:
                request.route = "openapi"
                self._network.require_our_host(request)
                return HttpResponse(headers=((b"content-type", b"application/json"), *NO_STORE), body=self._openapi)
            case path if path == METADATA_PATH and request.method in {"GET", "HEAD"}:
                request.route = "metadata"
                self._network.require_our_host(request)
                return json_response(self._metadata())
            case _:
                return None

    def _metadata(self) -> dict[str, object]:
        """What a client has to know to get a token (RFC 9728 §2).

        Any tenant's issuer gives one, so they cannot be listed; `opentrusty_auth_url` says where they stand.
        """
        return {
            "resource": self._settings.admin_url,
            "resource_name": "OpenTrusty administration",
            "scopes_supported": [ADMIN_SCOPE],
            "bearer_methods_supported": ["header"],
            "opentrusty_auth_url": self._settings.auth_url,
        }

    def _match(self, scope: Scope) -> tuple[Endpoint, dict[str, str]]:
        for route in self.routes:
            match, child = route.matches(scope)
            if match is Match.FULL and isinstance(route.endpoint, Endpoint):
                return route.endpoint, child["path_params"]
        raise HttpError(404, "not_found", "There is nothing at this address.")

    def _other_method(self, request: Request, methods: tuple[str, ...]) -> HttpResponse:
        allow = ((b"allow", ", ".join(methods).encode("ascii")),)
        if request.method != "OPTIONS":
            raise HttpError(405, "method_not_allowed", "This method is not allowed here.", headers=allow)
        return self._cors.preflight(request, methods) or HttpResponse(status=204, headers=allow)

    async def _stream(self, stream: Stream, request: Request, more: Headers, receive: Receive, send: Send) -> None:
        """Writes while there is somebody who reads; where making it fails, the connection ends before its time."""
        headers = [(b"content-type", stream.media_type.encode("ascii")), *NO_STORE, *more]
        if stream.filename is not None:
            headers.append((b"content-disposition", f'attachment; filename="{stream.filename}"'.encode("ascii")))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if request.method == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_gone, receive, tasks.cancel_scope)
            try:
                async for chunk in stream.chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except Exception as error:
                fields = {"request_id": request.id, "endpoint": request.route, **described(error)}
                _log.error("an answer was cut off", extra={"fields": fields})
                raise
            await send({"type": "http.response.body", "body": b""})
            tasks.cancel_scope.cancel()


async def _send(answer: HttpResponse, request: Request, more: Headers, send: Send) -> None:
    headers = [*answer.headers, *more]
    if answer.status != 204:  # RFC 9110 §8.6
        headers.append((b"content-length", str(len(answer.body)).encode("ascii")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def create_app(settings: Settings) -> AdminPlane:
    """The plane of a deployment. Opens nothing yet: the database may be absent.

    Raises:
        ConfigurationError: there is no usable master key, `admin_url` is not set, or a driver is missing.
    """
    from opentrusty_core import open_store

    runtime = SystemRuntime()
    store = open_store(settings.database_url)
    provider = Provider(store, settings.config, load_master_keys(settings, runtime), runtime=runtime)
    return AdminPlane(provider, settings, store=store)
