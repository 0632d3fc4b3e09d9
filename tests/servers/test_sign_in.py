"""Signing in over HTTP: from the client's link through the pages to the code."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from opentrusty_core import Limits, Purpose
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.tenant import TenantSettings, Throttling
from opentrusty_core.domain.throttle import Limit, Rate
from tests.servers.page_views import Document
from tests.support.auth_plane import CALLBACK, PASSWORD, SYSTEM, World
from tests.support.auth_plane import world as open_world
from tests.support.browser import Reply

BROWSER_COOKIE = "__Host-opentrusty_browser"
SESSION_COOKIE = "opentrusty_session.acme"


def heading(page: Reply) -> str:
    """The heading of the page."""
    document = Document()
    document.feed(page.text)
    return document.all("h1")[0].text


async def test_a_person_signs_in_allows_and_comes_back_with_a_code_for_tokens(world: World) -> None:
    """The whole way: sign-in page, consent page, redirect with code, state and iss, tokens."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        assert (page.status, heading(page)) == (200, "Sign in")
        page = await browser.sign_in(page, "maria", PASSWORD)
        assert (page.status, heading(page)) == (200, "Allow access?")
        done = await browser.submit(page)
    assert done.status == 303
    assert done.location.startswith(f"{CALLBACK}?")
    assert (done.sent["state"], done.sent["iss"]) == ("s-1", "https://auth.example/t/acme")
    tokens = await world.redeem(done.sent["code"])
    assert {"access_token", "id_token"} <= tokens.keys()


async def test_pages_speak_the_tenants_language_to_whom_asks_for_none_that_there_is(world: World) -> None:
    """After `ui_locales` and the browser's own wishes."""
    settings = TenantSettings(default_locale="de-AT")
    await world.provider.management.tenants.update(SYSTEM, world.tenant.id, settings=settings)
    expected = {("", ""): "Anmelden", ("", "fr"): "Anmelden", ("", "en"): "Sign in", ("en", ""): "Sign in"}
    for (ui_locales, accept_language), words in expected.items():
        async with world.client() as client:
            url = world.authorize_url(ui_locales=ui_locales)
            page = await client.get(url, headers={"accept-language": accept_language}, follow_redirects=True)
        assert f"<h1>{words}</h1>" in page.text


async def test_a_tenants_own_rate_throttles_its_sign_ins(world: World) -> None:
    """From the next second on; the deployment's rate is for those that have none."""
    rate = Throttling(account=Rate(burst=3, per_minute=1))
    await world.provider.management.tenants.update(SYSTEM, world.tenant.id, settings=TenantSettings(throttling=rate))
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        for status in (200, 200, 200, 429):
            page = await browser.sign_in(page, "maria", "wrong")
            assert page.status == status
        assert "try again in 1 minute" in page.text


async def test_with_a_live_session_the_code_comes_at_once(world: World) -> None:
    """No page is shown to somebody who is signed in to a client that needs no consent."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        reply = await browser.get(world.authorize_url("own"))
    assert (reply.status, "code" in reply.sent) == (303, True)


async def test_a_denied_consent_goes_back_as_access_denied_and_ends_the_interaction(world: World) -> None:
    """The client is told; the page is gone."""
    async with world.browser() as browser:
        page = await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD)
        denied = await browser.submit(page, button="deny")
        assert (denied.sent["error"], denied.sent["state"]) == ("access_denied", "s-1")
        again = await browser.get(page.url)
    assert (again.status, "expired" in again.text) == (400, True)


async def test_form_post_hands_the_code_over_in_a_form(world: World) -> None:
    """response_mode=form_post ends on a page that posts to the client and keeps a popup's opener."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url("own", response_mode="form_post"))
        page = await browser.sign_in(page, "maria", PASSWORD)
    assert page.status == 200
    assert page.form.action == CALLBACK
    assert set(page.sent) == {"code", "state", "iss"}
    assert page.headers["cache-control"] == "no-store"


