"""The planes as processes beside each other: what an administrator does takes hold, and what becomes of the one is
nothing to the other.
"""

from __future__ import annotations

import json
import signal
import threading
from typing import Any

import pytest

from tests.support.deployment import Deployment
from tests.support.http import FAILED, Answer, Http, ok
from tests.support.servers import free_port, wait_until

pytestmark = [pytest.mark.slow]

AT_ONCE = 1.1
"""Seconds within which what an administrator does has taken hold, and a bit."""


def call(served: Deployment, token: str, method: str, path: str, content: Any = None) -> Answer:
    """A call of the API."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = None if content is None else json.dumps(content).encode()
    return Http(str(served.settings.admin_url)).request(method, f"/api/v1{path}", body=body, headers=headers)


@pytest.mark.case("R13")
def test_people_sign_in_while_the_admin_plane_is_killed(on_postgres: Deployment) -> None:
    """Again and again, without one failure; and it comes back as it was."""
    served = on_postgres.with_admin()
    app, stop, failures, done = served.application("app"), threading.Event(), list[BaseException](), list[int]()

    def sign_in() -> None:
        try:
            while not stop.is_set():
                person = served.person()
                assert app.tokens_for(person)["access_token"]
                person.http.close()
                done.append(1)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    with served.serving():
        token = served.service_token("acme", "tenant_owner")
        signing = threading.Thread(target=sign_in)
        signing.start()
        for _ in range(3):
            with served.serving_admin() as admin:
                assert call(served, token, "GET", "/tenants/acme/users").status == 200
                before = len(done)
                admin.kill()
                with pytest.raises(FAILED):
                    call(served, token, "GET", "/me")
                while len(done) < before + 3 and not failures:
                    stop.wait(0.01)
        stop.set()
        signing.join()
    assert not failures


@pytest.mark.case("D7")
def test_what_is_disabled_here_ends_there_within_a_second(on_sqlite: Deployment) -> None:
    """A client, by the Admin Plane, at the Auth Plane that has just served it."""
    served = on_sqlite.with_admin()
    with served.serving(), served.serving_admin():
        token = served.service_token("acme", "tenant_owner")
        app, person = served.application("app"), served.person()
        refresh = app.tokens_for(person)["refresh_token"]
        assert call(served, token, "POST", f"/tenants/acme/clients/{app.client_id}/disable").status == 200
        assert wait_until(lambda: app.refresh(person.http, refresh).status == 401, seconds=AT_ONCE)


def test_the_admin_plane_starts_stops_and_logs_as_the_auth_plane_does(on_sqlite: Deployment) -> None:
    """Two workers; SIGTERM; JSON lines that name operations and no path; metrics on their own listener."""
    served = on_sqlite.with_admin()
    port = free_port()
    with served.serving():
        token = served.service_token("acme", "tenant_owner")
        with served.serving_admin(workers=2, metrics_port=port) as admin:
            assert call(served, token, "GET", "/tenants/acme/users/alice").status == 200
            metrics = [
                Http(f"http://127.0.0.1:{it}").request("GET", "/metrics").text
                for it in (port, port + 1)
                if ok(f"http://127.0.0.1:{it}/metrics")
            ]
            assert admin.stop(signal.SIGTERM, seconds=20) in {0, -signal.SIGTERM}
    assert any('opentrusty_requests_total{endpoint="get_user",status="200"} 1.0' in text for text in metrics)
    lines = [json.loads(line) for line in admin.log.splitlines()]
    (line,) = [line for line in lines if line.get("endpoint") == "get_user"]
    assert (line["tenant"], line["status"], line["method"]) == ("acme", 200, "GET")
    assert "alice" not in admin.log
    assert token not in admin.log
