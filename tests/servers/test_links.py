"""Invitations and password resets over HTTP, in a browser without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from opentrusty_core import Limits
from opentrusty_core.domain.throttle import Limit
from opentrusty_core.management import MadeLink
from tests.servers.test_domains import HERE, give_domain
from tests.servers.test_sign_in import BROWSER_COOKIE, SESSION_COOKIE, heading
from tests.support.auth_plane import PASSWORD, SYSTEM, World
from tests.support.auth_plane import world as open_world
from tests.support.browser import Browser, Reply

NEW = "an entirely new battery staple"
CHOSEN = {"password": NEW, "password_again": NEW}
VARYING = re.compile(r"r-[\w-]+|nonce-[\w-]+|<code id=\"request-id\">.*?</code>")


async def invited(world: World, **options: object) -> MadeLink:
    fields = {"username": "ida", "email": "ida@people.example", "claims": {"name": "Ida"}}
    return await world.provider.management.links.invite(SYSTEM, world.tenant.id, fields, **options)  # type: ignore[arg-type]


async def reset(world: World) -> MadeLink:
    return await world.provider.management.links.start_reset(SYSTEM, world.tenant.id, world.maria.id)


async def opened(browser: Browser, made: MadeLink) -> Reply:
    """The page that takes the link, which a browser asks for without what stands behind the `#`, then the next one."""
    page = await browser.open(made.url.partition("#")[0])
    return await browser.submit(page, {"link": made.url})


async def test_an_invited_person_chooses_a_password_and_signs_in_with_it(world: World) -> None:
    """The whole way, in a browser that was never here before."""
    made = await invited(world, client_id="shop")
    async with world.browser() as browser:
        page = await browser.open(made.url.partition("#")[0])
        assert (page.status, heading(page)) == (200, "Accept your invitation")
        assert page.set_cookies.keys() == {BROWSER_COOKIE}
        page = await browser.submit(page, {"link": made.url})
        assert (page.status, heading(page)) == (200, "Choose a password")
        assert "You are invited to" in page.text
        assert "Ida" in page.text
        done = await browser.submit(page, CHOSEN)
        assert (done.status, heading(done)) == (200, "Your password is set")
        assert SESSION_COOKIE not in browser.cookies
        consent = await browser.sign_in(await browser.open(world.authorize_url()), "ida", NEW)
        assert heading(consent) == "Allow access?"


async def test_the_end_leads_on_to_the_application_that_the_link_names(world: World) -> None:
    await world.add_client("home", client_uri="https://home.example/")
    made = await invited(world, client_id="home")
    async with world.browser() as browser:
        done = await browser.submit(await opened(browser, made), CHOSEN, follow=False)
        assert (done.status, done.location) == (303, "/t/acme/password-set?client_id=home")
        page = await browser.open(done.location)
        assert 'href="https://home.example/"' in page.text
        assert "Go to Home" in page.text
        for other in ("", "?client_id=nothing", "?client_id=shop"):
            page = await browser.open(f"/t/acme/password-set{other}")
            assert (page.status, "href=" in page.text.partition("<main>")[2]) == (200, False)


@pytest.mark.case("K10", "D7")
async def test_a_reset_ends_the_sessions_of_every_browser(world: World) -> None:
    """The thief's browser is signed out; the owner's is not signed in by the reset."""
    async with world.browser() as thief, world.browser("198.51.100.7") as owner:
        await world.signed_in(thief)
        page = await opened(owner, await reset(world))
        assert heading(page) == "Choose a new password"
        done = await owner.submit(page, CHOSEN)
        assert heading(done) == "Your password is set"
        assert SESSION_COOKIE not in owner.cookies
        assert heading(await thief.open(world.authorize_url("own"))) == "Sign in"
        again = await thief.sign_in(await thief.open(world.authorize_url("own")), "maria", PASSWORD)
        assert heading(again) == "Sign in"


@pytest.mark.case("K10")
async def test_the_secret_stands_in_no_address_no_header_and_no_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """What browsers send of the link is the same for everybody; the secret goes in bodies, never in a `Location`."""
    made = await reset(world)
    address, _, secret = made.url.partition("#")
    assert address == "https://auth.example/t/acme/password-reset"
    async with world.browser() as browser:
        replies = [await browser.get(address)]
        replies.append(await browser.submit(replies[0], {"link": made.url}))
        replies.append(await browser.submit(replies[1], CHOSEN, follow=False))
        replies.append(await browser.get(replies[2].location))
    for reply in replies:
        assert secret not in reply.url
        assert secret not in str(reply.headers)
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cache-control"] == "no-store"
    assert secret not in caplog.text
    assert secret not in repr(await world.events())


async def test_looking_at_the_address_spends_nothing(world: World) -> None:
    """Whatever follows links before people do finds a page without a secret."""
    made = await invited(world)
    async with world.browser() as scanner:
        for _ in range(5):
            assert (await scanner.get(made.url.partition("#")[0])).status == 200
        for _ in range(3):
            assert heading(await opened(scanner, made)) == "Choose a password"
        assert heading(await scanner.submit(await opened(scanner, made), CHOSEN)) == "Your password is set"


@pytest.mark.parametrize("pasted", ["{url}", " {url}\n", "{secret}", "#{secret}", "https://moved.example/x#{secret}"])
async def test_a_pasted_link_is_taken_whole_or_in_part(world: World, pasted: str) -> None:
    made = await invited(world)
    secret = made.url.rpartition("#")[2]
    async with world.browser() as browser:
        page = await browser.open("/t/acme/invitation")
        page = await browser.submit(page, {"link": pasted.format(url=made.url, secret=secret)})
        assert heading(page) == "Choose a password"


@pytest.mark.case("I5", "K10")
async def test_a_link_that_is_wrong_over_used_edited_or_foreign_gets_one_same_page(world: World) -> None:
    """Status 400, the same bytes but for the page's own random values, at both steps."""
    used, expired, current = await invited(world), await reset(world), None
    seen = set()
    async with world.browser() as browser:
        page = await opened(browser, used)
        await browser.submit(page, CHOSEN)
        late = await opened(browser, expired)
        world.runtime.advance(seconds=24 * 3600)
        again = await browser.submit(late, CHOSEN)
        seen.add((again.status, VARYING.sub("", again.text)))
        current = await reset(world)
        edited = current.url[:-2] + ("A" if current.url[-2] != "A" else "B") + current.url[-1]
        globex = await world.provider.management.tenants.create(SYSTEM, "globex", "Acme")
        user = await world.add_user("olga", tenant=globex)
        foreign = await world.provider.management.links.start_reset(SYSTEM, globex.id, user.id)
        wrong_kind = current.url.replace("#otp_", "#otv_")
        for link in (used.url, expired.url, edited, foreign.url, wrong_kind, "x", "otp_" + "A" * 43, "", "x" * 5000):
            for way in ("invitation", "password-reset"):
                reply = await browser.submit(await browser.open(f"/t/acme/{way}"), {"link": link})
                assert heading(reply) == "This link doesn’t work"
                seen.add((reply.status, VARYING.sub("", reply.text)))
        good = await opened(browser, current)
        assert heading(good) == "Choose a new password"
        for link in (edited, foreign.url):
            fields = {**good.form.fields, **CHOSEN, "link": link.rpartition("#")[2]}
            assert (await browser.post(good.form.action, fields)).status == 403  # the token is of another link
    assert len(seen) == 1
    assert next(iter(seen))[0] == 400


