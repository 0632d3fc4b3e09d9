"""Authlib as relying party and as resource server, PyJWT as second opinion on tokens: the verdicts are theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc6750.errors import InvalidTokenError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oauth2.rfc9207.discovery import AuthorizationServerMetadata as IssuerMetadata
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata
from authlib.oidc.rpinitiated import OpenIDProviderMetadata as LogoutMetadata
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from tests.interop.authlib_app import serving_app
from tests.interop.conftest import Registration, registered
from tests.support.chromium import Tab
from tests.support.dev import Dev
from tests.support.http import Http
from tests.support.person import Person

CALLBACK = "http://127.0.0.1:9999/callback"
SCOPE = "openid profile email offline_access"
VERIFIER = "a-code-verifier-of-the-tests-that-is-long-enough-for-rfc-7636"
NONCE = "a nonce of the tests"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Authlib wants https, or to be told otherwise."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


def metadata_of(client: Registration) -> dict[str, Any]:
    with Http(client.issuer.partition("/t/")[0]) as http:
        found: dict[str, Any] = http.get(f"{client.issuer}/.well-known/openid-configuration").json()
    return found


class Rp:
    """One client of one issuer, on Authlib's OAuth2Client."""

    def __init__(self, client: Registration, scope: str = SCOPE) -> None:
        self.metadata = metadata_of(client)
        self.client = OAuth2Client(
            client_id=client.client_id,
            client_secret=client.secret,
            token_endpoint_auth_method=client.method,
            revocation_endpoint_auth_method=client.method,
            scope=scope,
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            verify=False,  # plain HTTP on loopback: no certificates to load
            trust_env=False,
        )

    def sign_in(self, person: Person, **parameters: str) -> dict[str, Any]:
        """The token response to a code; the library checks state."""
        endpoint = self.metadata["authorization_endpoint"]
        url, state = self.client.create_authorization_url(endpoint, code_verifier=VERIFIER, nonce=NONCE, **parameters)
        arrived = person.authorize(url).url
        tokens: dict[str, Any] = self.client.fetch_token(
            self.metadata["token_endpoint"], authorization_response=arrived, state=state, code_verifier=VERIFIER
        )
        return tokens

    def id_token(self, tokens: dict[str, Any], *, nonce: str | None = NONCE) -> CodeIDToken:
        """The ID token's claims, after the library's checks: signature, iss, aud, exp, iat, nonce, at_hash."""
        decoded = jose.decode(tokens["id_token"], self.keys, algorithms=["RS256", "ES256"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self.metadata["issuer"]},
                "aud": {"essential": True, "value": self.client.client_id},
            },
            params={"nonce": nonce, "client_id": self.client.client_id, "access_token": tokens["access_token"]},
        )
        assert "at_hash" in claims
        claims.validate()
        return claims

    @property
    def keys(self) -> KeySet:
        return KeySet.import_key_set(self.jwks)

    @property
    def jwks(self) -> Any:
        return self.client.request("GET", self.metadata["jwks_uri"], withhold_token=True).json()

    def userinfo(self) -> UserInfo:
        response = self.client.get(self.metadata["userinfo_endpoint"])
        response.raise_for_status()
        return UserInfo(response.json())

    def introspect(self, token: str) -> Any:
        return self.client.introspect_token(self.metadata["introspection_endpoint"], token=token).json()

    def close(self) -> None:
        self.client.close()


@pytest.fixture
def rp(registration: Registration) -> Iterator[Rp]:
    found = Rp(registration)
    yield found
    found.close()


@pytest.fixture
def web(dev: Dev) -> Iterator[Rp]:
    found = Rp(registered(dev, "web"))
    yield found
    found.close()


@pytest.fixture
def machine(dev: Dev) -> Iterator[Rp]:
    found = Rp(registered(dev, "machine"), scope="orders:read")
    yield found
    found.close()


def test_both_discovery_documents_satisfy_the_library(dev: Dev) -> None:
    """OpenID Connect Discovery, RFC 8414, RFC 9207 and RP-Initiated Logout, each by the library's validators."""
    issuer = dev.tenant("acme")["issuer"]
    with Http(dev.auth_url) as http:
        openid = http.get(f"{issuer}/.well-known/openid-configuration").json()
        oauth = http.get("/.well-known/oauth-authorization-server/t/acme").json()
    OpenIDProviderMetadata(openid).validate(metadata_classes=[IssuerMetadata, LogoutMetadata])
    AuthorizationServerMetadata(oauth).validate(metadata_classes=[IssuerMetadata])
    assert oauth == openid
    assert openid["issuer"] == issuer


@pytest.mark.browser
def test_an_application_signs_a_person_in_and_out_in_chromium(dev: Dev, tab: Tab) -> None:
    """The whole round in one browser: application, sign-in, consent, application; and out again, by the same way."""
    web, user, page = registered(dev, "web"), dev.tenant("acme")["users"][0], tab.page
    with serving_app(web.issuer, web.client_id, web.secret, web.method) as app:
        page.goto(f"{app}/login?prompt=consent")
        page.fill("#username", user["username"])
        page.fill("#password", user["password"])
        page.click("#submit")
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(f"{app}/callback?**")
        shown = json.loads(page.inner_text("body"))
        assert shown["claims"]["sub"] == shown["userinfo"]["sub"]
        assert shown["userinfo"]["name"] == "Alice Example"
        page.goto(f"{app}/logout")
        page.wait_for_url(f"{app}/?**")
        assert page.inner_text("body") == "signed out of the application, too"
        page.goto(f"{app}/login?prompt=none")
        assert json.loads(page.inner_text("body")) == {"error": "login_required"}


