"""`tenant apply` and `tenant export`: a tenant made what a file says, with the plan shown first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Cli

MANIFEST = """\
tenant: initech
display_name: Initech
settings:
  lifetimes: {access_token: 300}
resources:
  https://api.initech.example:
    name: API
    scopes: {"orders:read": Read orders}
clients:
  shop:
    client_name: Shop
    redirect_uris: [https://shop.example/cb]
    scope: openid orders:read
  job: {client_name: Job, grant_types: [client_credentials], scope: "orders:read"}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "tenant.yaml"
    path.write_text(MANIFEST)
    return path


def test_the_plan_is_shown_and_carried_out_and_then_nothing_is_left(acme: Cli, manifest: Path) -> None:
    """Secrets of new clients are shown once; a second run changes nothing and exits with 0."""
    shown = acme("tenant", "apply", "-f", str(manifest), "--dry-run")
    assert shown.splitlines() == [
        "+ tenant initech",
        "+ resource https://api.initech.example",
        "+ client shop",
        "+ client job",
        "4 to create, 0 to update, 0 to delete.",
    ]
    assert "no such tenant" in acme.refused(4, "tenant", "show", "initech")
    done = acme("tenant", "apply", "-f", str(manifest), "-y")
    assert done.startswith(shown)
    assert done.count("client_secret: ots_") == 2
    assert "Done: create client job" in done
    again = acme.run("tenant", "apply", "-f", str(manifest))
    assert (again.exit_code, again.stdout) == (0, "initech is what the manifest says: nothing to do.\n")
    assert "secret" not in again.output


def test_changes_are_shown_field_by_field_and_deletions_are_asked_about(acme: Cli, manifest: Path) -> None:
    acme("tenant", "apply", "-f", str(manifest), "-y")
    manifest.write_text(MANIFEST.replace("300", "400").replace("Shop", "Store").partition("  job:")[0])
    asked = acme.run("tenant", "apply", "-f", str(manifest), input="n\n")
    assert asked.exit_code == 1
    assert asked.stdout.splitlines() == [
        "~ tenant initech",
        "    settings.lifetimes.access_token: 300 -> 400",
        "- client job",
        "~ client shop",
        '    client_name: "Shop" -> "Store"',
        "0 to create, 2 to update, 1 to delete.",
    ]
    assert "1 will be deleted for good" in asked.stderr
    kept = acme.json("tenant", "apply", "-f", str(manifest), "-y", "--no-delete")
    assert [(step["action"], step["name"]) for step in kept["steps"]] == [("update", "initech"), ("update", "shop")]
    gone = acme.json("tenant", "apply", "-f", str(manifest), "-y")
    assert gone["steps"] == [{"action": "delete", "noun": "client", "name": "job", "changes": [], "done": True}]
    assert "no such client" in acme.refused(4, "client", "show", "-t", "initech", "job")


def test_a_dry_run_tells_by_its_exit_code_whether_something_would_change(acme: Cli, manifest: Path) -> None:
    """For those who watch for drift."""
    drift = ("tenant", "apply", "-f", str(manifest), "--dry-run", "--exit-code")
    assert acme.run(*drift).exit_code == 1
    made = acme.json("tenant", "apply", "-f", str(manifest), "-y")
    assert made["client_secrets"].keys() == {"shop", "job"}
    assert all(step["done"] for step in made["steps"])
    assert acme.run(*drift).exit_code == 0
    acme("client", "update", "-t", "initech", "shop", "--name", "By hand")
    assert acme.run(*drift).exit_code == 1
    assert acme.json("client", "show", "-t", "initech", "shop")["client_name"] == "By hand"


def test_an_export_applied_changes_nothing(acme: Cli, manifest: Path) -> None:
    """As YAML and as JSON, from a file and from standard input."""
    acme("tenant", "apply", "-f", str(manifest), "-y")
    exported = acme("tenant", "export", "initech")
    assert yaml.safe_load(exported) == yaml.safe_load(MANIFEST) | {"roles": {}, "groups": {}}
    for text in (exported, acme("tenant", "export", "initech", "-o", "json")):
        assert "nothing to do" in acme("tenant", "apply", "-f", "-", input=text)


@pytest.mark.case("R2")
def test_where_a_step_fails_what_was_done_is_told_with_its_secrets(acme: Cli, manifest: Path) -> None:
    """A role that a user holds is not taken from them; the client made before that keeps the secret that is shown."""
    manifest.write_text("tenant: acme\nroles: {clerk: {}}\n")
    acme("tenant", "apply", "-f", str(manifest), "-y")
    acme("role", "assign", "-t", "acme", "olive", "clerk")
    manifest.write_text(
        "tenant: acme\nroles: {}\nclients: {job: {client_name: J, grant_types: [client_credentials]}}\n"
    )
    failed = acme.run("tenant", "apply", "-f", str(manifest), "-y", "-o", "json")
    assert (failed.exit_code, failed.stderr.count("Error: ")) == (5, 1)
    told = json.loads(failed.stdout)
    assert [(step["name"], step["done"]) for step in told["steps"]] == [("job", True), ("clerk", False)]
    assert told["client_secrets"]["job"].startswith("ots_")


def test_every_mistake_is_told_with_its_line(acme: Cli, manifest: Path) -> None:
    """Those of form first, then those of sense; nothing is done."""
    manifest.write_text(MANIFEST.replace("client_name: Shop", "client_nam: Shop") + "clientz: {}\n")
    sections = "tenant, display_name, settings, resources, roles, groups, clients"
    assert acme.refused(2, "tenant", "apply", "-f", str(manifest), "-y").splitlines() == [
        "The manifest is not acceptable.",
        f"  {manifest}:11: clients.shop.client_nam: There is no such field.",
        f"  {manifest}:15: clientz: There is no such section: use {sections}.",
    ]
    manifest.write_text(MANIFEST.replace("https://shop.example/cb", "javascript:alert(1)").replace("300", "3"))
    told = acme.refused(2, "tenant", "apply", "-f", str(manifest), "-y").splitlines()
    assert [line.split(": ")[0] for line in told[1:]] == [f"  {manifest}:4", f"  {manifest}:12"]
    assert "no such tenant" in acme.refused(4, "tenant", "show", "initech")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tenant: [", ":1: "),
        ("tenant: acme\ntenant: other\n", ":2: tenant stands here twice"),
        ("tenant: acme\nclients: {a: &a {b: 1}, c: *a, a: 2}\n", ":2: a stands here twice"),
        ("tenant: !!python/object:os.system x\n", ":1: it cannot be read"),
        ("? [a]\n: b\n", ":1: a name is a text"),
        ("a: " * 1 + "[" * 40 + "]" * 40, "nested too deeply"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"{n}: &{n} [{', '.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdef", "bcdefg", strict=True)),
            "too many values",
        ),
        ("tenant: acme\ndate: 2026-99-99\n", "cannot be read"),
        ("tenant: \x07\n", "not YAML"),
    ],
)
def test_what_is_no_yaml_with_one_meaning_is_refused(acme: Cli, manifest: Path, text: str, words: str) -> None:
    """Neither names twice nor objects of Python's, nor what unfolds without end."""
    manifest.write_text(text)
    assert words in acme.refused(2, "tenant", "apply", "-f", str(manifest))


