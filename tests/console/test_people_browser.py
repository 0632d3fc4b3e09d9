"""People, groups and roles in the console, as an administrator of the tenant uses them; axe on each page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

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
    expect(page.get_by_role("link", name="Acme Shop")).to_be_visible()
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
    page.get_by_label("Parts of this group").get_by_role("link", name="Settings").click()
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


def people_file(word: str, count: int) -> str:
    """JSON Lines of people whose names begin with a word."""
    return "".join(f'{{"username": "{word}.{number}", "given_name": "{word}"}}\n' for number in range(count))


def import_file(page: Page, name: str, content: str) -> None:
    """Chooses a file on the import page, and has it tried out to its end."""
    choose_file(page, name, content)
    expect(page.get_by_text("Tried out; nothing is written yet.")).to_be_visible(timeout=60_000)


def choose_file(page: Page, name: str, content: str) -> None:
    """Chooses a file on the import page, and has it tried out."""
    file: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Try it out").click()


def test_people_are_imported_after_a_trial_and_bad_lines_are_told_by_number(console: Console) -> None:
    word = unique("csv")
    lines = ["username,email,given_name", f"{word}.a,{word}.a@acme.example,Ada", f"{word}.b,not an address,Bea"]
    page = console.sign_in(administrator(console.dev), "/t/acme/users")
    page.get_by_role("button", name="Import and export").click()
    page.get_by_role("menuitem", name="Import from a file").click()
    expect(page.get_by_role("heading", level=1, name="Import users")).to_be_visible()
    console.assert_accessible()
    choose_file(page, "colours.csv", "username,colour\nida,red\n")
    expect(page.get_by_role("alert")).to_contain_text("colour")  # and another file can be chosen at once
    import_file(page, "people.csv", "\n".join(lines))
    row = page.get_by_role("row").filter(has_text=f"{word}.b")
    expect(row).to_contain_text("3")  # the line's number, the header counted
    console.assert_accessible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the list").click()
    refused = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
    assert [(one["line"], one["username"], list(one["problems"])) for one in refused] == [(3, f"{word}.b", ["email"])]
    page.get_by_role("button", name="Import 1 person").click()
    expect(page.get_by_text("The import is complete.")).to_be_visible()
    console.assert_accessible()
    console.goto(f"/t/acme/users?search={word}")
    expect(page.get_by_role("link", name=f"{word}.a")).to_be_visible()  # the good line is kept
    expect(page.get_by_role("link", name=f"{word}.b")).to_have_count(0)
    page.get_by_role("button", name="Import and export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export those found").click()
    exported = [json.loads(line)["username"] for line in Path(download.value.path()).read_text().splitlines()]
    assert exported == [f"{word}.a"]


def test_an_import_is_stopped_and_what_was_written_stays(console: Console) -> None:
    word = unique("stop")
    page = console.sign_in(administrator(console.dev, tenant_name="globex"), "/t/globex/users/import")
    import_file(page, "people.jsonl", people_file(word, 3000))
    page.get_by_role("button", name="Import 3,000 people").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile("What was written until then is written"))).to_be_visible()
    import_file_again(page)
    expect(page.get_by_text("would be added")).to_be_visible()


def import_file_again(page: Page) -> None:
    """The file that is chosen is tried out once more."""
    page.get_by_role("button", name="Another file").click()
    import_file(page, "people.jsonl", people_file(unique("again"), 3))


SCROLLED_TO = """row => {
  const region = document.querySelector('section[aria-label="Users"]');
  region.scrollTo(0, region.scrollHeight);
  return region.querySelector(`tr[aria-rowindex="${row}"]`);
}"""
"""Whether a list of users shows a row, scrolling on towards it."""


def test_one_thing_is_done_to_those_picked_and_to_all_who_match(console: Console) -> None:
    word = unique("bulk")
    admin = administrator(console.dev, tenant_name="globex")
    page = console.sign_in(admin, "/t/globex/users/import")
    import_file(page, "people.jsonl", people_file(word, 120))
    page.get_by_role("button", name="Import 120 people").click()
    expect(page.get_by_text("The import is complete.")).to_be_visible()
    console.goto(f"/t/globex/users?search={word}")
    expect(page.get_by_text("120 in all")).to_be_visible()
    for row in (2, 3):  # after the header's; which people stand there is theirs alone
        page.locator(f'tr[aria-rowindex="{row}"]').get_by_role("checkbox").check()
    console.assert_accessible()
    page.get_by_role("button", name="Disable").click()
    console.assert_accessible()
    page.get_by_role("dialog").get_by_role("button", name="Disable 2").click()
    expect(page.get_by_text("Done for 2 people.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("row").filter(has_text="Disabled")).to_have_count(2)
    page.get_by_role("checkbox", name="Select", exact=True).check()
    page.get_by_role("button", name="Pick all 120 who match").click()
    page.wait_for_function(SCROLLED_TO, arg=121)  # the last of them is loaded only now, after the header's row
    expect(page.locator('tr[aria-rowindex="121"]').get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_text("All 120 who match are picked")).to_be_visible()
    page.get_by_role("button", name="Assign a role").click()
    page.get_by_role("dialog").get_by_role("combobox").click()
    page.get_by_role("option", name="tenant_support").click()
    page.get_by_role("button", name="Assign to 120").click()
    expect(page.get_by_text("Done for 120 people.")).to_be_visible(timeout=60_000)
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    console.goto(f"/t/globex/users?search={word}")
    page.get_by_role("checkbox", name="Select", exact=True).check()
    page.get_by_role("button", name="Pick all 120 who match").click()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("120 people would be concerned.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete 120")).to_be_disabled()
    dialog.get_by_label("Type 120 to confirm").fill("120")
    dialog.get_by_role("button", name="Delete 120").click()
    expect(page.get_by_text("Done for 120 people.")).to_be_visible(timeout=60_000)
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_who_is_left_out_of_a_bulk_change_is_told_with_the_reason(console: Console) -> None:
    admin = administrator(console.dev)
    page = console.sign_in(admin, "/t/acme/users?search=acme.example")
    page = console.goto(f"/t/acme/users?search={admin.username}")
    page.get_by_role("checkbox", name=f"Select: {admin.username}").check()
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable 1").click()
    expect(page.get_by_text("That is you.")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    console.goto(f"/t/acme/users?search={owner(console.dev).username}")
    page.get_by_role("checkbox", name=f"Select: {owner(console.dev).username}", exact=True).check()
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable 1").click()
    expect(page.get_by_text("The user holds permissions that you lack.")).to_be_visible()


def open_palette(page: Page) -> None:
    """By its keys, ready to be typed into."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("textbox", name="Go to a page, a person or an application")).to_be_focused()


