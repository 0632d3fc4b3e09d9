"""Users on the command line: lists and searches, files of many, one thing done to many."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import PASSWORD, Cli


def test_users_are_listed_in_the_order_asked_for(acme: Cli) -> None:
    for username, name in (("zed", "Ada Zed"), ("bea", "Bea Adams")):
        acme("user", "create", "-t", "acme", username, "--claim", f"name={name}")
    listed = {
        options: [user["username"] for user in acme.json("user", "list", "-t", "acme", *options)["items"]]
        for options in ((), ("--sort", "username"), ("--sort", "-username"), ("--search", "ad"))
    }
    assert list(listed.values()) == [
        ["olive", "zed", "bea"],
        ["bea", "olive", "zed"],
        ["zed", "olive", "bea"],
        ["zed", "bea"],
    ]
    first = acme.json("user", "list", "-t", "acme", "--sort", "-username", "--limit", "2")
    rest = acme.json("user", "list", "-t", "acme", "--sort", "-username", "--after", first["next_after"])
    assert [user["username"] for user in rest["items"]] == ["bea"]
    assert "created_at, username, email" in acme.refused(2, "user", "list", "-t", "acme", "--sort", "age")
    assert "after" in acme.refused(2, "user", "list", "-t", "acme", "--sort", "username", "--after", "x")


LINES = [
    {"username": "ann", "email": "ann@acme.example", "given_name": "Ann", "roles": ["tenant_auditor"]},
    {"username": "bob", "password": PASSWORD},
    {"username": ""},
]


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return name


def test_a_file_of_users_is_imported_and_its_bad_lines_are_told(acme: Cli) -> None:
    """The good ones are there; the same file again changes nothing."""
    file = write(acme.folder, "users.jsonl", "\n".join(map(json.dumps, LINES)))
    dry = acme.run("user", "import", "-t", "acme", file, "--dry-run")
    assert (dry.exit_code, dry.stdout) == (1, "Dry run: 2 created, 0 updated, 0 skipped, 1 refused.\n")
    assert [user["username"] for user in acme.json("user", "list", "-t", "acme")["items"]] == ["olive"]
    done = acme.run("user", "import", "-t", "acme", file, "--report", "report.jsonl")
    assert (done.exit_code, done.stdout) == (1, "2 created, 0 updated, 0 skipped, 1 refused.\n")
    assert done.stderr == "Line 3: username: It is empty.\n"
    report = [json.loads(line) for line in (acme.folder / "report.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in report] == ["created", "created", "refused"]
    assert report[0]["id"] == acme.json("user", "show", "-t", "acme", "ann")["id"]
    assert (acme.folder / "report.jsonl").stat().st_mode & 0o777 == 0o600
    again = acme.run("user", "import", "-t", "acme", file, "-o", "json")
    assert json.loads(again.stdout) == {"created": 0, "updated": 0, "skipped": 2, "refused": 1, "dry_run": False}


def test_a_csv_comes_by_standard_input_too(acme: Cli) -> None:
    """Then its format has to be said."""
    text = "username;name;nickname\nzoe;Zoë;Z\nolive;Olive;O\n"
    assert "--format" in acme.refused(2, "user", "import", "-t", "acme", "-", input=text)
    told = acme("user", "import", "-t", "acme", "-", "--format", "csv", "--update", input=text)
    assert told == "1 created, 1 updated, 0 skipped, 0 refused.\n"
    assert acme.json("user", "show", "-t", "acme", "olive")["claims"] == {"name": "Olive", "nickname": "O"}
    assert "no column 'mail'" in acme.refused(
        2, "user", "import", "-t", "acme", "-", "--format", "csv", input="username,mail\na,b\n"
    )


def test_many_refused_lines_are_told_in_part(acme: Cli) -> None:
    """What a terminal would act on is escaped."""
    bad = json.dumps({"username": "x", "\x1b[2J": 1})
    file = write(acme.folder, "users.jsonl", "\n".join([bad] * 130))
    told = acme.run("user", "import", "-t", "acme", file).stderr.splitlines()
    assert len(told) == 101
    assert "\x1b" not in "".join(told)
    assert told[-1].startswith("30 more lines")


def test_users_are_exported_as_they_are_imported(acme: Cli) -> None:
    """To standard output or to a file that only its owner reads; one person's document has all that is known."""
    acme("user", "create", "-t", "acme", "zoe", "--claim", "name=Zoë")
    lines = [json.loads(line) for line in acme("user", "export", "-t", "acme").splitlines()]
    assert [line["username"] for line in lines] == ["olive", "zoe"]
    assert acme("user", "export", "-t", "acme", "--search", "zo", "--file", "out.jsonl") == ""
    assert (acme.folder / "out.jsonl").stat().st_mode & 0o777 == 0o600
    acme("tenant", "create", "globex")
    assert acme("user", "import", "-t", "globex", "out.jsonl").startswith("1 created")
    document = json.loads(acme("user", "export", "-t", "acme", "zoe"))
    assert document["user"]["claims"] == {"name": "Zoë"}
    assert document["audit"][0]["type"] == "user.created"
    acme.refused(2, "user", "export", "-t", "acme", "zoe", "--search", "z")
    acme.refused(4, "user", "export", "-t", "acme", "nobody")


def test_one_thing_is_done_to_many_once_they_are_counted(acme: Cli) -> None:
    """The question says how many; who is left out is told, and the command fails."""
    for name in ("many-1", "many-2", "other"):
        acme("user", "create", "-t", "acme", name)
    dry = acme("user", "bulk", "-t", "acme", "delete", "--search", "many", "--dry-run")
    assert dry == "It would be done to 2 users.\n"
    asked = acme.run("user", "bulk", "-t", "acme", "delete", "--search", "many", input="n\n")
    assert "Delete for good 2 users?" in asked.stderr
    assert asked.exit_code == 1
    done = acme.json("user", "bulk", "-t", "acme", "disable", "--search", "many", "-y")
    assert done == {"done": 2, "not_done": 0}
    assert acme("user", "bulk", "-t", "acme", "enable", "--status", "disabled", "-y") == "It was done to 2 users.\n"
    partly = acme.run("user", "bulk", "-t", "acme", "disable", "--status", "active", "-y")
    assert partly.exit_code == 1
    assert partly.stdout == "It was done to 3 users; 1 user left out.\n"
    assert "olive: The user is the last owner" in partly.stderr
    assert "Say whom" in acme.refused(2, "user", "bulk", "-t", "acme", "delete", "-y")


def test_there_may_be_no_consents(acme: Cli) -> None:
    """Then there is none to withdraw."""
    assert acme.json("user", "consents", "-t", "acme", "olive")["items"] == []
    assert "no such consent" in acme.refused(4, "user", "withdraw-consent", "-t", "acme", "olive", "shop", "-y")
