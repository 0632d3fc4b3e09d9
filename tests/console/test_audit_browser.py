"""The audit in a real browser against the real planes: found, opened and exported; of all who have one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from opentrusty_core.management import Actor, Management
from tests.console.conftest import Console, owner, platform_admin

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SYSTEM = Actor.system(command="test")


def test_events_are_found_and_one_is_opened(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/audit")
    table = page.get_by_role("table", name="Events")
    expect(table.get_by_role("link", name="Sign-in").first).to_be_visible()
    console.assert_accessible()
    page.get_by_role("combobox", name="Kinds of events").fill("sign-in")
    page.get_by_role("option", name="Sign-in", exact=True).click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"type=session\.started"))
    expect(table.get_by_role("link", name="Token issued")).to_have_count(0)
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("textbox", name="Address").fill("198.51.100.1")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    expect(page).to_have_url(re.compile(r"ip=198\.51\.100\.1"))
    console.assert_accessible()
    page.reload()
    expect(page.get_by_role("textbox", name="Address")).to_have_value("198.51.100.1")
    page.get_by_role("button", name="Fewer filters").click()
    table.get_by_role("link", name="Sign-in").first.click()
    page.get_by_role("heading", level=1, name="Sign-in").wait_for()
    expect(page.get_by_text("owner", exact=True)).to_be_visible()
    console.assert_accessible()
    address = page.url
    page.get_by_role("link", name="All they did").click()
    expect(page).to_have_url(re.compile("actor_id="))
    expect(table.get_by_role("link", name="Token issued").first).to_be_visible()
    page.goto(address)
    page.get_by_role("heading", level=1, name="Sign-in").wait_for()
    page.goto(f"{console.url}/t/acme/audit/nothing")
    expect(page.get_by_text("There is nothing here")).to_be_visible()


def test_what_fits_is_exported_as_a_file(console: Console, tmp_path: Path) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/audit?type=session.started")
    page.get_by_role("table", name="Events").get_by_role("link").first.wait_for()
    for item, ending in (("JSON Lines", "jsonl"), ("CSV, for spreadsheets", "csv")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item).click()
        assert re.fullmatch(rf"audit-acme-[\d-]+\.{ending}", download.value.suggested_filename)
        download.value.save_as(tmp_path / ending)
    events = [json.loads(line) for line in (tmp_path / "jsonl").read_text().splitlines()]
    assert {event["type"] for event in events} == {"session.started"}
    assert (tmp_path / "csv").read_text().startswith("id,at,type,")
    console.goto("/t/acme/audit?type=audit.exported")
    expect(page.get_by_role("link", name="Audit exported")).to_have_count(2)


def test_an_application_has_its_own_log(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/applications/web/settings")
    page.get_by_role("link", name="Logs").click()
    expect(page.get_by_role("link", name="Application added")).to_be_visible()
    expect(page.get_by_role("link", name="User added")).to_have_count(0)
    console.assert_accessible()


def test_the_platform_has_its_own_audit_with_the_names_of_tenants(console: Console) -> None:
    async def suspend(management: Management) -> None:
        tenant = await management.tenants.find(SYSTEM, "globex")
        await management.tenants.suspend(SYSTEM, tenant.id)
        await management.tenants.resume(SYSTEM, tenant.id)

    console.dev.managed.run(suspend)
    page = console.sign_in(platform_admin(console.dev), "/platform/audit")
    events = page.get_by_role("table", name="Events")
    events.get_by_role("link").first.wait_for()
    console.assert_accessible()
    events.get_by_role("link").first.click()
    page.get_by_role("heading", level=1).wait_for()
    expect(page.get_by_role("link", name="Platform audit").first).to_be_visible()
    console.assert_accessible()
