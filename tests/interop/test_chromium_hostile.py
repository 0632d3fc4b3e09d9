"""Chromium under attack: injected scripts stay text, our pages stand in no frame, no link carries a sign-in over."""

from __future__ import annotations

import itertools
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.interop.conftest import registered
from tests.support.application import Application
from tests.support.callback import Receiver
from tests.support.chromium import Tab, new_tab, visiting
from tests.support.dev import Dev

pytestmark = [pytest.mark.browser]

SCRIPT = "alert(1);document.title='owned'"
PAYLOADS = {
    "element": f"'\"></title></style><script>{SCRIPT}</script>",
    "handler": f'x" autofocus onfocus="{SCRIPT}" \'><img src=x onerror="{SCRIPT}">',
    "template": "{{7*7}}${7*7}<%= 7*7 %>",
    "address": f"javascript:{SCRIPT}",
}


@pytest.fixture
def victim(dev_sqlite: Dev) -> dict[str, str]:
    """Whose browser it is."""
    user: dict[str, str] = dev_sqlite.tenant("acme")["users"][0]
    return user


def application(dev: Dev, receiver: Receiver, client_name: str) -> Application:
    """A client whose developer is not our friend."""
    client_id = f"hostile-{receiver.port}-{len(dev.secrets)}"
    dev.secrets[client_id] = dev.managed.client("acme", client_id, client_name=client_name).secret
    client = registered(dev, client_id)
    return Application(
        issuer=client.issuer, client_id=client_id, secret=client.secret, redirect_uri=receiver.redirect_uri
    )


@pytest.mark.case("A9")
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_hostile_client_name_hint_and_state_stay_text(
    dev_sqlite: Dev, tab: Tab, receiver: Receiver, victim: dict[str, str], payload: str
) -> None:
    """Through sign-in, its failure, consent and form_post: no script runs, so our policy has nothing to stop."""
    app, page = application(dev_sqlite, receiver, payload), tab.page
    page.goto(app.authorize_url(login_hint=payload, state=payload, response_mode="form_post", ui_locales=payload))
    expect(page.locator(".lead")).to_contain_text(payload)
    expect(page.locator("#username")).to_have_value(payload)
    page.fill("#password", "not the password")
    page.click("#submit")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#username")).to_have_value(payload)
    page.fill("#username", victim["username"])
    page.fill("#password", victim["password"])
    page.click("#submit")
    expect(page.locator(".lead")).to_contain_text(payload)
    assert page.locator("script, img, a[href^='javascript' i]").count() == 0
    assert page.title() != "owned"
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(receiver.redirect_uri)
    assert receiver.arrivals[-1].parameters["state"] == payload
    assert tab.dialogs == []


@pytest.mark.case("A9")
def test_an_error_page_quotes_nothing_of_the_request(dev_sqlite: Dev, tab: Tab) -> None:
    """Nothing stands on it but what we wrote ourselves."""
    issuer = dev_sqlite.tenant("acme")["issuer"]
    targets = (
        "{issuer}/authorize?client_id={told}&redirect_uri={told}&state={told}&error={told}",
        "{issuer}/authorize?client_id=web&redirect_uri={told}",
        "{issuer}/logout?post_logout_redirect_uri={told}&client_id=web&state={told}",
        "{issuer}/interaction/{told}",
    )
    for payload, target in itertools.product(PAYLOADS.values(), targets):
        target = target.format(issuer=issuer, told=quote(payload, safe=""))
        tab.page.goto(target)
        expect(tab.page.locator("#error-code")).to_be_visible()
        assert payload not in tab.page.inner_text("body")
        assert tab.page.title() != "owned"