def test_a_person_signs_in(rp: Rp, alice: Person) -> None:
    claims = rp.id_token(rp.sign_in(alice))
    assert claims["amr"] == ["pwd"]
    info = rp.userinfo()
    assert info.sub == claims["sub"]
    assert info.preferred_username == "alice"
    info.validate_locale()


def test_the_claims_of_userinfo_are_those_of_the_scope(web: Rp, alice: Person) -> None:
    """Nothing is told that the library would not expect for the scope."""
    web.sign_in(alice)
    info = web.userinfo()
    assert set(info) == set(info.filter(SCOPE))


def test_tokens_are_refreshed(rp: Rp, alice: Person) -> None:
    tokens = rp.sign_in(alice)
    before = rp.id_token(tokens)
    refreshed = rp.client.refresh_token(rp.metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert rp.id_token(refreshed, nonce=None)["sub"] == before["sub"]
    assert rp.userinfo().sub == before["sub"]


def test_revocation_and_introspection_agree(web: Rp, alice: Person) -> None:
    tokens = web.sign_in(alice)
    told = web.introspect(tokens["access_token"])
    assert told["active"] is True
    assert told["iss"] == web.metadata["issuer"]
    assert told["username"] == "alice"
    answer = web.client.revoke_token(
        web.metadata["revocation_endpoint"], token=tokens["refresh_token"], token_type_hint="refresh_token"
    )
    assert answer.status_code == 200
    for kind in ("access_token", "refresh_token"):
        assert web.introspect(tokens[kind]) == {"active": False}
    with pytest.raises(OAuthError, match="invalid_grant"):
        web.client.refresh_token(web.metadata["token_endpoint"], refresh_token=tokens["refresh_token"])


def test_a_stranger_s_secret_opens_nothing(dev: Dev, registration: Registration, alice: Person) -> None:
    wrong = Registration(
        issuer=registration.issuer,
        client_id=registration.client_id,
        secret="ots_wrong" if registration.secret else None,
        method=registration.method if registration.secret else "client_secret_basic",
    )
    rp = Rp(wrong)
    if not registration.secret:
        rp.client.client_secret = "invented"
    with pytest.raises(OAuthError, match="invalid_client"):
        rp.sign_in(alice)
    rp.close()


class ResourceServer(JWTBearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    """RFC 9068 §4 as Authlib reads it."""

    def __init__(self, rp: Rp, resource: str) -> None:
        super().__init__(issuer=rp.metadata["issuer"], resource_server=resource)
        self._keys = rp.keys

    def get_jwks(self) -> KeySet:
        return self._keys

    def accept(self, token: str, scopes: list[str]) -> Any:
        claims = self.authenticate_token(token)
        self.validate_token(claims, scopes, None)
        return claims


def test_a_resource_server_checks_access_tokens_offline(machine: Rp) -> None:
    """Authlib and PyJWT accept the token for its resource; neither does for another."""
    token = machine.client.fetch_token(machine.metadata["token_endpoint"], grant_type="client_credentials")
    access_token = token["access_token"]
    resource = "https://api.acme.example"
    claims = ResourceServer(machine, resource).accept(access_token, ["orders:read"])
    assert claims["sub"] == claims["client_id"] == "machine"
    with pytest.raises(InvalidTokenError):
        ResourceServer(machine, "https://api.globex.example").accept(access_token, ["orders:read"])
    checks: dict[str, Any] = {"algorithms": ["ES256"], "issuer": machine.metadata["issuer"]}
    checks["options"] = {"require": ["exp", "iat", "sub", "client_id", "jti", "aud"]}
    key = signing_key(machine, access_token)
    assert jwt.decode(access_token, key, audience=resource, **checks)["jti"] == claims["jti"]
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(access_token, key, audience="https://api.globex.example", **checks)


def test_a_person_s_access_token_names_issuer_person_and_client(web: Rp, alice: Person) -> None:
    tokens = web.sign_in(alice)
    issuer = web.metadata["issuer"]
    claims = ResourceServer(web, issuer).accept(tokens["access_token"], ["openid"])
    assert claims["sub"] == web.id_token(tokens)["sub"]
    assert claims["client_id"] == "web"


@pytest.mark.case("F8")
def test_an_id_token_is_no_access_token(web: Rp, alice: Person) -> None:
    """Neither at a resource server that reads RFC 9068, nor at our own userinfo."""
    tokens = web.sign_in(alice)
    with pytest.raises(InvalidTokenError):
        ResourceServer(web, "web").accept(tokens["id_token"], [])
    refused = alice.http.get(web.metadata["userinfo_endpoint"], Authorization=f"Bearer {tokens['id_token']}")
    assert refused.status == 401


def test_pyjwt_verifies_the_id_token(web: Rp, alice: Person) -> None:
    tokens = web.sign_in(alice)
    claims = jwt.decode(
        tokens["id_token"],
        signing_key(web, tokens["id_token"]),
        algorithms=["RS256"],
        audience="web",
        issuer=web.metadata["issuer"],
        options={"require": ["exp", "iat", "sub", "nonce", "auth_time"]},
    )
    assert claims["nonce"] == NONCE


def signing_key(rp: Rp, token: str) -> jwt.PyJWK:
    return jwt.PyJWKSet.from_dict(rp.jwks)[jwt.get_unverified_header(token)["kid"]]
