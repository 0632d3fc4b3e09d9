"""`opentrusty dev` from the command to Ctrl-C: its ready file, its manners, and what a second start finds."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application
from tests.support.dev import OPENTRUSTY, Dev, dev_command, running_dev
from tests.support.http import Http, refuses
from tests.support.person import Person
from tests.support.processes import descendants, is_alive, listening
from tests.support.servers import ServerProcess, file_written, free_port, wait_until

pytestmark = [pytest.mark.slow]

CALLBACKS = ["http://localhost:9999/callback", "http://127.0.0.1:9999/callback"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """One that the tests which only look share."""
    with running_dev(tmp_path_factory.mktemp("dev")) as dev:
        yield dev


def sign_in(ready: dict[str, Any], client_id: str = "app", **more: str) -> dict[str, Any]:
    """The plain user of the first tenant signs in to an application; its tokens."""
    tenant = ready["tenants"][0]
    person = Person(ready["auth_url"], tenant["users"][0]["username"], tenant["users"][0]["password"])
    return Application.of(tenant, client_id, scope="openid offline_access").tokens_for(person, **more)


def test_the_ready_file_is_what_it_was_promised_to_be(shared: Dev) -> None:
    """Keys in their order, the plain user first, every plane up, no secret for a public client."""
    ready = shared.ready
    assert list(ready) == ["auth_url", "admin_url", "console_url", "database_url", "platform_admin", "tenants"]
    for plane in ("auth", "admin", "console"):
        assert Http(ready[f"{plane}_url"]).get("/readyz").status == 200
    assert ready["database_url"] == f"sqlite:///{shared.folder / 'opentrusty.db'}"
    assert list(ready["platform_admin"]) == ["tenant", "username", "password"]
    assert [tenant["tenant"] for tenant in ready["tenants"]] == ["acme", "globex"]
    for tenant in ready["tenants"]:
        assert list(tenant) == ["tenant", "issuer", "users", "clients"]
        assert tenant["issuer"] == f"{ready['auth_url']}/t/{tenant['tenant']}"
        assert [list(user) for user in tenant["users"]] == [["username", "password", "roles"]] * 2
        assert [user["roles"] for user in tenant["users"]] == [[], ["tenant_owner"]]
        clients = {client["client_id"]: client for client in tenant["clients"]}
        assert list(clients) == ["web", "app", "machine"]
        for client in clients.values():
            assert list(client) == ["client_id", "client_secret", "redirect_uris", "grant_types"]
        web, app, machine = clients.values()
        assert web["redirect_uris"] == app["redirect_uris"] == CALLBACKS
        assert web["grant_types"] == app["grant_types"] == ["authorization_code", "refresh_token"]
        assert machine["grant_types"] == ["client_credentials"]
        assert web["client_secret"]
        assert machine["client_secret"]
        assert app["client_secret"] is None


def test_everybody_in_the_ready_file_can_sign_in(shared: Dev) -> None:
    """The users of both tenants, and the platform administrator in theirs (where no client is: the password counts)."""
    for tenant in shared.ready["tenants"]:
        for user in tenant["users"]:
            person = Person(shared.auth_url, user["username"], user["password"])
            assert Application.of(tenant, "web").tokens_for(person)["id_token"]
    admin = shared.ready["platform_admin"]
    client = shared.managed.client(admin["tenant"], "probe")
    issuer = f"{shared.auth_url}/t/{admin['tenant']}"
    application = Application(issuer=issuer, client_id="probe", secret=client.secret, redirect_uri=CALLBACKS[1])
    person = Person(shared.auth_url, admin["username"], admin["password"])
    assert application.tokens_for(person)["id_token"]


def test_its_secrets_are_nobody_else_s_to_read(shared: Dev) -> None:
    for name in ("ready.json", "credentials.json", "opentrusty.key", "opentrusty.db"):
        mode = stat.S_IMODE((shared.folder / name).stat().st_mode)
        assert mode == 0o600, f"{name} is {mode:o}"


def test_it_listens_on_loopback_only(shared: Dev) -> None:
    """No process of it has a listening socket at another address."""
    addresses = [address for pid in descendants(shared.process.pid) for address in listening(pid)]
    assert addresses
    assert {host for host, _ in addresses} <= {"127.0.0.1", "::1"}


def test_ctrl_c_stops_it_cleanly(tmp_path: Path) -> None:
    """Exit status 0, nothing left running, nothing left listening, no traceback."""
    with running_dev(tmp_path) as dev:
        children = descendants(dev.process.pid)
        assert children
        port = int(dev.auth_url.rpartition(":")[2])
        assert dev.process.stop(signal.SIGINT) == 0
        assert wait_until(lambda: not any(is_alive(pid) for pid in children), seconds=5)
        assert refuses(port)
        assert not (tmp_path / "ready.json").exists()
        assert "Traceback" not in dev.process.log


def test_ctrl_c_before_it_is_ready_stops_it_as_well(tmp_path: Path) -> None:
    """Interrupted while the plane is still starting: no error, no ready file, no orphan."""
    ready_file = tmp_path / "ready.json"
    process = ServerProcess(dev_command(tmp_path, ready_file), log=tmp_path / "log")
    try:
        assert wait_until(lambda: bool(descendants(process.pid)), seconds=20)
        children = descendants(process.pid)
        assert process.stop(signal.SIGINT) == 0
        assert wait_until(lambda: not any(is_alive(pid) for pid in children), seconds=5)
    finally:
        process.kill()
    assert not ready_file.exists()
    assert "Traceback" not in process.log


def test_ctrl_c_leaves_no_demo_half_made(tmp_path: Path) -> None:
    """Interrupted while it fills the database: it finishes that, starts nothing, and the next start goes well."""
    process = ServerProcess(dev_command(tmp_path, tmp_path / "ready.json"), log=tmp_path / "log")
    try:
        assert wait_until((tmp_path / "opentrusty.key").exists, seconds=20)
        assert process.stop(signal.SIGINT) == 0
    finally:
        process.kill()
    assert not (tmp_path / "ready.json").exists()
    with running_dev(tmp_path) as dev:
        assert sign_in(dev.ready)["id_token"]


def test_a_ready_file_left_behind_does_not_count(tmp_path: Path) -> None:
    """It goes before anything starts, so that whoever waits for it waits for this start."""
    ready_file = tmp_path / "ready.json"
    ready_file.write_text("stale")
    done = run_dev(tmp_path, "--database-url", "sqlite:///")
    assert done.returncode == 1
    assert not ready_file.exists()


def test_credentials_of_another_database_are_not_passed_off_as_this_one_s(tmp_path: Path) -> None:
    with running_dev(tmp_path):
        pass
    kept = (tmp_path / "credentials.json").read_bytes()
    done = run_dev(tmp_path, "--database-url", f"sqlite:///{tmp_path / 'other.db'}")
    assert done.returncode == 1
    assert "those of another database" in done.stderr
    assert (tmp_path / "credentials.json").read_bytes() == kept
    (tmp_path / "credentials.json").unlink()
    done = run_dev(tmp_path)
    assert done.returncode == 1
    assert "with its credentials is missing" in done.stderr


def test_a_second_start_finds_everything_as_it_was(tmp_path: Path) -> None:
    """Credentials, keys, refresh tokens, and what was revoked."""
    ports = [f"--{plane}-port={free_port()}" for plane in ("auth", "admin", "console")]
    with running_dev(tmp_path, *ports) as dev:
        first = dev.ready
        kept, revoked = sign_in(first), sign_in(first)
        app = Application.of(first["tenants"][0], "app")
        with Http(dev.auth_url) as http:
            keys = http.get(f"{app.issuer}/jwks").json()
            assert app.revoke(http, revoked["refresh_token"]).status == 200
    with running_dev(tmp_path, *ports) as dev:
        assert dev.ready == first
        with Http(dev.auth_url) as http:
            assert http.get(f"{app.issuer}/jwks").json() == keys
            assert app.refresh(http, kept["refresh_token"]).status == 200
            assert app.refresh(http, revoked["refresh_token"]).status == 400


def test_odd_folders_and_variables_of_another_deployment_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means something in a URL, and settings that would break or betray what runs here."""
    monkeypatch.setenv("OPENTRUSTY_DATABASE_URL", "sqlite:////nowhere/else.db")
    monkeypatch.setenv("OPENTRUSTY_COOKIE_DOMAIN", "example.org")
    monkeypatch.setenv("OPENTRUSTY_NONSENSE", "1")
    folder = tmp_path / '100% mine? yes & "quoted"'
    folder.mkdir()
    with running_dev(folder) as dev:
        assert sign_in(dev.ready)["id_token"]
    assert (folder / "opentrusty.db").exists()


