"""Forms that change something are taken from our own pages, in the browser that they were shown to (row A11)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from opentrusty_core.domain.audit import AuditType, Outcome
from tests.support.auth_plane import ORIGIN, PASSWORD, SYSTEM, World
from tests.support.browser import Browser, Reply

pytestmark = pytest.mark.case("A11")

NEW = "an entirely new battery staple"
FORMS = {
    "sign-in": ("submit", {"username": "maria", "password": PASSWORD}),
    "new-password": ("submit", {"password": NEW, "password_again": NEW}),
    "invitation": ("submit", {}),
    "password-reset": ("submit", {}),
    "password-reset/password": ("submit", {"password": NEW, "password_again": NEW}),
    "account": ("submit", {}),
    "consent": ("submit", {}),
    "logout": ("submit", {}),
}
every_form = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    async with world.browser() as opened:
        yield opened


async def shown(world: World, browser: Browser, form: str) -> Reply:
    """The page with the form."""
    if form.startswith(("invitation", "password-reset")):
        return await shown_of_link(world, browser, form)
    if form == "new-password":
        set_password = world.provider.management.users.set_password
        await set_password(SYSTEM, world.tenant.id, world.maria.id, PASSWORD, must_change=True)
        return await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD)
    if form != "sign-in":
        await world.signed_in(browser)
        world.runtime.advance(seconds=1)
    url = {
        "sign-in": world.authorize_url(),
        "account": world.authorize_url(prompt="select_account"),
        "consent": world.authorize_url(),
        "logout": "/t/acme/logout",
    }[form]
    page = await browser.open(url)
    assert page.form.action.endswith(form)
    return page


async def shown_of_link(world: World, browser: Browser, form: str) -> Reply:
    """The page that takes a link, or the one that a good link leads to."""
    links = world.provider.management.links
    if form == "invitation":
        name = world.runtime.new_id()
        made = await links.invite(SYSTEM, world.tenant.id, {"username": name})
    else:
        made = await links.start_reset(SYSTEM, world.tenant.id, world.maria.id)
    page = await browser.open(made.url.partition("#")[0])
    FORMS[form.partition("/")[0]][1]["link"] = made.url
    if form.endswith("/password"):
        page = await browser.submit(page, {"link": made.url})
    assert page.form.action.endswith(form)
    return page


def filled(page: Reply, form: str) -> dict[str, str]:
    button, fields = FORMS[form]
    name, value = page.form.buttons[button]
    return {**page.form.fields, **fields, name: value}


async def state(world: World, browser: Browser) -> tuple[object, ...]:
    """What a forged form must not change."""
    repos = world.store.tenant(world.tenant.id)
    changes = [e for e in await world.events() if e.outcome is Outcome.SUCCESS]
    return len(changes), await repos.consents.of_user(world.maria.id), dict(browser.cookies)


@every_form
async def test_the_form_itself_is_taken(world: World, browser: Browser, form: str) -> None:
    """Otherwise the refusals below would prove nothing."""
    page = await shown(world, browser, form)
    reply = await browser.post(page.form.action, filled(page, form))
    assert reply.status == (200 if form in {"invitation", "password-reset"} else 303)


@every_form
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "https://sibling.example"},
        {"sec-fetch-site": "none", "origin": None},
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        {"sec-fetch-site": None, "origin": "null"},
        {"sec-fetch-site": None, "origin": None},
        {"sec-fetch-site": None, "origin": "https://evil.example"},
        {"sec-fetch-site": None, "origin": f"{ORIGIN}.evil.example"},
        {"sec-fetch-site": None, "origin": "http://auth.example"},
    ],
    ids=lambda headers: "-".join(str(value) for value in headers.values()),
)
async def test_a_form_from_elsewhere_is_forbidden_even_with_the_right_token(
    world: World, browser: Browser, form: str, headers: dict[str, str | None]
) -> None:
    """Where the browser says that another page sent the form, or does not say, it is refused and changes nothing."""
    page = await shown(world, browser, form)
    before = await state(world, browser)
    reply = await browser.post(page.form.action, filled(page, form), headers=headers)
    assert reply.status == 403
    assert await state(world, browser) == before
    noted = [event.target for event in await world.events() if event.type is AuditType.REQUEST_REFUSED]
    assert len(noted) == 1


@every_form
async def test_an_old_browser_shows_its_origin_instead(world: World, browser: Browser, form: str) -> None:
    """Browsers that send no Sec-Fetch-Site are believed by their Origin."""
    page = await shown(world, browser, form)
    headers = {"sec-fetch-site": None, "origin": ORIGIN}
    assert (await browser.post(page.form.action, filled(page, form), headers=headers)).status in {200, 303}


@every_form
@pytest.mark.parametrize("token", ["", "x", "otx_" + "a" * 43, None])
async def test_a_form_without_its_token_is_forbidden(
    world: World, browser: Browser, form: str, token: str | None
) -> None:
    """A missing, empty, malformed or made-up token is refused and changes nothing."""
    page = await shown(world, browser, form)
    before = await state(world, browser)
    fields = {**filled(page, form), "csrf": token or ""}
    if token is None:
        del fields["csrf"]
    reply = await browser.post(page.form.action, fields)
    assert reply.status == 403
    assert await state(world, browser) == before


@every_form
async def test_the_token_of_another_browser_is_forbidden(world: World, browser: Browser, form: str) -> None:
    """An attacker's own valid form is worth nothing in the victim's browser."""
    page = await shown(world, browser, form)
    async with world.browser("198.51.100.7") as victim:
        await shown(world, victim, form)
        before = await state(world, victim)
        assert (await victim.post(page.form.action, filled(page, form))).status == 403
        assert await state(world, victim) == before


@every_form
async def test_without_the_browsers_own_cookie_nothing_is_taken(world: World, browser: Browser, form: str) -> None:
    """A browser that shows a session cookie alone fails closed."""
    page = await shown(world, browser, form)
    del browser.cookies["__Host-opentrusty_browser"]
    reply = await browser.post(page.form.action, filled(page, form))
    assert (reply.status, reply.set_cookies) == (403, {})


async def test_the_token_of_one_form_opens_no_other(world: World, browser: Browser) -> None:
    """The sign-in page's token gives no consent."""
    token = (await shown(world, browser, "sign-in")).form.fields["csrf"]
    page = await browser.sign_in(await browser.open(world.authorize_url()), "maria", PASSWORD)
    reply = await browser.post(page.form.action, {"csrf": token, "decision": "allow"})
    assert reply.status == 403


async def test_a_repeated_field_is_no_form_of_ours(world: World, browser: Browser) -> None:
    """Two passwords, two tokens: refused before either is looked at."""
    page = await shown(world, browser, "sign-in")
    async with world.client() as client:
        response = await client.post(
            page.form.action,
            content=f"csrf={page.form.fields['csrf']}&username=maria&password=a&password=b",
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "sec-fetch-site": "same-origin",
                "cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
            },
        )
    assert response.status_code == 400
