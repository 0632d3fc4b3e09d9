"""The platform's pages in a real browser against the real planes: what each is for, and axe in both schemes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN
from opentrusty_core.management import Actor, Management
from tests.console.conftest import Account, Console, owner, platform_admin

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SYSTEM = Actor.system(command="test")
REASON = "Ticket 4711: the owner asks for help"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def second_administrator(console: Console) -> Iterator[Account]:
    """Another administrator of the platform, for as long as the test lasts."""

    async def add(management: Management) -> str:
        home = await management.tenants.find(SYSTEM, "platform")
        user = await management.users.create(SYSTEM, home.id, {"username": "second"}, password=PASSWORD)
        await management.roles.assign(SYSTEM, home.id, Principal.user(user.id), PLATFORM_ADMIN.name)
        return user.id

    async def remove(management: Management) -> None:
        home = await management.tenants.find(SYSTEM, "platform")
        await management.users.delete(SYSTEM, home.id, user_id)

    user_id = console.dev.managed.run(add)
    yield Account(tenant="platform", username="second", password=PASSWORD)
    console.dev.managed.run(remove)


def test_tenants_are_found_sorted_and_filtered_in_the_url(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants")
    expect(page.get_by_role("link", name="Globex")).to_be_visible()
    page.get_by_role("searchbox").fill("acm")
    expect(page.get_by_role("link", name="Globex")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"search=acm"))
    console.assert_accessible()
    console.goto("/platform/tenants?sort=-name")
    expect(page.get_by_role("table").locator("code").first).to_be_visible()
    names = page.get_by_role("table").locator("code").all_inner_texts()
    assert len(names) >= 3
    assert names == sorted(names, reverse=True)
    console.goto("/platform/tenants?search=2026")  # digits are a text like any other
    expect(page.get_by_role("searchbox")).to_have_value("2026")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    console.goto("/platform/tenants?status=suspended")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_tenant_is_deleted_by_its_name_and_restored(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants/globex")
    console.assert_accessible()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This cannot be undone")).to_be_visible()
    delete = dialog.get_by_role("button", name="Delete")
    expect(delete).to_be_disabled()
    dialog.get_by_label("Type globex to confirm").fill("globe")
    expect(delete).to_be_disabled()
    dialog.get_by_label("Type globex to confirm").fill("globex")
    console.assert_accessible()
    delete.click()
    expect(page.get_by_text(re.compile("Deleted: erased in"))).to_be_visible()
    expect(page.get_by_role("button", name="Suspend")).to_have_count(0)
    console.assert_accessible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Globex is back as it was.")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_visible()


def test_the_platforms_own_tenant_is_not_deleted_and_it_says_why(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants/platform")
    page.get_by_role("button", name="Delete").click()
    page.get_by_label("Type platform to confirm").fill("platform")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_text("The platform's own tenant always serves")).to_be_visible()


def test_a_tenant_is_added_with_an_owner_whose_password_is_shown_once(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants/new")
    page.get_by_label("Short name").fill("acme")
    page.get_by_label("Username").fill("holly")
    page.get_by_role("radio", name="By a password").check()
    page.get_by_role("button", name="Add tenant").click()
    expect(page.get_by_text(re.compile("exists|taken"))).to_be_visible()
    page.get_by_label("Short name").fill("hooli")
    page.get_by_role("button", name="Add tenant").click()
    expect(page.get_by_text("Shown this once")).to_be_visible()
    password = page.locator("code").first.inner_text()
    console.assert_accessible()
    browser = console.context.browser
    assert browser is not None
    with browser.new_context(locale="en-GB") as fresh:
        tab = fresh.new_page()
        tab.goto(f"{console.url}/sign-in?tenant=hooli")
        tab.get_by_role("button", name="Continue").click()
        tab.fill("#username", "holly")
        tab.fill("#password", password)
        tab.click("#submit")
        tab.wait_for_url(f"{console.url}/t/hooli/**")


def test_a_domain_waits_and_is_approved_and_taken_away(console: Console) -> None:
    async def ask(management: Management) -> None:
        tenant = await management.tenants.find(SYSTEM, "globex")
        await management.domains.ask(SYSTEM, tenant.id, "login.globex.example")

    console.dev.managed.run(ask)
    page = console.sign_in(platform_admin(console.dev), "/platform/domains")
    expect(page.get_by_text("login.globex.example")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("login.globex.example is the issuer of Globex.")).to_be_visible()
    expect(page.get_by_text("No domain waits")).to_be_visible()
    console.assert_accessible()
    console.goto("/platform/tenants/globex")
    expect(page.get_by_text(re.compile("//login.globex.example"))).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("dialog").get_by_role("button", name="Take away").click()
    expect(page.get_by_text(re.compile("//login.globex.example"))).to_have_count(0)


def role_of(console: Console, name: str) -> Locator:
    return console.page.get_by_role("region", name=name, exact=True)


def test_a_platform_role_is_given_and_ended_and_the_last_administrator_stays(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/roles")
    console.assert_accessible()
    role_of(console, "Platform administrator").get_by_role("button", name="End: admin").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(page.get_by_role("dialog").get_by_text("The user is the last platform administrator")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Give role: Platform auditor").click()
    console.assert_accessible()
    page.get_by_role("combobox", name="Person").fill("adm")
    page.get_by_role("option", name=re.compile("^admin")).click()
    page.get_by_role("button", name="Give role").click()
    auditors = role_of(console, "Platform auditor")
    auditors.get_by_role("button", name="End: admin").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(auditors.get_by_text("Nobody holds it")).to_be_visible()


def test_whoever_cannot_be_seen_is_given_a_role_by_their_id(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/roles/new?role=platform_auditor")
    page.get_by_role("combobox", name="Tenant").fill("acme")
    page.get_by_role("option", name=re.compile("acme")).click()
    page.get_by_role("textbox", name="User id").fill("nobody")
    page.get_by_role("button", name="Give role").click()
    expect(page.get_by_text("There is nothing here")).to_be_visible()
    expect(page.get_by_role("textbox", name="User id")).to_have_value("nobody")


def test_the_health_of_the_deployment_is_seen(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/health")
    expect(page.get_by_role("heading", name="Database")).to_be_visible()
    expect(page.get_by_role("heading", name="Master key")).to_be_visible()
    expect(page.get_by_text(re.compile("Seen at"))).to_be_visible()
    console.assert_accessible()


def test_what_is_wrong_is_said_with_what_to_do_and_the_page_looks_again(console: Console) -> None:
    """As the Admin Plane tells it: a maintenance that never ended, then a database that does not answer."""
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants")

    def never_maintained(route: Route) -> None:
        answer = route.fetch()
        health = answer.json()
        for check in health["checks"]:
            if check["name"] == "maintenance":
                check["status"] = "warning"
        route.fulfill(response=answer, json={**health, "status": "warning", "maintenance": None})

    def no_database(route: Route) -> None:
        problem = {
            "type": "about:blank",
            "title": "Unavailable",
            "detail": "The database does not answer.",
            "status": 503,
        }
        headers = {"access-control-allow-origin": console.url, "content-type": "application/problem+json"}
        route.fulfill(status=503, json=problem, headers=headers)

    page.route("**/api/v1/system/health", never_maintained)
    page.get_by_role("link", name="System health").click()
    expect(page.get_by_text("1 thing needs attention")).to_be_visible()
    expect(page.get_by_text("It has never come to its end.")).to_be_visible()
    expect(page.get_by_text(re.compile("Is an Auth Plane running"))).to_be_visible()
    console.assert_accessible()
    page.route("**/api/v1/system/health", no_database)
    expect(page.get_by_text(re.compile("Nobody can sign in and no token is issued"))).to_be_visible(timeout=25_000)
    expect(page.get_by_text(re.compile("Last seen at"))).to_be_visible()
    console.assert_accessible()
    page.unroute("**/api/v1/system/health")
    expect(page.get_by_text("Everything is as it should be")).to_be_visible(timeout=25_000)


def test_the_overview_says_how_the_platform_is_and_how_it_is_used(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev))
    page.get_by_role("heading", level=1, name="Overview").wait_for()
    expect(page.get_by_text("Most used tenants")).to_be_visible()
    console.assert_accessible()
    page.get_by_text("Table", exact=True).click()
    expect(page).to_have_url(re.compile("as=table"))
    expect(page.get_by_role("columnheader", name="Day (UTC)")).to_be_visible()
    page.get_by_role("link", name="System health").first.click()
    page.get_by_role("heading", level=1, name="System health").wait_for()


def test_an_access_is_declared_seen_by_the_owner_used_and_ended(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/t/acme/users")
    console.assert_accessible()
    page.get_by_role("link", name="Declare access").click()
    expect(page.get_by_role("combobox", name="Tenant")).to_have_value(re.compile("acme"))
    page.get_by_label("Reason").fill("too short")
    page.get_by_role("button", name="Declare access").click()
    expect(page.get_by_text("State a reason of at least ten characters.")).to_be_visible()
    console.assert_accessible()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Declare access").click()
    expect(page.get_by_text(re.compile("looks into acme by a declared access, reading only"))).to_be_visible()
    console.goto("/t/acme/users")
    expect(page.get_by_role("link", name="alice")).to_be_visible()
    expect(page.get_by_role("link", name="Add user")).to_have_count(0)
    console.assert_accessible()
    page.get_by_role("link", name="alice").click()
    expect(page.get_by_label("Given name")).not_to_be_editable()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    seen_by_the_owner(console)
    page.get_by_role("button", name="End now").click()
    expect(page.get_by_text("Nobody looks into a tenant now")).to_be_visible()
    console.assert_accessible()
    page.goto(f"{console.url}/t/acme/users")
    expect(page.get_by_text("This tenant is closed to you")).to_be_visible()


def seen_by_the_owner(console: Console) -> None:
    """Who looks in, and why, stands in the tenant's own pages."""
    browser = console.context.browser
    assert browser is not None
    with browser.new_context(locale="en-GB") as fresh:
        theirs = Console(dev=console.dev, context=fresh, tab=type(console.tab)(fresh.new_page()))
        tab = theirs.sign_in(owner(console.dev), "/t/acme/accesses")
        expect(tab.get_by_text(REASON)).to_be_visible()
        expect(tab.get_by_text("admin · platform")).to_be_visible()
        theirs.assert_accessible()


def test_an_administrator_ends_the_access_of_another(console: Console, second_administrator: Account) -> None:
    browser = console.context.browser
    assert browser is not None
    page = console.sign_in(platform_admin(console.dev), "/platform/accesses/new?tenant=acme")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Declare access").click()
    page.get_by_text(re.compile("looks into acme")).wait_for()
    with browser.new_context(locale="en-GB") as fresh:
        theirs = Console(dev=console.dev, context=fresh, tab=type(console.tab)(fresh.new_page()))
        tab = theirs.sign_in(second_administrator, "/platform/accesses")
        expect(tab.get_by_text(REASON)).to_be_visible()
        expect(tab.get_by_role("link", name="Open")).to_have_count(0)
        theirs.assert_accessible()
        tab.get_by_role("button", name="End", exact=True).click()
        tab.get_by_role("dialog").get_by_role("button", name="End").click()
        expect(tab.get_by_text("Nobody looks into a tenant now")).to_be_visible()
    page.goto(f"{console.url}/t/acme/users")
    expect(page.get_by_text("This tenant is closed to you")).to_be_visible()
