"""Attacks and faults as a real browser meets them, against the real planes; each test names its row of the cases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from opentrusty_core.domain.principal import Principal
from opentrusty_core.management import Actor, Management
from tests.console.conftest import Account, Console, owner, platform_admin
from tests.support.chromium import new_tab, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SYSTEM = Actor.system(command="test")
PASSWORD = "correct horse battery staple"
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
ELSEWHERE = "https://elsewhere.example"


# ---- Who may do less


@pytest.fixture
def roles(console: Console) -> Iterator[dict[str, Account]]:
    """Somebody of acme for each role below the owner's."""
    names = ("tenant_admin", "tenant_support", "tenant_auditor")

    async def add(management: Management) -> dict[str, str]:
        tenant = await management.tenants.find(SYSTEM, "acme")
        ids = {}
        for role in names:
            user = await management.users.create(SYSTEM, tenant.id, {"username": role}, password=PASSWORD)
            await management.roles.assign(SYSTEM, tenant.id, Principal.user(user.id), role)
            ids[role] = user.id
        return ids

    async def remove(management: Management) -> None:
        tenant = await management.tenants.find(SYSTEM, "acme")
        for user_id in ids.values():
            await management.users.delete(SYSTEM, tenant.id, user_id)

    ids = console.dev.managed.run(add)
    yield {role: Account(tenant="acme", username=role, password=PASSWORD) for role in names}
    console.dev.managed.run(remove)


def give_instead(console: Console, account: Account, before: str, after: str | None) -> None:
    """Takes a role and gives another, behind the person's back."""

    async def change(management: Management) -> None:
        tenant = await management.tenants.find(SYSTEM, account.tenant)
        user = await management.users.get(SYSTEM, tenant.id, account.username)
        await management.roles.revoke(SYSTEM, tenant.id, Principal.user(user.id), before)
        if after is not None:
            await management.roles.assign(SYSTEM, tenant.id, Principal.user(user.id), after)

    console.dev.managed.run(change)


@pytest.mark.case("J4")
def test_support_sees_people_and_changes_none_of_them(console: Console, roles: dict[str, Account]) -> None:
    page = console.sign_in(roles["tenant_support"], "/t/acme/users")
    expect(page.get_by_role("link", name="alice")).to_be_visible()
    expect(page.get_by_role("link", name="Add user")).to_have_count(0)
    for name in ("Applications", "Keys", "Audit", "Settings"):
        expect(page.get_by_role("navigation").get_by_role("link", name=name, exact=True)).to_have_count(0)
    page.get_by_role("link", name="alice").click()
    expect(page.get_by_label("Given name")).not_to_be_editable()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    for path in ("/t/acme/applications", "/t/acme/keys", "/t/acme/audit"):
        page.goto(console.url + path)
        expect(page.get_by_text("You may not do this")).to_be_visible()
    console.assert_accessible()


@pytest.mark.case("J4")
def test_an_auditor_reads_everything_and_has_nothing_to_press(console: Console, roles: dict[str, Account]) -> None:
    page = console.sign_in(roles["tenant_auditor"], "/t/acme/applications/web/settings")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Acme Shop")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    console.goto("/t/acme/keys")
    expect(page.get_by_role("button", name="Rotate ES256")).to_have_count(0)
    console.goto("/t/acme/users")
    expect(page.get_by_role("link", name="alice")).to_be_visible()
    expect(page.get_by_role("link", name="Add user")).to_have_count(0)


@pytest.mark.case("J4")
def test_whoever_is_demoted_meanwhile_is_told_and_keeps_what_they_typed(
    console: Console, roles: dict[str, Account]
) -> None:
    account = roles["tenant_admin"]
    page = console.sign_in(account, "/t/acme/users/new")
    page.get_by_label("Username").fill("never")
    give_instead(console, account, "tenant_admin", "tenant_support")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_text("You may not do this")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("never")
    expect(page.get_by_role("navigation").get_by_role("link", name="Applications")).to_have_count(0)
    give_instead(console, account, "tenant_support", None)
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_text("The console is not for this account")).to_be_visible()


# ---- Addresses that are none, and text that looks like a page


