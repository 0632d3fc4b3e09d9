"""The command line over an SQLite file of its own, with the platform bootstrapped and a tenant `acme`."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from opentrusty_cli.main import cli

PASSWORD = "correct horse battery staple"


class Cli:
    """Runs commands in this process, in a folder of their own."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder / 'opentrusty.db'}"
        self.environ: dict[str, str | None] = {name: None for name in os.environ if name.startswith("OPENTRUSTY_")}
        self.environ["OPENTRUSTY_DATABASE_URL"] = self.database_url
        self.environ["OPENTRUSTY_MASTER_KEY_FILE"] = str(folder / "opentrusty.key")

    def run(self, *args: str, input: str | bytes | None = None) -> Result:  # noqa: A002 - click's own word
        """Run a command and return whatever became of it; an exception that nobody maps is the test's failure."""
        result = CliRunner().invoke(cli, args, input=input, env=self.environ, prog_name="opentrusty")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def __call__(self, *args: str, input: str | None = None) -> str:  # noqa: A002
        """Run a command that succeeds; what it printed."""
        result = self.run(*args, input=input)
        assert result.exit_code == 0, f"{args}: {result.stderr}"
        return result.stdout

    def json(self, *args: str, input: str | None = None) -> Any:  # noqa: A002
        """Run a command that succeeds; the JSON it printed."""
        return json.loads(self(*args, "-o", "json", input=input))

    def refused(self, code: int, *args: str, input: str | bytes | None = None) -> str:  # noqa: A002
        """Run a command that fails with this exit code; the one error that it told, and nothing on standard output."""
        result = self.run(*args, input=input)
        assert (result.exit_code, result.stdout) == (code, ""), f"{args}: {result.output}"
        assert "Traceback" not in result.stderr
        assert result.stderr.count("Error: ") == 1, result.stderr
        return result.stderr.partition("Error: ")[2].strip()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, bootstrapped database and a tenant; tests work on copies."""
    folder = tmp_path_factory.mktemp("cli")
    made = Cli(folder)
    made("migrate")
    made("bootstrap", "--password-stdin", input=f"{PASSWORD}\n")
    made("tenant", "create", "acme", "--owner", "olive", "--password-stdin", input=f"{PASSWORD}\n")
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Cli:
    """The command line where nothing has been made yet."""
    return Cli(tmp_path)


@pytest.fixture
def acme(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line with a platform administrator and a tenant `acme`, owned by `olive`."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path)
