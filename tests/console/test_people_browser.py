"""People, groups and roles in the console, as an administrator of the tenant uses them; axe on each page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from opentrusty_core.management import Management
from opentrusty_core.runtime import SystemRuntime
from tests.console.conftest import Console, administrator, owner, plain_user
from tests.support.management import ACTOR

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def unique(word: str) -> str:
    """A name that no other test has."""
    return f"{word}-{SystemRuntime().new_id()[-8:]}"


def user_page(console: Console, username: str, tab: str) -> Page:
    """A part of a person's page."""

    async def find(management: Management) -> str:
        tenant = await management.tenants.find(ACTOR, "acme")
        return (await management.users.get(ACTOR, tenant.id, username)).id

    return console.goto(f"/t/acme/users/{console.dev.managed.run(find)}/{tab}")


def test_somebody_is_invited_and_the_link_is_shown_once(console: Console) -> None:
    page = console.sign_in(administrator(console.dev), "/t/acme/users/invite")
    name = unique("ida")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email", exact=True).fill(f"{name}@acme.example")
    page.get_by_label("I send it to their email address").check()
    console.assert_accessible()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("The link is shown this once")).to_be_visible()
    link = page.get_by_text(re.compile(r"/t/acme/invitation#")).inner_text()
    console.assert_accessible()
    page.get_by_role("link", name=f"Go to {name}").click()
    page.get_by_role("link", name="Sign-in").click()
    expect(page.get_by_text(re.compile("An invitation, made"))).to_be_visible()
    assert link not in page.content()
    guest = console.context.new_page()
    guest.goto(link)
    expect(guest.get_by_role("heading", level=1)).to_contain_text("password")
    guest.close()


def test_a_link_for_a_new_password_is_made_and_withdrawn_and_a_wait_is_ended(console: Console) -> None:
    name = unique("lena")
    console.dev.managed.user("acme", name)
    console.sign_in(administrator(console.dev), "/t/acme/users")
    page = user_page(console, name, "credentials")
    console.assert_accessible()
    page.get_by_role("button", name="Make a link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Invitation", exact=True).click()
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_text(re.compile("has a password already"))).to_be_visible()  # and the other kind is offered
    dialog.get_by_text("New password", exact=True).click()
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_text(re.compile(r"/t/acme/password-reset#"))).to_be_visible()
    console.assert_accessible()
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text(re.compile("A reset link, made"))).to_be_visible()
    page.get_by_role("button", name="Withdraw the link").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw the link").click()
    expect(page.get_by_text("No link is good at present.")).to_be_visible()
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text(f"Nothing was counted against {name}.")).to_be_visible()


def test_all_that_is_known_of_a_person_is_downloaded(console: Console) -> None:
    console.sign_in(administrator(console.dev), "/t/acme/users")
    page = user_page(console, "alice", "profile")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "alice.json"
    document = json.loads(Path(download.value.path()).read_text())
    assert document["user"]["username"] == "alice"


def test_a_consent_is_seen_and_withdrawn(console: Console) -> None:
    alice = plain_user(console.dev)
    allow(console, alice.username, alice.password)
    console.context.clear_cookies()
    console.sign_in(administrator(console.dev), "/t/acme/users")
    page = user_page(console, alice.username, "consents")
    expect(page.get_by_text("profile", exact=True)).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Withdraw: web").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Nothing allowed yet")).to_be_visible()


def allow(console: Console, username: str, password: str) -> None:
    """Signs somebody in to the demo's web application, who allows it what it asks."""
    guest = console.context.new_page()
    guest.route("http://localhost:9999/**", lambda route: route.fulfill(body="back"))
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B
    guest.goto(
        f"{console.dev.auth_url}/t/acme/authorize?client_id=web&response_type=code&scope=openid+profile&state=s"
        f"&redirect_uri=http://localhost:9999/callback&code_challenge={challenge}&code_challenge_method=S256"
    )
    guest.fill("#username", username)
    guest.fill("#password", password)
    guest.click("#submit")
    guest.get_by_role("button", name="Allow").click()
    guest.wait_for_url("http://localhost:9999/**")
    guest.close()


