"""The audit on the command line: searched, sealed, verified."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
from contextlib import closing

import pytest

from opentrusty_core.management import seal
from tests.cli.conftest import Cli

case = pytest.mark.case


def tamper(cli: Cli, sql: str) -> None:
    """Do something behind the application's back."""
    with closing(sqlite3.connect(cli.folder / "opentrusty.db", isolation_level=None)) as connection:
        connection.execute(sql)


def test_events_are_found_by_what_they_hold(acme: Cli) -> None:
    user = acme.json("user", "create", "-t", "acme", "pat")
    listed = ("audit", "list", "-t", "acme")
    (made,) = acme.json(*listed, "--type", "user.created", "--target", user["id"])["items"]
    assert acme.json("audit", "show", "-t", "acme", made["id"]) == made
    assert acme.json(*listed, "--outcome", "failure")["items"] == []
    assert acme.json(*listed, "--actor", user["id"])["items"] == []
    assert acme.json(*listed, "--client", "web", "--ip", "192.0.2.1")["items"] == []
    assert acme.json(*listed, "--until", "2020-01-01")["items"] == []
    everything = acme.json(*listed, "--all")["items"]
    assert acme.json(*listed, "--all", "--newest-first")["items"] == everything[::-1]
    page = acme.json(*listed, "--limit", "1", "--newest-first")
    rest = acme.json(*listed, "--all", "--newest-first", "--after", page["next_after"])
    assert page["items"] + rest["items"] == everything[::-1]
    assert "role.assigned" in acme.refused(2, *listed, "--type", "role.asigned")
    assert acme.refused(2, "audit", "list").startswith("Give either --tenant or --platform.")
    acme.refused(4, "audit", "show", made["id"])


