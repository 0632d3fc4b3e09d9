"""Chromium on a deployment with HTTPS and a cookie domain, beside a sibling host that plants cookies (row K17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.application import Application
from tests.support.callback import Receiver
from tests.support.chromium import visiting
from tests.support.deployment import Deployment, deploy, make_certificate
from tests.support.http import ok
from tests.support.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.case("K17")]

PARENT = "opentrusty.localhost"
BROWSER_COOKIE = "__Host-opentrusty_browser"
SESSION_COOKIE = "opentrusty_session.acme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The deployment, and what a browser of a person who is signed in there holds."""

    deployment: Deployment

    def sign_in(self, page: Page, app: Application, username: str) -> None:
        users = self.deployment.tenant()["users"]
        page.goto(app.authorize_url(prompt="login"))
        page.fill("#username", username)
        page.fill("#password", next(user["password"] for user in users if user["username"] == username))
        page.click("#submit")
        page.get_by_role("button", name="Allow").or_(page.get_by_text("arrived")).first.wait_for()
        if page.get_by_role("button", name="Allow").is_visible():
            page.get_by_role("button", name="Allow").click()
        page.get_by_text("arrived").wait_for()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("siblings")
    deployment = deploy(folder, auth_url=f"https://auth.{PARENT}:{free_port()}")
    with deployment.serving({"cookie_domain": PARENT, **make_certificate(folder, f"auth.{PARENT}")}):
        assert ok(f"{deployment.auth_url}/readyz")
        yield Site(deployment=deployment)


@pytest.fixture
def app(site: Site, receiver: Receiver) -> Application:
    return replace(site.deployment.application("web"), redirect_uri=receiver.redirect_uri)


@pytest.fixture
def victims(chromium: Browser) -> Iterator[BrowserContext]:
    with visiting(chromium, ignore_https_errors=True) as context:
        yield context


@pytest.fixture(scope="module")
def attackers_cookies(site: Site) -> dict[str, str]:
    """Those of a browser in which the attacker (the owner, here) has signed in properly."""
    attacker = site.deployment.person(username="owner")
    site.deployment.application("web").code_for(attacker)
    attacker.http.close()
    own_of_tabs = {name for name in attacker.cookies if name.startswith("__Host-opentrusty_tab.")}
    assert attacker.cookies.keys() - own_of_tabs == {BROWSER_COOKIE, SESSION_COOKIE}
    return attacker.cookies


def values(context: BrowserContext, app: Application) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in context.cookies(app.origin)}


def plant(page: Page, receiver: Receiver, *cookies: str) -> None:
    """Visit the sibling, which sets these for the parent domain."""
    receiver.headers["/plant"] = [("Set-Cookie", cookie) for cookie in cookies]
    page.goto(f"http://evil.{PARENT}:{receiver.port}/plant")
    expect(page.get_by_text("arrived")).to_be_visible()


def told(receiver: Receiver) -> dict[str, str]:
    return receiver.arrivals[-1].parameters


