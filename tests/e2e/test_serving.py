"""`opentrusty serve auth` as a supervisor knows it: up before its database, refusing a wrong key, ending gently."""

from __future__ import annotations

import shutil
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.load import Wire
from tests.support.deployment import Deployment, deploy
from tests.support.http import Http, basic, ok, refuses
from tests.support.person import Shown
from tests.support.postgres import cluster
from tests.support.servers import wait_until

pytestmark = [pytest.mark.slow]


@pytest.mark.case("R1")
@pytest.mark.postgres
def test_a_server_that_starts_before_its_database_connects_by_itself(tmp_path: Path) -> None:
    """Live at once, ready only when PostgreSQL is; meanwhile every request is told when to come back."""
    with cluster() as postgres:
        deployment = deploy(tmp_path, postgres.url(postgres.create_database()))
        postgres.stop()
        machine = deployment.application("machine")
        grant = {"grant_type": "client_credentials"}
        with deployment.serving(ready=False), deployment.http() as http:
            assert http.get("/livez").status == 200
            unready = http.get("/readyz")
            assert unready.status == 503
            refused = machine.post(http, "token", grant)
            assert refused.status == 503
            assert int(refused.header("retry-after") or 0) > 0
            assert refused.json()["error"] == "temporarily_unavailable"
            postgres.start()
            assert wait_until(lambda: ok(f"{deployment.auth_url}/readyz"), seconds=15)
            assert machine.post(http, "token", grant).status == 200
            postgres.stop()
            assert wait_until(lambda: ok(f"{deployment.auth_url}/readyz", status=503), seconds=15)
            assert http.get("/livez").status == 200
            postgres.start()
            assert wait_until(lambda: ok(f"{deployment.auth_url}/readyz"), seconds=15)
            assert machine.post(http, "token", grant).status == 200


@pytest.mark.case("R15")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_wrong_master_key_refuses_to_start(on_sqlite: Deployment, tmp_path: Path, workers: str) -> None:
    """One plain sentence, nobody listening, and the database as it was."""
    other = deploy(tmp_path)
    database = on_sqlite.folder / "opentrusty.db"
    keys = signing_keys(on_sqlite)
    shutil.copy(on_sqlite.settings.master_key_file, tmp_path / "right.key")
    shutil.copy(other.settings.master_key_file, on_sqlite.settings.master_key_file)
    done = on_sqlite.opentrusty("serve", "auth", "--port", str(on_sqlite.port), "--workers", workers)
    assert done.returncode == 1, done.stderr
    assert "The master key is not this database's" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert refuses(on_sqlite.port)
    shutil.copy(tmp_path / "right.key", on_sqlite.settings.master_key_file)
    assert signing_keys(on_sqlite) == keys
    assert database.exists()


@pytest.mark.case("R15")
def test_a_missing_master_key_is_told_and_none_is_made(on_sqlite: Deployment) -> None:
    on_sqlite.settings.master_key_file.unlink()
    done = on_sqlite.opentrusty("serve", "auth", "--port", str(on_sqlite.port))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no master key")
    assert not on_sqlite.settings.master_key_file.exists()


def signing_keys(deployment: Deployment) -> str:
    done = deployment.opentrusty("key", "list", "-t", "acme", "-o", "json")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_schema_that_is_not_ours_is_told_and_never_migrated(tmp_path: Path) -> None:
    """The server stays unready on an empty database, and says what to run."""
    deployment = deploy(tmp_path)
    for file in tmp_path.glob("opentrusty.db*"):
        file.unlink()
    with deployment.serving(ready=False) as process, deployment.http() as http:
        assert http.get("/readyz").status == 503
        assert "opentrusty migrate" in process.log
        done = deployment.opentrusty("migrate")
        assert done.returncode == 0, done.stderr
        assert wait_until(lambda: http.get("/readyz").status == 200, seconds=10)


