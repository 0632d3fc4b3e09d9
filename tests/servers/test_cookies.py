"""Our cookies: how they are set, and how little is believed of what comes back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_server.cookies import Cookies
from opentrusty_server.http import Request
from tests.support.auth_plane import SETTINGS, World
from tests.support.auth_plane import world as open_world

BROWSER_COOKIE = "__Host-opentrusty_browser"
SESSION_COOKIE = "opentrusty_session.acme"
COOKIES = Cookies(secure=True, domain="example")


def asking(*lines: bytes) -> Request:
    """A request with these Cookie headers."""
    raw = [(b"cookie", line) for line in lines]
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": raw}
    return Request(scope, lambda: None, "r", None, {})  # type: ignore[arg-type, return-value]


async def test_the_session_cookie_is_for_servers_only_secure_lax_and_of_the_parent_domain(world: World) -> None:
    """HttpOnly, Secure, SameSite=Lax, Path=/, Domain=COOKIE_DOMAIN, gone with the browser."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url("own"))
        reply = await browser.sign_in(page, "maria", "correct horse battery staple", follow=False)
    cookie = reply.set_cookies[SESSION_COOKIE]
    assert dict(cookie.attributes) == {
        "path": "/",
        "httponly": "",
        "samesite": "Lax",
        "secure": "",
        "domain": "example",
    }


@pytest.mark.case("K17")
async def test_the_browsers_own_cookie_is_bound_to_this_very_host(world: World) -> None:
    """`__Host-`: Secure, Path=/, no Domain, so that no sibling host can set it; it lives as long as browsers allow."""
    async with world.browser() as browser:
        reply = await browser.get(world.authorize_url())
    cookie = reply.set_cookies[BROWSER_COOKIE]
    assert dict(cookie.attributes) == {
        "path": "/",
        "httponly": "",
        "samesite": "Lax",
        "secure": "",
        "max-age": "34560000",
    }


async def test_plain_http_on_loopback_does_without_secure_and_the_prefix() -> None:
    """Browsers would drop a Secure or `__Host-` cookie there."""
    settings = replace(SETTINGS, auth_url="http://localhost:8080", cookie_domain=None)
    async with open_world(settings=settings) as world, world.browser() as browser:
        reply = await browser.get(world.authorize_url("own"))
        assert dict(reply.set_cookies["opentrusty_browser"].attributes).keys() == {
            "path",
            "httponly",
            "samesite",
            "max-age",
        }
        await world.signed_in(browser)
        assert "opentrusty_browser" in browser.cookies
        assert SESSION_COOKIE in browser.cookies
        assert "strict-transport-security" not in reply.headers


async def test_a_browser_keeps_its_cookie_over_many_requests(world: World) -> None:
    """It is set once, not at every visit."""
    async with world.browser() as browser:
        assert BROWSER_COOKIE in (await browser.get(world.authorize_url())).set_cookies
        assert (await browser.get(world.authorize_url())).set_cookies == {}


async def test_a_post_from_another_site_does_not_overwrite_the_browsers_cookie(world: World) -> None:
    """The browser asks again by GET, with its cookies, and a live session still counts."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        query = world.authorize_url("own").partition("?")[2]
        fields = dict(pair.split("=", 1) for pair in query.split("&"))
        again = await browser.post(
            "/t/acme/authorize", {name: unquote_plus(value) for name, value in fields.items()}, cross_site=True
        )
        assert (again.status, again.set_cookies) == (303, {})
        assert "code" in (await browser.get(again.location)).sent


@pytest.mark.case("K17")
async def test_a_session_cookie_in_another_browser_opens_nothing(world: World) -> None:
    """A stolen or planted session cookie without the browser's own one is no session."""
    async with world.browser() as victim, world.browser() as thief:
        await world.signed_in(victim)
        await thief.open(world.authorize_url())
        thief.cookies[SESSION_COOKIE] = victim.cookies[SESSION_COOKIE]
        reply = await thief.get(world.authorize_url("own", prompt="none"))
        assert reply.sent["error"] == "login_required"
        del victim.cookies[BROWSER_COOKIE]
        reply = await victim.get(world.authorize_url("own", prompt="none"))
        assert reply.sent["error"] == "login_required"


@pytest.mark.case("K17")
async def test_of_two_session_cookies_none_counts(world: World) -> None:
    """A sibling host that plants a second cookie of the name gets nobody signed in, whichever comes first."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        mine = browser.cookies[SESSION_COOKIE]
        for planted in (mine, "otn_" + "a" * 43):
            for pair in ((mine, planted), (planted, mine)):
                line = "; ".join(
                    [f"{BROWSER_COOKIE}={browser.cookies[BROWSER_COOKIE]}", *(f"{SESSION_COOKIE}={v}" for v in pair)]
                )
                reply = await browser.get(world.authorize_url("own", prompt="none"), headers={"cookie": line})
                assert reply.sent["error"] == "login_required"


async def test_signing_out_clears_the_parent_domains_cookie_and_one_of_this_host(world: World) -> None:
    """After a second cookie of the name was planted, both go."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        page = await browser.open("/t/acme/logout")
        out = await browser.submit(page, follow=False)
    lines = [line for line in out.headers.get_list("set-cookie") if line.startswith(SESSION_COOKIE)]
    assert [("Max-Age=0" in line, "Domain=example" in line) for line in lines] == [(True, True), (True, False)]


# ---- Reading


@pytest.mark.case("K17")
@pytest.mark.parametrize(
    "line",
    [
        b"\xa0__Host-opentrusty_browser=evil",
        b"\x85__Host-opentrusty_browser=evil",
        b"\x0b__Host-opentrusty_browser=evil",
        b"\xc2\xa0__Host-opentrusty_browser=evil",
        b"__Host-opentrusty_browser\xa0=evil",
        b"__host-opentrusty_browser=evil",
        b"__Host-opentrusty_browser =evil",
        b"x=__Host-opentrusty_browser=evil",
        b"__Host-opentrusty_browser",
        b'__Host-opentrusty_browser="evil"',
        b"__Host-opentrusty_browser=ev\xa0il",
        b"__Host-opentrusty_browser=",
        b"__Host-opentrusty_browser=a; __Host-opentrusty_browser=a",
        b"__Host-opentrusty_browser=a;__Host-opentrusty_browser=b",
    ],
)
def test_a_name_that_only_looks_like_ours_is_not_ours(line: bytes) -> None:
    """Names are compared byte by byte; two of a name, or a value not of our form, count as none."""
    assert COOKIES.read(asking(line), BROWSER_COOKIE) is None


def test_a_cookie_is_read_among_others_and_over_several_headers() -> None:
    """HTTP/2 proxies split the header; a duplicate is noticed across the parts."""
    line = b"a=1; __Host-opentrusty_browser=otb_x; b=2"
    assert COOKIES.read(asking(line), BROWSER_COOKIE) == "otb_x"
    assert COOKIES.read(asking(b"a=1", b"__Host-opentrusty_browser=otb_x"), BROWSER_COOKIE) == "otb_x"
    assert COOKIES.read(asking(line, b"__Host-opentrusty_browser=otb_y"), BROWSER_COOKIE) is None


@given(st.binary(max_size=200))
def test_no_cookie_header_breaks_the_reading(line: bytes) -> None:
    """Any bytes are read without an error."""
    assert COOKIES.read(asking(line), BROWSER_COOKIE) is None or b"__Host-opentrusty_browser=" in line
