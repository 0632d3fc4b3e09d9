"""People who signed in at the command line of a running `opentrusty dev`, and the same commands on its database."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from opentrusty_cli.main import cli
from tests.support.dev import OPENTRUSTY, Dev, dev_sqlite
from tests.support.person import Person

ROOT = Path(__file__).parents[3]

__all__ = ["dev_sqlite"]

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Somebody's shell: commands run in this process, under these variables and no other ones of ours."""

    variables: dict[str, str]

    @property
    def login(self) -> str:
        """The name of the login, where one is named."""
        return self.variables["OPENTRUSTY_REMOTE"]

    def run(self, *args: str, input: str | bytes | None = None) -> Result:  # noqa: A002 - click's own word
        """Run a command and return whatever became of it."""
        environ: dict[str, str | None] = {name: None for name in os.environ if name.startswith("OPENTRUSTY_")}
        result = CliRunner().invoke(cli, args, input=input, env=environ | self.variables, prog_name="opentrusty")
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

    def refused(self, code: int, *args: str) -> str:
        """Run a command that fails with this exit code; what it told."""
        result = self.run(*args)
        assert (result.exit_code, result.stdout) == (code, ""), f"{args}: {result.output}"
        return result.stderr.partition("Error: ")[2].strip()


def sign_in(config: Path, dev: Dev, tenant: str, username: str, password: str) -> None:
    """`opentrusty login` as a process, and a person who answers the browser's side of it."""
    command = [*OPENTRUSTY, "login", dev.ready["admin_url"], "--tenant", tenant, "--no-browser"]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(config)}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        (url,) = (line.strip() for _, line in zip(range(3), process.stderr, strict=False) if "http" in line)
        left = Person(dev.auth_url, username, password).authorize(url)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(left.url, timeout=10) as answer:
            assert answer.status == 200
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0, errors


@pytest.fixture(scope="session")
def database(dev_sqlite: Dev) -> Shell:
    """On the database of `opentrusty dev`."""
    return Shell(
        variables={
            "OPENTRUSTY_DATABASE_URL": dev_sqlite.ready["database_url"],
            "OPENTRUSTY_MASTER_KEY_FILE": str(dev_sqlite.folder / "opentrusty.key"),
            "OPENTRUSTY_AUTH_URL": dev_sqlite.auth_url,
            "OPENTRUSTY_ADMIN_URL": dev_sqlite.ready["admin_url"],
        }
    )


@pytest.fixture(scope="session")
def config(dev_sqlite: Dev, database: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of logins: olive, who owns the tenant `mirror`, and the platform's administrator, who is current."""
    folder = tmp_path_factory.mktemp("config")
    for name in ("mirror", "plain"):
        database("tenant", "create", name, "--owner", "olive", "--password-stdin", input=f"{PASSWORD}\n")
    sign_in(folder, dev_sqlite, "mirror", "olive", PASSWORD)
    root = dev_sqlite.ready["platform_admin"]
    sign_in(folder, dev_sqlite, root["tenant"], root["username"], root["password"])
    return folder


@pytest.fixture(scope="session")
def host(dev_sqlite: Dev) -> str:
    """Of the Admin Plane, as it stands in the names of logins."""
    return str(dev_sqlite.ready["admin_url"]).removeprefix("http://")


@pytest.fixture(scope="session")
def olive(config: Path, host: str) -> Shell:
    """The owner of `mirror`, remotely."""
    return Shell(variables={"XDG_CONFIG_HOME": str(config), "OPENTRUSTY_REMOTE": f"mirror@{host}"})


@pytest.fixture(scope="session")
def root(config: Path) -> Shell:
    """The platform's administrator, remotely."""
    return Shell(variables={"XDG_CONFIG_HOME": str(config)})
