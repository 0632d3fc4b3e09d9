"""The Auth Plane as an ASGI application."""

from __future__ import annotations

from starlette.types import Scope

from opentrusty_auth.cors import Cors
from opentrusty_auth.endpoints import public
from opentrusty_auth.failures import failure
from opentrusty_auth.metrics import Metrics
from opentrusty_auth.plane import Plane, is_page
from opentrusty_auth.routes import match, match_at_domain
from opentrusty_core import (
    Directory,
    ExtraClaims,
    HttpResponse,
    Issuer,
    Provider,
    Settings,
    Store,
    SystemRuntime,
    load_master_keys,
)
from opentrusty_core.errors import StoreError
from opentrusty_server.application import Application
from opentrusty_server.cookies import Cookies
from opentrusty_server.headers import NO_PAGE, Headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.lifecycle import Lifecycle
from opentrusty_server.network import misdirected
from opentrusty_server.pages.render import Pages
from opentrusty_server.pages.views import Branding

_ASSETS = "/assets/"


class AuthPlane(Application):
    """The application. `create_app` makes one from settings; those who embed hand over a provider of their own."""

    _lifecycle: Lifecycle

    def __init__(self, provider: Provider, settings: Settings, *, store: Store | None = None) -> None:
        secure = settings.auth_url.startswith("https://")
        metrics, lifecycle = Metrics(), Lifecycle(provider, settings.auth_url)
        super().__init__(
            settings.auth_url, settings, provider.runtime, metrics=metrics, lifecycle=lifecycle, store=store
        )
        self._plane = Plane(
            provider=provider,
            pages=Pages(assets_path=_ASSETS),
            cookies=Cookies(secure=secure, domain=settings.cookie_domain),
            host_cookies=Cookies(secure=secure, domain=None),
            metrics=metrics,
        )
        self._cors = Cors(provider.protocol, settings.console_url)

    async def _answer(self, request: Request, scope: Scope) -> tuple[HttpResponse, Headers]:
        """The answer, and the headers that the page which asked needs to read it."""
        try:
            public_answer = await self._public(request)
            if public_answer is not None:
                return _beside(public_answer)
            domain = self._network.other_host(request)
            at_domain = await self._issuer_at(domain) if domain is not None else None
            found = match(request.path) if at_domain is None else match_at_domain(request.path, at_domain.tenant.name)
            if found is None:
                raise _nothing_here()
            request.route = found.route.name
            await self._lifecycle.ensure_started()
            issuer = at_domain or await self._plane.provider.protocol.issuer(found.tenant)
            if issuer is None:
                raise _nothing_here()
        except Exception as error:  # noqa: BLE001 - the one place where errors become answers
            return _beside(failure(error, request, self._plane, page=_wants_page(request)))
        request.tenant = found.tenant
        page = found.route.page
        try:
            if request.method in found.route.endpoints:
                response = await found.answer(request, issuer, self._plane)
            else:
                response = await self._other_method(request, issuer, found.route.methods)
        except Exception as error:  # noqa: BLE001 - as above
            response = failure(error, request, self._plane, page=page, look=Branding.of(issuer.tenant))
        return _beside(response) if page else _beside(response, await self._cors_headers(request, issuer))

    async def _public(self, request: Request) -> HttpResponse | None:
        """Health, for probes that know no host name, and static files; None for all else."""
        path = request.path
        if path == "/livez":
            request.route = "livez"
            return public.live()
        if path == "/readyz":
            request.route = "readyz"
            return await public.ready(self._plane, self._lifecycle)
        if path.startswith(_ASSETS):
            request.route = "assets"
            if (domain := self._network.other_host(request)) is not None:
                await self._issuer_at(domain)
            return public.asset(request, self._plane)
        return None

    async def _issuer_at(self, domain: str) -> Issuer:
        """The issuer whose own domain it is. Raises `HttpError` 421 where it is nobody's."""
        await self._lifecycle.ensure_started()
        issuer = await self._plane.provider.protocol.issuer_at(domain)
        if issuer is None:
            raise misdirected()
        return issuer

    async def _other_method(self, request: Request, issuer: Issuer, methods: tuple[str, ...]) -> HttpResponse:
        allow = ((b"allow", ", ".join(methods).encode("ascii")),)
        if request.method != "OPTIONS":
            raise HttpError(405, "method_not_allowed", "This method is not allowed here.", headers=allow)
        return await self._cors.preflight(request, issuer, methods) or HttpResponse(status=204, headers=allow)

    async def _cors_headers(self, request: Request, issuer: Issuer) -> Headers:
        try:
            return await self._cors.headers(request, issuer)
        except StoreError:
            return ()  # nobody's origin can be vouched for; the answer itself says more


def create_app(
    settings: Settings, *, directory: Directory | None = None, extra_claims: ExtraClaims | None = None
) -> AuthPlane:
    """The plane of a deployment, over an embedder's own people and claims where given.

    Opens nothing yet: the database may be absent.

    Raises:
        ConfigurationError: there is no usable master key, or a driver is missing.
    """
    from opentrusty_core import open_store  # those who bring a store of their own need no driver

    runtime = SystemRuntime()
    master_keys = load_master_keys(settings, runtime)
    store = open_store(settings.database_url)
    provider = Provider(
        store, settings.config, master_keys, runtime=runtime, directory=directory, extra_claims=extra_claims
    )
    return AuthPlane(provider, settings, store=store)


def _beside(response: HttpResponse, more: Headers = ()) -> tuple[HttpResponse, Headers]:
    """The answer with the headers that it gets: a page has a policy of its own."""
    return response, more if is_page(response) else NO_PAGE + more


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _nothing_here() -> HttpError:
    return HttpError(404, "not_found", "There is nothing at this address.")
