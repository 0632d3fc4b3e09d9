"""Users on the command line: lists and searches."""

from __future__ import annotations

from tests.cli.conftest import Cli


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
