"""Steps of a sign-in without HTTP: an interaction begun, answered and looked at through the core alone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from opentrusty_core import AuthorizationResponse, Browser, HttpRequest, InteractionStarted, Issuer, Origin, SignedIn
from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.signin.outcomes import Pending
from tests.support.auth_plane import PASSWORD, World

ORIGIN = Origin(ip="192.0.2.1", user_agent="test", request_id="r-1")


def fresh_browser(world: World) -> Browser:
    """A browser with a cookie of its own and no session."""
    return Browser(hash=hash_handle(Handle.BROWSER, new_handle(Handle.BROWSER, world.runtime.token_bytes)))


async def sign_in(
    world: World, browser: Browser, identifier: str = "maria", password: str = PASSWORD, ip: str = "192.0.2.1"
) -> SignedIn:
    """A sign-in that succeeds."""
    outcome = await world.provider.signin.password(
        world.tenant, browser, Origin(ip=ip), identifier=identifier, password=password
    )
    assert isinstance(outcome, SignedIn)
    return outcome


@dataclass
class Tab:
    """An interaction in a browser, whose cookies are those of `browser` at the time."""

    world: World
    issuer: Issuer
    handle: str
    browser: Browser

    @staticmethod
    async def begin(world: World, browser: Browser | None = None, client_id: str = "shop", **parameters: str) -> Tab:
        """An authorization request that needs the person."""
        browser = browser or fresh_browser(world)
        issuer = await world.provider.protocol.issuer("acme")
        assert issuer is not None
        query = urlsplit(world.authorize_url(client_id, **parameters)).query.encode()
        started = await world.provider.protocol.authorize(HttpRequest(method="GET", query=query), browser, issuer)
        assert isinstance(started, InteractionStarted)
        return Tab(world, issuer, started.handle, browser)

    async def pending(self) -> Pending:
        return await self.world.provider.signin.pending(self.handle, self.browser, self.world.tenant)

    async def sign_in(self, identifier: str = "maria") -> SignedIn:
        """The person signs in; the browser has the new session from now on."""
        signed_in = await sign_in(self.world, self.browser, identifier)
        self.browser = Browser(hash=self.browser.hash, session_hash=signed_in.session.handle_hash)
        return signed_in

    async def allow(self) -> bool:
        return await self.world.provider.signin.consent(self.handle, self.browser, self.world.tenant, ORIGIN)

    async def select(self) -> bool:
        return await self.world.provider.signin.select_account(self.handle, self.browser, self.world.tenant)

    async def resume(self) -> AuthorizationResponse | None:
        http = HttpRequest(method="GET", origin=ORIGIN)
        return await self.world.provider.protocol.resume(self.handle, http, self.browser, self.issuer)

    async def code(self) -> str:
        """The code, which is due."""
        response = await self.resume()
        assert response is not None
        return dict(parse_qsl(urlsplit(response.location).query))["code"]
