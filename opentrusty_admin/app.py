"""The Admin Plane as an ASGI application: its operations over HTTP, and no endpoint of OpenID Connect."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from opentrusty_admin.call import Plane
from opentrusty_admin.cors import Cors
from opentrusty_admin.dispatch import Dispatcher
from opentrusty_admin.openapi import document
from opentrusty_admin.operation import PREFIX, Operation
from opentrusty_admin.problems import problem
from opentrusty_admin.routes import OPERATIONS
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
from opentrusty_server.application import Answer, Application
from opentrusty_server.cookies import Cookies
from opentrusty_server.headers import NO_PAGE, NO_STORE, Headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.lifecycle import Lifecycle
from opentrusty_server.metrics import RequestMetrics
from opentrusty_server.pages.render import Pages

OPENAPI_PATH = f"{PREFIX}/openapi.json"
METADATA_PATH = "/.well-known/oauth-protected-resource"
"""RFC 9728 §3."""


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


def by_length(ordered: list[Route]) -> tuple[tuple[Route, ...], ...]:
    """Those that a path of so many slashes can be, in their order; the last are for all longer ones."""
    slashes = [(route, route.path.count("/"), ":path}" in route.path) for route in ordered]
    longest = max((count for _, count, _ in slashes), default=0)
    return tuple(
        tuple(route for route, count, goes_on in slashes if count == wanted or (goes_on and count < wanted))
        for wanted in range(longest + 2)
    )


class AdminPlane(Application):
    """The application. `create_app` makes one from settings; those who embed hand over a provider of their own.

    Raises:
        ConfigurationError: `admin_url` is not set.
    """

    _lifecycle: Lifecycle

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
        lifecycle = Lifecycle(provider, settings.admin_url)
        super().__init__(
            settings.admin_url,
            settings,
            provider.runtime,
            metrics=RequestMetrics(),
            lifecycle=lifecycle,
            store=store,
        )
        self._plane = Plane(provider=provider, settings=settings, lifecycle=lifecycle, pages=Pages())
        secure = settings.admin_url.startswith("https://")
        self._dispatcher = Dispatcher(self._plane, Cookies(secure=secure, domain=settings.cookie_domain))
        self._cors = Cors(settings.console_url)
        self._openapi = document(operations)
        self.routes = routes(operations)
        self._by_length = by_length(self.routes)

    async def _answer(self, request: Request, scope: Scope) -> tuple[Answer, Headers]:
        return await self._respond(request, scope), (*NO_PAGE, *self._cors.headers(request))

    async def _respond(self, request: Request, scope: Scope) -> Answer:
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
        slashes = scope["path"].removeprefix(scope.get("root_path", "")).count("/")
        for route in self._by_length[min(slashes, len(self._by_length) - 1)]:
            match, child = route.matches(scope)
            if match is Match.FULL and isinstance(route.endpoint, Endpoint):
                return route.endpoint, child["path_params"]
        raise HttpError(404, "not_found", "There is nothing at this address.")

    def _other_method(self, request: Request, methods: tuple[str, ...]) -> HttpResponse:
        allow = ((b"allow", ", ".join(methods).encode("ascii")),)
        if request.method != "OPTIONS":
            raise HttpError(405, "method_not_allowed", "This method is not allowed here.", headers=allow)
        return self._cors.preflight(request, methods) or HttpResponse(status=204, headers=allow)


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