def test_the_documented_manifest_is_one(acme: Cli, manifest: Path) -> None:
    """The example of docs/manifest.md, applied to the tenant that it names."""
    page = (Path(__file__).parents[2] / "docs/manifest.md").read_text()
    manifest.write_text(page.partition("```yaml\n")[2].partition("```")[0])
    applied = acme.json("tenant", "apply", "-f", str(manifest), "-y")
    assert [step["name"] for step in applied["steps"]] == [
        *("acme", "https://api.acme.example", "clerk", "Front desk", "shop", "nightly"),
        *("client nightly: tenant_auditor", "group Front desk: clerk"),
    ]
    assert "nothing to do" in acme("tenant", "apply", "-f", str(manifest))


def test_a_file_that_cannot_be_read_is_told(acme: Cli, tmp_path: Path) -> None:
    missing, binary, large = tmp_path / "missing.yaml", tmp_path / "binary.yaml", tmp_path / "large.yaml"
    binary.write_bytes(b"tenant: \xff")
    large.write_bytes(b"# " + b"x" * (4 * 1024 * 1024))
    assert "No such file" in acme.refused(2, "tenant", "apply", "-f", str(missing))
    assert "not UTF-8" in acme.refused(2, "tenant", "apply", "-f", str(binary))
    assert "larger than 4 MiB" in acme.refused(2, "tenant", "apply", "-f", str(large))
