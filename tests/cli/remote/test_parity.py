"""Every command says the same on the database and through the Admin Plane.

One script of commands is run twice: by the system on the tenant `plain`, and on its twin `mirror` by people who signed
in there. What they print is the same, but for ids, moments and secrets; so is how they fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import pytest

from opentrusty_cli.main import cli
from tests.cli.remote.conftest import PASSWORD, Shell
from tests.cli.remote.script import MANIFEST, SCRIPT, WRONG
from tests.support.dev import Dev
from tests.support.person import Person

ON_DATABASE = {
    **dict.fromkeys(("serve auth", "serve admin", "serve console", "dev"), "They are the servers."),
    "migrate": "The Admin Plane does not run before.",
    "bootstrap": "Nobody could sign in before.",
    "doctor": "It looks at this machine's settings, files and database.",
    "maintain": "The servers do it by themselves.",
    "audit seal": "A part of maintenance.",
    **dict.fromkeys(("audit late", "audit accept"), "Only who has the master key answers for what came late."),
    "key reseal": "It needs the master keys.",
}
"""The commands that work on the database alone, and why."""
OF_LOGINS = {"login", "logout", "logins", "whoami"}
ON_NOTHING = {"completion"}

VOLATILE = {"x", "y", "n", "kid", "next_after", "owner_link", "link", "client_secret", "password", "owner_password"}
VOLATILE |= {"actor_kind"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?(Z|\+00:00)")
ID = re.compile(r"\b01[0-9a-z]{24}\b|\b[0-9a-f]{16}\b")


def commands() -> Iterator[str]:
    """Every command by its words."""

    def walk(command: click.Command, words: str) -> Iterator[str]:
        if not isinstance(command, click.Group):
            yield words
            return
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from walk(inner, f"{words} {name}".strip())

    yield from walk(cli, "")


def test_every_command_is_in_the_script_or_says_why_not() -> None:
    known = set(commands())
    spoken = {words for words in known for it in SCRIPT if " ".join(it.command).startswith(f"{words} ")}
    spoken |= {words for words in known if words in {" ".join(it.command) for it in SCRIPT}} | {"health"}
    apart = ON_DATABASE.keys() | OF_LOGINS | ON_NOTHING
    assert spoken & apart == set()
    assert spoken | apart == known


@dataclass
class Run:
    """The script in one tenant."""

    tenant: str
    shells: Mapping[str, Shell]
    dev: Dev
    folder: Path
    kept: dict[str, str] = field(default_factory=dict)

    def played(self) -> Iterator[tuple[str, int, object, str]]:
        """What came of each step: its exit code, what it printed and what it told."""
        for name, text in (("manifest", MANIFEST), ("wrong", WRONG)):
            file = self.folder / f"{name}.yaml"
            file.write_text(text.format(tenant=self.tenant))
            self.kept[name] = str(file)
        self.kept["report"] = str(self.folder / f"{self.tenant}.jsonl")
        for number, it in enumerate(SCRIPT):
            if it.visits:
                self.visit()
            words = [word.format(tenant=self.tenant, **self.kept) for word in it.command]
            result = self.shells[it.by].run(*words, "-o", "json", input=it.input)
            assert result.exit_code in {0, 1, 2, 3, 4, 5}, (words, result.output)
            try:
                printed = json.loads(result.stdout)
            except ValueError:
                printed = result.stdout
            for name, of in it.keeps.items():
                self.kept[name] = of(printed)
            yield f"{number}: {' '.join(it.command)}", result.exit_code, self.masked(printed), self.plain(result.stderr)

    def visit(self) -> None:
        """Ada signs in to the shop and allows it all."""
        parameters = {
            "client_id": "shop",
            "redirect_uri": "https://shop.example/callback",
            "response_type": "code",
            "scope": "openid email",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        }
        url = f"{self.dev.auth_url}/t/{self.tenant}/authorize?{urlencode(parameters)}"
        assert "code" in Person(self.dev.auth_url, "ada", PASSWORD).authorize(url).parameters

    def masked(self, value: Any) -> Any:
        """Without what differs from run to run."""
        match value:
            case dict():
                return {name: "…" if name in VOLATILE and it else self.masked(it) for name, it in value.items()}
            case [{"at": _}, *_]:  # events of one moment come in any order
                return sorted((self.masked(it) for it in value), key=str)
            case [{"kid": _}, *_]:  # in the order of random names; maintenance makes those of RS256 meanwhile
                return sorted((self.masked(it) for it in value if it["alg"] == "ES256"), key=str)
            case list():
                return [self.masked(it) for it in value]
            case str():
                return self.plain(value)
            case int() if value > 10**9:  # a NumericDate
                return "<moment>"
            case _:
                return value

    def plain(self, text: str) -> str:
        """The same of a text."""
        for name, kept in self.kept.items():
            text = text.replace(kept, f"<{name}>")
        text = MOMENT.sub("<moment>", ID.sub("<id>", text.replace(self.tenant, "<tenant>")))
        return re.sub(r"ots_[\w-]{20,}", "<secret>", text)


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """What is not the same, by where it stands."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from differences(one[name], other[name], f"{path}.{name}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for at, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{path}[{at}]")
    elif one != other:
        yield f"{path}: {one!r} / {other!r}"


def test_what_commands_say_is_the_same_on_the_database_and_over_http(
    dev_sqlite: Dev, database: Shell, olive: Shell, root: Shell, tmp_path: Path
) -> None:
    here = Run("plain", {"olive": database, "root": database}, dev_sqlite, tmp_path)
    there = Run("mirror", {"olive": olive, "root": root}, dev_sqlite, tmp_path)
    played = zip(list(here.played()), list(there.played()), strict=True)
    told = [f"{one[0]}{it}" for one, other in played for it in differences(one[1:], other[1:])]
    assert not told, "\n".join(told)
    reports = [[json.loads(line) for line in Path(it.kept["report"]).read_text().splitlines()] for it in (here, there)]
    assert len(reports[0]) == 4
    assert here.masked(reports[0]) == there.masked(reports[1])


def test_what_is_done_over_http_is_the_person_s(olive: Shell) -> None:
    """The audit names them, and that they sat at the command line."""
    made = olive.json("user", "create", "-t", "mirror", "audited")
    (event,) = olive.json("audit", "list", "-t", "mirror", "--target", made["id"])["items"]
    assert (event["actor_kind"], event["actor_id"]) == ("user", olive.json("whoami", olive.login)["id"])
    assert event["details"] == {"client_id": "opentrusty-cli"}
    assert event["user_agent"].startswith("opentrusty/")


def test_the_health_is_told_alike(database: Shell, root: Shell) -> None:
    """Numbers move on between two looks; names, version and schema do not."""
    here, there = (json.loads(shell.run("health", "-o", "json").stdout) for shell in (database, root))
    assert here.keys() == there.keys()
    for name in ("version", "schema", "master_key_id"):
        assert here[name] == there[name]
    assert here["checks"].keys() == there["checks"].keys()


@pytest.mark.parametrize("words", ["audit seal", "maintain"])
def test_what_works_on_the_database_alone_says_so(olive: Shell, words: str) -> None:
    assert "works on the database itself" in olive.refused(2, *words.split())
