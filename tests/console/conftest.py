"""What the console's browser tests stand on: the real planes, and people signed in to the console."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from opentrusty_core.domain.principal import Principal
from opentrusty_core.management import Management
from opentrusty_core.runtime import SystemRuntime
from tests.support.chromium import Tab, chromium, new_tab, visiting
from tests.support.dev import Dev, dev_sqlite
from tests.support.management import ACTOR

__all__ = ["chromium", "dev_sqlite"]

AXE = Path(__file__).parents[2] / "web-console" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a colour scheme changes moves there: axe would measure the colours in between.
SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const ending = document.getAnimations().filter(one => one.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map(one => one.finished));
}"""
Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody of the demo who can sign in."""

    tenant: str
    username: str
    password: str


@dataclass(slots=True, kw_only=True)
class Console:
    """The console in a browser of its own, and who is signed in there."""

    dev: Dev
    context: BrowserContext
    tab: Tab
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        """The tab's page."""
        return self.tab.page

    @property
    def url(self) -> str:
        """The console's origin."""
        url: str = self.dev.ready["console_url"]
        return url

    def goto(self, path: str) -> Page:
        """Opens a page of the console, and waits until it has its heading."""
        self.page.goto(self.url + path)
        self.page.get_by_role("heading", level=1).wait_for()
        return self.page

    def sign_in(self, account: Account, path: str = "/") -> Page:
        """Signs in as a person does: the tenant's name, the sign-in page, back in the console."""
        page = self.page
        page.goto(f"{self.url}/sign-in?return_to={path}")
        page.get_by_role("textbox", name="Organisation").fill(account.tenant)
        page.get_by_role("button", name="Continue").click()
        page.fill("#username", account.username)
        page.fill("#password", account.password)
        page.click("#submit")
        page.wait_for_url(f"{self.url}/**")
        page.get_by_role("heading", level=1).wait_for()
        return page

    def violations(self, scheme: Scheme = "light") -> list[str]:
        """What axe finds on the page in a colour scheme, one line each; the pointer rests where it opens no tooltip."""
        self.page.mouse.move(0, 0)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.evaluate(SETTLED)
        self.page.evaluate(axe_source())
        found: list[dict[str, Any]] = self.page.evaluate(
            "tags => axe.run(document, {runOnly: tags}).then(result => result.violations)", WCAG
        )
        return [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in found
            for node in one["nodes"]
        ]

    def assert_accessible(self) -> None:
        """Axe finds nothing in either scheme."""
        found = {scheme: self.violations(scheme) for scheme in ("light", "dark")}
        assert found == {"light": [], "dark": []}


@cache
def axe_source() -> str:
    """axe-core, which is evaluated into pages: their policy lets no foreign script in."""
    return AXE.read_text()


def platform_admin(dev: Dev) -> Account:
    """The demo's platform administrator."""
    return Account(**dev.ready["platform_admin"])


def owner(dev: Dev, tenant: str = "acme") -> Account:
    """The owner of a demo tenant."""
    user = next(user for user in dev.tenant(tenant)["users"] if "tenant_owner" in user["roles"])
    return Account(tenant=tenant, username=user["username"], password=user["password"])


def plain_user(dev: Dev, tenant: str = "acme") -> Account:
    """Somebody without a role."""
    user = dev.tenant(tenant)["users"][0]
    return Account(tenant=tenant, username=user["username"], password=user["password"])


def administrator(dev: Dev, role: str = "tenant_admin", tenant_name: str = "acme") -> Account:
    """Somebody new who holds one role in a tenant."""
    username = f"{role.replace('_', '-')}-{SystemRuntime().new_id()[-8:]}"
    password = dev.managed.user(tenant_name, username)

    async def assign(management: Management) -> None:
        tenant = await management.tenants.find(ACTOR, tenant_name)
        user = await management.users.get(ACTOR, tenant.id, username)
        await management.roles.assign(ACTOR, tenant.id, Principal.user(user.id), role)

    dev.managed.run(assign)
    return Account(tenant=tenant_name, username=username, password=password)


@pytest.fixture
def console(chromium: Browser, dev_sqlite: Dev) -> Iterator[Console]:
    """The console in a fresh browser that speaks English; it has to stay quiet."""
    with visiting(chromium, locale="en-GB", viewport={"width": 1440, "height": 900}) as context:
        tab = new_tab(context)
        yield Console(dev=dev_sqlite, context=context, tab=tab)
        tab.assert_quiet()