@pytest.mark.case("R22")
def test_sigterm_answers_what_was_asked_before_it(on_sqlite: Deployment) -> None:
    """24 sign-ins in flight, most of them waiting for their turn at the hash: every one is answered."""
    users = [(tenant, username) for tenant in ("acme", "globex") for username in ("alice", "owner")] * 6
    with on_sqlite.serving() as process, ThreadPoolExecutor(len(users)) as pool:
        requests = [sign_in_request(on_sqlite, tenant, username) for tenant, username in users]
        wires = [Wire(on_sqlite.port) for _ in requests]
        for wire, request in zip(wires, requests, strict=True):
            wire.send(request)
        answers = [pool.submit(wire.receive) for wire in wires]
        assert wait_until(lambda: sum(answer.done() for answer in answers) >= 4, seconds=30)
        unanswered = sum(not answer.done() for answer in answers)
        assert process.stop(signal.SIGTERM, seconds=30) == 0
        assert [answer.result(timeout=1).status for answer in answers] == [303] * len(users)
    assert unanswered, "all was over before the signal: this shows nothing"
    assert refuses(on_sqlite.port)


def sign_in_request(deployment: Deployment, tenant: str, username: str) -> bytes:
    """The sign-in form of a browser of this person's own, filled in."""
    person = deployment.person(tenant, username)
    page = person.open(deployment.application("web", tenant=tenant).authorize_url())
    assert isinstance(page, Shown)
    assert page.form is not None
    fields = {**page.form.fields, "username": person.username, "password": person.password}
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    headers = {"Cookie": cookies, "Origin": "null", "Sec-Fetch-Site": "same-origin"}
    return Wire.request(deployment.auth_url, page.form.action, fields, headers)


@pytest.mark.case("R22")
@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_under_load_drops_no_request_that_was_taken(on_sqlite: Deployment, workers: int) -> None:
    """Machines fetch tokens one after the other; none of them ever sees half an answer or an error of ours."""
    machine = on_sqlite.application("machine")
    assert machine.secret is not None
    request = Wire.request(
        on_sqlite.auth_url,
        "/t/acme/token",
        {"grant_type": "client_credentials"},
        {"Authorization": basic(machine.client_id, machine.secret)},
    )
    with on_sqlite.serving(workers=workers) as process, ThreadPoolExecutor(8) as pool:
        loads = [pool.submit(until_refused, on_sqlite.port, request) for _ in range(8)]
        assert wait_until(lambda: all(load.running() for load in loads), seconds=10)
        with Http(on_sqlite.auth_url) as http:
            for _ in range(50):
                assert http.get("/t/acme/jwks").status == 200
        assert process.stop(signal.SIGTERM, seconds=30) == 0
        for load in loads:
            statuses = load.result(timeout=10)
            assert statuses
            assert set(statuses) == {200}


def until_refused(port: int, request: bytes) -> list[int]:
    """A connection for each request, until nobody takes one any more; the statuses of those that were answered.

    A connection that is closed before the first byte of an answer was not taken: nothing was promised to it.
    """
    statuses: list[int] = []
    while True:
        try:
            wire = Wire(port)
        except OSError:
            return statuses
        try:
            wire.send(request)
            answer = wire.receive()
        except ConnectionError:
            return statuses
        finally:
            wire.close()
        statuses.append(answer.status)


def test_a_port_in_use_is_told(on_sqlite: Deployment) -> None:
    with socket.create_server(("127.0.0.1", on_sqlite.port)):
        done = on_sqlite.opentrusty("serve", "auth", "--port", str(on_sqlite.port))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")


def test_two_workers_die_with_their_parent(on_sqlite: Deployment) -> None:
    """SIGTERM to the parent ends the workers; the port is free at once."""
    with on_sqlite.serving(workers=2) as process:
        assert process.stop(signal.SIGTERM, seconds=30) == 0
        assert refuses(on_sqlite.port)
