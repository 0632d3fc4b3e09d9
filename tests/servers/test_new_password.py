"""A password that must be changed, over HTTP: between the sign-in page and everything else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core import Limits, Purpose
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.throttle import Limit
from tests.servers.test_sign_in import BROWSER_COOKIE, SESSION_COOKIE, heading
from tests.support.auth_plane import CALLBACK, PASSWORD, SYSTEM, World
from tests.support.auth_plane import world as open_world
from tests.support.browser import Browser, Reply

NEW = "an entirely new battery staple"
CHOSEN = {"password": NEW, "password_again": NEW}


async def must_change(world: World) -> None:
    set_password = world.provider.management.users.set_password
    await set_password(SYSTEM, world.tenant.id, world.maria.id, PASSWORD, must_change=True)


async def proved(world: World, browser: Browser, client_id: str = "own", **parameters: str) -> Reply:
    """The page that comes after the old password."""
    page = await browser.open(world.authorize_url(client_id, **parameters))
    return await browser.sign_in(page, "maria", PASSWORD)


async def test_a_new_password_is_asked_between_the_old_one_and_the_client(world: World) -> None:
    """The old password, the new one twice, the code; and then the new password signs in without more."""
    await must_change(world)
    async with world.browser() as browser:
        page = await proved(world, browser)
        assert (page.status, heading(page)) == (200, "Choose a new password")
        assert "Your password has to be changed" in page.text
        assert "maria" in page.text
        assert SESSION_COOKIE not in browser.cookies
        done = await browser.submit(page, CHOSEN)
        assert done.location.startswith(f"{CALLBACK}?")
        assert SESSION_COOKIE in browser.cookies
    tokens = await world.redeem(done.sent["code"], "own")
    assert "access_token" in tokens
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url("own"))
        assert "code" in (await browser.sign_in(page, "maria", NEW)).sent


async def test_consent_comes_after_the_new_password(world: World) -> None:
    await must_change(world)
    async with world.browser() as browser:
        page = await browser.submit(await proved(world, browser, "shop"), CHOSEN)
        assert heading(page) == "Allow access?"


@pytest.mark.case("A13")
@pytest.mark.parametrize("step", ["new-password", "account", "consent"])
@pytest.mark.parametrize("decision", ["", "allow", "continue", "done"])
async def test_the_change_cannot_be_skipped(world: World, step: str, decision: str) -> None:
    """Whatever the browser posts, it is sent back to the page of the change; no code comes."""
    await must_change(world)
    async with world.browser() as browser:
        page = await proved(world, browser)
        handle = page.url.rpartition("/")[2]
        known = world.provider.browser(browser.cookies[BROWSER_COOKIE], None)
        token = world.provider.signin.csrf.make(Purpose(step), world.tenant, known, handle)
        reply = await browser.post(f"{page.url}/{step}", {"csrf": token, "decision": decision, "done": "1"})
        if step == "new-password":
            assert (reply.status, heading(reply)) == (400, "Choose a new password")
        else:
            assert (reply.status, reply.location) == (303, f"/t/acme/interaction/{handle}")
        assert heading(await browser.open(page.url)) == "Choose a new password"
        assert heading(await browser.open(world.authorize_url("own"))) == "Sign in"
    assert AuditType.CODE_ISSUED not in {event.type for event in await world.events()}


@pytest.mark.case("A13")
async def test_a_new_password_is_taken_only_where_it_is_pending(world: World) -> None:
    """Without the old one, or when it has been answered: back to what is pending."""
    await must_change(world)
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url("own"))
        handle = page.url.rpartition("/")[2]
        known = world.provider.browser(browser.cookies[BROWSER_COOKIE], None)
        token = world.provider.signin.csrf.make(Purpose.NEW_PASSWORD, world.tenant, known, handle)
        for fields in (CHOSEN, {}, {**CHOSEN, "password_again": "x"}):
            reply = await browser.post(f"{page.url}/new-password", {"csrf": token, **fields})
            assert (reply.status, reply.location) == (303, f"/t/acme/interaction/{handle}")
        assert heading(await browser.open(page.url)) == "Sign in"
        assert (await browser.get(f"{page.url}/new-password")).status == 405


@pytest.mark.case("A20")
async def test_prompt_none_is_login_required(world: World) -> None:
    """There is no session, whatever was proved in another tab."""
    await must_change(world)
    async with world.browser() as browser:
        await proved(world, browser)
        silent = await browser.get(world.authorize_url("own", prompt="none"))
        assert silent.sent["error"] == "login_required"


@pytest.mark.case("A20")
@pytest.mark.parametrize("parameters", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}])
async def test_the_change_satisfies_what_the_client_asks_of_a_sign_in(world: World, parameters: dict[str, str]) -> None:
    await must_change(world)
    async with world.browser() as browser:
        page = await proved(world, browser, **parameters)
        assert "code" in (await browser.submit(page, CHOSEN)).sent


async def test_somebody_whom_the_client_does_not_expect_is_told_to_it_after_the_change(world: World) -> None:
    async with world.browser() as browser:
        done = await world.signed_in(browser, "sam")
        hint = str((await world.redeem(done.sent["code"], "own"))["id_token"])
        world.runtime.advance(seconds=1)
        await must_change(world)
        page = await proved(world, browser, prompt="login", id_token_hint=hint)
        world.runtime.advance(seconds=1)
        assert (await browser.submit(page, CHOSEN)).sent["error"] == "login_required"


async def test_a_password_that_is_not_taken_is_told_on_the_same_page(world: World) -> None:
    """The old one among them; the form comes back empty, and the change stays pending."""
    await must_change(world)
    async with world.browser() as browser:
        page = await proved(world, browser)
        for first, second, words in (
            (PASSWORD, PASSWORD, "This is the password that you have now."),
            ("short", "short", "Use at least 15 characters."),
            (NEW, "", "The two passwords are not the same."),
        ):
            page = await browser.submit(page, {"password": first, "password_again": second})
            assert (page.status, words in page.text) == (400, True)
            assert SESSION_COOKIE not in browser.cookies
        assert "code" in (await browser.submit(page, CHOSEN)).sent


async def test_trying_the_old_one_too_often_says_when_to_try_again() -> None:
    limits = Limits(account=Limit(burst=2, interval=timedelta(seconds=40)))
    async with open_world(limits=limits) as world, world.browser() as browser:
        await must_change(world)
        page = await proved(world, browser)
        for _ in range(2):
            page = await browser.submit(page, {"password": PASSWORD, "password_again": PASSWORD})
        page = await browser.submit(page, CHOSEN)
        assert (page.status, page.headers["retry-after"]) == (429, "40")
        assert "Too many attempts." in page.text
        world.runtime.advance(seconds=40)
        assert "code" in (await browser.submit(page, CHOSEN)).sent


@pytest.mark.case("D7")
async def test_the_change_ends_the_sessions_of_other_browsers(world: World) -> None:
    async with world.browser() as browser, world.browser("198.51.100.7") as other:
        await world.signed_in(other)
        await must_change(world)
        await browser.submit(await proved(world, browser), CHOSEN)
        assert heading(await other.open(world.authorize_url("own"))) == "Sign in"


async def test_an_expired_page_goes_back_to_the_sign_in(world: World) -> None:
    """Ten minutes after the old password; the new one that was typed is not taken."""
    await must_change(world)
    async with world.browser() as browser:
        page = await proved(world, browser)
        world.runtime.advance(seconds=600)
        assert heading(await browser.submit(page, CHOSEN)) == "Sign in"
        assert heading(await proved(world, browser)) == "Choose a new password"