def test_an_export_is_a_file_of_its_owner_s_or_goes_to_standard_output(acme: Cli) -> None:
    lines = [json.loads(line) for line in acme("audit", "export", "-t", "acme").splitlines()]
    events = acme.json("audit", "list", "-t", "acme", "--all")["items"]
    assert [line["id"] for line in lines] == [event["id"] for event in events]
    path = acme.folder / "audit.csv"
    export = ("audit", "export", "--format", "csv", "--file", str(path))
    assert acme(*export, "-t", "acme", "--type", "tenant.created") == ""
    assert [row["type"] for row in csv.DictReader(path.read_text().splitlines())] == ["tenant.created"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    acme(*export, "--platform")
    assert "role.assigned" in path.read_text()
    acme.refused(2, *export)
    acme.refused(4, *export, "-t", "nobody")


@case("L5")
def test_verifying_names_what_was_done_and_fails(acme: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is for cron, the sentence for people; who kept an anchor finds a whole state set back."""
    monkeypatch.setattr(seal, "LAG", -seal.LAG)  # the clock is real: what was written just now is due
    assert acme.json("audit", "seal")["events"] > 5
    verdicts = acme.json("audit", "verify", "--all")["items"]
    assert [verdict["audit"] for verdict in verdicts] == ["(platform)", "acme", "platform"]
    assert all(verdict["intact"] for verdict in verdicts)
    anchor = verdicts[1]["anchor"]
    verify = ("audit", "verify", "-t", "acme")
    assert acme.json(*verify, "--anchor", anchor)["items"][0]["anchor"] == anchor
    (created,) = acme.json("audit", "list", "-t", "acme", "--type", "tenant.created")["items"]
    tamper(acme, f"UPDATE audit_events SET target = 'x' WHERE id = '{created['id']}'")
    told = acme.run(*verify)
    assert told.exit_code == 1
    assert f"The event {created['id']}, of {created['at'][:10]}" in told.stdout
    assert "was edited." in told.stdout
    tamper(acme, "DELETE FROM audit_heads")
    assert acme.run("audit", "verify", "--all").exit_code == 1
    assert acme.json("audit", "seal")["refused"]
    for wrong in (("audit", "verify"), (*verify, "--all"), (*verify, "--anchor", "x")):
        acme.refused(2, *wrong)
    acme.refused(2, "audit", "verify", "--all", "--anchor", anchor)


def test_numbers_are_shown_by_day(acme: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    stats = acme.json("tenant", "stats", "acme")
    assert (stats["as_of"], stats["users"], stats["clients"]) == (None, 1, 0)
    assert len(stats["days"]) == 30
    monkeypatch.setattr(seal, "LAG", -seal.LAG)
    acme("audit", "seal")
    platform = acme.json("tenant", "stats", "--platform", "--since", "2026-01-01", "--until", "2026-01-03")
    assert platform["as_of"] is not None
    assert (platform["tenants"], platform["users"]) == (2, 2)
    assert [day["day"] for day in platform["days"]] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert platform["days"][0]["tokens"] == {}
    table = acme("tenant", "stats", "acme")
    assert "ACTIVE_USERS" in table
    assert "1=0, 7=0, 30=0" in table
    acme.refused(2, "tenant", "stats")
    assert "since" in acme.refused(2, "tenant", "stats", "acme", "--since", "2026-01-02", "--until", "2026-01-01")


@case("L5")
def test_events_that_came_late_are_looked_at_and_accepted(acme: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "LAG", -seal.LAG)
    (event,) = acme.json("audit", "list", "-t", "acme", "--type", "tenant.created")["items"]
    with closing(sqlite3.connect(acme.folder / "opentrusty.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE late AS SELECT * FROM audit_events WHERE id = ?", (event["id"],))
        connection.execute("DELETE FROM audit_events WHERE id = ?", (event["id"],))
    acme("audit", "seal")
    tamper(acme, "INSERT INTO audit_events SELECT * FROM late")
    verify, late = ("audit", "verify", "-t", "acme"), ("audit", "late", "-t", "acme")
    assert acme.run(*verify).exit_code == 1
    assert [item["id"] for item in acme.json(*late)["items"]] == [event["id"]]
    accept = ("audit", "accept", "-t", "acme", "--reason", "The clock was slow")
    for wrong in (accept, (*accept, event["id"], "--all")):
        acme.refused(2, *wrong)
    acme.refused(4, *accept, "--yes", "0" * 26)
    (told,) = acme.json(*accept, "--all", "--yes")["items"]
    assert (told["type"], told["target"]) == ("audit.accepted", event["id"])
    assert acme.json(*verify)["items"][0]["intact"]
    assert acme.json(*late)["items"] == []
    assert acme.json("audit", "late", "--platform")["items"] == []


@case("R15")
def test_a_new_master_key_takes_over(acme: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put first; the doctor says what the old one is needed for, until everything is sealed anew."""
    monkeypatch.setattr(seal, "LAG", -seal.LAG)
    acme("audit", "seal")
    key = acme.folder / "opentrusty.key"
    old, new = key.read_text(), "new: XgNkQEIOXa0lUe9cJtMZUeeyEO-HHGXKPdqvh2xCJsc".partition(" ")[2]

    def examined() -> str:
        found = acme.run("doctor", "-o", "json").stdout
        grades = {item["check"]: item["grade"] for item in json.loads(found)["items"]}
        return str(grades.get("older_master_keys", "ok"))

    assert examined() == "ok"
    key.write_text(f"{new}\n{old}")
    assert examined() == "warning"
    done = acme.json("key", "reseal")
    assert (done["signing_keys"] > 0, done["audits"] > 1, done["refused"]) == (True, True, [])
    assert examined() == "ok"
    key.write_text(f"{new}\n")
    assert all(verdict["intact"] for verdict in acme.json("audit", "verify", "--all")["items"])
    assert acme.json("audit", "seal")["refused"] == []
    acme("key", "rotate", "-t", "acme", "--alg", "ES256")
    assert acme.json("key", "reseal")["audits"] == 0
