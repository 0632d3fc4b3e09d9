"""The protocol of a deployment, as adapters call it: one method an endpoint."""

from __future__ import annotations

from opentrusty_core.domain.session import Browser
from opentrusty_core.errors import ProtocolError
from opentrusty_core.protocol.cache import Remembered
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints import (
    authorize,
    documents,
    interactions,
    introspection,
    logout,
    revocation,
    token,
    userinfo,
)
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest, HttpResponse
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse, InteractionStarted

CORS_ENDPOINTS = frozenset({"token", "userinfo", "revoke", "jwks", "discovery"})
"""What a browser application may call from its registered origin; everything else is for servers and for navigation."""


class ProtocolService:
    """OAuth 2 and OpenID Connect for every tenant of a store. `issuer` comes first; the rest answer for the issuer
    that it found.
    """

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._origins: Remembered[tuple[str, str], bool] = Remembered(deps.watch, 10_000, lambda key, _: key[0])

    async def issuer(self, tenant_name: str) -> Issuer | None:
        """The issuer of an active tenant, at most a second old."""
        return await self._deps.issuers.get(tenant_name)

    async def issuer_at(self, domain: str) -> Issuer | None:
        """The issuer of an active tenant whose own domain this is, at most a second old."""
        return await self._deps.issuers.at_domain(domain)

    async def issuer_of(self, identifier: str) -> Issuer | None:
        """The issuer of an active tenant by its identifier, at most a second old."""
        return await self._deps.issuers.of_identifier(identifier)

    async def allows_origin(self, issuer: Issuer, origin: str) -> bool:
        """Whether a page of this origin may read answers of `CORS_ENDPOINTS`; `null` never may."""

        async def look(_: bool | None) -> bool | None:
            return await self._deps.store.tenant(issuer.tenant_id).clients.allows_origin(origin) or None

        return bool(origin != "null" and await self._origins.get((issuer.tenant_id, origin), look))

    def discovery(self, issuer: Issuer) -> HttpResponse:
        """See `endpoints.documents`."""
        return documents.discovery(issuer)

    def jwks(self, issuer: Issuer) -> HttpResponse:
        """See `endpoints.documents`."""
        return documents.jwks(issuer)

    async def token(self, http: HttpRequest, issuer: Issuer) -> HttpResponse:
        """See `endpoints.token`."""
        return await token.token(http, issuer, self._deps)

    async def userinfo(self, http: HttpRequest, issuer: Issuer) -> HttpResponse:
        """See `endpoints.userinfo`."""
        return await userinfo.userinfo(http, issuer, self._deps)

    async def introspection(self, http: HttpRequest, issuer: Issuer) -> HttpResponse:
        """See `endpoints.introspection`."""
        return await introspection.introspection(http, issuer, self._deps)

    async def revocation(self, http: HttpRequest, issuer: Issuer) -> HttpResponse:
        """See `endpoints.revocation`."""
        return await revocation.revocation(http, issuer, self._deps)

    async def authorize(
        self, http: HttpRequest, browser: Browser, issuer: Issuer
    ) -> AuthorizationResponse | InteractionStarted:
        """See `endpoints.authorize`. Raises `ProtocolError` for a page."""
        return await authorize.authorize(http, browser, issuer, self._deps)

    async def resume(
        self, handle: str, http: HttpRequest, browser: Browser, issuer: Issuer
    ) -> AuthorizationResponse | None:
        """See `endpoints.interactions.resume`. Raises `ProtocolError` for a page."""
        return await interactions.resume(handle, http, browser, issuer, self._deps)

    async def decline(
        self, handle: str, http: HttpRequest, browser: Browser, issuer: Issuer, *, error: ProtocolError | None = None
    ) -> AuthorizationResponse | None:
        """See `endpoints.interactions.decline`."""
        return await interactions.decline(handle, http, browser, issuer, self._deps, error=error)

    async def logout(
        self, http: HttpRequest, browser: Browser, issuer: Issuer, *, confirmed: bool = False
    ) -> logout.ConfirmLogout | logout.LoggedOut:
        """See `endpoints.logout`. Raises `InvalidRequest` for a page."""
        return await logout.logout(http, browser, issuer, self._deps, confirmed=confirmed)
