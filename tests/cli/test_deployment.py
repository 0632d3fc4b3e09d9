"""From nothing to a deployment: migrate, bootstrap, doctor; help and completion."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opentrusty_cli.main import COMMANDS
from opentrusty_core.runtime import SystemRuntime
from tests.cli.conftest import PASSWORD, Cli
from tests.support.postgres import OWNER, SERVER, Cluster


def test_migrating_twice_applies_nothing_the_second_time(fresh: Cli) -> None:
    first = fresh.json("migrate")
    assert first["applied"]
    assert fresh.json("migrate")["applied"] == []
    assert "up to date" in fresh("migrate")


def test_bootstrapping_makes_the_master_key_and_an_administrator_shown_once(fresh: Cli) -> None:
    fresh("migrate")
    made = fresh.json("bootstrap", "--email", "root@example.org")
    assert (made["tenant"], made["username"], made["email"]) == ("platform", "admin", "root@example.org")
    assert len(made["password"]) >= 20
    assert stat.S_IMODE((fresh.folder / "opentrusty.key").stat().st_mode) == 0o600
    assert fresh.json("user", "show", "-t", "platform", "admin")["id"] == made["id"]
    (held, _) = fresh.json("role", "show", "-t", "platform", "admin")["items"]
    assert held["role"] in {"platform_admin", "tenant_owner"}
    key = (fresh.folder / "opentrusty.key").read_text()
    assert "exists already" in fresh.refused(5, "bootstrap")
    assert (fresh.folder / "opentrusty.key").read_text() == key


@pytest.mark.case("L4")
def test_a_given_password_is_not_repeated(fresh: Cli) -> None:
    fresh("migrate")
    result = fresh.run("bootstrap", "--password-stdin", input=f"{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert PASSWORD.encode() not in (fresh.folder / "opentrusty.db").read_bytes()


def examined(cli: Cli) -> dict[str, Any]:
    """The findings of `doctor` by check; its exit code goes with them."""
    result = cli.run("doctor", "-o", "json")
    findings = {item["check"]: item for item in json.loads(result.stdout)["items"]}
    assert result.exit_code == int(any(item["grade"] == "wrong" for item in findings.values()))
    assert all(item["advice"] for item in findings.values() if item["grade"] != "ok"), "each says what to do"
    return findings


def grades(findings: dict[str, Any]) -> dict[str, str]:
    return {name: item["grade"] for name, item in findings.items()}


def test_the_doctor_finds_a_good_deployment_good(acme: Cli) -> None:
    acme.environ["OPENTRUSTY_AUTH_URL"] = "https://auth.example.org"
    acme.environ["OPENTRUSTY_ADMIN_URL"] = "https://api.example.org"
    acme.environ["OPENTRUSTY_COOKIE_DOMAIN"] = "example.org"
    found = grades(examined(acme))
    assert found == dict.fromkeys(found, "ok")
    assert found.keys() >= {"settings", "database", "schema", "master_key", "master_key_file", "auth_url", "admin_url"}
    assert found.keys() >= {"cookie_domain", "clock", "administrator"}


def test_the_doctor_tells_of_a_deployment_that_only_this_machine_reaches(acme: Cli) -> None:
    assert grades(examined(acme))["auth_url"] == "warning"


def test_the_doctor_tells_of_unusable_settings(acme: Cli) -> None:
    acme.environ["OPENTRUSTY_AUTH_URL"] = "http://auth.example.org"
    assert grades(examined(acme)) == {"settings": "wrong"}


def test_the_doctor_tells_of_a_database_that_is_absent_or_not_migrated(fresh: Cli) -> None:
    assert grades(examined(fresh))["schema"] == "wrong"
    fresh.environ["OPENTRUSTY_DATABASE_URL"] = "postgresql://u:canary@127.0.0.1:1/nothing"
    found = examined(fresh)
    assert found["database"]["grade"] == "wrong"
    assert "canary" not in str(found)


def test_the_doctor_tells_of_a_deployment_without_administrator(fresh: Cli) -> None:
    fresh("migrate")
    found = grades(examined(fresh))
    assert (found["administrator"], found["master_key"]) == ("warning", "wrong")


@pytest.mark.case("R15")
def test_the_doctor_tells_of_a_wrong_and_of_a_readable_master_key(acme: Cli) -> None:
    key = acme.folder / "opentrusty.key"
    key.chmod(0o644)
    found = grades(examined(acme))
    assert (found["master_key_file"], found["master_key"]) == ("warning", "ok")
    key.write_text("A" * 22 + "bcdefghijklmnopqrstuv\n")
    assert grades(examined(acme))["master_key"] == "wrong"


def test_the_doctor_tells_of_a_console_without_an_admin_plane(acme: Cli) -> None:
    acme.environ["OPENTRUSTY_CONSOLE_URL"] = "https://console.example.org"
    assert grades(examined(acme))["console"] == "wrong"
    acme.environ["OPENTRUSTY_ADMIN_URL"] = "https://api.example.org"
    assert "console" not in grades(examined(acme))


def test_the_doctor_tells_of_planes_outside_the_cookie_domain(acme: Cli) -> None:
    acme.environ["OPENTRUSTY_AUTH_URL"] = "https://auth.example.org"
    acme.environ["OPENTRUSTY_ADMIN_URL"] = "https://api.other.org"
    assert grades(examined(acme))["cookie_domain"] == "warning"
    acme.environ["OPENTRUSTY_COOKIE_DOMAIN"] = "example.org"
    assert grades(examined(acme))["cookie_domain"] == "wrong"


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_doctor_tells_of_a_clock_that_is_not_the_databases(
    acme: Cli, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    right = SystemRuntime.now
    monkeypatch.setattr(SystemRuntime, "now", lambda self: right(self) + dt.timedelta(hours=hours))
    assert grades(examined(acme))["clock"] == "wrong"


def test_the_doctor_asks_postgresql_for_its_time(tmp_path: Path, postgres_url: str) -> None:
    cli = Cli(tmp_path, postgres_url)
    cli("migrate")
    cli("bootstrap")
    assert examined(cli)["clock"]["finding"] == "This machine's clock and the database's agree."
    assert grades(examined(cli))["database"] == "ok"


@pytest.mark.case("I4")
def test_the_doctor_tells_whether_postgresql_keeps_tenants_apart(
    tmp_path: Path, postgres_cluster: Cluster, postgres_roles: Callable[[str], None]
) -> None:
    """And who is not held to that."""
    with postgres_cluster.database(user=OWNER) as owners:
        name = owners.rpartition("/")[2]
        postgres_roles(name)
        servers, superusers = postgres_cluster.url(name, user=SERVER), postgres_cluster.url(name)

        def finding(url: str) -> tuple[str, str]:
            found = examined(Cli(tmp_path, url)).get("row_security", {"grade": "none", "finding": ""})
            return found["grade"], found["finding"]

        owner = Cli(tmp_path, owners)
        owner("migrate")
        assert finding(servers) == ("none", "")
        assert finding(f"{servers}?row_security=on")[0] == "wrong", "asked for, and not in force"
        assert "in force" in owner("migrate", "--row-security")
        Cli(tmp_path, f"{servers}?row_security=on")("bootstrap")
        assert finding(f"{servers}?row_security=on") == ("ok", f"PostgreSQL keeps tenants apart for {SERVER}.")
        assert finding(f"{owners}?row_security=on")[0] == "warning", "its owner may lift it"
        assert finding(f"{superusers}?row_security=on")[0] == "wrong"
        assert finding(superusers)[0] == "warning"
        assert "row_security=on" in finding(servers)[1], "it sees nothing at all"
        assert "lifted" in owner("migrate", "--no-row-security")
        assert finding(servers) == ("none", "")


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    files[1].chmod(0o600)
    return files


def test_the_doctor_tells_of_tls_files_that_do_not_work(acme: Cli) -> None:
    certificate, key = make_certificate(acme.folder, "one")
    _, other = make_certificate(acme.folder, "two")
    acme.environ["OPENTRUSTY_TLS_CERTIFICATE_FILE"] = str(certificate)
    acme.environ["OPENTRUSTY_CA_BUNDLE"] = str(certificate)
    for file, grade in ((key, "ok"), (other, "wrong"), (acme.folder / "none", "wrong"), (certificate, "wrong")):
        acme.environ["OPENTRUSTY_TLS_KEY_FILE"] = str(file)
        assert grades(examined(acme))["tls"] == grade, file
    key.chmod(0o644)
    acme.environ["OPENTRUSTY_TLS_KEY_FILE"] = str(key)
    found = grades(examined(acme))
    assert (found["tls"], found["ca_bundle"]) == ("warning", "ok")
    acme.environ["OPENTRUSTY_CA_BUNDLE"] = str(key)
    assert grades(examined(acme))["ca_bundle"] == "wrong"


def test_help_names_every_command_and_imports_none() -> None:
    """Nor anything heavy: starting is what a person waits for at every command."""
    code = (
        "import sys; from opentrusty_cli.main import cli; cli(['--help'], standalone_mode=False); "
        "heavy = {'cryptography', 'argon2', 'starlette', 'rich', 'yaml', 'psycopg', 'sqlite3', 'joserfc'}; "
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys(); "
        "assert not [m for m in sys.modules if m in "
        f"{[module.partition(':')[0] for module, _ in COMMANDS.values()]!r}]"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert run.returncode == 0, run.stderr
    for name, (_, words) in COMMANDS.items():
        assert name in run.stdout
        assert words in run.stdout


GROUPS = sorted(COMMANDS.keys() - {"serve", "dev"})


@pytest.mark.parametrize("command", GROUPS)
def test_every_command_explains_itself(fresh: Cli, command: str) -> None:
    assert fresh(command, "--help").startswith("Usage: opentrusty")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(fresh: Cli, shell: str) -> None:
    assert "_OPENTRUSTY_COMPLETE" in fresh("completion", shell)


def opentrusty(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENTRUSTY_")}
    clean |= {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "100", **environ}
    command = [sys.executable, "-m", "opentrusty_cli.main", *args]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=60)


def test_a_deployment_from_nothing_as_processes(tmp_path: Path) -> None:
    """In an empty folder the defaults lead from `migrate` to a client's secret; each file lies beside the other."""
    for args in (("migrate",), ("bootstrap",), ("tenant", "create", "acme")):
        ran = opentrusty(tmp_path, *args)
        assert ran.returncode == 0, ran.stderr
    made = opentrusty(
        tmp_path, "client", "create", "-t", "acme", "--name", "Job", "--grant-type", "client_credentials", "-o", "id"
    )
    assert made.returncode == 0, made.stderr
    assert "client_secret: ots_" in made.stderr
    shown = opentrusty(tmp_path, "client", "show", "-t", "acme", made.stdout.strip(), "-o", "yaml")
    assert "client_name: Job" in shown.stdout
    assert {"opentrusty.db", "opentrusty.key"} <= {path.name for path in tmp_path.iterdir()}
    missing = opentrusty(tmp_path, "tenant", "show", "nowhere")
    assert (missing.returncode, missing.stdout) == (4, "")
    assert missing.stderr == "Error: There is no such tenant.\n"


def test_completion_offers_commands(tmp_path: Path) -> None:
    ran = opentrusty(tmp_path, _OPENTRUSTY_COMPLETE="bash_complete", COMP_WORDS="opentrusty ten", COMP_CWORD="1")
    assert "tenant" in ran.stdout