def test_the_palette_finds_people_and_applications_by_the_keyboard(console: Console) -> None:
    name = unique("quentin")
    console.dev.managed.user("acme", name)
    page = console.sign_in(administrator(console.dev), "/t/acme/users")
    open_palette(page)
    page.keyboard.type(name)
    expect(page.get_by_role("dialog").get_by_text(f"{name}@acme.example")).to_be_visible()
    console.assert_accessible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    open_palette(page)
    page.keyboard.type("Acme Nightly")
    expect(page.get_by_role("dialog").get_by_text("machine")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Acme Nightly job")).to_be_visible()
    open_palette(page)
    page.keyboard.type("roles")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Roles")).to_be_visible()


MOST_ROWS = 80
"""What a screen of 900 px shows, with what is drawn ahead of it, twice over."""


def test_thousands_of_people_scroll_past_while_the_document_stays_small(console: Console) -> None:
    word = unique("crowd")
    page = console.sign_in(administrator(console.dev, tenant_name="globex"), "/t/globex/users/import")
    import_file(page, "people.jsonl", people_file(word, 5000))
    page.get_by_role("button", name="Import 5,000 people").click()
    expect(page.get_by_text("The import is complete.")).to_be_visible(timeout=120_000)
    console.goto(f"/t/globex/users?search={word}")
    expect(page.get_by_text("5,000 in all")).to_be_visible()
    most, last = 0, 0
    region = page.get_by_role("region", name="Users")
    rows = region.locator("tr[aria-rowindex]")
    while last < 5001:  # its header is the first row
        region.evaluate("it => it.scrollTo(0, it.scrollHeight)")
        page.wait_for_function(
            "([most, end]) => +[...document.querySelectorAll('tr[aria-rowindex]')].at(-1).ariaRowIndex > most || end",
            arg=[last, last >= 5001],
            timeout=60_000,
        )
        last = int(rows.last.get_attribute("aria-rowindex") or 0)
        most = max(most, region.locator("tbody tr").count())
    assert most < MOST_ROWS
    page.get_by_role("searchbox", name="Search").fill(f"{word}.4321")
    expect(region.get_by_role("link", name=f"{word}.4321")).to_be_visible()
    expect(region.locator("tbody tr")).to_have_count(1)


def test_what_somebody_did_and_what_was_done_to_them_is_found(console: Console) -> None:
    name = unique("nora")
    console.dev.managed.user("acme", name)
    admin = administrator(console.dev)
    page = console.sign_in(admin, "/t/acme/users")
    user_page(console, name, "profile")
    page.get_by_label("Given name").fill("Nora")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_role("link", name="Log").click()
    expect(page.get_by_text("Nothing has happened yet")).to_be_visible()
    page.get_by_text("What was done to them").click()
    row = page.get_by_role("row").filter(has_text="User changed")
    expect(row).to_contain_text(admin.username)
    console.assert_accessible()
    user_page(console, admin.username, "log")
    expect(page.get_by_role("row").filter(has_text="User changed")).to_contain_text(name)


def test_who_is_chosen_keeps_their_name_and_is_not_searched_for_by_it(console: Console) -> None:
    username = unique("vera")

    async def add(management: Management) -> None:
        tenant = await management.tenants.find(ACTOR, "acme")
        await management.users.create(ACTOR, tenant.id, {"username": username, "claims": {"name": "Vera Vale"}})

    console.dev.managed.run(add)
    page = console.sign_in(administrator(console.dev), "/t/acme/roles/tenant_support/holders")
    searches: list[str] = []
    page.on("request", lambda request: searches.append(request.url))
    chooser = page.get_by_role("combobox", name="Person")
    chooser.fill(username)
    option = page.get_by_role("option", name=f"{username} · Vera Vale")
    expect(option).to_be_visible()
    page.clock.install()
    option.click()
    page.get_by_role("heading", level=1).click()
    page.clock.run_for(1000)  # a search would wait a moment for the next key
    expect(chooser).to_have_value(f"{username} · Vera Vale")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("link", name=username)).to_be_visible()
    assert not [url for url in searches if "Vera" in url]
