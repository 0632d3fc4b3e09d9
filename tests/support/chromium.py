"""Chromium for tests: one process a module, one context a test, and everything that a page should never do noted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
TIMEOUT = 10_000  # milliseconds


@dataclass
class Tab:
    """A page, and what it should never have done."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("dialog", self._on_dialog)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)

    def assert_quiet(self) -> None:
        """No dialog, no script error, nothing that our own policy had to stop."""
        assert not self.dialogs
        assert not self.errors
        assert not self.violations


# A module's, not a session's: while Playwright runs, no other event loop can in this thread.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visiting(chromium: Browser, **options: object) -> Iterator[BrowserContext]:
    """A browser that nobody has used before."""
    context = chromium.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(TIMEOUT)
    try:
        yield context
    finally:
        context.close()


def new_tab(context: BrowserContext) -> Tab:
    """A tab under watch."""
    page = context.new_page()
    tab = Tab(page)
    tab.watch(page)
    return tab


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """A tab of a fresh browser, which has to stay quiet."""
    with visiting(chromium) as context:
        watched = new_tab(context)
        yield watched
        watched.assert_quiet()
