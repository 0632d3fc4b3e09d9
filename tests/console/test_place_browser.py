"""The pages about the tenant itself: first steps, dashboard, branding, security, settings; and its own domain."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from opentrusty_core.management import FirstOwner, Management
from opentrusty_core.runtime import SystemRuntime
from tests.console.conftest import Account, Console
from tests.support.management import ACTOR

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "plum-harbour-seventeen-lanterns"
NUMBERS = count(1)


@pytest.fixture
def owner(console: Console) -> Account:
    """The owner of a tenant that is new and empty."""
    name = f"place-{next(NUMBERS)}"
    first: FirstOwner = {"fields": {"username": "olive", "claims": {"name": "Olive Owner"}}, "password": PASSWORD}
    console.dev.managed.run(lambda management: management.tenants.create(ACTOR, name, "Place & Sons", owner=first))
    return Account(tenant=name, username="olive", password=PASSWORD)


def in_tenant(console: Console, account: Account, use: Callable[[Management, str], Awaitable[object]]) -> str:
    """Does something with the tenant; its id."""

    async def work(management: Management) -> str:
        tenant = await management.tenants.find(ACTOR, account.tenant)
        await use(management, tenant.id)
        return tenant.id

    return console.dev.managed.run(work)


def preview(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def look(page: Page | FrameLocator, selector: str, property_: str) -> str:
    value: str = page.locator(selector).evaluate(f"element => getComputedStyle(element).{property_}")
    return value


def test_a_new_tenant_begins_with_its_first_steps_which_tick_themselves(console: Console, owner: Account) -> None:
    page = console.sign_in(owner)
    expect(page).to_have_url(re.compile("/start$"))
    expect(page.get_by_text("0 of 5 done")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Add API").click()
    page.get_by_label("Name").fill("Orders")
    page.get_by_label("Identifier").fill("https://orders.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="APIs and scopes")).to_be_visible()
    page.get_by_role("link", name="Get started").click()
    expect(page.get_by_text("1 of 5 done")).to_be_visible()
    page.get_by_role("button", name="Hide this").click()
    expect(page).to_have_url(re.compile("/dashboard$"))
    console.goto("/")
    expect(page).to_have_url(re.compile("/dashboard$"))


def test_the_dashboard_counts_sign_ins_as_charts_and_as_a_table(console: Console, owner: Account) -> None:
    tenant_id = in_tenant(console, owner, lambda management, tenant_id: management.tenants.get(ACTOR, tenant_id))
    path = console.dev.ready["database_url"].removeprefix("sqlite:///")
    today = SystemRuntime().now().date()
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = [("sign_ins", 3, 40), ("sign_in_failures", 3, 10), ("active_users", 3, 25), ("sign_ins", 60, 7)]
        connection.executemany(
            "INSERT INTO daily_counts (tenant_id, day, measure, key, amount) VALUES (?, ?, ?, '', ?)",
            [(tenant_id, str(today - timedelta(days=ago)), measure, amount) for measure, ago, amount in rows],
        )
        connection.execute(
            "INSERT INTO daily_uses (tenant_id, day, id, authorizations, tokens) VALUES (?, ?, 'gone', 40, 80)",
            (tenant_id, str(today - timedelta(days=3))),
        )
    page = console.sign_in(owner, f"/t/{owner.tenant}/dashboard")
    expect(page.get_by_text("20 % of all attempts")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Succeeded: 40 in all, 40 at most in a day"))).to_be_visible()
    expect(page.get_by_role("table", name="Most used applications").get_by_text("gone")).to_be_visible()
    expect(page.get_by_text("User added")).to_be_visible()
    console.assert_accessible()
    page.get_by_text("90 days").click()
    expect(page).to_have_url(re.compile("range=quarter"))
    expect(page.get_by_role("img", name=re.compile("Succeeded: 47 in all"))).to_be_visible()
    page.get_by_text("Table", exact=True).click()
    days = page.get_by_role("table", name="Day by day")
    row = days.get_by_role("row").filter(has=page.get_by_role("cell", name="40", exact=True))
    expect(row.get_by_role("cell")).to_have_text(["40", "10", "25"])
    console.assert_accessible()
    page.reload()
    expect(days).to_be_visible()


@pytest.mark.case("A8")
def test_branding_is_looked_at_on_the_real_page_before_it_is_saved(console: Console, owner: Account) -> None:
    page = console.sign_in(owner, f"/t/{owner.tenant}/branding")
    expect(preview(page).get_by_role("heading", name="Sign in")).to_be_visible()
    console.assert_accessible()
    page.get_by_label("Logo", exact=True).fill("javascript:alert(1)")
    page.get_by_label("Help").click()
    expect(page.get_by_text("Use an address that begins with https")).to_be_visible()
    expect(page.get_by_text("The preview leaves out what needs another look.")).to_be_visible()
    expect(preview(page).get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Use an address that begins with https")).to_be_visible()
    page.get_by_label("Logo", exact=True).fill("")
    page.get_by_label("Colour", exact=True).fill("#ffe100")
    page.get_by_label("Help").fill("https://place.example/help")
    expect(preview(page).get_by_role("link", name="Help")).to_be_visible()
    drafted = look(preview(page), "#submit", "backgroundColor")
    assert drafted == "rgb(255, 225, 0)"
    assert look(preview(page), "body", "backgroundColor") == "rgb(244, 245, 248)"
    expect(page.get_by_text("A shade of it").first).to_be_visible()
    page.get_by_text("Dark", exact=True).click()
    expect(preview(page).locator("body")).to_have_css("background-color", "rgb(16, 18, 22)")
    page.get_by_text("Deutsch", exact=True).click()
    expect(preview(page).get_by_role("heading", name="Anmelden")).to_be_visible()
    reach = "() => { try { return parent.document.title } catch { return 'nobody' } }"
    assert preview(page).locator("html").evaluate(reach) == "nobody"
    console.assert_accessible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    stranger = console.context.browser.new_page()  # type: ignore[union-attr]
    stranger.goto(f"{console.url}/sign-in?iss={console.dev.auth_url}/t/{owner.tenant}")
    stranger.locator("#submit").wait_for()
    assert look(stranger, "#submit", "backgroundColor") == drafted
    stranger.context.close()


def test_security_is_set_in_days_and_a_change_made_meanwhile_costs_nothing_typed(
    console: Console, owner: Account
) -> None:
    page = console.sign_in(owner, f"/t/{owner.tenant}/security")
    console.assert_accessible()
    session = page.get_by_role("textbox", name="Session", exact=True)
    session.fill("2")
    page.get_by_role("textbox", name="Session without use").fill("90")
    page.get_by_role("combobox", name="Unit of Session without use").select_option("days")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is no longer than session.")).to_be_visible()
    page.get_by_role("combobox", name="Unit of Session without use").select_option("minutes")
    page.get_by_role("switch", name="A rate of its own for each account").check()
    page.get_by_label("Attempts at once").fill("5")
    console.assert_accessible()
    in_tenant(
        console,
        owner,
        lambda management, id_: management.tenants.configure(ACTOR, id_, {"lifetimes": {"id_token": 120}}),
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    page.get_by_role("button", name="Load the present state").click()
    expect(page.get_by_text("with your changes on top")).to_be_visible()
    expect(page.get_by_role("textbox", name="ID token")).to_have_value("2")
    expect(session).to_have_value("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.reload()
    expect(session).to_have_value("2")
    expect(page.get_by_role("combobox", name="Unit of Session", exact=True)).to_have_value("days")
    expect(page.get_by_role("textbox", name="Session without use")).to_have_value("90")
    expect(page.get_by_label("Attempts at once")).to_have_value("5")
    expect(page.get_by_role("textbox", name="ID token")).to_have_value("2")


def test_settings_rename_ask_for_a_domain_and_end_the_tenant(console: Console, owner: Account) -> None:
    page = console.sign_in(owner, f"/t/{owner.tenant}/settings")
    console.assert_accessible()
    page.get_by_label("Name", exact=False).first.fill("Place and Daughters")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("banner").get_by_text("Place and Daughters")).to_be_visible()
    page.get_by_label("Domain of your own").fill("127.0.0.1")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Use a host name of yours")).to_be_visible()
    domain = f"login.{owner.tenant}.example"
    page.get_by_label("Domain of your own").fill(domain)
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Waiting for approval")).to_be_visible()
    expect(page.get_by_text(f"{domain}. CNAME")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_label("Domain of your own")).to_be_visible()
    page.get_by_role("button", name="Delete tenant").click()
    page.get_by_label(f"Type {owner.tenant} to confirm").fill(owner.tenant)
    page.get_by_role("dialog").get_by_role("button", name="Delete tenant").click()
    expect(page.get_by_role("heading", level=1, name="Place and Daughters is deleted")).to_be_visible()
    console.assert_accessible()


def test_a_tenant_with_a_domain_of_its_own_is_signed_in_to_by_name_and_by_issuer(
    console: Console, owner: Account
) -> None:
    """Its documents name the domain; the console goes on to talk to the Auth Plane that it knows."""
    domain = f"login.{owner.tenant}.example"

    async def approve(management: Management, tenant_id: str) -> None:
        await management.domains.ask(ACTOR, tenant_id, domain)
        await management.domains.approve(ACTOR, tenant_id, domain)

    in_tenant(console, owner, approve)
    auth = console.dev.auth_url
    issuer = auth.replace("localhost", domain)
    page = console.sign_in(owner, f"/t/{owner.tenant}/settings")
    expect(page.get_by_text("Serving", exact=True)).to_be_visible()
    expect(page.get_by_text(issuer, exact=True)).to_be_visible()
    console.goto(f"/t/{owner.tenant}/keys")
    expect(page.get_by_text(f"{issuer}/jwks")).to_be_visible()
    page.get_by_role("button", name=re.compile("Account")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    field = page.get_by_role("textbox", name="Organisation")
    field.fill("https://nobodys.example")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Use the short name")).to_be_visible()
    field.fill(issuer)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{auth}/t/{owner.tenant}/**")
    page.goto(f"{console.url}/sign-in?iss={issuer}")
    page.wait_for_url(f"{auth}/t/{owner.tenant}/**")