def test_a_group_is_made_filled_and_its_roles_reach_its_members(console: Console) -> None:
    member, group = unique("max"), unique("Support team")
    console.dev.managed.user("acme", member)
    page = console.sign_in(administrator(console.dev), "/t/acme/groups")
    console.assert_accessible()
    page.get_by_role("link", name="Add group").first.click()
    page.get_by_label("Name").fill(group)
    page.get_by_label("Description").fill("Answers tickets.")
    console.assert_accessible()
    page.get_by_role("button", name="Add group").click()
    page.get_by_role("heading", level=1, name=group).wait_for()
    page.get_by_role("combobox", name="People to add").click()
    page.keyboard.type(member)
    page.get_by_role("option", name=member).click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name=member)).to_be_visible()
    console.assert_accessible()
    page.get_by_label("Parts of this group").get_by_role("link", name="Roles").click()
    page.get_by_role("combobox", name="Choose a role").click()
    page.get_by_role("option", name="tenant_support").click()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("link", name="tenant_support")).to_be_visible()
    console.assert_accessible()
    page = user_page(console, member, "roles")
    expect(page.get_by_text(f"tenant_support by {group}").first).to_be_visible()
    expect(page.get_by_text("Read sessions")).to_be_visible()
    console.assert_accessible()
    page.get_by_label("Parts of this user").get_by_role("link", name="Groups").click()
    page.get_by_role("button", name=f"Remove: {group}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("In no group")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("combobox", name="Choose a group").click()
    page.keyboard.type(group)
    page.get_by_role("option", name=group).click()
    page.get_by_role("button", name="Add to the group").click()
    page.get_by_role("link", name=group).click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Description").fill("Answers tickets, and telephones.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_label(f"Type {group} to confirm").fill(group)
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1, name="Groups")).to_be_visible()
    expect(page.get_by_role("link", name=group)).to_have_count(0)


def test_a_role_of_its_own_is_made_assigned_changed_and_deleted(console: Console) -> None:
    role, holder = unique("helpdesk"), unique("hanna")
    console.dev.managed.user("acme", holder)
    page = console.sign_in(owner(console.dev), "/t/acme/roles")
    expect(page.get_by_role("link", name="tenant_owner")).to_be_visible()
    console.assert_accessible()
    page.get_by_text("Permission matrix").click()
    expect(page.get_by_role("columnheader", name="tenant_support")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Add role").click()
    page.get_by_label("Name").fill("Help Desk")
    page.get_by_label("What it is for").fill("Answers tickets.")
    page.get_by_label("Read users").check()
    page.get_by_label("All: Sessions").check()
    console.assert_accessible()
    page.get_by_role("button", name="Add role").click()
    # Refused beside the field, and nothing that was chosen is lost.
    expect(page.get_by_text(re.compile("lower-case", re.IGNORECASE)).nth(1)).to_be_visible()
    expect(page.get_by_label("Read sessions")).to_be_checked()
    page.get_by_label("Name").fill(role)
    page.get_by_role("button", name="Add role").click()
    page.get_by_role("heading", level=1, name=role).wait_for()
    page.get_by_role("combobox", name="Person").click()
    page.keyboard.type(holder)
    page.get_by_role("option", name=holder).click()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("link", name=holder)).to_be_visible()
    console.assert_accessible()
    page.get_by_role("link", name="Permissions").click()
    page.get_by_label("Read users").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(f"Type {role} to confirm").fill(role)
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_be_visible()  # somebody holds it
    dialog.get_by_label("Take it from all who hold it").check()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1, name="Roles")).to_be_visible()


def test_nobody_hands_on_what_they_lack_and_the_console_says_why(console: Console) -> None:
    page = console.sign_in(administrator(console.dev), "/t/acme/roles/new")
    box = page.get_by_label("Make and unmake owners")
    expect(box).to_be_disabled()
    expect(page.get_by_text("You may not do this yourself, so you cannot hand it on.").first).to_be_visible()
    console.assert_accessible()
    console.goto("/t/acme/roles/tenant_owner/holders")
    expect(page.get_by_text(re.compile("You cannot assign or end this role"))).to_be_visible()
    console.assert_accessible()
    user_page(console, owner(console.dev).username, "roles")
    end = page.get_by_role("button", name="End: tenant_owner")
    expect(end).to_have_attribute("aria-disabled", "true")
    end.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("It allows what you may not do yourself")
    page.get_by_role("combobox", name="Choose a role").click()
    expect(page.get_by_role("option", name="tenant_admin")).to_be_enabled()


def test_who_may_only_read_is_offered_nothing_to_change(console: Console) -> None:
    page = console.sign_in(administrator(console.dev, "tenant_auditor"), "/t/acme/groups")
    expect(page.get_by_role("link", name="Add group")).to_have_count(0)
    console.goto("/t/acme/roles")
    expect(page.get_by_role("link", name="Add role")).to_have_count(0)
    user_page(console, "alice", "roles")
    expect(page.get_by_role("heading", name="What they may do")).to_be_visible()
    expect(page.get_by_role("button", name="Assign")).to_have_count(0)
    user_page(console, "alice", "credentials")
    expect(page.get_by_text("No link is good at present.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Make a link|Unlock|Set a password"))).to_have_count(0)
