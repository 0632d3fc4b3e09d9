"""The contract suite serves those who write their own store, and nobody else pays for it."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import opentrusty_core
from opentrusty_core.storage import contract

CORE = Path(opentrusty_core.__file__).parent
SUITE = CORE / "storage" / "contract"
INI = """
[pytest]
anyio_mode = auto
markers =
    case: attacks and faults
filterwarnings = error
addopts = --strict-markers
"""


@pytest.mark.slow
def test_the_suite_runs_as_its_docstring_says(tmp_path: Path) -> None:
    """Its recipe, given a store, is a test module that runs under plain pytest with warnings as errors."""
    docstring = contract.__doc__ or ""
    recipe = textwrap.dedent(docstring[docstring.index("    import pytest") : docstring.index("It needs")])
    assert "MyStore(...)" in recipe
    suite = "from opentrusty_core.stores.memory import MemoryStore\n" + recipe.replace("MyStore(...)", "MemoryStore()")
    (tmp_path / "test_my_store.py").write_text(suite)
    (tmp_path / "pytest.ini").write_text(INI)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "TestUsers or TestCodes or TestThrottles",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CORE.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_the_suite_is_whole() -> None:
    """Every test class in its modules is exported, so that the recipe's import runs it."""
    classes = {
        node.name
        for path in SUITE.glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    }
    assert classes == set(contract.__all__)


def test_nothing_that_runs_imports_the_suite() -> None:
    """Pytest is needed by the suite alone."""
    for path in CORE.rglob("*.py"):
        if SUITE not in path.parents:
            names = {alias.name for node in ast.walk(ast.parse(path.read_text())) for alias in _imported(node)}
            assert not {name for name in names if name.startswith(("pytest", "opentrusty_core.storage.contract"))}, path


def _imported(node: ast.AST) -> list[ast.alias]:
    if isinstance(node, ast.Import):
        return node.names
    if isinstance(node, ast.ImportFrom):
        return [ast.alias(name=node.module or ""), *(ast.alias(name=f"{node.module}.{it.name}") for it in node.names)]
    return []
