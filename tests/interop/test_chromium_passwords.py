"""Chromium at the pages on which people choose passwords: invitations, resets, and a password that must be changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from opentrusty_core.management import MadeLink, Management
from opentrusty_core.runtime import SystemRuntime
from tests.interop.conftest import registered
from tests.support.application import Application
from tests.support.callback import Receiver
from tests.support.chromium import Tab, new_tab, visiting
from tests.support.dev import Dev
from tests.support.management import ACTOR

pytestmark = [pytest.mark.browser]

NEW = "an entirely new battery staple"


@pytest.fixture
def app(dev_sqlite: Dev, receiver: Receiver) -> Application:
    """A client of this test's own, to which the person is led on."""
    client_id = f"home-{receiver.port}-{len(dev_sqlite.secrets)}"
    made = dev_sqlite.managed.client("acme", client_id, skip_consent=True, client_uri=f"{receiver.origin}/home")
    dev_sqlite.secrets[client_id] = made.secret
    issuer = registered(dev_sqlite, client_id).issuer
    return Application(issuer=issuer, client_id=client_id, secret=made.secret, redirect_uri=receiver.redirect_uri)


def invite(dev: Dev, client_id: str | None = None) -> MadeLink:
    """A person who has no password yet."""
    username = f"ida-{SystemRuntime().new_id()}"

    async def make(management: Management) -> MadeLink:
        tenant = await management.tenants.find(ACTOR, "acme")
        return await management.links.invite(ACTOR, tenant.id, {"username": username}, client_id=client_id)

    return dev.managed.run(make)


def link_of(dev: Dev, made: MadeLink) -> str:
    """The link at the address of the server that runs, which the tests' own settings do not know."""
    return f"{dev.auth_url}/t/acme/invitation#{made.url.rpartition('#')[2]}"


def choose(page: Page, password: str = NEW, again: str | None = None) -> None:
    page.fill("#password", password)
    page.fill("#password_again", password if again is None else again)
    page.click("#submit")


def test_the_link_opens_by_itself_and_leaves_no_secret_behind(
    dev_sqlite: Dev, app: Application, tab: Tab, receiver: Receiver
) -> None:
    """Not in the address bar, not in the history, not in any request's address; and under the page's own policy."""
    made, page = invite(dev_sqlite, app.client_id), tab.page
    secret, asked = made.url.rpartition("#")[2], list[str]()
    page.on("request", lambda request: asked.append(request.url + str(request.headers)))
    page.goto(link_of(dev_sqlite, made))
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    assert "#" not in page.url
    choose(page, NEW, "something else entirely")
    expect(page.get_by_role("alert")).to_contain_text("not the same")
    expect(page.get_by_role("alert")).to_be_focused()
    choose(page)
    expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()
    assert len(asked) > 4
    assert not [address for address in asked if secret in address]
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    assert not [entry["url"] for entry in history if secret in entry["url"]]
    page.goto(f"{app.issuer}/password-set?client_id={app.client_id}")
    page.get_by_role("link", name="Go to").click()
    page.wait_for_url(f"{receiver.origin}/home")


def test_without_javascript_the_link_is_pasted(dev_sqlite: Dev, chromium: Browser) -> None:
    """And the address that a browser shows then is the one that it got from the person."""
    made = invite(dev_sqlite)
    with visiting(chromium, java_script_enabled=False) as context:
        tab = new_tab(context)
        tab.page.goto(link_of(dev_sqlite, made))
        tab.page.get_by_label("Link").fill(link_of(dev_sqlite, made))
        tab.page.get_by_role("button", name="Continue").click()
        choose(tab.page)
        expect(tab.page.get_by_role("heading", name="Your password is set")).to_be_visible()
        tab.assert_quiet()


@pytest.mark.case("K10")
def test_a_used_link_says_so_to_whoever_comes_second(dev_sqlite: Dev, chromium: Browser) -> None:
    made = invite(dev_sqlite)
    for last in (False, True):
        with visiting(chromium) as context:
            page = new_tab(context).page
            page.goto(link_of(dev_sqlite, made))
            if last:
                expect(page.get_by_role("heading", name="This link doesn’t work")).to_be_visible()
            else:
                choose(page)
                expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()


@pytest.mark.case("A13")
def test_a_password_that_must_be_changed_is_changed_on_the_way(
    dev_sqlite: Dev, app: Application, tab: Tab, receiver: Receiver
) -> None:
    """The old one, the new one, the client; by the keyboard alone."""
    made, page = invite(dev_sqlite), tab.page

    async def give(management: Management) -> None:
        tenant = await management.tenants.find(ACTOR, "acme")
        set_password = management.users.set_password
        await set_password(ACTOR, tenant.id, made.user.id, "given by an administrator", must_change=True)

    dev_sqlite.managed.run(give)
    page.goto(app.authorize_url(state="s"))
    expect(page.get_by_label("Email or username")).to_be_focused()
    page.keyboard.type(made.user.username)
    page.keyboard.press("Tab")
    page.keyboard.type("given by an administrator")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    expect(page.get_by_label("New password", exact=True)).to_be_focused()
    assert not [cookie for cookie in page.context.cookies() if "session" in str(cookie.get("name"))]
    page.keyboard.type(NEW)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{receiver.origin}/**")
    arrived = receiver.arrivals[-1].parameters
    assert arrived["state"] == "s"
    assert "code" in arrived
