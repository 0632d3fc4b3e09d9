"""What every answer of the plane has in common, and which paths and methods there are."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import httpx2
import pytest

from tests.support.auth_plane import CALLBACK, PASSWORD, SYSTEM, World

PATHS = [
    "/t/acme/jwks",
    "/t/acme/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/t/acme",
    "/t/acme/token",
    "/t/acme/userinfo",
    "/t/acme/authorize",
    "/t/acme/logout",
    "/t/acme/signed-out",
    "/t/acme/interaction/oti_x",
    "/t/acme/interaction/oti_x/sign-in",
    "/t/nope/jwks",
    "/",
    "/nothing",
    "/livez",
    "/readyz",
    "/assets/none.css",
]
BROWSER = {"accept": "text/html"}


async def crawl(world: World) -> list[httpx2.Response]:
    """One answer of every kind: documents, errors, redirects, and every page."""
    async with world.client() as client:
        answers = [await client.get(path, headers=headers) for path in PATHS for headers in ({}, BROWSER)]
        answers += [await client.post(path, headers=BROWSER) for path in PATHS]
        answers.append(await client.get(world.authorize_url(redirect_uri="https://evil.example"), headers=BROWSER))
        answers += [await client.get(path) for path in set(re.findall(r'/assets/[^"]+', answers[-1].text))]
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        replies = [page, await browser.sign_in(page, "maria", "wrong")]
        replies.append(await browser.sign_in(page, "maria", PASSWORD, follow=False))
        replies.append(await browser.open(page.url))
        replies.append(await browser.submit(replies[-1], follow=False))
        world.runtime.advance(seconds=1)
        wishes: list[dict[str, str]] = [
            {"prompt": "select_account"},
            {"response_mode": "form_post"},
            {"prompt": "login"},
        ]
        replies += [await browser.open(world.authorize_url("own", **wish)) for wish in wishes]
        replies.append(await browser.open("/t/acme/logout"))
        replies.append(await browser.open("/t/acme/signed-in"))
        replies.append(await browser.submit(await browser.open("/t/acme/logout")))
    return answers + [reply.response for reply in replies]


async def test_the_crawl_meets_every_kind_of_answer(world: World) -> None:
    """Otherwise the promises below would be empty."""
    answers = await crawl(world)
    assert {answer.status_code for answer in answers} >= {200, 303, 400, 401, 404, 405}
    headings = {re.findall(r"<h1>(.*?)</h1>", answer.text)[0] for answer in answers if "<h1>" in answer.text}
    assert headings >= {"Sign in", "Allow access?", "Choose an account", "Sign out?", "You are signed out"}
    assert headings >= {"You are still signed in", "One more step", "Page not found", "This request can’t be completed"}


@pytest.mark.case("A10")
async def test_no_answer_can_be_framed(world: World) -> None:
    """`frame-ancestors 'none'` stands on all, pages or not; `X-Frame-Options: DENY` on pages, for old browsers."""
    for answer in await crawl(world):
        policy = answer.headers["content-security-policy"].split("; ")
        assert "frame-ancestors 'none'" in policy, answer.request.url
        if "text/html" in answer.headers.get("content-type", ""):
            assert answer.headers["x-frame-options"] == "DENY"
            assert "camera=()" in answer.headers["permissions-policy"]
        else:
            assert policy == ["default-src 'none'", "frame-ancestors 'none'"]


@pytest.mark.case("A19")
async def test_nothing_leaks_by_referrer_or_cache(world: World) -> None:
    """no-referrer on all; no-store on all but keys, discovery and static files, which hold nothing of anybody."""
    public = re.compile(r"/(jwks|\.well-known/.*|assets/.*)")
    for answer in await crawl(world):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        if not (public.search(answer.request.url.path) and answer.status_code == 200):
            assert answer.headers.get("cache-control") == "no-store" or not answer.content, answer.request.url


async def test_every_answer_has_a_request_id_of_its_own_and_hsts(world: World) -> None:
    """The id is ours, whatever the request claims; errors repeat it in the body."""
    answers = await crawl(world)
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    for answer in answers:
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        if answer.status_code >= 400 and answer.headers.get("content-type") == "application/json":
            assert answer.json().get("request_id") == answer.headers["x-request-id"]
        elif answer.status_code >= 400 and answer.content:
            assert answer.headers["x-request-id"] in answer.text
    async with world.client() as client:
        answer = await client.get("/t/acme/jwks", headers={"x-request-id": "chosen-by-a-stranger"})
    assert answer.headers["x-request-id"] != "chosen-by-a-stranger"


async def test_only_pages_isolate_their_window_and_popups_keep_their_opener(world: World) -> None:
    """Cross-Origin-Opener-Policy would cut a popup off from the application that waits for it."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        popup = await browser.open(world.authorize_url(display="popup"))
        assert "cross-origin-opener-policy" not in popup.headers
        failed = await browser.sign_in(popup, "maria", "wrong")
        assert "cross-origin-opener-policy" not in failed.headers


