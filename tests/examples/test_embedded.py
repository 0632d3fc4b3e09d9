"""The embedded examples: OpenTrusty inside FastAPI and inside Flask, over the application's own users table."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest

from examples.prepare import EMAIL, PASSWORD
from tests.examples.conftest import PYTHONPATH, Net, Start
from tests.support.application import Application
from tests.support.http import Http
from tests.support.management import Managed
from tests.support.person import Left, Person, Shown
from tests.support.servers import free_port

COMMANDS = {
    "fastapi": ("uvicorn", "examples.fastapi_embedded.app:app"),
    "flask": ("flask", "--app", "examples.flask_blocking.app", "run"),
}
VARYING = re.compile(r'ot[a-z]_[A-Za-z0-9_-]{43}|nonce="[^"]+"|01[0-9a-v]{20,}')
CALLBACK = "http://localhost:9999/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """An application that is its own identity provider, running."""

    origin: str
    folder: Path
    orders: Application
    net: Net

    @property
    def http(self) -> Http:
        """A program that calls it."""
        return self.net.http(self.origin)

    def mei(self, password: str = PASSWORD, username: str = EMAIL) -> Person:
        """The shop's one customer, at a browser without scripts."""
        return self.net.person(self.origin, username, password)

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The application's own."""
        with closing(sqlite3.connect(self.folder / "shop.db")) as connection, connection:
            yield connection

    @property
    def managed(self) -> Managed:
        """OpenTrusty's."""
        return Managed(database_url=f"sqlite:///{self.folder / 'idp.db'}", master_key_file=self.folder / "idp.key")


