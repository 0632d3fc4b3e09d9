"""The shell scripts of examples/ do what they say, against planes that run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import jwt
import pytest

from tests.examples.conftest import ROOT, Net
from tests.support.dev import OPENTRUSTY, Dev
from tests.support.person import Person, Shown

PASSWORD = "correct horse battery staple"
"""Of everybody in examples/cli/people.jsonl, hashed in as many ways."""
REDIRECT = ("--redirect-uri", "https://shop.example/callback")
PROGRAM = ("--grant-type", "client_credentials", "--scope", "admin")
"""A client that calls the Admin Plane as itself."""


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


def program(environ: dict[str, str], tenant: str, client_id: str, role: str) -> dict[str, str]:
    """The credentials of a new client that holds a role, as the scripts take them."""
    made = ran(
        environ, "opentrusty", "client", "create", "-t", tenant, "--client-id", client_id, *PROGRAM, "-o", "json"
    )
    ran(environ, "opentrusty", "role", "assign", "-t", tenant, "--client", client_id, role)
    return {"CLIENT_ID": client_id, "CLIENT_SECRET": json.loads(made)["client_secret"]}


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


def test_a_tenant_is_onboarded_over_http(dev_sqlite: Dev, environ: dict[str, str], net: Net) -> None:
    """One program makes the tenant, another fills it; people sign in, and the program registered there has a token."""
    planes = {"AUTH_URL": dev_sqlite.auth_url, "ADMIN_URL": dev_sqlite.ready["admin_url"]}
    maker = {**planes, **program(environ, "platform", "onboarding", "platform_admin")}
    made = ran(environ | maker, "examples/admin_api_curl/tenant.sh", "umbrella", "olivia")
    assert said(made, "issuer") == f"{dev_sqlite.auth_url}/t/umbrella"
    assert isinstance(net.person(dev_sqlite.auth_url).open(said(made, "owner_link")), Shown)
    filler = {**planes, **program(environ, "umbrella", "filler", "tenant_admin")}
    printed = ran(environ | filler, "examples/admin_api_curl/people.sh", "umbrella")
    assert said(printed, "imported") == "5 created, 0 there already, 0 refused"
    claims = jwt.decode(said(printed, "access_token"), options={"verify_signature": False})
    assert (claims["client_id"], claims["aud"], claims["scope"]) == ("nightly", "https://api.example", "orders:read")
    ran(environ, "opentrusty", "client", "create", "-t", "umbrella", "--client-id", "shop", "--kind", "web", *REDIRECT)
    signs_in(net.person(dev_sqlite.auth_url, "ada", PASSWORD), dev_sqlite, "umbrella", "shop")


def test_what_the_api_refuses_is_told_by_its_problem(dev_sqlite: Dev, environ: dict[str, str]) -> None:
    """A second tenant of the same name: the script fails with the API's own words."""
    planes = {"AUTH_URL": dev_sqlite.auth_url, "ADMIN_URL": dev_sqlite.ready["admin_url"]}
    maker = {**planes, **program(environ, "platform", "again", "platform_admin")}
    command = ["examples/admin_api_curl/tenant.sh", "acme", "olivia"]
    done = subprocess.run(
        command, env=environ | maker, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "The tenant exists already." in done.stderr
    assert done.stdout == ""


def test_no_secret_is_an_argument_of_a_command() -> None:
    """`ps` shows arguments to everybody: curl gets secrets and tokens from pipes."""
    for script in sorted((ROOT / "examples/admin_api_curl").glob("*.sh")):
        for line in script.read_text().splitlines():
            if re.search(r"\$\{?(TOKEN|CLIENT_SECRET|credentials)\b", line) and not line.lstrip().startswith("#"):
                assert "<(printf" in line or "<<<" in line, f"{script.name}: {line}"


def test_a_tenant_is_made_what_a_file_says(environ: dict[str, str], tmp_path: Path) -> None:
    """The manifest beside the scripts, under another name; a second time there is nothing to do."""
    file = tmp_path / "tenant.yaml"
    file.write_text((ROOT / "examples/cli/tenant.yaml").read_text().replace("\ntenant: acme\n", "\ntenant: hooli\n"))
    manifest = ("opentrusty", "tenant", "apply", "-f", str(file), "-y")
    assert "Done: create client nightly" in ran(environ, *manifest)
    assert "nothing to do" in ran(environ, *manifest)
