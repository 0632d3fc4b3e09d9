"""Which endpoint answers a path. Splitting a string takes a microsecond; a table of patterns takes twenty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from opentrusty_auth.endpoints import authorize, interaction, links, logout, machine
from opentrusty_auth.endpoints.tabs import in_its_browser
from opentrusty_auth.plane import Plane
from opentrusty_core import HttpResponse, Issuer
from opentrusty_server.http import Request

Endpoint = Callable[..., Awaitable[HttpResponse]]

_READ = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint of a tenant: its name in logs and metrics, what answers each method, whether people see it."""

    name: str
    endpoints: dict[str, Endpoint]
    page: bool = False
    methods: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "methods", (*self.endpoints, "OPTIONS"))


def _machine(name: str, endpoint: Endpoint, *methods: str) -> Route:
    return Route(name=name, endpoints=dict.fromkeys(methods, endpoint))


def _page(name: str, **endpoints: Endpoint) -> Route:
    """A page has no HEAD: showing one may be what sends the browser on with a code."""
    return Route(name=name, endpoints=endpoints, page=True)


_DISCOVERY = _machine("discovery", machine.discovery, *_READ)
_OF_TENANT = {
    "authorize": _page("authorize", GET=authorize.authorize, POST=authorize.authorize),
    "token": _machine("token", machine.token, "POST"),
    "userinfo": _machine("userinfo", machine.userinfo, *_READ, "POST"),
    "introspect": _machine("introspect", machine.introspect, "POST"),
    "revoke": _machine("revoke", machine.revoke, "POST"),
    "jwks": _machine("jwks", machine.jwks, *_READ),
    "logout": _page("logout", GET=logout.logout, POST=logout.logout),
    "signed-out": _page("signed-out", GET=logout.signed_out),
    "signed-in": _page("signed-in", GET=logout.signed_in),
    "password-set": _page("password-set", GET=links.password_set),
}
_METADATA_PATH = [".well-known", "oauth-authorization-server"]  # RFC 8414 §3.1: before the issuer's own path
_INTERACTION = _page("interaction", GET=in_its_browser(interaction.show))
_STEPS = {
    "sign-in": _page("sign-in", GET=in_its_browser(interaction.show_sign_in), POST=in_its_browser(interaction.sign_in)),
    "new-password": _page("new-password", POST=in_its_browser(interaction.new_password)),
    "account": _page("account", POST=in_its_browser(interaction.account)),
    "consent": _page("consent", POST=in_its_browser(interaction.consent)),
}
_LINKS = {way: _page(way, GET=links.show, POST=links.open_link) for way in links.WAYS}
_LINK_PASSWORDS = {way: _page(f"{way}-password", POST=links.choose) for way in links.WAYS}


@dataclass(frozen=True, slots=True)
class Match:
    """A route, the tenant that the path names, and what follows the route's own part of it."""

    route: Route
    tenant: str
    rest: tuple[str, ...] = ()

    async def answer(self, request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
        """The endpoint's answer to a method that the route has."""
        return await self.route.endpoints[request.method](request, issuer, plane, *self.rest)


def match(path: str) -> Match | None:
    """The route of a path; None where there is nothing."""
    parts = path.split("/")
    if len(parts) < 4 or parts[0]:
        return None
    if parts[1] == "t":
        return _match_tenant(parts[2], parts[3:])
    if parts[1:4] == [*_METADATA_PATH, "t"] and len(parts) == 5:
        return Match(_DISCOVERY, parts[4])
    return None


def match_at_domain(path: str, tenant: str) -> Match | None:
    """The route of a path on the tenant's own domain; None where there is nothing."""
    first, *parts = path.split("/")
    if first:
        return None
    return Match(_DISCOVERY, tenant) if parts == _METADATA_PATH else _match_tenant(tenant, parts)


def _match_tenant(tenant: str, rest: list[str]) -> Match | None:
    match rest:
        case [name] if name in _OF_TENANT:
            return Match(_OF_TENANT[name], tenant)
        case [".well-known", "openid-configuration"]:
            return Match(_DISCOVERY, tenant)
        case [way] if way in _LINKS:
            return Match(_LINKS[way], tenant, (way,))
        case [way, "password"] if way in _LINK_PASSWORDS:
            return Match(_LINK_PASSWORDS[way], tenant, (way,))
        case ["interaction", handle]:
            return Match(_INTERACTION, tenant, (handle,))
        case ["interaction", handle, step] if step in _STEPS:
            return Match(_STEPS[step], tenant, (handle,))
        case _:
            return None
