"""The end of a session under a page of the console: nothing typed is lost, nothing that ended comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from opentrusty_core.domain.page import PageRequest
from opentrusty_core.management import Actor, Management
from tests.console.conftest import Account, Console, owner, plain_user
from tests.support.http import Http

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SYSTEM = Actor.system(command="test")
CONSOLE = "opentrusty-console"


@dataclass
class Issued:
    """The tokens that a page was given, as its answers showed them; the console itself keeps them to itself."""

    console: Console
    answers: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.console.page.on("response", self._on_response)

    def _on_response(self, response: Response) -> None:
        if response.url.endswith("/token") and response.request.method == "POST" and response.status == 200:
            self.answers.append(response)

    @cached_property
    def last(self) -> dict[str, Any]:
        """As they are when they are first asked for: the browser forgets answers when it leaves the page."""
        tokens: dict[str, Any] = self.answers[-1].json()
        return tokens

    def throw_away(self) -> None:
        """Revokes the refresh token, and its grant with it (RFC 7009); the session stays."""
        form = {"client_id": CONSOLE, "token": self.last["refresh_token"]}
        assert self._post("revoke", form) == 200

    def refreshed(self) -> int:
        """What the token endpoint answers to the refresh token."""
        form = {"grant_type": "refresh_token", "client_id": CONSOLE, "refresh_token": self.last["refresh_token"]}
        return self._post("token", form)

    def asked_of_the_admin_plane(self) -> int:
        """What the Admin Plane answers to the access token."""
        http = Http(self.console.dev.ready["admin_url"])
        try:
            return http.request(
                "GET", "/api/v1/me", headers={"Authorization": f"Bearer {self.last['access_token']}"}
            ).status
        finally:
            http.close()

    def _post(self, endpoint: str, form: dict[str, str]) -> int:
        http = Http(self.console.dev.auth_url)
        try:
            return http.request("POST", f"/t/acme/{endpoint}", form=form).status
        finally:
            http.close()


def end_sessions(console: Console, account: Account) -> None:
    """As an administrator does."""

    async def end(management: Management) -> None:
        tenant = await management.tenants.find(SYSTEM, account.tenant)
        user = await management.users.get(SYSTEM, tenant.id, account.username)
        await management.sessions.end_all(SYSTEM, tenant.id, user.id)

    console.dev.managed.run(end)


def over(page: Page) -> Locator:
    """What stands over a page whose session has ended."""
    return page.get_by_role("dialog", name="You are no longer signed in")


def a_form_half_filled(console: Console, username: str) -> Page:
    page = console.sign_in(owner(console.dev), "/t/acme/users/new")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Given name").fill("Zoe")
    return page


def beside(console: Console, act: Callable[[Page], None] | None = None) -> None:
    """Signs in again in the window beside the page, which then closes itself."""
    with console.context.expect_page() as opened:
        over(console.page).get_by_role("button", name="Sign in again").click()
    if act is not None:
        act(opened.value)
    expect(over(console.page)).to_have_count(0)


def signing_in_as(account: Account) -> Callable[[Page], None]:
    def act(window: Page) -> None:
        window.fill("#username", account.username)
        window.fill("#password", account.password)
        window.click("#submit")

    return act


def test_tokens_that_were_thrown_away_are_replaced_beside_the_page_and_the_form_is_sent(console: Console) -> None:
    """The session is alive: the window comes and goes by itself."""
    issued = Issued(console)
    page = a_form_half_filled(console, "thrown")
    issued.throw_away()
    page.get_by_role("button", name="Add user").click()
    expect(over(page)).to_be_visible()
    console.assert_accessible()
    beside(console)
    page.get_by_role("heading", level=1, name="Zoe").wait_for()
    assert len(console.context.pages) == 1


def test_a_token_is_renewed_in_time_and_nobody_notices(console: Console) -> None:
    """By the refresh token, under the form that is being filled in."""
    console.page.clock.install()
    issued = Issued(console)
    page = a_form_half_filled(console, "patient")
    assert len(issued.answers) == 1
    page.clock.fast_forward("09:45")  # of ten minutes: in the last half minute it is renewed
    page.get_by_role("button", name="Add user").click()
    page.get_by_role("heading", level=1, name="Zoe").wait_for()
    assert len(issued.answers) == 2


def test_after_the_session_the_person_signs_in_beside_the_page_and_the_form_is_sent(console: Console) -> None:
    """An administrator has ended it meanwhile; what was typed is still there."""
    page = a_form_half_filled(console, "ended")
    end_sessions(console, owner(console.dev))
    page.get_by_role("button", name="Add user").click()
    beside(console, signing_in_as(owner(console.dev)))
    page.get_by_role("heading", level=1, name="Zoe").wait_for()


def test_somebody_else_who_signs_in_gets_nothing_of_the_page(console: Console) -> None:
    """Nor is the form sent in their name."""
    page = a_form_half_filled(console, "other")
    end_sessions(console, owner(console.dev))
    page.get_by_role("button", name="Add user").click()
    beside(console, signing_in_as(plain_user(console.dev)))
    expect(page.get_by_text("The console is not for this account")).to_be_visible()

    async def names(management: Management) -> list[str]:
        tenant = await management.tenants.find(SYSTEM, "acme")
        return [user.username for user in (await management.users.page(SYSTEM, tenant.id, PageRequest())).items]

    assert "other" not in console.dev.managed.run(names)


def test_a_page_without_its_tokens_comes_back_silently(console: Console) -> None:
    """A reload loses what is in memory, and finds the session."""
    issued = Issued(console)
    page = console.sign_in(owner(console.dev), "/t/acme/keys")
    issued.throw_away()
    page.reload()
    page.get_by_role("heading", level=1, name="Keys").wait_for()
    assert page.url == f"{console.url}/t/acme/keys"


def test_a_page_after_its_session_leads_to_the_sign_in_and_back(console: Console) -> None:
    page = console.sign_in(owner(console.dev), "/t/acme/keys")
    end_sessions(console, owner(console.dev))
    page.reload()
    signing_in_as(owner(console.dev))(page)
    page.get_by_role("heading", level=1, name="Keys").wait_for()


def test_signing_out_ends_every_tab_and_every_token(console: Console) -> None:
    issued = Issued(console)
    page = console.sign_in(owner(console.dev), "/t/acme/keys")
    assert issued.asked_of_the_admin_plane() == 200
    other = console.context.new_page()
    other.goto(f"{console.url}/t/acme/users")
    other.get_by_role("link", name="alice").wait_for()
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url(f"{console.url}/**")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert (issued.refreshed(), issued.asked_of_the_admin_plane()) == (400, 401)
    other.get_by_role("link", name="alice").click()
    expect(over(other)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("alice")).to_have_count(0)
    other.close()
