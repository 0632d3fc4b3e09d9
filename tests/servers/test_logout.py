"""Signing out over HTTP: by a client's request, by the person's own, and not at all."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.support.auth_plane import PASSWORD, SYSTEM, World
from tests.support.browser import Browser

SESSION_COOKIE = "opentrusty_session.acme"
BYE = "https://shop.example/bye"


async def hinted(world: World, browser: Browser) -> str:
    """Sign in; the ID token of this session for the client `own`."""
    done = await world.signed_in(browser)
    return str((await world.redeem(done.sent["code"], "own"))["id_token"])


async def signed_in(world: World, browser: Browser) -> bool:
    """Whether a client would get a code without a page."""
    reply = await browser.get(world.authorize_url("own", prompt="none"))
    return "code" in reply.sent


async def test_a_client_that_shows_the_sessions_id_token_signs_the_person_out_at_once(world: World) -> None:
    """The browser's cookie goes, and it comes to the registered address with the state."""
    async with world.browser() as browser:
        hint = await hinted(world, browser)
        query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s-9"})
        reply = await browser.get(f"/t/acme/logout?{query}")
        assert (reply.status, reply.location) == (303, f"{BYE}?state=s-9")
        assert SESSION_COOKIE not in browser.cookies
        assert not await signed_in(world, browser)


@pytest.mark.case("A17")
async def test_without_a_hint_the_person_is_asked_and_then_signed_out(world: World) -> None:
    """The confirmation names who is signed in; yes ends the session and says so."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        page = await browser.open("/t/acme/logout")
        assert "Maria" in page.text
        assert await signed_in(world, browser)
        out = await browser.submit(page)
        assert (out.status, "You are signed out" in out.text) == (200, True)
        assert SESSION_COOKIE not in browser.cookies
        assert not await signed_in(world, browser)


async def test_who_stays_stays(world: World) -> None:
    """No is an answer: the session goes on, and the page says whose it is."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        page = await browser.submit(await browser.open("/t/acme/logout"), button="cancel")
        assert (page.status, "You are still signed in" in page.text, "Maria" in page.text) == (200, True, True)
        assert await signed_in(world, browser)


async def test_the_confirmation_carries_the_clients_parameters_and_they_are_checked_again(world: World) -> None:
    """After yes the browser goes where the client asked; a target tampered with on the way is refused."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        query = urlencode({"client_id": "own", "post_logout_redirect_uri": BYE, "state": "s-9"})
        page = await browser.open(f"/t/acme/logout?{query}")
        assert "Own" in page.text
        bad = await browser.submit(page, {"post_logout_redirect_uri": "https://evil.example/"})
        assert bad.status == 400
        assert await signed_in(world, browser)
        out = await browser.submit(page)
        assert out.location == f"{BYE}?state=s-9"
        assert not await signed_in(world, browser)


@pytest.mark.case("A17")
async def test_an_unregistered_target_is_a_page_without_a_redirect(world: World) -> None:
    """Nobody is sent to an address that no client has registered, signed in or not."""
    async with world.browser() as browser:
        query = urlencode({"client_id": "own", "post_logout_redirect_uri": "https://evil.example/"})
        reply = await browser.get(f"/t/acme/logout?{query}")
    assert (reply.status, "location" in reply.headers) == (400, False)
    assert "https://evil.example" not in reply.text


async def test_a_post_from_a_clients_page_is_asked_again_by_get_so_that_cookies_come_along(world: World) -> None:
    """Cross-site posts carry no Lax cookies: answered at once, the session would live on unnoticed."""
    async with world.browser() as browser:
        hint = await hinted(world, browser)
        fields = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
        again = await browser.post("/t/acme/logout", fields, cross_site=True)
        assert again.status == 303
        assert again.location.startswith("/t/acme/logout?")
        done = await browser.get(again.location)
        assert done.location == BYE
        assert not await signed_in(world, browser)


async def test_somebody_who_is_not_signed_in_is_told_that_they_are_signed_out(world: World) -> None:
    """There is nothing to confirm, and no cookie to clear."""
    async with world.browser() as browser:
        reply = await browser.get("/t/acme/logout")
        assert (reply.location, reply.set_cookies) == ("/t/acme/signed-out", {})
        assert (await browser.open("/t/acme/signed-in")).url.endswith("/t/acme/signed-out")


async def test_signing_out_of_one_tenant_leaves_the_other(world: World) -> None:
    """Sessions are a tenant's own, in one browser side by side."""
    other = await world.provider.management.tenants.create(SYSTEM, "globex")
    await world.add_user("olga", tenant=other)
    created = await world.provider.management.clients.create(
        SYSTEM,
        other.id,
        {"client_name": "Own", "redirect_uris": ("https://shop.example/callback",), "skip_consent": True},
        client_id="own",
    )
    assert created.secret
    async with world.browser() as browser:
        await world.signed_in(browser)
        page = await browser.open(world.authorize_url("own", tenant="globex"))
        await browser.sign_in(page, "olga", PASSWORD)
        assert {SESSION_COOKIE, "opentrusty_session.globex"} <= browser.cookies.keys()
        await browser.submit(await browser.open("/t/globex/logout"))
        assert "opentrusty_session.globex" not in browser.cookies
        assert await signed_in(world, browser)
