"""Every page, checked in Chromium by axe-core against WCAG 2.2 AA: light, dark, in each language, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from opentrusty_server.pages.views import Page, Throttled
from tests.servers.page_views import EVERY, NEW_PASSWORD, NONCE, OPEN_LINK, PAGES
from tests.support.chromium import chromium, visiting

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser]

AXE = Path(__file__).parents[1] / "interop" / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ORIGIN = "https://auth.example"
VIEWS: list[Page] = [
    *EVERY,
    replace(NEW_PASSWORD, way="invitation", problem=Throttled(retry_after=90)),
    replace(OPEN_LINK, way="password-reset", problem=Throttled(retry_after=9)),
]


@dataclass(frozen=True)
class Look:
    scheme: str
    locale: str
    width: int


LOOKS = [Look("light", "en", 1280), Look("dark", "de", 320)]


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(params=LOOKS, ids=str)
def look(request: pytest.FixtureRequest) -> Look:
    found: Look = request.param
    return found


@pytest.fixture
def context(chromium: Browser, look: Look) -> Iterator[BrowserContext]:
    options = {
        "color_scheme": look.scheme,
        "viewport": {"width": look.width, "height": 800},
        "bypass_csp": True,  # the checker's own scripts: no page of ours would let them run
    }
    with visiting(chromium, **options) as context:
        yield context


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)
def test_no_page_has_a_barrier_that_axe_finds(context: BrowserContext, look: Look, view: Page) -> None:
    """And none has to be scrolled sideways, at 320 pixels either (WCAG 1.4.10)."""
    html = PAGES.render(view, locales=(look.locale,), nonce=NONCE)

    def answer(route: Route) -> None:
        asset = PAGES.assets.get(route.request.url.removeprefix(ORIGIN))
        if asset is not None:
            route.fulfill(body=asset.body, content_type=asset.content_type)
        elif route.request.is_navigation_request() and route.request.method == "GET":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif route.request.is_navigation_request():
            route.fulfill(status=204)  # the page that posts by itself stays
        else:
            route.abort()

    context.route("**/*", answer)
    page = context.new_page()
    page.goto(f"{ORIGIN}/page", wait_until="commit")
    page.wait_for_selector("h1")
    page.evaluate(axe())
    found = page.evaluate("tags => axe.run({runOnly: tags})", STANDARD)
    assert {"color-contrast", "document-title", "html-has-lang"} <= {it["id"] for it in found["passes"]}
    assert [(it["id"], [node["html"] for node in it["nodes"]]) for it in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