async def test_an_account_choice_is_offered_and_another_person_can_be_chosen(world: World) -> None:
    """prompt=select_account: go on as maria, or sign in as sam."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        world.runtime.advance(seconds=1)
        page = await browser.open(world.authorize_url("own", prompt="select_account"))
        assert heading(page) == "Choose an account"
        assert "code" in (await browser.submit(page)).sent
        page = await browser.open(world.authorize_url("own", prompt="select_account"))
        page = await browser.submit(page, button="another")
        assert heading(page) == "Sign in"
        done = await browser.sign_in(page, "sam", PASSWORD)
    assert "code" in done.sent
    issued = [event for event in await world.events() if event.type is AuditType.CODE_ISSUED]
    assert {event.actor_id for event in issued} == {world.maria.id, world.sam.id}


async def test_not_you_leads_to_the_sign_in_page_and_the_other_person_is_asked_anew(world: World) -> None:
    """The consent page belongs to whoever is signed in."""
    async with world.browser() as browser:
        page = await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD)
        world.runtime.advance(seconds=1)
        page = await browser.submit(page, button="switch")
        page = await browser.sign_in(page, "sam", PASSWORD)
    assert heading(page) == "Allow access?"
    assert "Sam" in page.text


async def test_the_sign_in_page_says_who_has_to_sign_in_again_and_takes_the_hint(world: World) -> None:
    """The username is filled in from login_hint, or from the session that is too old; what was typed goes before."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url(login_hint="sam@people.example"))
        assert page.form.fields["username"] == "sam@people.example"
        page = await browser.sign_in(page, "somebody", "wrong")
        assert page.form.fields["username"] == "somebody"
        await world.signed_in(browser)
        world.runtime.advance(seconds=1)
        page = await browser.open(world.authorize_url("own", prompt="login"))
        assert page.form.fields["username"] == "maria"


async def test_somebody_whom_the_client_does_not_expect_ends_in_login_required(world: World) -> None:
    """The hinted person did not sign in: the client is told, and nobody goes round in circles."""
    async with world.browser() as browser:
        done = await browser.submit(await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD))
        hint = str((await world.redeem(done.sent["code"]))["id_token"])
        world.runtime.advance(seconds=1)
        page = await browser.open(world.authorize_url(prompt="login", id_token_hint=hint))
        done = await browser.sign_in(page, "sam", PASSWORD)
    assert (done.sent["error"], done.sent["state"]) == ("login_required", "s-1")


@pytest.mark.parametrize(
    ("locale", "header", "title"), [("de fr", "", "Anmelden"), ("", "de-CH, en;q=0.5", "Anmelden"), ("", "", "Sign in")]
)
async def test_pages_speak_the_language_that_was_asked_for(world: World, locale: str, header: str, title: str) -> None:
    """ui_locales goes before the browser's own languages."""
    async with world.browser() as browser:
        started = await browser.get(world.authorize_url(ui_locales=locale))
        page = await browser.get(started.location, headers={"accept-language": header})
    assert heading(page) == title


async def test_an_application_is_named_and_linked_in_the_language_of_the_person(world: World) -> None:
    """RFC 7591 §2.2: what is registered as `client_name#de`, for who reads German; so are links."""
    texts = {"client_name#de": "Laden", "client_uri#de": "https://shop.example/de", "client_name#fr": "Boutique"}
    await world.add_client(
        "polyglot", client_uri="https://shop.example/", tos_uri="https://shop.example/terms", translations=texts
    )
    async with world.browser() as browser:
        for locale, name, home in (
            ("de-CH", "Laden", "https://shop.example/de"),
            ("en fr", "Polyglot", "https://shop.example/"),
        ):
            page = await browser.open(world.authorize_url("polyglot", ui_locales=locale, prompt="login"))
            assert f"<bdi>{name}</bdi>" in page.text
            page = await browser.sign_in(page, "maria", PASSWORD)
            assert f"<bdi>{name}</bdi>" in page.text
            assert f'href="{home}"' in page.text
            assert 'href="https://shop.example/terms"' in page.text
            world.runtime.advance(seconds=1)


# ---- Steps cannot be skipped