@pytest.mark.case("A10")
def test_no_page_of_ours_stands_in_a_frame(
    dev_sqlite: Dev, chromium: Browser, receiver: Receiver, victim: dict[str, str]
) -> None:
    """Chromium refuses to show any of them inside a page of another site, signed in or not."""
    app = application(dev_sqlite, receiver, "Framer")
    with visiting(chromium) as context:
        tab = new_tab(context)
        page = tab.page
        page.goto(app.authorize_url())
        sign_in_page = page.url
        page.fill("#username", victim["username"])
        page.fill("#password", victim["password"])
        page.click("#submit")
        expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
        targets = [
            sign_in_page,
            app.authorize_url(),
            app.authorize_url(prompt="login"),
            app.authorize_url(response_mode="form_post", prompt="none"),
            f"{app.issuer}/logout",
            f"{app.issuer}/signed-out",
            f"{app.issuer}/authorize",
        ]
        frames = "".join(f'<iframe src="{target.replace("&", "&amp;")}"></iframe>' for target in targets)
        receiver.pages["/clickjack"] = f"<!doctype html><body>{frames}"
        page.goto(f"{receiver.origin}/clickjack")
        for frame in page.frames[1:]:
            frame.wait_for_url("chrome-error://**", wait_until="commit")
            assert frame.locator("form").count() == 0
        assert len(page.frames) == len(targets) + 1


@pytest.mark.case("A12")
def test_the_link_of_a_sign_in_is_worth_nothing_in_another_browser(
    dev_sqlite: Dev, chromium: Browser, receiver: Receiver, victim: dict[str, str]
) -> None:
    """An attacker's interaction, opened by the victim, asks for no password and signs nobody in."""
    app = application(dev_sqlite, receiver, "Shared link")
    with visiting(chromium) as attackers, visiting(chromium) as victims:
        attacker, person = attackers.new_page(), victims.new_page()
        attacker.goto(app.authorize_url())
        link = attacker.url
        person.goto(link)
        expect(person.locator("#error-code")).to_have_text("expired")
        assert person.locator("form").count() == 0
        person.goto(app.authorize_url())  # a browser that has a cookie of ours all the same
        person.goto(link)
        expect(person.locator("#error-code")).to_have_text("expired")
        attacker.reload()
        expect(attacker.locator("#password")).to_be_visible()


@pytest.mark.case("A12")
def test_each_sign_in_has_a_session_of_its_own(
    dev_sqlite: Dev, chromium: Browser, receiver: Receiver, victim: dict[str, str]
) -> None:
    """The handle in the cookie changes with every sign-in, and the one before is dead."""
    app = application(dev_sqlite, receiver, "Fixation")
    with visiting(chromium) as context, visiting(chromium) as elsewhere:
        page, handles, cookies = context.new_page(), list[str](), dict[str, str]()
        for _ in range(2):
            page.goto(app.authorize_url(prompt="login"))
            page.fill("#username", victim["username"])
            page.fill("#password", victim["password"])
            page.click("#submit")
            expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
            cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies(app.origin)}
            handles.append(cookies["opentrusty_session.acme"])
        assert handles[0] != handles[1]
        # The old handle, even beside the right browser cookie, recognises nobody.
        stolen = [
            {"name": name, "value": value, "url": app.origin}
            for name, value in {**cookies, "opentrusty_session.acme": handles[0]}.items()
        ]
        elsewhere.add_cookies(stolen)  # type: ignore[arg-type]  # Playwright's TypedDict
        other = elsewhere.new_page()
        other.goto(app.authorize_url(prompt="none"))
        assert receiver.arrivals[-1].parameters["error"] == "login_required"


@pytest.mark.case("A11")
def test_a_form_on_another_site_signs_nobody_in_or_out(
    dev_sqlite: Dev, chromium: Browser, receiver: Receiver, victim: dict[str, str]
) -> None:
    """What a page of the attacker's posts to our forms is refused, with the victim's cookies and without."""
    app = application(dev_sqlite, receiver, "Forger")
    with visiting(chromium) as context:
        page = context.new_page()
        page.goto(app.authorize_url())
        form = page.locator("form").get_attribute("action")
        token = page.locator("[name=csrf]").get_attribute("value")
        action = f"{app.origin}{form}"
        receiver.pages["/forge"] = (
            f'<!doctype html><form method="post" action="{action}"><input name="csrf" value="{token}">'
            f'<input name="username" value="{victim["username"]}"><input name="password" value="{victim["password"]}">'
            "<button>go</button></form>"
        )
        page.goto(f"{receiver.origin}/forge")
        page.get_by_role("button").click()
        expect(page.locator("#error-code")).to_have_text("forbidden")
        page.goto(app.authorize_url(prompt="none"))
        assert receiver.arrivals[-1].parameters["error"] == "login_required"