def no_script_links(page: Page) -> None:
    assert page.locator('a[href^="javascript:" i], a[href^="data:" i], img[src^="javascript:" i]').count() == 0


@pytest.mark.case("A8")
@pytest.mark.parametrize("uri", ["JaVaScript:alert(1)", "data:text/html,<script>alert(1)</script>"])
def test_an_address_that_is_a_script_is_refused_beside_its_field(console: Console, uri: str) -> None:
    """Redirects, and what would be linked on the pages of an application; nothing typed is lost."""
    page = console.sign_in(owner(console.dev), "/t/acme/applications/web/settings")
    page.get_by_role("textbox", name="Redirect URIs", exact=True).fill(uri)
    page.get_by_role("button", name="Save").click()
    refused = page.get_by_role("textbox", name="Redirect URIs", exact=True)
    expect(refused).to_have_attribute("aria-invalid", "true")
    expect(refused).to_have_value(uri)
    no_script_links(page)
    page.reload()
    home = page.get_by_label("Home page")
    home.fill(uri)
    page.get_by_role("button", name="Save").click()
    expect(home).to_have_attribute("aria-invalid", "true")
    no_script_links(page)


@pytest.mark.case("A8")
def test_a_tenants_links_are_no_scripts_either(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/branding")
    support = page.get_by_label("Help")
    support.fill("javascript:alert(1)")
    page.get_by_role("button", name="Save").click()
    expect(support).to_have_attribute("aria-invalid", "true")
    no_script_links(page)


@pytest.mark.case("A9")
def test_markup_in_names_is_text_wherever_it_is_shown(console: Console) -> None:
    """Of applications, people, groups and tenants; the fixture holds that no script ran, and none had to be stopped."""

    async def name(management: Management) -> Callable[[Management], Awaitable[None]]:
        tenant = await management.tenants.find(SYSTEM, "acme")
        client = await management.clients.get(SYSTEM, tenant.id, "web")
        alice = await management.users.get(SYSTEM, tenant.id, "alice")
        await management.clients.update(SYSTEM, tenant.id, "web", {"client_name": MARKUP})
        await management.users.update(SYSTEM, tenant.id, alice.id, {"claims": {"name": MARKUP}})
        group = await management.groups.create(SYSTEM, tenant.id, {"name": MARKUP})
        await management.tenants.update(SYSTEM, tenant.id, display_name=MARKUP)

        async def undo(management: Management) -> None:
            await management.clients.update(SYSTEM, tenant.id, "web", {"client_name": client.client_name})
            await management.users.update(SYSTEM, tenant.id, alice.id, {"claims": alice.claims})
            await management.groups.delete(SYSTEM, tenant.id, group.id)
            await management.tenants.update(SYSTEM, tenant.id, display_name=tenant.display_name)

        return undo

    undo = console.dev.managed.run(name)
    try:
        page = console.sign_in(owner(console.dev), "/t/acme/users")
        for path in ("users", "groups", "applications", "applications/web/settings", "applications/web/logs", "audit"):
            console.goto(f"/t/acme/{path}")
            expect(page.get_by_text(MARKUP).first).to_be_visible()
            assert page.locator("img[src=x]").count() == 0
        admin = console.context.browser
        assert admin is not None
        with visiting(admin, locale="en-GB") as context:
            watched = new_tab(context)
            theirs = Console(dev=console.dev, context=context, tab=watched)
            theirs.sign_in(platform_admin(console.dev), "/platform/tenants")
            expect(theirs.page.get_by_text(MARKUP)).to_be_visible()
            assert theirs.page.locator("img[src=x]").count() == 0
            watched.assert_quiet()
    finally:
        console.dev.managed.run(undo)


@pytest.mark.case("A9")
def test_markup_in_an_answer_and_in_a_hint_is_text(console: Console) -> None:
    """`error`, `error_description` and `state` at the console; `login_hint` and `state` at the sign-in page."""
    page = console.page
    query = urlencode({"error": MARKUP, "error_description": MARKUP, "tenant": "acme", "return_to": "/"})
    page.goto(f"{console.url}/sign-in?{query}")
    expect(page.get_by_text(MARKUP)).to_be_visible()
    page.goto(f"{console.url}/callback?{urlencode({'state': MARKUP, 'error': MARKUP})}")
    page.get_by_role("textbox", name="Organisation").wait_for()
    page.goto(f"{console.url}/callback?{urlencode({'state': 'opentrusty.beside.' + MARKUP, 'code': MARKUP})}")
    expect(page.get_by_text("This window can be closed.")).to_be_visible()
    page.goto(f"{console.url}/sign-in?tenant=acme&login_hint={quote(MARKUP)}")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#username")).to_have_value(MARKUP)
    assert page.locator("img[src=x]").count() == 0


# ---- Other origins


def stranger(page: Page, body: str = "<p>Elsewhere</p>") -> None:
    """Makes `ELSEWHERE` answer with a page of its own."""

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body=body)

    page.route(f"{ELSEWHERE}/**", answer)
    page.goto(f"{ELSEWHERE}/")


