"""Which pages of the web may read our answers (row G8)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.auth_plane import SYSTEM, World

pytestmark = pytest.mark.case("G8")

CONSOLE = "https://console.example"
APP = "https://app.example"
OPEN = {
    "/t/acme/token": "POST",
    "/t/acme/userinfo": "GET",
    "/t/acme/revoke": "POST",
    "/t/acme/jwks": "GET",
    "/t/acme/.well-known/openid-configuration": "GET",
    "/.well-known/oauth-authorization-server/t/acme": "GET",
}
CLOSED = {
    "/t/acme/authorize": "GET",
    "/t/acme/introspect": "POST",
    "/t/acme/logout": "POST",
    "/t/acme/signed-out": "GET",
    "/t/acme/signed-in": "GET",
    "/t/acme/interaction/oti_x": "GET",
    "/t/acme/interaction/oti_x/sign-in": "POST",
    "/t/acme/interaction/oti_x/consent": "POST",
}
STRANGERS = [
    "null",
    "https://evil.example",
    "http://app.example",
    "https://app.example:444",
    "https://app.example.evil.example",
    "https://xapp.example",
    "https://sub.app.example",
    "https://app.example/",
    "https://app.example, https://app.example",
    "https://globex-app.example",
    "",
    "x" * 4000,
]


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    await world.add_client("spa", allowed_origins=(APP,))
    async with world.client() as opened:
        yield opened


async def preflight(client: httpx2.AsyncClient, path: str, method: str, origin: str) -> httpx2.Response:
    headers = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type",
    }
    return await client.options(path, headers=headers)


def allowed(answer: httpx2.Response) -> str | None:
    """The origin that may read the answer; cookies never come along."""
    assert "access-control-allow-credentials" not in answer.headers
    value: str | None = answer.headers.get("access-control-allow-origin")
    return value


@pytest.mark.parametrize("origin", [CONSOLE, APP])
@pytest.mark.parametrize(("path", "method"), OPEN.items())
async def test_the_console_and_registered_origins_may_call_what_browser_applications_need(
    client: httpx2.AsyncClient, path: str, method: str, origin: str
) -> None:
    """The preflight passes, the answer can be read, errors too, and caches keep origins apart."""
    answer = await preflight(client, path, method, origin)
    assert (answer.status_code, allowed(answer), answer.headers["vary"]) == (204, origin, "Origin")
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    actual = await client.request(method, path, headers={"origin": origin})
    assert (allowed(actual), actual.headers["vary"]) == (origin, "Origin")
    assert "WWW-Authenticate" in actual.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", STRANGERS)
@pytest.mark.parametrize(("path", "method"), OPEN.items())
async def test_no_other_origin_may(client: httpx2.AsyncClient, path: str, method: str, origin: str) -> None:
    """`null`, look-alikes and strangers get no Access-Control-Allow-Origin; nothing is reflected."""
    answer = await preflight(client, path, method, origin)
    assert answer.status_code in {403, 421, 431}
    assert allowed(answer) is None
    actual = await client.request(method, path, headers={"origin": origin})
    assert allowed(actual) is None
    assert actual.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [CONSOLE, APP, "null"])
@pytest.mark.parametrize(("path", "method"), CLOSED.items())
async def test_nothing_else_is_open_to_any_origin(
    client: httpx2.AsyncClient, path: str, method: str, origin: str
) -> None:
    """Pages and introspection are for navigation and for servers, also for origins that are known."""
    answer = await preflight(client, path, method, origin)
    assert allowed(answer) is None
    assert "access-control-allow-methods" not in answer.headers
    assert allowed(await client.request(method, path, headers={"origin": origin})) is None


async def test_the_origin_of_one_tenants_client_is_a_stranger_to_another(
    world: World, client: httpx2.AsyncClient
) -> None:
    """Registered means registered in this tenant."""
    await world.provider.management.tenants.create(SYSTEM, "globex")
    assert allowed(await client.get("/t/globex/jwks", headers={"origin": APP})) is None
    assert allowed(await client.get("/t/globex/jwks", headers={"origin": CONSOLE})) == CONSOLE


async def test_the_origin_of_a_disabled_client_is_a_stranger_within_a_second(
    world: World, client: httpx2.AsyncClient
) -> None:
    """What is remembered is forgotten after a second."""
    assert allowed(await client.get("/t/acme/jwks", headers={"origin": APP})) == APP
    await world.provider.management.clients.disable(SYSTEM, world.tenant.id, "spa")
    world.runtime.advance(seconds=1)
    assert allowed(await client.get("/t/acme/jwks", headers={"origin": APP})) is None


async def test_an_options_request_that_is_no_preflight_says_which_methods_there_are(client: httpx2.AsyncClient) -> None:
    """Plain OPTIONS is answered with Allow."""
    answer = await client.options("/t/acme/token")
    assert (answer.status_code, answer.headers["allow"]) == (204, "POST, OPTIONS")
    assert "content-length" not in answer.headers
