"""Signing in to the console and out of it, in a real browser, against the real planes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Console, owner, plain_user, platform_admin

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_owner_signs_in_sees_their_tenant_and_a_reload_comes_back_by_itself(console: Console) -> None:
    page = console.sign_in(owner(console.dev))
    expect(page).to_have_url(re.compile("/t/acme/"))
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    expect(page).to_have_url(re.compile("/t/acme/"))
    assert "access_token" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_a_platform_administrator_sees_the_platform(console: Console) -> None:
    page = console.sign_in(platform_admin(console.dev))
    expect(page).to_have_url(re.compile("/platform/"))


def test_a_person_without_a_role_is_told_plainly_and_has_a_way_out(console: Console) -> None:
    page = console.page
    account = plain_user(console.dev)
    console.sign_in(account)
    expect(page.get_by_text("The console is not for this account")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{console.url}/**")
    expect(page.get_by_role("textbox", name="Organisation")).to_be_visible()


def test_the_choice_of_the_tenant_takes_a_name_an_issuer_and_a_link(console: Console) -> None:
    page = console.page
    page.goto(f"{console.url}/sign-in")
    console.assert_accessible()
    field = page.get_by_role("textbox", name="Organisation")
    field.fill("not a name")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Use the short name")).to_be_visible()
    issuer = console.dev.tenant("globex")["issuer"]
    field.fill(issuer)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{issuer}/**")
    page.goto(f"{console.url}/sign-in?iss={issuer}")
    page.wait_for_url(f"{issuer}/**")
