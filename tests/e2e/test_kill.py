"""kill -9 in the middle of a load: nothing that was answered is lost, and nothing that was revoked comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.application import Application
from tests.support.deployment import Deployment, deploy
from tests.support.http import FAILED, Answer, ok
from tests.support.person import Left, Shown
from tests.support.postgres import Cluster, cluster
from tests.support.servers import ServerProcess, wait_until

pytestmark = [pytest.mark.slow]

OFFLINE = "openid offline_access"
PEOPLE = (("acme", "alice"), ("acme", "owner"), ("globex", "alice"), ("globex", "owner"))
ENOUGH = 10
"""Answers of each kind that every person has had before the lights go out."""


@dataclass
class Life:
    """One person's applications, at work in a thread: what they were answered is what has to be true afterwards."""

    deployment: Deployment
    app: Application
    username: str
    refresh_token: str = ""
    refreshed: int = 0
    revoked: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    surprises: list[Answer] = field(default_factory=list)

    def begin(self) -> None:
        """Sign in."""
        self.person = self.deployment.person(self.app.issuer.rpartition("/")[2], self.username)
        self.refresh_token = self.app.tokens_for(self.person)["refresh_token"]

    def live(self, stopping: threading.Event) -> None:
        """Refresh, revoke and ask for codes until the server is gone."""
        try:
            while not stopping.is_set():
                for _ in range(4):
                    self._refresh()
                self._revoke()
                self.codes.append(self._code())
        except (*FAILED, Unavailable):
            pass  # in the middle of something: it was not answered
        finally:
            self.person.http.close()

    @property
    def has_lived(self) -> bool:
        return self.refreshed >= 4 * ENOUGH and min(len(self.revoked), len(self.codes)) >= ENOUGH

    def assert_nothing_lost(self) -> None:
        """Ask for everything that was promised."""
        assert not self.surprises
        with self.deployment.http() as http:
            # The successor in hand works; had the next one been made but not answered, this is its retry.
            assert self.app.refresh(http, self.refresh_token).status == 200
            for token in self.revoked:
                refused = self.app.refresh(http, token)
                assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")
            for code in self.codes[-10:]:
                assert self.app.redeem(http, code).status == 200
            assert self.app.redeem(http, self.codes[-1]).status == 400

    def _refresh(self) -> None:
        answer = self._answered(self.app.refresh(self.person.http, self.refresh_token))
        self.refresh_token = answer.json()["refresh_token"]
        self.refreshed += 1

    def _revoke(self) -> None:
        token = self._answered(self.app.redeem(self.person.http, self._code())).json()["refresh_token"]
        self._answered(self.app.revoke(self.person.http, token))
        self.revoked.append(token)

    def _code(self) -> str:
        at = self.person.open(self.app.authorize_url())
        if isinstance(at, Shown):  # the session and the consent are there: nothing but an error can be shown
            self._answered(at.answer)
        assert isinstance(at, Left)
        return at.parameters["code"]

    def _answered(self, answer: Answer) -> Answer:
        if answer.status == 200:
            return answer
        if not (answer.status == 503 and int(answer.header("retry-after") or 0) > 0):
            self.surprises.append(answer)
        raise Unavailable


class Unavailable(Exception):
    """The server said that it can't, for now."""


@contextmanager
def load(deployment: Deployment) -> Iterator[list[Life]]:
    """Everybody at work; on leaving, they stop as soon as they notice."""
    lives = [
        Life(deployment, deployment.application("app", tenant=tenant, scope=OFFLINE), username)
        for tenant, username in PEOPLE
    ]
    for life in lives:
        life.begin()
    stopping = threading.Event()
    threads = [threading.Thread(target=life.live, args=(stopping,)) for life in lives]
    for thread in threads:
        thread.start()
    try:
        assert wait_until(lambda: all(life.has_lived for life in lives), seconds=60)
        yield lives
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


@pytest.fixture(scope="module")
def durable() -> Iterator[Cluster]:
    """A PostgreSQL that keeps its promises, on disk."""
    with cluster(durable=True) as running:
        yield running


@pytest.fixture
def on_durable_postgres(durable: Cluster, tmp_path: Path) -> Deployment:
    return deploy(tmp_path, durable.url(durable.create_database()))


def killed_in_a_load(deployment: Deployment, kill: Callable[[ServerProcess], None]) -> list[Life]:
    """What everybody was promised until `kill`."""
    with deployment.serving() as process, load(deployment) as lives:
        kill(process)
    return lives


def test_on_sqlite_nothing_answered_is_lost(on_sqlite: Deployment) -> None:
    lives = killed_in_a_load(on_sqlite, ServerProcess.kill)
    with on_sqlite.serving():
        for life in lives:
            life.assert_nothing_lost()


@pytest.mark.postgres
def test_on_postgres_nothing_answered_is_lost(on_durable_postgres: Deployment, durable: Cluster) -> None:
    """Server and database die together, the database without a checkpoint."""

    def both(process: ServerProcess) -> None:
        process.kill()
        durable.crash()

    lives = killed_in_a_load(on_durable_postgres, both)
    durable.start()
    with on_durable_postgres.serving():
        for life in lives:
            life.assert_nothing_lost()


@pytest.mark.case("R2")
@pytest.mark.postgres
def test_when_postgres_dies_alone_every_request_is_a_503_and_nothing_is_half_issued(
    on_durable_postgres: Deployment, durable: Cluster
) -> None:
    """The server lives on, answers 503 with Retry-After, and connects again by itself."""
    ready = f"{on_durable_postgres.auth_url}/readyz"
    with on_durable_postgres.serving() as process:
        with load(on_durable_postgres) as lives:
            durable.crash()
            assert wait_until(lambda: ok(ready, status=503), seconds=15)
        assert not [life.surprises for life in lives if life.surprises], process.log
        durable.start()
        assert wait_until(lambda: ok(ready), seconds=15)
        for life in lives:
            life.assert_nothing_lost()