async def test_a_password_that_is_not_taken_is_told_and_the_link_stays_good(world: World) -> None:
    """Too short, the username, a common one, or two that differ: 400, the form again, nothing filled in."""
    made = await invited(world)
    async with world.browser() as browser:
        page = await opened(browser, made)
        for first, second, words in (
            ("short", "short", "Use at least 15 characters."),
            ("", "", "Use at least 15 characters."),
            (NEW, NEW + "!", "The two passwords are not the same."),
            (NEW, "", "The two passwords are not the same."),
            ("ida@people.example", "ida@people.example", "This is your username"),
            ("1234567890qwertyuiop", "1234567890qwertyuiop", "easy to guess"),
            ("é" * 600, "é" * 600, "too long"),
        ):
            page = await browser.submit(page, {"password": first, "password_again": second})
            assert (page.status, words in page.text) == (400, True), words
            assert page.form.fields["password"] == page.form.fields["password_again"] == ""
        assert heading(await browser.submit(page, CHOSEN)) == "Your password is set"


@pytest.mark.case("K2")
async def test_after_too_many_dead_links_the_page_says_when_to_try_again() -> None:
    limits = Limits(network=Limit(burst=2, interval=timedelta(seconds=40)))
    async with open_world(limits=limits) as world, world.browser() as browser:
        made = await invited(world)
        for _ in range(2):
            page = await browser.open("/t/acme/invitation")
            assert (await browser.submit(page, {"link": "wrong"})).status == 400
        throttled = await browser.submit(await browser.open("/t/acme/invitation"), {"link": made.url})
        assert (throttled.status, throttled.headers["retry-after"]) == (429, "40")
        assert "Too many attempts." in throttled.text
        world.runtime.advance(seconds=40)
        assert heading(await browser.submit(throttled, {"link": made.url})) == "Choose a password"