def run_dev(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = dev_command(folder, folder / "ready.json", *more)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use_is_told_in_one_plain_sentence(tmp_path: Path) -> None:
    """And which option takes another; nothing was started, and no ready file claims otherwise."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_dev(tmp_path, "--auth-port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"Error: Port {port} is in use; choose another with --auth-port.\n"
    assert done.stdout == ""
    assert not (tmp_path / "ready.json").exists()


def test_a_database_that_cannot_be_reached_is_told_in_plain_words(tmp_path: Path) -> None:
    done = run_dev(tmp_path, "--database-url", f"postgresql://postgres@127.0.0.1:{free_port()}/none")
    assert done.returncode == 6
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_a_plane_that_dies_ends_it_with_an_error(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    process = ServerProcess(dev_command(tmp_path, ready_file), log=tmp_path / "log")
    try:
        process.wait_ready(file_written(ready_file))
        planes = descendants(process.pid)
        os.kill(planes[0], signal.SIGKILL)
        assert wait_until(lambda: process.exit_code is not None, seconds=10)
    finally:
        process.kill()
    assert process.exit_code == 1
    assert re.search(r"Error: The (auth|admin|console) plane ended with status -9\.\n$", process.log)
    assert wait_until(lambda: not any(map(is_alive, planes)), seconds=10)


def test_from_the_command_to_a_signed_in_person(tmp_path: Path) -> None:
    """On an empty folder. The time is printed, not judged: the machine is shared."""
    ready_file = tmp_path / "ready.json"
    started = time.perf_counter()
    process = ServerProcess(dev_command(tmp_path, ready_file), log=tmp_path / "log")
    try:
        process.wait_ready(file_written(ready_file))
        ready_after = time.perf_counter() - started
        assert sign_in(json.loads(ready_file.read_text()))["id_token"]
        print(f"\nready after {ready_after:.2f} s, signed in after {time.perf_counter() - started:.2f} s (target: 2 s)")
    finally:
        process.stop(signal.SIGINT)


def test_its_help_says_what_each_option_does() -> None:
    done = subprocess.run([*OPENTRUSTY, "dev", "--help"], capture_output=True, text=True, timeout=60, check=True)
    for option in ("--dir", "--auth-port", "--admin-port", "--console-port", "--database-url", "--ready-file"):
        assert option in done.stdout