def test_the_session_cookie_is_the_parent_domain_s_and_the_browser_cookie_is_the_host_s(
    site: Site, victims: BrowserContext, app: Application
) -> None:
    site.sign_in(victims.new_page(), app, "alice")
    cookies = {cookie["name"]: cookie for cookie in victims.cookies(app.origin)}
    session, browser = cookies[SESSION_COOKIE], cookies[BROWSER_COOKIE]
    assert session["domain"] == f".{PARENT}"
    assert browser["domain"] == f"auth.{PARENT}"
    for cookie in (session, browser):
        assert (cookie["path"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == ("/", True, True, "Lax")


def test_a_planted_session_signs_nobody_in(
    victims: BrowserContext, app: Application, receiver: Receiver, attackers_cookies: dict[str, str]
) -> None:
    """The attacker's own session, planted in a fresh browser, is not the victim's: they are asked who they are."""
    page = victims.new_page()
    plant(
        page,
        receiver,
        f"{SESSION_COOKIE}={attackers_cookies[SESSION_COOKIE]}; Domain={PARENT}; Path=/",
        f"{BROWSER_COOKIE}={attackers_cookies[BROWSER_COOKIE]}; Domain={PARENT}; Path=/",
    )
    held = values(victims, app)
    assert held[SESSION_COOKIE] == attackers_cookies[SESSION_COOKIE]
    assert BROWSER_COOKIE not in held
    page.goto(app.authorize_url(prompt="none"))
    assert told(receiver)["error"] == "login_required"
    page.goto(app.authorize_url())
    expect(page.locator("#password")).to_be_visible()


def test_a_cookie_that_only_looks_like_the_browser_s_counts_for_nothing(
    victims: BrowserContext, app: Application, receiver: Receiver, attackers_cookies: dict[str, str]
) -> None:
    """Names that sloppy parsers trim or fold to the protected one."""
    page = victims.new_page()
    lookalikes = (f"\xa0{BROWSER_COOKIE}", f"\x85{BROWSER_COOKIE}", BROWSER_COOKIE.lower())
    plant(
        page,
        receiver,
        f"{SESSION_COOKIE}={attackers_cookies[SESSION_COOKIE]}; Domain={PARENT}; Path=/",
        *(f"{name}={attackers_cookies[BROWSER_COOKIE]}; Domain={PARENT}; Path=/" for name in lookalikes),
    )
    assert any(BROWSER_COOKIE in cookie["name"] for cookie in victims.cookies())
    page.goto(app.authorize_url(prompt="none"))
    assert told(receiver)["error"] == "login_required"


def test_a_second_session_cookie_never_makes_the_victim_somebody_else(
    site: Site, victims: BrowserContext, app: Application, receiver: Receiver, attackers_cookies: dict[str, str]
) -> None:
    """Two of the name are none: the victim has to sign in again, as themselves."""
    page = victims.new_page()
    site.sign_in(page, app, "alice")
    plant(page, receiver, f"{SESSION_COOKIE}={attackers_cookies[SESSION_COOKIE]}; Domain={PARENT}; Path=/t/acme")
    page.goto(app.authorize_url(prompt="none"))
    assert told(receiver)["error"] == "login_required"


def test_the_victim_s_own_session_outlives_what_is_planted_elsewhere(
    site: Site, victims: BrowserContext, app: Application, receiver: Receiver
) -> None:
    """Cookies of the sibling's own, and another tenant's name, are none of our business."""
    page = victims.new_page()
    site.sign_in(page, app, "alice")
    plant(page, receiver, f"mine=1; Domain={PARENT}; Path=/", f"opentrusty_session.globex=x; Domain={PARENT}; Path=/")
    page.goto(app.authorize_url(prompt="none"))
    assert "code" in told(receiver)


def test_planted_cookies_seed_no_form(
    victims: BrowserContext, app: Application, receiver: Receiver, attackers_cookies: dict[str, str]
) -> None:
    """A form token that the attacker fetched with their own cookies opens no form in the victim's browser."""
    page = victims.new_page()
    plant(page, receiver, f"{SESSION_COOKIE}={attackers_cookies[SESSION_COOKIE]}; Domain={PARENT}; Path=/")
    page.goto(app.authorize_url())
    before = page.locator("[name=csrf]").get_attribute("value")
    other = victims.browser
    assert other is not None
    with visiting(other, ignore_https_errors=True) as context:
        stranger = context.new_page()
        stranger.goto(app.authorize_url())
        foreign = stranger.locator("[name=csrf]").get_attribute("value")
    assert foreign != before
    page.locator("[name=csrf]").evaluate("(field, value) => field.value = value", foreign)
    page.fill("#username", "alice")
    page.fill("#password", "whatever it may be")
    page.click("#submit")
    expect(page.locator("#error-code")).to_have_text("forbidden")
