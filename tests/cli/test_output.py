"""What commands print, in each format."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import yaml

from opentrusty_cli.output import Format, Output, text
from tests.cli.conftest import Cli

RECORDS: list[dict[str, object]] = [
    {"id": "a", "name": "Ada", "tags": ["x", "y"], "on": True},
    {"id": "b", "name": "Bob \x1b[31m", "tags": [], "on": False},
]


def test_a_list_is_a_plain_table_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    Output(format=Format.TABLE).many(RECORDS, ("id", "name", "tags", "on"), next_after="b")
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "ID  NAME          TAGS  ON",
        "a   Ada           x, y  yes",
        r"b   Bob \x1b[31m        no",
    ]
    assert "--after b" in printed.err


def test_on_a_terminal_a_table_has_lines_and_takes_no_markup_from_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    monkeypatch.setenv("TERM", "dumb")
    Output(format=Format.TABLE).many([*RECORDS, {**RECORDS[0], "name": "[bold]x[/]"}], ("id", "name"))
    printed = terminal.getvalue()
    assert "\u2500" in printed
    assert "[bold]x[/]" in printed
    assert "\x1b[31m" not in printed


def test_json_and_yaml_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    Output(format=Format.JSON).many(RECORDS, ("id",), next_after="b")
    as_json: Any = json.loads(capsys.readouterr().out)
    Output(format=Format.YAML).many(RECORDS, ("id",), next_after="b")
    assert as_json == yaml.safe_load(capsys.readouterr().out) == {"items": RECORDS, "next_after": "b"}


def test_ids_stand_alone_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    Output(format=Format.ID).many(RECORDS, ("name",))
    assert capsys.readouterr().out == "a\nb\n"


@pytest.mark.parametrize("format_", Format)
def test_a_secret_is_shown_in_every_format(capsys: pytest.CaptureFixture[str], format_: Format) -> None:
    """With `-o id` it goes to standard error, so that the id can still be captured."""
    Output(format=format_).one({"id": "a"}, secrets={"client_secret": "s3cret"})
    printed = capsys.readouterr()
    assert (printed.out + printed.err).count("s3cret") == 1
    assert ("s3cret" in printed.err) == (format_ is Format.ID)


@pytest.mark.case("L4")
@pytest.mark.parametrize("poison", ["\x1b[2J", "\r", "\n", "\x07", "\x9b", "\u202e", "\ud800"])
def test_nothing_steers_the_terminal(poison: str) -> None:
    assert text(f"a{poison}b").isprintable()


def test_lists_page_and_can_be_had_whole(acme: Cli) -> None:
    for number in range(5):
        acme("user", "create", "-t", "acme", f"user{number}")
    listed = ("user", "list", "-t", "acme", "--limit", "2")
    first = acme.json(*listed)
    assert len(first["items"]) == 2
    second = acme.json(*listed, "--after", first["next_after"])
    whole = acme.json(*listed, "--all")
    assert whole["next_after"] is None
    assert whole["items"][:4] == first["items"] + second["items"]
    assert len(whole["items"]) == 6
    assert acme(*listed, "--all", "-o", "id").split() == [user["id"] for user in whole["items"]]
    assert "There is more" in acme.run(*listed).stderr


@pytest.mark.parametrize("limit", ["0", "201", "x"])
def test_a_page_has_a_size(acme: Cli, limit: str) -> None:
    assert "--limit" in acme.refused(2, "tenant", "list", "--limit", limit)