@pytest.fixture(scope="module", params=list(COMMANDS))
def shop(request: pytest.FixtureRequest, start: Start, net: Net, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Prepared and started as the docstrings of the examples say."""
    port, cwd = free_port(), tmp_path_factory.mktemp(request.param)
    origin = f"http://localhost:{port}"
    command = [sys.executable, "-m", "examples.prepare", origin]
    env = {**os.environ, "PYTHONPATH": PYTHONPATH}
    printed = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=True, timeout=60).stdout
    told = dict(line.removeprefix("export ").split("=", 1) for line in printed.splitlines() if "=" in line)
    start(*COMMANDS[request.param], port=port, folder=cwd, AUTH_URL=origin)
    orders = Application(
        issuer=told["ISSUER"],
        client_id=told["CLIENT_ID"],
        secret=told["CLIENT_SECRET"],
        redirect_uri=CALLBACK,
        scope="openid profile email",
    )
    return Shop(origin=origin, folder=cwd / ".dev" / "examples", orders=orders, net=net)


def test_a_customer_signs_in_by_the_applications_own_table(shop: Shop) -> None:
    """Tokens name the customer by the table's id; userinfo tells what the table knows; nothing is written to it."""
    before = (shop.folder / "shop.db").read_bytes()
    tokens = shop.orders.tokens_for(shop.mei(), nonce="n-1")
    claims = checked(shop, tokens["id_token"])
    assert (claims["sub"], claims["nonce"], claims["amr"]) == ("1", "n-1", ["pwd"])
    answer = shop.orders.userinfo(shop.http, tokens["access_token"])
    told = answer.json()
    assert (told["sub"], told["email"], told["email_verified"], told["name"]) == ("1", EMAIL, True, "Mei Lin")
    assert (shop.folder / "shop.db").read_bytes() == before


def test_tokens_are_refreshed_introspected_and_revoked(shop: Shop) -> None:
    """The other endpoints are there too, behind the same adapter."""
    http, orders = shop.http, shop.orders
    tokens = orders.tokens_for(shop.mei())
    renewed = orders.refresh(http, tokens["refresh_token"]).json()
    assert orders.post(http, "introspect", {"token": renewed["access_token"]}).json()["sub"] == "1"
    assert orders.revoke(http, tokens["refresh_token"]).status == 200
    assert orders.post(http, "introspect", {"token": renewed["access_token"]}).json() == {"active": False}


@pytest.mark.case("K1")
def test_wrong_passwords_and_strangers_look_alike(shop: Shop) -> None:
    """A wrong password and an unknown email get the same page again, and no session."""
    pages = []
    for person in (shop.mei("wrong horse battery staple"), shop.mei(username="nobody@shop.example")):
        asked = person.open(shop.orders.authorize_url())
        assert isinstance(asked, Shown)
        again = person.submit(asked, username=person.username, password=person.password)
        assert isinstance(again, Shown)
        assert "session" not in " ".join(person.cookies)
        pages.append(VARYING.sub("…", again.answer.text.replace(person.username, "…")))
        assert isinstance(person.open(again.url), Shown)  # still asked to sign in
    assert pages[0] == pages[1]


@pytest.mark.case("D7")
def test_a_blocked_customer_loses_what_they_hold(shop: Shop) -> None:
    """One column of the application's own ends sessions, access tokens and refresh tokens; unblocked, they sign in."""
    person, http, orders = shop.mei(), shop.http, shop.orders
    tokens = orders.tokens_for(person)
    set_blocked(shop, True)
    try:
        assert orders.userinfo(http, tokens["access_token"]).status == 401
        assert orders.refresh(http, tokens["refresh_token"]).json()["error"] == "invalid_grant"
        silent = person.open(orders.authorize_url(prompt="none"))
        assert isinstance(silent, Left)
        assert silent.parameters["error"] == "login_required"
    finally:
        set_blocked(shop, False)
    assert "access_token" in orders.tokens_for(shop.mei())


def test_a_session_spares_the_password(shop: Shop) -> None:
    """Once signed in, prompt=none gives a code; after signing out it gives login_required."""
    person, orders = shop.mei(), shop.orders
    tokens = orders.tokens_for(person)
    silent = person.open(orders.authorize_url(prompt="none"))
    assert isinstance(silent, Left)
    assert silent.parameters["iss"] == orders.issuer
    assert "code" in silent.parameters
    target = "http://localhost:9999/"
    hint = f"id_token_hint={tokens['id_token']}&post_logout_redirect_uri={target}"
    gone = person.open(f"{orders.issuer}/logout?{hint}")
    assert isinstance(gone, Left)
    assert gone.url == target
    refused = person.open(orders.authorize_url(prompt="none"))
    assert isinstance(refused, Left)
    assert refused.parameters["error"] == "login_required"


def test_signing_out_without_a_hint_is_confirmed(shop: Shop) -> None:
    """A logout that nobody vouches for is asked of the person first."""
    person = shop.mei()
    shop.orders.tokens_for(person)
    asked = person.open(f"{shop.orders.issuer}/logout")
    assert isinstance(asked, Shown)
    still = person.open(shop.orders.authorize_url(prompt="none"))
    assert isinstance(still, Left)
    assert "code" in still.parameters
    assert isinstance(person.submit(asked, decision="sign_out"), Shown)
    refused = person.open(shop.orders.authorize_url(prompt="none"))
    assert isinstance(refused, Left)
    assert refused.parameters["error"] == "login_required"


def test_another_application_needs_consent(shop: Shop) -> None:
    """A client that is not the application's own asks the person; both answers reach it, also by form_post."""
    made = shop.managed.client("shop", "partner", redirect_uris=("http://localhost:9999/callback",))
    partner = Application(
        issuer=shop.orders.issuer, client_id="partner", secret=made.secret, redirect_uri=CALLBACK, scope="openid email"
    )
    person = shop.mei()
    denied = person.authorize(partner.authorize_url(response_mode="form_post", state="s-1"), decision="deny")
    assert denied.posted is not None
    assert (denied.parameters["error"], denied.parameters["state"]) == ("access_denied", "s-1")
    silent = person.open(partner.authorize_url(prompt="none"))
    assert isinstance(silent, Left)
    assert silent.parameters["error"] == "consent_required"
    assert "code" in person.authorize(partner.authorize_url()).parameters


def test_untrusted_requests_get_a_page(shop: Shop) -> None:
    """An unregistered redirect URI is never redirected to; unknown tenants and pages are absent."""
    person = shop.mei()
    url = shop.orders.authorize_url(redirect_uri="https://evil.example/")
    refused = person.open(url)
    assert isinstance(refused, Shown)
    assert refused.answer.status == 400
    assert shop.http.get("/t/nobody/jwks").status == 404


@pytest.mark.case("A11")
def test_a_form_from_elsewhere_is_refused(shop: Shop) -> None:
    """Without the token that the page gave this very browser, a sign-in form is 403."""
    person, stranger = shop.mei(), shop.mei()
    page = person.open(shop.orders.authorize_url())
    stranger.open(shop.orders.authorize_url())
    assert isinstance(page, Shown)
    assert page.form is not None
    for who, fields in ((stranger, {}), (person, {"csrf": ""}), (person, {"csrf": "otx_" + "A" * 43})):
        answer = who.submit(page, username=EMAIL, password=PASSWORD, **fields)
        assert isinstance(answer, Shown)
        assert answer.answer.status == 403


def test_discovery_says_where_everything_is(shop: Shop) -> None:
    """Every endpoint that the document names exists; both well-known paths give it."""
    http = shop.http
    document = http.get(f"{shop.orders.issuer}/.well-known/openid-configuration").json()
    assert document == http.get("/.well-known/oauth-authorization-server/t/shop").json()
    endpoints = [url for name, url in document.items() if name.endswith("_endpoint")]
    assert len(endpoints) == 6
    for url in endpoints:
        assert http.get(url).status != 404, url


def checked(shop: Shop, id_token: str) -> dict[str, Any]:
    """The claims of an ID token, by a library that is not ours."""
    keys = jwt.PyJWKClient(f"{shop.orders.issuer}/jwks")
    claims: dict[str, Any] = jwt.decode(
        id_token,
        keys.get_signing_key_from_jwt(id_token),
        algorithms=["RS256", "ES256"],
        issuer=shop.orders.issuer,
        audience=shop.orders.client_id,
    )
    return claims


def set_blocked(shop: Shop, blocked: bool) -> None:
    with shop.database() as database:
        database.execute("UPDATE customers SET blocked = ?", (blocked,))
