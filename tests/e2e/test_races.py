"""64 racers on two worker processes and one PostgreSQL: whoever is first wins, and nobody wins twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.load import Wire, Workers
from tests.support.application import Application
from tests.support.deployment import Deployment
from tests.support.http import Answer, Http
from tests.support.person import Person, Shown

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

RACERS = 64
ROUNDS = 3
OFFLINE = "openid offline_access"


@pytest.fixture
def racers(two_workers: Deployment) -> Workers:
    """32 connections to each worker."""
    return Workers(two_workers.port, each=RACERS // 2)


@pytest.fixture
def http(two_workers: Deployment) -> Iterator[Http]:
    with two_workers.http() as found:
        yield found


@pytest.fixture
def alice(two_workers: Deployment) -> Person:
    return two_workers.person()


@pytest.fixture(params=["web", "app"])
def app(request: pytest.FixtureRequest, two_workers: Deployment) -> Application:
    """A confidential client, which keeps its refresh token, and a public one, which rotates it."""
    return two_workers.application(request.param, scope=OFFLINE)


def request_of(app: Application, endpoint: str, form: dict[str, str]) -> bytes:
    """An authenticated request of the client as bytes."""
    body, headers = app.authenticated(form)
    return Wire.request(app.origin, f"{app.issuer.removeprefix(app.origin)}/{endpoint}", body, headers)


def refresh_of(app: Application, refresh_token: str) -> bytes:
    return request_of(app, "token", {"grant_type": "refresh_token", "refresh_token": refresh_token})


def assert_refused(answers: list[Answer]) -> None:
    """Every answer is the one that RFC 6749 §5.2 has for a grant that is no good."""
    assert {(answer.status, answer.json()["error"]) for answer in answers} <= {(400, "invalid_grant")}


def assert_dead(app: Application, http: Http, *responses: dict[str, Any]) -> None:
    """Nothing of these token responses opens anything any more."""
    for tokens in responses:
        assert app.userinfo(http, tokens["access_token"]).status == 401
    for refresh_token in {tokens["refresh_token"] for tokens in responses}:
        assert app.refresh(http, refresh_token).status == 400
    if app.secret is not None:
        for kind in ("access_token", "refresh_token"):
            assert app.post(http, "introspect", {"token": responses[-1][kind]}).json() == {"active": False}


def granted(answers: list[Answer]) -> list[dict[str, Any]]:
    """The token responses among the answers; every other answer is the refusal of RFC 6749 §5.2."""
    assert_refused([answer for answer in answers if answer.status != 200])
    return [answer.json() for answer in answers if answer.status == 200]


@pytest.mark.case("C1", "C2")
def test_a_code_is_redeemed_once_and_then_its_tokens_are_dead(
    racers: Workers, http: Http, app: Application, alice: Person
) -> None:
    for _ in range(ROUNDS):
        code = app.code_for(alice)
        answers = racers.race([request_of(app, "token", app.redemption(code))] * RACERS)
        (winner,) = granted(answers)
        assert_dead(app, http, winner)


@pytest.mark.case("D1", "D2")
def test_a_refresh_token_has_one_successor_whoever_asks(
    racers: Workers, http: Http, two_workers: Deployment, alice: Person
) -> None:
    """64 times the identical successor, never siblings; once that is used, its predecessor gives a thief away."""
    app = two_workers.application("app", scope=OFFLINE)
    for _ in range(ROUNDS):
        first = app.tokens_for(alice)["refresh_token"]
        answers = racers.race([refresh_of(app, first)] * RACERS)
        assert {answer.status for answer in answers} == {200}
        (second,) = {answer.json()["refresh_token"] for answer in answers}
        assert second != first
        used = app.refresh(http, second)
        assert used.status == 200
        assert_refused([app.refresh(http, first)])
        assert_dead(app, http, used.json())


@pytest.mark.case("D1")
def test_the_thief_and_the_owner_cannot_both_go_on(
    racers: Workers, http: Http, two_workers: Deployment, alice: Person
) -> None:
    """Half of the racers hold a token of two generations ago: the whole family ends, whatever the order."""
    app = two_workers.application("app", scope=OFFLINE)
    for _ in range(ROUNDS):
        old = app.tokens_for(alice)["refresh_token"]
        middle = app.refresh(http, old).json()["refresh_token"]
        new = app.refresh(http, middle).json()["refresh_token"]
        answers = racers.race([refresh_of(app, token) for token in (old, new) * (RACERS // 2)])
        assert {answer.status for answer in answers[::2]} == {400}
        assert_dead(app, http, *granted(answers))
        assert app.refresh(http, new).status == 400


@pytest.mark.case("D2")
def test_a_confidential_client_keeps_its_refresh_token_in_a_race(
    racers: Workers, two_workers: Deployment, alice: Person
) -> None:
    app = two_workers.application("web", scope=OFFLINE)
    token = app.tokens_for(alice)["refresh_token"]
    answers = racers.race([refresh_of(app, token)] * RACERS)
    assert {(answer.status, answer.json()["refresh_token"]) for answer in answers} == {(200, token)}


@pytest.mark.case("D4")
def test_nothing_is_usable_after_a_revocation_that_raced_with_refreshes(
    racers: Workers, http: Http, app: Application, alice: Person
) -> None:
    """One racer revokes, the others refresh: whatever they were given meanwhile is dead when the 200 is there."""
    for turn in range(ROUNDS):
        first = app.tokens_for(alice)
        requests = [refresh_of(app, first["refresh_token"])] * RACERS
        requests[turn * 9] = request_of(app, "revoke", {"token": first["refresh_token"]})
        answers = racers.race(requests)
        assert answers.pop(turn * 9).status == 200
        assert_dead(app, http, first, *granted(answers))


@pytest.mark.case("D4")
def test_nothing_is_usable_after_a_logout_that_raced_with_refreshes(
    racers: Workers, http: Http, two_workers: Deployment, alice: Person
) -> None:
    """Grants without offline_access end with their session; so does the session itself, on both workers."""
    app = two_workers.application("web", scope="openid")
    for turn in range(ROUNDS):
        first = app.tokens_for(alice)
        requests = [refresh_of(app, first["refresh_token"])] * RACERS
        requests[turn * 9] = logout_of(app, alice, first["id_token"])
        answers = racers.race(requests)
        assert answers.pop(turn * 9).status == 303
        assert_dead(app, http, first, *granted(answers))
        silent = alice.authorize(app.authorize_url(prompt="none"))
        assert silent.parameters["error"] == "login_required"


def logout_of(app: Application, person: Person, id_token: str) -> bytes:
    """A sign-out that the ID token of this very session vouches for."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    path = f"{app.issuer.removeprefix(app.origin)}/logout?{urlencode({'id_token_hint': id_token})}"
    return Wire.request(app.origin, path, None, {"Cookie": cookies})