@pytest.mark.case("J2")
async def test_the_form_sets_a_password_and_nothing_else(world: World) -> None:
    """Fields that nobody asked for change nothing: the person is the link's."""
    made = await invited(world)
    async with world.browser() as browser:
        page = await opened(browser, made)
        extra = {"username": "maria", "user_id": world.maria.id, "email": "x@y.example", "email_verified": "true"}
        await browser.submit(page, {**CHOSEN, **extra})
    users = world.provider.management.users
    ida = await users.get(SYSTEM, world.tenant.id, "ida")
    assert (ida.email, ida.email_verified) == ("ida@people.example", False)
    assert (await users.get(SYSTEM, world.tenant.id, "maria")).version == world.maria.version


async def test_a_link_of_a_tenant_with_a_domain_of_its_own_stands_there(world: World) -> None:
    """Address, pages and forms."""
    await give_domain(world)
    made = await invited(world)
    assert made.url.startswith(f"{HERE}/invitation#otv_")
    async with Browser(world.transport(), HERE) as browser:
        page = await opened(browser, made)
        assert heading(page) == "Choose a password"
        done = await browser.submit(page, CHOSEN)
        assert (done.url, heading(done)) == (f"{HERE}/password-set", "Your password is set")


async def test_the_pages_are_there_in_german(world: World) -> None:
    async with world.browser() as browser:
        page = await browser.get("/t/acme/password-reset", headers={"accept-language": "de"})
        assert heading(page) == "Passwort zurücksetzen"


@pytest.mark.parametrize("path", ["/t/acme/invitation/password", "/t/acme/password-reset/password"])
async def test_what_only_takes_a_form_shows_no_page(world: World, path: str) -> None:
    async with world.browser() as browser:
        assert (await browser.get(path)).status == 405
        assert (await browser.get(path + "/x")).status == 404


async def test_the_cookie_of_a_browser_is_kept(world: World) -> None:
    """Opening a link takes nobody's session away."""
    async with world.browser() as browser:
        await world.signed_in(browser, "sam")
        before = dict(browser.cookies)
        assert heading(await browser.submit(await opened(browser, await invited(world)), CHOSEN)) != ""
        assert browser.cookies == before
        assert "code" in (await browser.get(world.authorize_url("own"))).sent
