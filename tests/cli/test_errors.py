"""Bad input: one plain sentence on standard error, the exit code of its family, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from opentrusty_cli.errors import exit_code, sentence
from opentrusty_core import errors
from opentrusty_core.errors import OpenTrustyError
from tests.cli.conftest import Cli

SHOP = ("client", "create", "-t", "acme", "--name", "Shop", "--redirect-uri", "https://shop.example/")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigurationError("x"), 1),
        (errors.ServerError("x"), 1),
        (errors.Invalid({"name": "x"}), 2),
        (errors.Denied("x"), 3),
        (errors.NotFound("x"), 4),
        (errors.Conflict("x"), 5),
        (errors.StoreUnavailable(), 6),
        (errors.SchemaMismatch("x"), 6),
        (errors.Throttled(3), 6),
    ],
)
def test_each_family_has_its_exit_code_and_words(error: OpenTrustyError, code: int) -> None:
    assert exit_code(error) == code
    assert sentence(error)


REFUSALS: list[tuple[int, tuple[str, ...], str]] = [
    (2, ("nonsense",), "No such command"),
    (2, ("user", "list"), "--tenant"),
    (2, ("tenant", "create"), "NAME"),
    (2, ("tenant", "create", "No_Good"), "lower-case letters"),
    (2, ("tenant", "create", "globex", "--password-stdin"), "need --owner"),
    (4, ("tenant", "show", "nowhere"), "no such tenant"),
    (5, ("tenant", "create", "acme"), "exists already"),
    (5, ("tenant", "suspend", "platform", "-y"), "own tenant always serves"),
    (5, ("tenant", "update", "acme", "--display-name", "x", "--if-version", "7"), "changed meanwhile"),
    (2, ("tenant", "update", "acme", "--lifetime", "access_token"), "NAME=VALUE"),
    (2, ("tenant", "update", "acme", "--lifetime", "tea=1"), "use one of code"),
    (2, ("tenant", "update", "acme", "--lifetime", "code=-1"), "number of seconds"),
    (2, ("tenant", "update", "acme", "--lifetime", "code=99999"), "lies between"),
    (4, ("user", "list", "-t", "nowhere"), "no such tenant"),
    (4, ("user", "show", "-t", "acme", "nobody"), "no such user"),
    (5, ("user", "create", "-t", "acme", "OLIVE"), "taken"),
    (2, ("user", "create", "-t", "acme", "a b"), "white space"),
    (2, ("user", "create", "-t", "acme", "new", "--email", "nope"), "not an email address"),
    (2, ("user", "create", "-t", "acme", "new", "--claim", "sub=x"), "field of its own"),
    (2, ("user", "create", "-t", "acme", "new", "--claim", "x"), "NAME=VALUE"),
    (2, ("user", "create", "-t", "acme", "new", "--claim", "address={"), "JSON"),
    (2, ("user", "create", "-t", "acme", "new", "--password-stdin", "--generate-password"), "either"),
    (2, ("user", "update", "-t", "acme", "olive", "--clear", "nickname"), "no such claim"),
    (5, ("user", "update", "-t", "acme", "olive", "--email", "o@x.org", "--if-version", "9"), "changed meanwhile"),
    (2, ("user", "set-password", "-t", "acme", "olive"), "--password-stdin or --generate-password"),
    (5, ("user", "disable", "-t", "acme", "olive", "-y"), "last owner"),
    (5, ("user", "delete", "-t", "platform", "admin", "-y"), "last platform administrator"),
    (2, ("client", "create", "-t", "acme", "--name", "x"), "at least one redirect URI"),
    (2, (*SHOP, "--redirect-uri", "javascript:alert(1)"), "https"),
    (2, (*SHOP, "--scope", "openid nonsense"), "knows no scope nonsense"),
    (2, (*SHOP, "--scope", 'openid "x"'), "--scope"),
    (2, (*SHOP, "--public", "--auth-method", "client_secret_post"), "contradict"),
    (2, (*SHOP, "--public", "--no-pkce"), "always uses PKCE"),
    (2, (*SHOP, "--logo-uri", "https://x.example/", "--clear", "logo_uri"), "contradicts"),
    (2, (*SHOP, "--grant-type", "implicit"), "implicit"),
    (2, (*SHOP, "--id-token-alg", "none"), "none"),
    (4, ("client", "update", "-t", "acme", "nothing", "--name", "x"), "no such client"),
    (4, ("client", "delete", "-t", "acme", "nothing", "-y"), "no such client"),
    (4, ("client", "rotate-secret", "-t", "acme", "nothing", "-y"), "no such client"),
    (2, ("resource", "create", "-t", "acme", "api"), "absolute URI"),
    (2, ("resource", "create", "-t", "acme", "http://localhost:8080/t/acme"), "this server's own"),
    (4, ("resource", "delete", "-t", "acme", "urn:x", "-y"), "no such resource"),
    (4, ("role", "assign", "-t", "acme", "olive", "god"), "Use one of platform_admin"),
    (4, ("role", "holders", "tenant_owner"), "not a role of the platform"),
    (5, ("role", "revoke", "-t", "acme", "olive", "tenant_owner", "-y"), "last owner"),
    (4, ("role", "assign", "-t", "acme", "nobody", "tenant_admin", "--group"), "no such group"),
    (4, ("role", "show", "-t", "acme", "nobody", "--client"), "no such client"),
    (2, ("role", "create", "-t", "acme", "tenant_x"), "built-in"),
    (2, ("role", "create", "-t", "acme", "helper", "--permission", "user:rule"), "no permission 'user:rule'"),
    (4, ("role", "update", "-t", "acme", "tenant_admin", "--no-permissions"), "no such role"),
    (2, ("role", "update", "-t", "acme", "x", "--no-permissions", "--permission", "user:read"), "contradicts"),
    (4, ("role", "delete", "-t", "acme", "nothing", "-y"), "no such role"),
    (2, ("group", "create", "-t", "acme", " "), "printable"),
    (4, ("group", "show", "-t", "acme", "nothing"), "no such group"),
    (4, ("group", "add", "-t", "acme", "nothing", "olive"), "no such group"),
    (2, ("group", "list", "-t", "acme", "--search", "x", "--user", "olive"), "contradicts"),
    (2, ("access", "declare", "-t", "acme", "admin", "--reason", "help"), "10 to 1000"),
    (3, ("access", "declare", "-t", "acme", "olive", "--home", "acme", "--reason", "because I can"), "no platform"),
    (4, ("access", "end", "nothing", "-y"), "no such access"),
    (4, ("key", "retire", "-t", "acme", "nothing", "-y"), "no such key"),
    (2, ("key", "rotate", "-t", "acme", "--alg", "HS256"), "HS256"),
    (2, ("session", "end", "-t", "acme"), "either"),
    (4, ("session", "show", "-t", "acme", "nothing"), "no such session"),
    (2, ("audit", "list"), "either"),
    (2, ("audit", "list", "-t", "acme", "--platform"), "either"),
    (2, ("audit", "list", "--platform", "--since", "yesterday"), "yesterday"),
    (5, ("bootstrap", "--username", "second"), "exists already"),
    (2, ("completion", "tcsh"), "tcsh"),
    (2, ("tenant", "list", "-o", "xml"), "xml"),
]


@pytest.mark.parametrize(("code", "command", "words"), REFUSALS, ids=[" ".join(command) for _, command, _ in REFUSALS])
def test_bad_input_is_refused_in_plain_words_and_changes_nothing(
    acme: Cli, code: int, command: tuple[str, ...], words: str
) -> None:
    before = acme("audit", "list", "-t", "acme", "--all", "-o", "id")
    assert words in acme.refused(code, *command)
    assert acme("audit", "list", "-t", "acme", "--all", "-o", "id") == before


@pytest.mark.case("K16")
@pytest.mark.parametrize("line", [b"", b"\n", b"\xff\xfe\n", b"nul\x00nul\x00nul\x00nul\n", b"short\n", b"x" * 70_000])
def test_a_password_that_cannot_be_one_is_refused(acme: Cli, line: bytes) -> None:
    acme.refused(2, "user", "create", "-t", "acme", "pat", "--password-stdin", input=line)
    assert "no such user" in acme.refused(4, "user", "show", "-t", "acme", "pat")


def test_unknown_settings_are_refused_by_name(acme: Cli) -> None:
    acme.environ["OPENTRUSTY_DATABSE_URL"] = "x"
    assert "Did you mean OPENTRUSTY_DATABASE_URL?" in acme.refused(1, "tenant", "list")


def test_a_file_of_settings_can_be_named(acme: Cli, tmp_path: Path) -> None:
    path = tmp_path / "opentrusty.toml"
    path.write_text('auth_url = "https://auth.example"\n')
    assert acme.json("--config", str(path), "tenant", "show", "acme")["issuer"] == "https://auth.example/t/acme"
    path.write_text("auth_ulr = 1\n")
    assert "Did you mean auth_url?" in acme.refused(1, "--config", str(path), "tenant", "list")


def test_a_database_that_nobody_migrated_is_told(fresh: Cli) -> None:
    assert "migrate" in fresh.refused(6, "tenant", "list")
    assert "migrate" in fresh.refused(6, "bootstrap")
    assert not (fresh.folder / "opentrusty.key").exists()


def test_a_database_that_does_not_answer_is_told_without_its_password(acme: Cli) -> None:
    acme.environ["OPENTRUSTY_DATABASE_URL"] = "postgresql://u:canary@127.0.0.1:1/nothing"
    assert "canary" not in acme.refused(6, "tenant", "list")


@pytest.mark.case("R15")
def test_a_wrong_or_missing_master_key_stops_every_command(acme: Cli) -> None:
    key = acme.folder / "opentrusty.key"
    right = key.read_text()
    key.unlink()
    assert "There is no master key" in acme.refused(1, "tenant", "create", "globex")
    assert "Restore it" in acme.refused(1, "bootstrap"), "no second key is made for this database"
    assert not key.exists()
    key.write_text("A" * 22 + "bcdefghijklmnopqrstuv\n")
    assert "not this database's" in acme.refused(1, "tenant", "create", "globex")
    key.write_text(right)
    acme("tenant", "create", "globex")
