"""A relying party as the certification suite is one: two confidential clients, without PKCE."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest

from opentrusty_core.domain.client import AuthMethod
from tests.support.dev import Dev, dev_sqlite
from tests.support.http import Answer, Http, basic, nothing_left_open
from tests.support.person import Left, Person, Shown

__all__ = ["dev_sqlite", "nothing_left_open"]

CALLBACK = "https://suite.example/test/a/opentrusty/callback"
WITH_QUERY = f"{CALLBACK}?dummy1=lorem&dummy2=ipsum"
AFTER_LOGOUT = "https://suite.example/test/a/opentrusty/post_logout_redirect"
STATE, NONCE = "a-state", "a-nonce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A client that the suite's operator registered by hand."""

    client_id: str
    secret: str
    method: AuthMethod
    redirect_uri: str = CALLBACK


@dataclass(slots=True, kw_only=True)
class RelyingParty:
    """One of the suite's clients, and one browser with the person whom it signs in."""

    issuer: str
    client: Registered
    person: Person
    response_mode: str | None = None
    http: Http = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.person.http

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        answer = self.http.get(f"{self.issuer}/.well-known/openid-configuration")
        assert (answer.status, answer.header("content-type")) == (200, "application/json")
        document: dict[str, Any] = answer.json()
        return document

    def request(self, **parameters: str | None) -> dict[str, str]:
        """An authentication request; a parameter that is None is left out."""
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": "openid",
            "state": STATE,
            "nonce": NONCE,
            "response_mode": self.response_mode,
        }
        return {name: value for name, value in (asked | parameters).items() if value is not None}

    def url(self, **parameters: str | None) -> str:
        """The URL of such a request."""
        return f"{self.issuer}/authorize?{urlencode(self.request(**parameters))}"

    def returned(self, left: Left) -> dict[str, str]:
        """What came back to the client, by the response mode that was asked for; `state` and `iss` are checked."""
        base, _, query = left.url.partition("?")
        assert base == self.client.redirect_uri.partition("?")[0]
        registered = dict(parse_qsl(urlsplit(self.client.redirect_uri).query))
        if self.response_mode == "form_post":
            assert left.posted is not None
            assert dict(parse_qsl(query)) == registered
            sent = left.posted
        else:
            assert left.posted is None
            given = dict(parse_qsl(query, keep_blank_values=True))
            assert registered.items() <= given.items()
            sent = {name: value for name, value in given.items() if name not in registered}
        assert sent.get("iss") == self.issuer
        return sent

    def authorize(self, **parameters: str | None) -> dict[str, str]:
        """The person answers whatever is asked."""
        sent = self.returned(self.person.authorize(self.url(**parameters)))
        assert sent.get("state") == parameters.get("state", STATE)
        return sent

    def refused(self, **parameters: str | None) -> str:
        """The page that says why the request goes nowhere."""
        at = self.person.open(self.url(**parameters))
        assert isinstance(at, Shown), at
        assert at.answer.status == 400
        assert at.form is None
        return at.answer.text

    def token(self, form: dict[str, str]) -> Answer:
        """A request to the token endpoint, with the client's own authentication method."""
        headers = {}
        if self.client.method is AuthMethod.BASIC:
            headers["Authorization"] = basic(self.client.client_id, self.client.secret)
        else:
            form = form | {"client_id": self.client.client_id, "client_secret": self.client.secret}
        return self.http.request("POST", f"{self.issuer}/token", form=form, headers=headers)

    def redeem(self, code: str) -> Answer:
        """The code for tokens."""
        return self.token({"grant_type": "authorization_code", "code": code, "redirect_uri": self.client.redirect_uri})

    def sign_in(self, **parameters: str | None) -> dict[str, Any]:
        """The token response to a request, with the verified ID token's claims as `claims`."""
        answer = self.redeem(self.authorize(**parameters)["code"])
        assert (answer.status, answer.header("cache-control")) == (200, "no-store"), answer.text
        tokens: dict[str, Any] = answer.json()
        assert tokens["token_type"] == "Bearer"
        assert tokens["expires_in"] > 0
        claims = self.verified(tokens["id_token"])
        assert claims.get("nonce") == parameters.get("nonce", NONCE)
        half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        return tokens | {"claims": claims}

    def verified(self, id_token: str) -> dict[str, Any]:
        """The claims, once key, signature, issuer, audience and times are found right by a library that is not ours."""
        keys = jwt.PyJWKSet.from_dict(self.http.get(self.metadata()["jwks_uri"]).json())
        header = jwt.get_unverified_header(id_token)
        assert header["alg"] == "RS256"
        key = next(key for key in keys.keys if key.key_id == header["kid"])
        required = ["iss", "sub", "aud", "exp", "iat"]
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=["RS256"],
            audience=self.client.client_id,
            issuer=self.issuer,
            options={"require": required},
        )
        assert 0 < len(claims["sub"]) <= 255
        return claims

    def userinfo(self, access_token: str, how: str = "get") -> dict[str, Any]:
        """The claims about the person: `get`, `post_header` or `post_body`."""
        url, bearer = self.metadata()["userinfo_endpoint"], {"Authorization": f"Bearer {access_token}"}
        match how:
            case "get":
                answer = self.http.get(url, **bearer)
            case "post_header":
                answer = self.http.request("POST", url, form={}, headers=bearer)
            case _:
                answer = self.http.post(url, {"access_token": access_token})
        assert (answer.status, answer.header("content-type")) == (200, "application/json"), answer.text
        claims: dict[str, Any] = answer.json()
        return claims


_clients: dict[str, Registered] = {}


def registered(dev: Dev, client_id: str, method: AuthMethod, redirect_uri: str = CALLBACK) -> Registered:
    """The client, made when it is first asked for."""
    if client_id not in _clients:
        made = dev.managed.client(
            "acme",
            client_id,
            method=method,
            redirect_uris=(redirect_uri,),
            require_pkce=False,
            post_logout_redirect_uris=(AFTER_LOGOUT,),
        )
        assert made.secret is not None
        _clients[client_id] = Registered(
            client_id=client_id, secret=made.secret, method=method, redirect_uri=redirect_uri
        )
    return _clients[client_id]


@pytest.fixture
def person(dev_sqlite: Dev) -> Person:
    """Alice at a fresh browser."""
    user = dev_sqlite.tenant("acme")["users"][0]
    return Person(dev_sqlite.auth_url, user["username"], user["password"])


@pytest.fixture(params=[None, "form_post"], ids=["basic", "formpost-basic"])
def rp(request: pytest.FixtureRequest, dev_sqlite: Dev, person: Person) -> RelyingParty:
    """The suite's first client, in either of the two plans."""
    client = registered(dev_sqlite, "suite-1", AuthMethod.BASIC)
    return RelyingParty(
        issuer=dev_sqlite.tenant("acme")["issuer"], client=client, person=person, response_mode=request.param
    )


@pytest.fixture
def second(rp: RelyingParty, dev_sqlite: Dev) -> RelyingParty:
    """Its second client in the same browser, which authenticates in the body and whose redirect URI has a query."""
    client = registered(dev_sqlite, "suite-2", AuthMethod.POST, WITH_QUERY)
    return RelyingParty(issuer=rp.issuer, client=client, person=rp.person, response_mode=rp.response_mode)
