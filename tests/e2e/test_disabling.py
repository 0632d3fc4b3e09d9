"""What an administrator ends at the command line has ended for every worker within a second (row D7)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.e2e.load import Wire, Workers
from tests.support.application import Application
from tests.support.deployment import Deployment
from tests.support.http import Answer, basic
from tests.support.person import Person, Shown
from tests.support.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.case("D7")]

WITHIN = 1.0
"""Seconds from the command's end to the last worker's."""

Ask = Callable[[], list[Answer]]


class Watched:
    """A person and an application of a test's own, signed in, as both workers see them.

    `asks` are requests by name, each sent to every worker; all succeed as long as nothing is ended.
    """

    def __init__(self, deployment: Deployment, name: str) -> None:
        self.deployment = deployment
        self.name = name
        password = deployment.managed.user("acme", name)
        template = deployment.application("web", scope="openid offline_access")
        uris = (template.redirect_uri,)
        secret = deployment.managed.client("acme", name, redirect_uris=uris, skip_consent=True).secret
        self.app = replace(template, client_id=name, secret=secret)
        self.person = Person(deployment.auth_url, name, password)
        self.tokens = self.app.tokens_for(self.person)
        self.workers = Workers(deployment.port, each=1)

    def refresh(self) -> list[Answer]:
        return self._ask_token({"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]})

    def userinfo(self) -> list[Answer]:
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self.workers.ask_each(Wire.request(self.app.origin, "/t/acme/userinfo", None, headers))

    def authorize(self) -> list[Answer]:
        """prompt=none: a code by redirect while the session, the person and the client are good."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.person.cookies.items())
        path = self.app.authorize_url(prompt="none").removeprefix(self.app.origin)
        return self.workers.ask_each(Wire.request(self.app.origin, path, None, {"Cookie": cookies}))

    def can_sign_in(self) -> bool:
        """Whether another browser gets a session for the password."""
        newcomer = Person(self.deployment.auth_url, self.name, self.person.password)
        page = newcomer.open(self.app.authorize_url())
        assert isinstance(page, Shown)
        newcomer.submit(page, username=self.name, password=self.person.password)
        return "opentrusty_session.acme" in newcomer.cookies

    def _ask_token(self, form: dict[str, str]) -> list[Answer]:
        assert self.app.secret is not None
        headers = {"Authorization": basic(self.app.client_id, self.app.secret)}
        return self.workers.ask_each(Wire.request(self.app.origin, "/t/acme/token", form, headers))


def all_are(ask: Ask, expected: Callable[[Answer], bool]) -> bool:
    return all(expected(answer) for answer in ask())


def is_code(answer: Answer) -> bool:
    return answer.status == 303 and "code=" in (answer.header("location") or "")