@pytest.mark.case("A13")
@pytest.mark.parametrize("step", ["sign-in", "account", "consent"])
@pytest.mark.parametrize("decision", ["", "allow", "continue", "done"])
async def test_a_post_that_answers_nothing_goes_back_to_the_pending_page(
    world: World, step: str, decision: str
) -> None:
    """An empty form, or an answer to a step that is not pending, is sent to the pending page; no code comes."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        handle = page.url.rpartition("/")[2]
        session = browser.cookies.get(SESSION_COOKIE)
        purposes = {purpose.value: purpose for purpose in Purpose}
        token = world.provider.signin.csrf.make(
            purposes[step], world.tenant, world.provider.browser(browser.cookies[BROWSER_COOKIE], session), handle
        )
        reply = await browser.post(f"{page.url}/{step}", {"csrf": token, "decision": decision, "done": "1"})
        assert (reply.status, reply.location) == (303, f"/t/acme/interaction/{handle}")
        assert heading(await browser.open(reply.location)) == "Sign in"
    assert AuditType.CODE_ISSUED not in {event.type for event in await world.events()}


@pytest.mark.case("A13")
async def test_opening_the_sign_in_page_again_does_not_undo_or_skip_a_step(world: World) -> None:
    """Going back in the browser shows a form; what is pending stays pending."""
    async with world.browser() as browser:
        page = await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD)
        assert heading(await browser.open(f"{page.url}/sign-in")) == "Sign in"
        assert heading(await browser.open(page.url)) == "Allow access?"


@pytest.mark.case("A12")
async def test_an_interaction_opens_in_its_own_browser_only(world: World) -> None:
    """Somebody else's link is expired here, and here it sets no cookie."""
    async with world.browser() as attacker, world.browser("198.51.100.7") as victim:
        page = await attacker.open(world.authorize_url())
        await world.signed_in(victim)
        reply = await victim.get(page.url)
        assert (reply.status, reply.set_cookies) == (400, {})
        assert "Please go back to the application" in reply.text


@pytest.mark.case("A12")
async def test_the_session_cookie_changes_with_every_sign_in(world: World) -> None:
    """A cookie that was known before the sign-in, planted or stolen, opens nothing after it."""
    async with world.browser() as browser:
        await world.signed_in(browser)
        before = browser.cookies[SESSION_COOKIE]
        world.runtime.advance(seconds=1)
        await world.signed_in(browser)
        assert browser.cookies[SESSION_COOKIE] != before
        browser.cookies[SESSION_COOKIE] = before
        assert heading(await browser.open(world.authorize_url("own"))) == "Sign in"


async def test_a_planted_session_cookie_is_replaced_at_the_sign_in(world: World) -> None:
    """A handle of nobody's making does not become the session's."""
    async with world.browser() as browser:
        browser.cookies[SESSION_COOKIE] = "otn_" + "a" * 43
        await world.signed_in(browser)
        assert browser.cookies[SESSION_COOKIE] != "otn_" + "a" * 43


# ---- Failures


@pytest.mark.case("K1")
async def test_every_failed_sign_in_shows_the_same_page(world: World) -> None:
    """Unknown, disabled and mistyped are equal to the byte, but for what was typed and the page's own random values."""
    disabled = await world.add_user("disabled")
    await world.provider.management.users.disable(SYSTEM, world.tenant.id, disabled.id)
    seen = set()
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        for name in ("maria", "nobody", "disabled", "n" * 300, "bad name"):
            failed = await browser.sign_in(page, name, PASSWORD if name == "disabled" else "wrong")
            changing = {"x-request-id", "content-length", "content-security-policy"}
            names = {key: value for key, value in failed.headers.items() if key not in changing}
            typed = name[:254]
            assert f'value="{typed}"' in failed.text
            seen.add((failed.status, failed.text.replace(f'value="{typed}"', ""), tuple(sorted(names.items()))))
    assert len(seen) == 1


