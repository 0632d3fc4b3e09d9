"""Chromium at the real pages: signing in, allowing, denying, choosing, and what the client is told."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.interop.conftest import registered
from tests.support.application import Application
from tests.support.callback import Receiver
from tests.support.chromium import Tab
from tests.support.dev import Dev
from tests.support.http import Http
from tests.support.person import Person, Shown

pytestmark = [pytest.mark.browser]

SignIn = Callable[[Page], None]


@pytest.fixture
def app(dev_sqlite: Dev, receiver: Receiver) -> Application:
    """A client of this test's own, so that nobody has allowed it anything yet."""
    client_id = f"shop-{receiver.port}-{len(dev_sqlite.secrets)}"
    dev_sqlite.secrets[client_id] = dev_sqlite.managed.client("acme", client_id).secret
    client = registered(dev_sqlite, client_id)
    return Application(
        issuer=client.issuer, client_id=client_id, secret=client.secret, redirect_uri=receiver.redirect_uri
    )


@pytest.fixture
def sign_in(dev_sqlite: Dev) -> SignIn:
    """Types the plain user's name and password."""
    user = dev_sqlite.tenant("acme")["users"][0]

    def act(page: Page) -> None:
        page.fill("#username", user["username"])
        page.fill("#password", user["password"])
        page.click("#submit")

    return act


@pytest.fixture
def signed_in(dev_sqlite: Dev, app: Application, tab: Tab) -> Tab:
    """The tab of a browser in which the plain user has signed in, and allowed the client nothing yet."""
    user = dev_sqlite.tenant("acme")["users"][0]
    person = Person(dev_sqlite.auth_url, user["username"], user["password"])
    page = person.open(app.authorize_url())
    assert isinstance(page, Shown)
    person.submit(page, username=person.username, password=person.password)
    tab.page.context.add_cookies(
        [{"name": name, "value": value, "url": dev_sqlite.auth_url} for name, value in person.cookies.items()]
    )
    return tab


def allow(page: Page) -> None:
    """Press the button of the consent page."""
    page.get_by_role("button", name="Allow").click()


def arrive(page: Page, receiver: Receiver) -> dict[str, str]:
    """Wait until the browser stands at the client; what it brought."""
    page.wait_for_url(f"{receiver.origin}/**")
    return receiver.arrivals[-1].parameters


def test_a_wrong_password_is_told_and_the_right_one_then_signs_in(
    app: Application, tab: Tab, receiver: Receiver, sign_in: SignIn
) -> None:
    page = tab.page
    page.goto(app.authorize_url(state="s"))
    page.fill("#username", "alice")
    page.fill("#password", "not the password")
    page.click("#submit")
    expect(page.get_by_role("alert")).to_contain_text("could not be signed in")
    expect(page.locator("#username")).to_have_value("alice")
    expect(page.locator("#password")).to_have_value("")
    sign_in(page)
    allow(page)
    told = arrive(page, receiver)
    assert told.keys() == {"code", "state", "iss"}
    assert told["state"] == "s"
    with Http(app.origin) as http:
        assert app.redeem(http, told["code"]).status == 200


def test_the_sign_in_page_is_one_that_password_managers_know(app: Application, tab: Tab) -> None:
    tab.page.goto(app.authorize_url())
    fields = tab.page.evaluate(
        "[...document.forms[0].elements].filter(e => e.type != 'hidden')"
        ".map(e => [e.id, e.name, e.type, e.autocomplete || '', e.labels.length])"
    )
    assert fields == [
        ["username", "username", "text", "username", 1],
        ["password", "password", "password", "current-password", 1],
        ["submit", "submit", "submit", "", 0],
    ]


def test_the_redirect_to_the_client_may_lead_on_to_another_origin(
    app: Application, signed_in: Tab, receiver: Receiver
) -> None:
    """A form-action policy would have Chromium stop here: it holds it against every redirect after the post."""
    receiver.redirects["/callback"] = f"http://localhost:{receiver.port}/elsewhere"
    signed_in.page.goto(app.authorize_url())
    allow(signed_in.page)
    signed_in.page.wait_for_url("**/elsewhere")
    assert "code" in receiver.arrivals[-1].parameters


def test_a_denial_reaches_the_client_and_nothing_is_remembered(
    app: Application, signed_in: Tab, receiver: Receiver
) -> None:
    signed_in.page.goto(app.authorize_url(state="s"))
    signed_in.page.get_by_role("button", name="Deny").click()
    told = arrive(signed_in.page, receiver)
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "s", app.issuer)
    assert "code" not in told
    signed_in.page.goto(app.authorize_url())
    expect(signed_in.page.get_by_role("heading", name="Allow access?")).to_be_visible()


def test_what_was_allowed_is_not_asked_again_and_what_is_new_is(
    app: Application, signed_in: Tab, receiver: Receiver
) -> None:
    page = signed_in.page
    page.goto(app.authorize_url())
    allow(page)
    arrive(page, receiver)
    page.goto(app.authorize_url(state="again"))
    assert arrive(page, receiver)["state"] == "again"
    page.goto(app.authorize_url(scope="openid email"))
    expect(page.get_by_role("heading", name="New: it would also like to")).to_be_visible()
    expect(page.get_by_role("heading", name="Already allowed")).to_be_visible()