def is_error(status: int, error: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.status == status and answer.json()["error"] == error


def is_login_required(answer: Answer) -> bool:
    return answer.status == 303 and "error=login_required" in (answer.header("location") or "")


def assert_alive(watched: Watched) -> None:
    assert all_are(watched.refresh, lambda answer: answer.status == 200)
    assert all_are(watched.userinfo, lambda answer: answer.status == 200)
    assert all_are(watched.authorize, is_code)


def assert_within_a_second(*conditions: Callable[[], bool]) -> None:
    """Each holds when it is asked a second from now at the latest."""
    for condition in conditions:
        assert wait_until(condition, seconds=WITHIN) or condition()


def run(deployment: Deployment, *arguments: str) -> None:
    done = deployment.opentrusty(*arguments)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def watched(two_workers: Deployment, request: pytest.FixtureRequest) -> Watched:
    found = Watched(two_workers, request.node.name.removeprefix("test_").replace("_", "-")[:30].strip("-"))
    assert_alive(found)
    return found


def test_a_disabled_user_is_out(two_workers: Deployment, watched: Watched) -> None:
    """Sessions, refresh tokens and access tokens, and a new sign-in with the right password."""
    run(two_workers, "user", "disable", "-t", "acme", "--yes", watched.name)
    assert_within_a_second(
        lambda: all_are(watched.refresh, is_error(400, "invalid_grant")),
        lambda: all_are(watched.userinfo, is_error(401, "invalid_token")),
        lambda: all_are(watched.authorize, is_login_required),
    )
    assert not watched.can_sign_in()
    run(two_workers, "user", "enable", "-t", "acme", watched.name)
    assert watched.can_sign_in()
    assert all_are(watched.refresh, is_error(400, "invalid_grant"))


def test_a_password_reset_ends_what_the_old_one_opened(two_workers: Deployment, watched: Watched) -> None:
    run(two_workers, "user", "set-password", "-t", "acme", "--generate-password", "--yes", watched.name)
    assert_within_a_second(
        lambda: all_are(watched.refresh, is_error(400, "invalid_grant")),
        lambda: all_are(watched.userinfo, is_error(401, "invalid_token")),
        lambda: all_are(watched.authorize, is_login_required),
    )
    assert not watched.can_sign_in()


def test_a_disabled_client_gets_nothing(two_workers: Deployment, watched: Watched) -> None:
    """Not at the token endpoint, not with its access tokens, not at authorize; enabled again, it goes on."""
    run(two_workers, "client", "disable", "-t", "acme", "--yes", watched.name)
    assert_within_a_second(
        lambda: all_are(watched.refresh, is_error(401, "invalid_client")),
        lambda: all_are(watched.userinfo, is_error(401, "invalid_token")),
        lambda: all_are(watched.authorize, lambda answer: answer.status == 400),
    )
    run(two_workers, "client", "enable", "-t", "acme", watched.name)
    assert_within_a_second(lambda: all_are(watched.refresh, lambda answer: answer.status == 200))


def test_a_rotated_secret_is_no_good_any_more(two_workers: Deployment, watched: Watched) -> None:
    run(two_workers, "client", "rotate-secret", "-t", "acme", "--yes", watched.name)
    assert_within_a_second(lambda: all_are(watched.refresh, is_error(401, "invalid_client")))


def test_an_ended_session_is_over(two_workers: Deployment, watched: Watched) -> None:
    done = two_workers.opentrusty("session", "list", "-t", "acme", watched.name, "-o", "id")
    assert done.returncode == 0, done.stderr
    (session,) = done.stdout.split()
    run(two_workers, "session", "end", "-t", "acme", "--yes", session)
    assert_within_a_second(lambda: all_are(watched.authorize, is_login_required))


@pytest.fixture
def globex(two_workers: Deployment) -> Iterator[Application]:
    """A machine of the other tenant, which is served again afterwards."""
    yield two_workers.application("machine", tenant="globex")
    run(two_workers, "tenant", "resume", "globex")


def test_a_suspended_tenant_is_served_by_nobody(two_workers: Deployment, globex: Application) -> None:
    """Its issuer looks as if it had never been; the other tenant does not notice."""
    workers = Workers(two_workers.port, each=1)
    form, headers = globex.authenticated({"grant_type": "client_credentials"})
    token = Wire.request(globex.origin, "/t/globex/token", form, headers)
    discovery = "/.well-known/openid-configuration"
    other = Wire.request(globex.origin, f"/t/acme{discovery}", None, {})
    absent = Wire.request(globex.origin, f"/t/absent{discovery}", None, {})
    suspended = Wire.request(globex.origin, f"/t/globex{discovery}", None, {})
    assert [answer.status for answer in workers.ask_each(token)] == [200, 200]
    run(two_workers, "tenant", "suspend", "globex", "--yes")
    assert_within_a_second(
        lambda: all_are(lambda: workers.ask_each(token), lambda answer: answer.status == 404),
        lambda: all_are(lambda: workers.ask_each(suspended), lambda answer: answer.status == 404),
    )
    assert [answer.status for answer in workers.ask_each(other)] == [200, 200]
    for one, another in zip(workers.ask_each(suspended), workers.ask_each(absent), strict=True):
        assert one.json() | {"request_id": ""} == another.json() | {"request_id": ""}
    run(two_workers, "tenant", "resume", "globex")
    assert_within_a_second(lambda: all_are(lambda: workers.ask_each(token), lambda answer: answer.status == 200))


@pytest.mark.case("L6")
def test_an_announced_key_is_published_by_every_worker(two_workers: Deployment) -> None:
    """Beside the one that signs, long before it signs itself."""
    workers = Workers(two_workers.port, each=1)
    jwks = Wire.request(two_workers.auth_url, "/t/globex/jwks", None, {})
    before = kids(workers.ask_each(jwks)[0])
    run(two_workers, "key", "rotate", "-t", "globex", "--alg", "ES256")

    def published() -> bool:
        one, other = map(kids, workers.ask_each(jwks))
        return one == other and one > before

    assert_within_a_second(published)


def test_what_a_retired_key_signed_is_refused_by_every_worker(two_workers: Deployment) -> None:
    """As after a leak: its tokens are dead at once, and the next ones are signed by another key."""
    machine, workers = two_workers.application("machine", tenant="globex"), Workers(two_workers.port, each=1)
    with two_workers.http() as http:
        token = machine.post(http, "token", {"grant_type": "client_credentials"}).json()["access_token"]
        form, headers = machine.authenticated({"token": token})
        introspect = Wire.request(machine.origin, "/t/globex/introspect", form, headers)
        assert [answer.json()["active"] for answer in workers.ask_each(introspect)] == [True, True]
        leaked = kid_of(token)
        run(two_workers, "key", "retire", "-t", "globex", "--yes", leaked)
        assert_within_a_second(
            lambda: [answer.json() for answer in workers.ask_each(introspect)] == [{"active": False}] * 2
        )
        fresh = machine.post(http, "token", {"grant_type": "client_credentials"})
    assert fresh.status == 200
    assert kid_of(fresh.json()["access_token"]) != leaked


def kids(jwks: Answer) -> set[str]:
    return {key["kid"] for key in jwks.json()["keys"]}


def kid_of(token: str) -> str:
    head = token.partition(".")[0]
    kid: str = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    return kid
