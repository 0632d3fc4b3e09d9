"""The report of attack and fault cases tells the truth."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SUITE = """
import pytest

@pytest.mark.case("C10")
@pytest.mark.case("C2", "A1")
def test_shown(): pass

@pytest.mark.case("D4")
@pytest.mark.parametrize("works", [True, False])
def test_half_shown(works): assert works

@pytest.mark.case("K3")
def test_left_out(): pytest.skip("no database")

@pytest.fixture
def broken(): raise RuntimeError

@pytest.mark.case("L1")
def test_never_ran(broken): pass
"""


def run(folder: Path, suite: str, *options: str) -> str:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    case(id): a row\n    postgres: by itself\n")
    (folder / "test_suite.py").write_text(suite)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", f"--rootdir={folder}", *options, str(folder)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    ).stdout


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "two processes"])
def test_only_cases_whose_every_test_passed_are_shown(tmp_path: Path, options: list[str]) -> None:
    """One failing, skipped or broken test leaves its case open, and the list is in the table's order."""
    lines = run(tmp_path, SUITE, *options).splitlines()
    assert any("attack and fault cases: 3 shown, 3 open" in line for line in lines)
    assert "shown: A1 C2 C10" in lines
    assert "open:  D4 (failed, passed) K3 (skipped) L1 (error)" in lines


@pytest.mark.slow
def test_a_case_that_is_no_row_stops_the_run(tmp_path: Path) -> None:
    """A marker without a row's id is a mistake, not a silent nothing."""
    output = run(tmp_path, 'import pytest\n\n@pytest.mark.case("replay")\ndef test_it(): pass\n')
    assert "names rows such as 'C2', not ('replay',)" in output
    assert "1 passed" not in output
