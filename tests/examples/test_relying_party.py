"""The relying party signs people in and out, by Authlib's own checks."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.examples.conftest import Net, Start
from tests.support.dev import Dev
from tests.support.person import Left, Person, Shown


@pytest.fixture(scope="module")
def origin(dev_sqlite: Dev, start: Start, port: int) -> str:
    """The example, as the client `web` of acme: the port of 127.0.0.1 is free (RFC 8252 §7.3)."""
    variables = {"ISSUER": dev_sqlite.tenant("acme")["issuer"], "CLIENT_SECRET": str(dev_sqlite.secrets["web"])}
    start("uvicorn", "examples.relying_party.app:app", port=port, **variables)
    return f"http://127.0.0.1:{port}"


def signed_in(visitor: Person, person: Person) -> Shown:
    """What the visitor of the application sees after the person has signed in at the issuer."""
    away = visitor.open("/sign-in")
    assert isinstance(away, Left), away
    home = visitor.open(person.authorize(away.url).url)
    assert isinstance(home, Shown), home
    return home


def test_a_person_signs_in_and_out(origin: str, net: Net, alice: Person) -> None:
    """From a stranger to "Hello, Alice" and back; the issuer's session has ended too, without a question asked."""
    visitor = net.person(origin)
    first = visitor.open("/")
    assert isinstance(first, Shown)
    assert "Nobody is signed in" in first.answer.text

    home = signed_in(visitor, alice)
    assert "Hello, Alice Example." in home.answer.text

    away = visitor.submit(home)
    assert isinstance(away, Left)
    back = alice.open(away.url)
    assert isinstance(back, Left)
    assert back.url.startswith(f"{origin}/")
    last = visitor.open(back.url)
    assert isinstance(last, Shown)
    assert "Nobody is signed in" in last.answer.text

    again = visitor.open("/sign-in")
    assert isinstance(again, Left)
    assert isinstance(alice.open(again.url), Shown)  # the issuer asks for the password again


def test_what_a_browser_brings_is_checked(origin: str, net: Net, alice: Person) -> None:
    """A code in another browser, a foreign or missing `iss`, and a refusal each end in 400, and nobody is signed in."""
    visitor, stranger = net.person(origin), net.person(origin)
    away = visitor.open("/sign-in")
    assert isinstance(away, Left)
    callback = alice.authorize(away.url).url
    parts = urlsplit(callback)
    query = dict(parse_qsl(parts.query))
    for who, parameters in (
        (stranger, query),
        (visitor, query | {"iss": "https://evil.example"}),
        (visitor, {name: value for name, value in query.items() if name != "iss"}),
        (visitor, {"error": "access_denied", "state": query["state"], "iss": query["iss"]}),
    ):
        answer = who.open(f"{parts.path}?{urlencode(parameters)}")
        assert isinstance(answer, Shown)
        assert answer.answer.status == 400
    home = visitor.open("/")
    assert isinstance(home, Shown)
    assert "Nobody is signed in" in home.answer.text
