"""Tabs that are opened at once in a browser that has no cookie of ours yet: each of them leads to a code."""

from __future__ import annotations

import itertools

import pytest

from opentrusty_auth.endpoints.tabs import MAX_TABS
from tests.support.auth_plane import PASSWORD, World
from tests.support.browser import Browser, Reply

BROWSER_COOKIE = "__Host-opentrusty_browser"
TAB_COOKIE = "__Host-opentrusty_tab."
case = pytest.mark.case


async def at_once(world: World, browser: Browser, tabs: int = 2) -> list[Reply]:
    """The answers to so many authorization requests, of which none showed a cookie that another's answer brought."""
    answers, cookies = [], dict(browser.cookies)
    for _ in range(tabs):
        before, browser.cookies = browser.cookies, dict(cookies)
        answers.append(await browser.get(world.authorize_url("own")))
        browser.cookies = before | browser.cookies
    return answers


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_each_leads_to_a_code_and_the_person_signs_in_once(world: World, order: tuple[int, ...]) -> None:
    """In whatever order they are answered."""
    async with world.browser() as browser:
        answers = await at_once(world, browser, tabs=3)
        first, *others = (answers[number] for number in order)
        done = await browser.sign_in(await browser.open(first.location), "maria", PASSWORD)
        codes = [done.sent["code"]]
        for answer in others:
            done = await browser.open(answer.location)
            codes.append(done.sent["code"])
        assert len(set(codes)) == 3


async def test_a_page_that_was_shown_before_the_other_answer_came_is_good(world: World) -> None:
    """Its form was made for a cookie that the browser has no more; a wrong password shows it anew, and so on."""
    async with world.browser() as browser:
        first = await browser.get(world.authorize_url("own"))
        page = await browser.open(first.location)
        before, browser.cookies = browser.cookies, {}
        second = await browser.get(world.authorize_url("own"))
        browser.cookies = before | browser.cookies
        page = await browser.sign_in(page, "maria", "wrong")
        assert page.status == 200
        before, browser.cookies = browser.cookies, {}
        third = await browser.get(world.authorize_url("own"))
        browser.cookies = before | browser.cookies
        assert (await browser.sign_in(page, "maria", PASSWORD)).sent["code"]
        for answer in (second, third):
            assert (await browser.open(answer.location)).sent["code"]


@case("A12")
async def test_nobody_is_led_into_an_interaction_of_another_browser(world: World) -> None:
    """Its handle does not do, nor with any value in its cookie but the one that it began with."""
    async with world.browser() as attacker, world.browser("198.51.100.7") as victim:
        page = await attacker.open((await attacker.get(world.authorize_url("own"))).location)
        (tab,) = (name for name in attacker.cookies if name.startswith(TAB_COOKIE))
        await world.signed_in(victim)
        for value in (
            None,
            victim.cookies[BROWSER_COOKIE],
            "otb_" + "a" * 43,
            "",
            attacker.cookies[BROWSER_COOKIE] + "a",
        ):
            victim.cookies.pop(tab, None)
            if value is not None:
                victim.cookies[tab] = value
            assert (await victim.get(page.url)).status == 400
        assert (await attacker.open(page.url)).status == 200


@case("A12")
async def test_the_cookie_that_it_began_with_opens_an_interaction_no_more(world: World) -> None:
    """Once it has moved. And by itself, without the browser's own, the cookie of an interaction opens nothing."""
    async with world.browser() as browser, world.browser() as other:
        first, _ = await at_once(world, browser)
        (tab, began) = next(
            (name, value) for name, value in browser.cookies.items() if name.endswith(first.location[-12:])
        )
        other.cookies[tab] = began
        assert (await other.get(first.location)).status == 400
        assert (await browser.open(first.location)).status == 200
        other.cookies = {BROWSER_COOKIE: began}
        assert (await other.get(first.location)).status == 400
        other.cookies[tab] = began
        assert (await other.get(first.location)).status == 400


async def test_a_browser_that_has_its_cookie_gets_no_more_of_them(world: World) -> None:
    """Nor one that shows many already; they go at the sign-out, and by themselves when their interactions do."""
    async with world.browser() as browser:
        first = await browser.get(world.authorize_url("own"))
        kept = first.headers.get_list("set-cookie")
        assert any(line.startswith(TAB_COOKIE) and "Max-Age=1800;" in line for line in kept)
        assert not (await browser.get(world.authorize_url("own"))).set_cookies
    async with world.browser() as browser:
        await at_once(world, browser, tabs=MAX_TABS)
        tabs = {name for name in browser.cookies if name.startswith(TAB_COOKIE)}
        assert len(tabs) == MAX_TABS
        del browser.cookies[BROWSER_COOKIE]
        assert list((await browser.get(world.authorize_url("own"))).set_cookies) == [BROWSER_COOKIE]
        await world.signed_in(browser)
        await browser.submit(await browser.open("/t/acme/logout"))
        assert not {name for name in browser.cookies if name.startswith(TAB_COOKIE)}


@case("F2")
@pytest.mark.parametrize("handle", ["%00", "%C3%BC", "oti_%FF", "a" * 500, "%0d%0aset-cookie:a"])
async def test_a_handle_of_any_kind_names_a_cookie_that_nobody_has(world: World, handle: str) -> None:
    async with world.browser() as browser:
        await browser.get(world.authorize_url("own"))
        assert (await browser.get(f"/t/acme/interaction/{handle}")).status in {400, 404}