async def test_after_too_many_attempts_the_page_says_when_to_try_again() -> None:
    """429 with Retry-After and the sign-in form, whoever the name belongs to."""
    limits = Limits(account=Limit(burst=2, interval=timedelta(seconds=40)))
    async with open_world(limits=limits) as world, world.browser() as browser:
        page = await browser.open(world.authorize_url())
        for name in ("maria", "nobody"):
            for _ in range(2):
                assert (await browser.sign_in(page, name, "wrong")).status == 200
            throttled = await browser.sign_in(page, name, PASSWORD)
            assert (throttled.status, throttled.headers["retry-after"]) == (429, "40")
            assert "Too many attempts." in throttled.text
            assert throttled.form.fields["username"] == name


@pytest.mark.case("K14")
async def test_a_huge_password_is_refused_with_400(world: World) -> None:
    """More than 1 KiB is a bad request; the person keeps the form."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        assert (await browser.sign_in(page, "maria", "x" * 1025)).status == 400
        assert (await browser.sign_in(page, "maria", "x" * 1024)).status == 200


@pytest.mark.case("K16")
@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("raw", ["%00", "a%00b", "%ED%A0%80", "%FF", "%zz"])
async def test_bytes_that_are_not_text_are_refused_with_400(world: World, field: str, raw: str) -> None:
    """NUL, lone surrogates and broken encodings never reach a lookup or a hash."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url())
        other = "password" if field == "username" else "username"
        async with world.client() as client:
            response = await client.post(
                page.form.action,
                content=f"csrf={page.form.fields['csrf']}&{other}=maria&{field}={raw}",
                headers={
                    "content-type": "application/x-www-form-urlencoded",
                    "sec-fetch-site": "same-origin",
                    "cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
                },
            )
    assert response.status_code == 400


@pytest.mark.case("K18")
async def test_after_a_sign_out_nothing_of_the_person_before_is_left_in_the_browser(world: World) -> None:
    """The consent page of the first person is gone, and the next one has to sign in."""
    async with world.browser() as browser:
        pending = await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD)
        await browser.submit(await browser.open("/t/acme/logout"))
        assert (await browser.get(pending.url)).status == 400
        assert heading(await browser.open(world.authorize_url())) == "Sign in"


@pytest.mark.case("A16")
@pytest.mark.parametrize("name", ["next", "return_to", "continue", "redirect", "url"])
@pytest.mark.parametrize("value", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"])
async def test_no_parameter_of_ours_says_where_to_go_next(world: World, name: str, value: str) -> None:
    """There is no return address to tamper with: every redirect is a path of ours or the client's registered URI."""
    async with world.browser() as browser:
        reply = await browser.get(f"{world.authorize_url()}&{urlencode({name: value})}")
        assert reply.location.startswith("/t/acme/interaction/oti_")
        page = await browser.get(f"{reply.location}?{urlencode({name: value})}")
        assert "evil.example" not in page.text
        after = await browser.submit(page, {"username": "maria", "password": PASSWORD, name: value}, follow=False)
        assert after.location == reply.location
        consent = await browser.get(after.location)
        done = await browser.submit(consent, {name: value}, follow=False)
        assert done.location.startswith(f"{CALLBACK}?")
        reply = await browser.get(f"/t/acme/logout?{urlencode({name: value})}")
        out = await browser.submit(reply, {name: value}, follow=False)
        assert out.location == "/t/acme/signed-out"


@pytest.mark.case("A18")
async def test_every_redirect_is_a_303(world: World) -> None:
    """No answer makes a browser repeat a POST with its password somewhere else."""
    seen = []
    async with world.browser() as browser:
        started = await browser.get(world.authorize_url())
        page = await browser.get(started.location)
        signed_in = await browser.sign_in(page, "maria", PASSWORD, follow=False)
        consent = await browser.get(signed_in.location)
        done = await browser.submit(consent, follow=False)
        out = await browser.submit(await browser.get("/t/acme/logout"), follow=False)
        posted = await browser.post("/t/acme/authorize", {"client_id": "shop"}, cross_site=True)
        seen = [started, signed_in, done, out, posted]
    assert {reply.status for reply in seen} == {303}
