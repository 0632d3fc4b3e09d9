"""What every test stands on: the event loop, Hypothesis's profile, PostgreSQL, and the report of covered cases."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.postgres import postgres_cluster, postgres_roles, postgres_url

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

__all__ = ["anyio_backend", "postgres_cluster", "postgres_roles", "postgres_url"]

# Before anything imports it: tests of many folders build their records with it.
pytest.register_assert_rewrite("opentrusty_core.storage.contract")

CASE_ID = re.compile(r"[A-Z]\d+")
CASE_PROPERTY = "case"

# No deadline: the machine is shared. `HYPOTHESIS_PROFILE=thorough` looks ten times longer.
settings.register_profile("opentrusty", deadline=None, print_blob=True)
settings.register_profile("thorough", settings.get_profile("opentrusty"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "opentrusty"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the servers do."""
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use PostgreSQL; note each test's cases in its reports, which cross process borders."""
    for item in items:
        if "postgres_cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)
        for marker in item.iter_markers("case"):
            if not marker.args or not all(isinstance(id_, str) and CASE_ID.fullmatch(id_) for id_ in marker.args):
                raise pytest.UsageError(
                    f"{item.nodeid}: @pytest.mark.case names rows such as 'C2', not {marker.args!r}"
                )
            item.user_properties += [(CASE_PROPERTY, id_) for id_ in marker.args]


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """List the cases that passing tests showed, and those that a failing, skipped or missing test left open."""
    outcomes: dict[str, set[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped", "xfailed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == CASE_PROPERTY:
                    outcomes.setdefault(str(value), set()).add(outcome)
    if not outcomes:
        return
    shown = sorted((id_ for id_, seen in outcomes.items() if seen == {"passed"}), key=_natural)
    open_ = sorted(outcomes.keys() - shown, key=_natural)
    terminalreporter.section(f"attack and fault cases: {len(shown)} shown, {len(open_)} open")
    terminalreporter.line("shown: " + (" ".join(shown) or "none"))
    if open_:
        terminalreporter.line("open:  " + " ".join(f"{id_} ({', '.join(sorted(outcomes[id_]))})" for id_ in open_))


def _natural(case: str) -> tuple[str, int]:
    return case[0], int(case[1:])