READS = """async (calls) => {
  const read = [];
  for (const [url, options] of calls) {
    try { await fetch(url, options); read.push(url); } catch { /* the browser kept it from us */ }
  }
  return read;
}"""


@pytest.mark.case("G8")
def test_a_page_of_another_origin_reads_nothing_of_the_planes(console: Console) -> None:
    """Though the person is signed in; nor does one of no origin at all (`null`). The console itself does."""
    console.sign_in(owner(console.dev), "/t/acme/users")
    auth, admin = console.dev.ready["auth_url"], console.dev.ready["admin_url"]
    bearer = {"headers": {"Authorization": "Bearer x"}}
    calls = [
        [f"{auth}/t/acme/.well-known/openid-configuration", {}],
        [f"{auth}/t/acme/jwks", {"credentials": "include"}],
        [f"{auth}/t/acme/token", {"method": "POST", "body": ""}],
        [f"{auth}/t/acme/userinfo", bearer],
        [f"{admin}/api/v1/me", {"credentials": "include"}],
        [f"{admin}/api/v1/me", bearer],
        [f"{admin}/api/v1/tenants/acme/users", {"credentials": "include"}],
    ]
    assert console.page.evaluate(READS, [calls[0], calls[2], calls[5]]) == [calls[0][0], calls[2][0], calls[5][0]]
    page = console.context.new_page()
    seen: list[str] = []
    page.on("response", lambda answer: seen.extend(name for name in answer.headers if name.endswith("allow-origin")))
    stranger(page)
    assert page.evaluate(READS, calls) == []
    stranger(page, '<iframe sandbox="allow-scripts" srcdoc="<p>No origin</p>"></iframe>')
    frame = page.frames[1]
    assert frame.evaluate("window.origin") == "null"
    assert frame.evaluate(READS, calls) == []
    assert seen == []
    page.close()


@pytest.mark.case("A10")
def test_the_console_and_the_sign_in_stand_in_no_frame(console: Console) -> None:
    page = console.context.new_page()
    for url in (f"{console.url}/sign-in", f"{console.dev.auth_url}/t/acme/signed-out"):
        stranger(page, f'<iframe src="{url}"></iframe>')
        page.wait_for_load_state("networkidle")
        assert page.frames[1].url.startswith("chrome-error:")
    page.close()


# ---- Cookies of another


@pytest.mark.case("K17")
def test_a_planted_session_signs_nobody_in_to_the_console_nor_becomes_theirs(console: Console) -> None:
    """A page on another port of the host can plant it; the sign-in asks who is there, and begins another session."""
    console.sign_in(owner(console.dev), "/t/acme/users")
    (stolen,) = [cookie for cookie in console.context.cookies() if cookie["name"] == "opentrusty_session.acme"]
    browser = console.context.browser
    assert browser is not None
    with visiting(browser, locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{console.url}/sign-in")
        context.add_cookies([{"name": stolen["name"], "value": stolen["value"], "url": console.dev.auth_url}])
        page.goto(f"{console.url}/t/acme/users")
        page.locator("#password").wait_for()
        account = owner(console.dev)
        page.fill("#username", account.username)
        page.fill("#password", account.password)
        page.click("#submit")
        page.get_by_role("link", name="alice").wait_for()
        (own,) = [cookie for cookie in context.cookies() if cookie["name"] == stolen["name"]]
        assert own["value"] != stolen["value"]