async def test_every_page_has_its_own_nonce(world: World) -> None:
    """A nonce that repeats protects nothing."""
    async with world.browser() as browser:
        nonces = set()
        for _ in range(3):
            page = await browser.open(world.authorize_url("own", prompt="login", response_mode="form_post"))
            done = await browser.sign_in(page, "maria", PASSWORD)
            nonces |= set(re.findall(r"'nonce-([^']+)'", done.headers["content-security-policy"]))
            assert done.form.action == CALLBACK
            world.runtime.advance(seconds=1)
    assert len(nonces) == 3


# ---- Paths and methods


@pytest.mark.parametrize(
    "path",
    [
        "/tenants",
        "/tenants/acme/users",
        "/api/tenants",
        "/v1/tenants",
        "/admin",
        "/admin/users",
        "/users",
        "/clients",
        "/keys",
        "/audit",
        "/roles",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/scim/v2/Users",
        "/t/acme",
        "/t/acme/",
        "/t/acme/users",
        "/t/acme/clients",
        "/t/acme/keys",
        "/t/acme/admin",
        "/t/acme/token/",
        "/t//token",
        "//t/acme/token",
        "/t/acme/interaction",
        "/t/acme/interaction/a/b/c",
        "/T/acme/token",
        "/t/acme/Token",
        "/t/acme/../acme/token",
        "/favicon.ico",
        "/robots.txt",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/t/acme/.well-known/oauth-authorization-server",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_management_paths_and_near_misses_are_absent(world: World, path: str, method: str) -> None:
    """The plane answers 404 to every path that is not its own."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    # Straight into the application: HTTP clients tidy paths up.
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"auth.example")],
        "client": ("192.0.2.1", 1),
    }
    await world.app(scope, no_body, send)
    assert sent[0]["status"] == 404


async def no_body() -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def test_an_unknown_and_a_suspended_tenant_look_alike(world: World) -> None:
    """Whether a tenant exists is not told by its absence."""
    other = await world.provider.management.tenants.create(SYSTEM, "globex")
    await world.provider.management.tenants.suspend(SYSTEM, other.id)
    async with world.client() as client:
        one, two = await client.get("/t/globex/jwks"), await client.get("/t/nope/jwks")
    assert one.status_code == two.status_code == 404
    assert {**one.json(), "request_id": ""} == {**two.json(), "request_id": ""}


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/t/acme/token", "GET", "POST, OPTIONS"),
        ("/t/acme/token", "PUT", "POST, OPTIONS"),
        ("/t/acme/introspect", "GET", "POST, OPTIONS"),
        ("/t/acme/jwks", "POST", "GET, HEAD, OPTIONS"),
        ("/t/acme/authorize", "HEAD", "GET, POST, OPTIONS"),
        ("/t/acme/userinfo", "DELETE", "GET, HEAD, POST, OPTIONS"),
        ("/t/acme/interaction/oti_x", "POST", "GET, OPTIONS"),
        ("/t/acme/interaction/oti_x/consent", "GET", "POST, OPTIONS"),
    ],
)
async def test_another_method_is_405_and_says_which_are_allowed(
    world: World, path: str, method: str, allow: str
) -> None:
    """The method that a path does not have is refused with the list of those that it has."""
    async with world.client() as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


async def test_head_answers_as_get_does_where_nothing_happens(world: World) -> None:
    """Documents can be asked for their headers alone."""
    async with world.client() as client:
        head, get = await client.head("/t/acme/jwks"), await client.get("/t/acme/jwks")
    assert (head.status_code, head.headers["content-length"]) == (200, get.headers["content-length"])


async def test_errors_are_pages_for_people_and_json_for_programs(world: World) -> None:
    """An unknown address shows a page to a browser and an object to a client."""
    async with world.client() as client:
        page = await client.get("/nothing", headers=BROWSER)
        data = await client.get("/nothing")
        refused = await client.get(world.authorize_url("unknown"))
    assert (page.headers["content-type"], data.json()["error"]) == ("text/html; charset=utf-8", "not_found")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "Acme" in refused.text
    assert "location" not in refused.headers


async def test_static_files_are_for_ever_and_compressed_where_asked(world: World) -> None:
    """Their names change with their content."""
    async with world.client() as client:
        page = await client.get("/nothing", headers=BROWSER)
        (path,) = set(re.findall(r'/assets/pages-[^"]+\.css', page.text))
        plain = await client.get(path, headers={"accept-encoding": "identity"})
        small = await client.get(path, headers={"accept-encoding": "gzip"})
    assert plain.text == small.text
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])
    for answer in (plain, small):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