@pytest.mark.case("K3", "K4")
def test_parallel_guesses_are_counted_before_they_are_looked_at(racers: Workers, two_workers: Deployment) -> None:
    """By four names of one person: 10 are looked at, the rest have to wait, and the right password with them."""
    password = two_workers.managed.user("acme", "mallory")
    person = Person(two_workers.auth_url, "mallory", password)
    page = person.open(two_workers.application("web").authorize_url())
    assert isinstance(page, Shown)
    names = ("mallory", "MALLORY", "mallory@acme.example", "Mallory@ACME.example")
    answers = racers.race([guess(person, page, names[n % 4], f"a wrong guess {n}") for n in range(RACERS)])
    assert Counter(answer.status for answer in answers) == {200: 10, 429: RACERS - 10}
    assert all(int(answer.header("retry-after") or 0) > 0 for answer in answers if answer.status == 429)
    late = racers.ask_each(guess(person, page, "mallory", password))
    assert [answer.status for answer in late] == [429, 429]
    assert not [answer for answer in (*answers, *late) if "opentrusty_session" in str(answer.all("set-cookie"))]


def guess(person: Person, page: Shown, username: str, password: str) -> bytes:
    """The sign-in form with a guess."""
    assert page.form is not None
    fields = {**page.form.fields, "username": username, "password": password}
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    headers = {"Cookie": cookies, "Origin": "null", "Sec-Fetch-Site": "same-origin"}
    return Wire.request(person.http.origin, page.form.action, fields, headers)
