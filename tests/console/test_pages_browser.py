"""The console's pages in a real browser against the real planes: what each is for, and axe in both schemes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Console, owner, platform_admin

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_user_is_added_found_changed_disabled_and_deleted(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/users")
    expect(page.get_by_role("link", name="alice")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Add user").click()
    page.get_by_label("Username").fill("zoe")
    page.get_by_label("Given name").fill("Zoe")
    page.get_by_label("Email", exact=True).fill("alice@acme.example")
    console.assert_accessible()
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_text(re.compile("taken"))).to_be_visible()  # somebody else's address, and nothing typed is lost
    page.get_by_label("Email", exact=True).fill("zoe@acme.example")
    page.get_by_role("button", name="Add user").click()
    page.get_by_role("heading", level=1, name="Zoe").wait_for()
    page.get_by_label("Family name").fill("Zander")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", level=1, name="Zoe Zander").wait_for()
    console.assert_accessible()
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(page.get_by_text("zoe is disabled.")).to_be_visible()
    console.goto("/t/acme/users?status=disabled&search=zander")
    expect(page.get_by_role("link", name="zoe")).to_be_visible()
    expect(page.get_by_role("link", name="alice")).to_have_count(0)
    page.get_by_role("link", name="zoe").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_label("Type zoe to confirm").fill("zoe")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1, name="Users")).to_be_visible()


def test_a_change_made_meanwhile_is_explained_and_nothing_typed_is_lost(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/users")
    page.get_by_role("link", name="alice").click()
    page.get_by_label("Given name").fill("Alicia")
    other = console.context.new_page()
    other.goto(page.url)
    other.get_by_label("Phone").fill("+49 30 7654321")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved")).to_be_visible()
    other.close()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    expect(page.get_by_label("Given name")).to_have_value("Alicia")


def test_the_sessions_of_a_user_are_seen(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/users")
    page.get_by_role("link", name="owner").click()
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_role("button", name="End", exact=True).first).to_be_visible()
    console.assert_accessible()


def test_an_application_from_the_wizard_to_the_token_preview(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/applications")
    console.assert_accessible()
    page.get_by_role("link", name="Add application").click()
    page.get_by_role("radio", name=re.compile("Web application")).click()
    console.assert_accessible()
    page.get_by_label("Name").fill("Web shop")
    page.get_by_label("Redirect URIs").fill("http://shop.example/callback")
    page.get_by_role("button", name="Add application").click()
    expect(page.get_by_text(re.compile("https"))).to_be_visible()  # plain http is refused, in words
    page.get_by_label("Redirect URIs").fill("https://shop.example/callback")
    page.get_by_role("button", name="Add application").click()
    expect(page.get_by_text("The secret is shown this once")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Quick start").click()
    expect(page.get_by_text("openid-client").first).to_be_visible()
    console.assert_accessible()
    page.get_by_label("Parts of this application").get_by_role("link", name="Settings").click()
    page.get_by_label("Description").fill("Sells things.")
    console.assert_accessible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.get_by_role("link", name="Credentials").click()
    page.get_by_role("button", name="Make a new secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_text("The secret is shown this once")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Token preview").click()
    page.get_by_role("combobox", name="User").fill("alice")
    page.get_by_role("option", name="alice").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="ID token")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Access", exact=True).click()
    expect(page.get_by_text("Nobody uses it at present")).to_be_visible()
    console.assert_accessible()


def test_an_api_with_its_scopes(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/apis")
    console.assert_accessible()
    page.get_by_role("link", name="Add API").first.click()
    page.get_by_label("Name").fill("Invoices")
    page.get_by_label("Identifier").fill("https://invoices.example")
    page.get_by_role("button", name="Add scope").click()
    page.get_by_label(re.compile("^Scope")).first.fill("invoices:read")
    page.get_by_label("What people read when they are asked").fill("See your invoices")
    console.assert_accessible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("See your invoices")).to_be_visible()
    console.assert_accessible()


def test_a_key_is_rotated(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/keys")
    page.get_by_role("button", name="Rotate ES256").click()
    expect(page.get_by_text("Announced", exact=True)).to_be_visible()
    console.assert_accessible()


def test_the_platform_makes_suspends_and_resumes_a_tenant(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants")
    expect(page.get_by_role("link", name="Acme")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Add tenant").click()
    page.get_by_label("Short name").fill("initech")
    page.get_by_label("Username").fill("bill")
    console.assert_accessible()
    page.get_by_role("button", name="Add tenant").click()
    expect(page.get_by_text("Invitation link")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Tenants").first.click()
    page.get_by_role("link", name="initech").click()
    page.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    console.assert_accessible()


def test_a_platform_administrator_does_not_see_into_a_tenant(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev), "/platform/tenants")
    page.goto(f"{console.url}/t/acme/users")
    expect(page.get_by_text("This tenant is closed to you")).to_be_visible()
    expect(page.get_by_text("alice")).to_have_count(0)


@pytest.mark.parametrize("language", ["de-DE", "en-GB"])
def test_the_console_speaks_the_browsers_language(console: Console, language: str) -> None:
    context = console.context.browser.new_context(locale=language)  # type: ignore[union-attr]
    try:
        page = context.new_page()
        page.goto(f"{console.url}/sign-in")
        expect(page.get_by_role("button", name={"de-DE": "Weiter", "en-GB": "Continue"}[language])).to_be_visible()
        assert page.locator("html").get_attribute("lang") == language[:2]
    finally:
        context.close()


def test_an_address_without_a_page_says_so_and_leads_back(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/nothing/of/the/kind")
    expect(page.get_by_role("heading", level=1, name="There is nothing here")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Go to the first page").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("There is nothing here")


def test_an_api_that_is_there_is_not_replaced_by_a_new_one(console: Console) -> None:
    """What was typed is kept, and the list finds APIs by their scopes."""
    page = console.sign_in(owner(console.dev), "/t/acme/apis/new")
    page.get_by_label("Name").fill("Another")
    page.get_by_label("Identifier").fill("https://api.acme.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is an API with this identifier already.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Another")
    console.goto("/t/acme/apis?search=orders:write")
    expect(page.get_by_role("heading", level=2, name="Acme orders")).to_be_visible()
    console.goto("/t/acme/apis?search=nothing-of-the-kind")
    expect(page.get_by_role("heading", level=2, name="Acme orders")).to_have_count(0)
    console.assert_accessible()
