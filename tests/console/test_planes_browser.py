"""The console while another plane is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from opentrusty_cli.dev import describe
from tests.console.conftest import Console, owner
from tests.support.chromium import new_tab, visiting
from tests.support.deployment import Deployment, deploy
from tests.support.dev import Dev

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The Auth Plane and the console; the Admin Plane is each test's own."""
    made = deploy(tmp_path_factory.mktemp("planes")).with_admin().with_console()
    with ExitStack() as running:
        running.enter_context(made.serving())
        running.enter_context(made.serving_console())
        yield made


@pytest.mark.case("R13")
def test_without_the_admin_plane_the_console_says_so_and_comes_back_by_itself(
    deployment: Deployment, chromium: Browser
) -> None:
    """What still works is said; what was typed stays, and is saved when the plane is back."""
    with visiting(chromium, locale="en-GB") as context, ExitStack() as plane:
        server = plane.enter_context(deployment.serving_admin())
        tab = new_tab(context)
        ready = describe(deployment.settings, deployment.credentials)
        console = Console(dev=Dev(process=server, folder=deployment.folder, ready=ready), context=context, tab=tab)
        page = console.sign_in(owner(console.dev), "/t/acme/users/new")
        page.get_by_label("Username").fill("later")
        server.kill()
        page.get_by_role("button", name="Add user").click()
        expect(page.get_by_text("The Admin Plane does not answer")).to_be_visible()
        expect(page.get_by_text("Sign-in and applications are not affected.")).to_be_visible()
        expect(page.get_by_label("Username")).to_have_value("later")
        console.assert_accessible()
        other = console.context.new_page()
        other.goto(f"{deployment.auth_url}/t/acme/.well-known/openid-configuration")
        assert "issuer" in other.content()
        other.goto(f"{console.url}/t/acme/keys")
        expect(other.get_by_text("The Admin Plane does not answer")).to_be_visible(timeout=15_000)
        with deployment.serving_admin():
            expect(other.get_by_role("heading", level=1, name="Keys")).to_be_visible(timeout=15_000)
            page.get_by_role("button", name="Add user").click()
            expect(page.get_by_role("heading", level=1, name="later")).to_be_visible()
        tab.assert_quiet()