def test_form_post_brings_the_response_in_a_body(app: Application, signed_in: Tab, receiver: Receiver) -> None:
    """From another site, by our one script, under our own policy."""
    state = 'a state with "quotes", <tags> & ümlauts'
    signed_in.page.goto(app.authorize_url(response_mode="form_post", state=state))
    allow(signed_in.page)
    signed_in.page.wait_for_url(receiver.redirect_uri)
    visit = receiver.arrivals[-1]
    assert visit.method == "POST"
    assert urlsplit(visit.path).query == ""
    assert visit.parameters.keys() == {"code", "state", "iss"}
    assert visit.parameters["state"] == state


def test_prompt_login_asks_for_the_password_of_who_is_signed_in(
    app: Application, tab: Tab, receiver: Receiver, sign_in: SignIn
) -> None:
    page = tab.page
    page.goto(app.authorize_url())
    sign_in(page)
    allow(page)
    arrive(page, receiver)
    for asked in ({"prompt": "login"}, {"max_age": "0"}):
        page.goto(app.authorize_url(**asked))
        expect(page.locator("#username")).to_have_value("alice")
        expect(page.locator("#password")).to_be_focused()
        sign_in(page)
        assert "code" in arrive(page, receiver)
    page.goto(app.authorize_url(max_age="3600"))
    assert "code" in arrive(page, receiver)


@pytest.mark.case("A14")
def test_prompt_none_never_shows_a_page(app: Application, tab: Tab, receiver: Receiver, sign_in: SignIn) -> None:
    """login_required for a stranger, consent_required before the yes, a code after it."""
    page = tab.page
    page.goto(app.authorize_url(prompt="none"))
    assert arrive(page, receiver)["error"] == "login_required"
    page.goto(app.authorize_url())
    sign_in(page)
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    page.goto(app.authorize_url(prompt="none"))
    assert arrive(page, receiver)["error"] == "consent_required"
    page.goto(app.authorize_url(prompt="consent"))
    allow(page)
    arrive(page, receiver)
    page.goto(app.authorize_url(prompt="none"))
    assert "code" in arrive(page, receiver)


def test_an_account_is_chosen_or_another_one_used(
    app: Application, dev_sqlite: Dev, signed_in: Tab, receiver: Receiver
) -> None:
    page = signed_in.page
    page.goto(app.authorize_url())
    allow(page)
    arrive(page, receiver)
    page.goto(app.authorize_url(prompt="select_account"))
    page.get_by_role("button", name="alice").click()
    assert "code" in arrive(page, receiver)
    page.goto(app.authorize_url(prompt="select_account"))
    page.get_by_role("button", name="Use another account").click()
    owner = dev_sqlite.tenant("acme")["users"][1]
    page.fill("#username", owner["username"])
    page.fill("#password", owner["password"])
    page.click("#submit")
    expect(page.locator(".signed-in")).to_contain_text("owner")
    allow(page)
    assert "code" in arrive(page, receiver)


def test_signing_out_is_asked_of_the_person(app: Application, signed_in: Tab) -> None:
    """No hint vouches for the request: staying is possible, leaving is real, and both say so."""
    page = signed_in.page
    page.goto(app.authorize_url())
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    page.goto(f"{app.issuer}/logout")
    page.get_by_role("button", name="Stay signed in").click()
    page.wait_for_url("**/signed-in")
    page.goto(f"{app.issuer}/logout")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signed-out")
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.goto(app.authorize_url())
    expect(page.locator("#password")).to_be_visible()


def test_the_back_button_finds_no_form_that_works_twice(app: Application, signed_in: Tab, receiver: Receiver) -> None:
    page = signed_in.page
    page.goto(app.authorize_url())
    allow(page)
    arrive(page, receiver)
    page.go_back()
    if page.get_by_role("button", name="Allow").is_visible():  # from the browser's own memory: we said no-store
        allow(page)
    expect(page.locator("#error-code")).to_have_text("expired")
    assert len(receiver.arrivals) == 1


@pytest.mark.case("A13")
def test_two_tabs_are_two_interactions(app: Application, tab: Tab, receiver: Receiver, sign_in: SignIn) -> None:
    """Each answers its own request, whatever the other does meanwhile; the first sign-in serves both."""
    one, two = tab.page, tab.page.context.new_page()
    tab.watch(two)
    one.goto(app.authorize_url(state="one"))
    two.goto(app.authorize_url(state="two"))
    sign_in(two)
    allow(two)
    assert arrive(two, receiver)["state"] == "two"
    sign_in(one)
    assert arrive(one, receiver)["state"] == "one"
    with Http(app.origin) as http:
        for visit in receiver.arrivals:
            assert app.redeem(http, visit.parameters["code"]).status == 200


@pytest.mark.case("A13")
def test_signing_out_in_one_tab_ends_the_form_of_the_other(
    app: Application, signed_in: Tab, receiver: Receiver
) -> None:
    """The consent page of somebody who has left allows nothing."""
    one, two = signed_in.page, signed_in.page.context.new_page()
    one.goto(app.authorize_url())
    expect(one.get_by_role("heading", name="Allow access?")).to_be_visible()
    two.goto(f"{app.issuer}/logout")
    two.get_by_role("button", name="Sign out").click()
    two.wait_for_url("**/signed-out")
    allow(one)
    expect(one.locator("#error-code")).to_have_text("forbidden")
    assert receiver.arrivals == []
