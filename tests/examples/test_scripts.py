"""The shell scripts of examples/ do what they say, against planes that run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.examples.conftest import ROOT, Net
from tests.support.dev import OPENTRUSTY, Dev
from tests.support.person import Person, Shown

PASSWORD = "correct horse battery staple"
"""Of everybody in examples/cli/people.jsonl, hashed in as many ways."""


@pytest.fixture(scope="module")
def environ(dev_sqlite: Dev, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An operator's shell: `opentrusty` is on the path, and knows the deployment."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "opentrusty"
    command.write_text(f'#!/bin/sh\nexec {" ".join(OPENTRUSTY)} "$@"\n')
    command.chmod(0o755)
    return {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "OPENTRUSTY_DATABASE_URL": dev_sqlite.ready["database_url"],
        "OPENTRUSTY_MASTER_KEY_FILE": str(dev_sqlite.folder / "opentrusty.key"),
        "OPENTRUSTY_AUTH_URL": dev_sqlite.auth_url,
        "OPENTRUSTY_ADMIN_URL": dev_sqlite.ready["admin_url"],
    }


def ran(environ: dict[str, str], *command: str) -> str:
    """What a command printed, when it went well."""
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said(printed: str, name: str) -> str:
    """The value of a line `name: value`."""
    (line,) = [line for line in printed.splitlines() if line.startswith(f"{name}:")]
    return line.removeprefix(f"{name}:").strip()


def signs_in(person: Person, dev: Dev, tenant: str, client_id: str) -> None:
    """The person comes back to the application with a code."""
    parameters = {
        "client_id": client_id,
        "redirect_uri": "https://shop.example/callback",
        "response_type": "code",
        "scope": "openid email",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    left = person.authorize(f"{dev.auth_url}/t/{tenant}/authorize?{urlencode(parameters)}")
    assert left.url.startswith("https://shop.example/callback?")
    assert "code" in left.parameters


def test_a_tenant_is_onboarded_by_the_command_line(dev_sqlite: Dev, environ: dict[str, str], net: Net) -> None:
    """Its owner is invited, its people sign in with the passwords that they had, its application has a secret."""
    printed = ran(environ, "examples/cli/onboard.sh", "initech", "olivia")
    assert "5 created" in printed
    assert said(printed, "client_id") == "shop"
    assert said(printed, "client_secret").startswith("ots_")
    assert "The scope email releases it." in printed
    for username in ("ada", "grace", "alan", "karen"):
        signs_in(net.person(dev_sqlite.auth_url, username, PASSWORD), dev_sqlite, "initech", "shop")
    (link,) = [word for word in printed.split() if word.startswith(f"{dev_sqlite.auth_url}/t/initech/")]
    page = net.person(dev_sqlite.auth_url).open(link)
    assert isinstance(page, Shown)
    assert page.answer.status == 200


def test_a_tenant_is_made_what_a_file_says(environ: dict[str, str], tmp_path: Path) -> None:
    """The manifest beside the scripts, under another name; a second time there is nothing to do."""
    file = tmp_path / "tenant.yaml"
    file.write_text((ROOT / "examples/cli/tenant.yaml").read_text().replace("\ntenant: acme\n", "\ntenant: hooli\n"))
    manifest = ("opentrusty", "tenant", "apply", "-f", str(file), "-y")
    assert "Done: create client nightly" in ran(environ, *manifest)
    assert "nothing to do" in ran(environ, *manifest)
