"""`oidcc-basic-certification-test-plan` and `oidcc-formpost-basic-…`: a test a module, named as the suite names it."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.errors import Invalid
from tests.conformance.conftest import NONCE, RelyingParty, registered
from tests.support.dev import Dev
from tests.support.person import Left, Person, Shown

OF_SCOPE: dict[str, set[str]] = {
    "profile": {
        *("name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture"),
        *("website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"),
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}
"""OpenID Connect Core 1.0 §5.4."""


def asks_to_sign_in(rp: RelyingParty, **parameters: str | None) -> Shown:
    """The page that a request leads to, which has to be that of signing in."""
    at = rp.person.open(rp.url(**parameters))
    assert isinstance(at, Shown)
    assert at.form is not None
    assert {"username", "password"} <= at.form.fields.keys()
    return at


def test_oidcc_server(rp: RelyingParty) -> None:
    tokens = rp.sign_in()
    assert rp.userinfo(tokens["access_token"])["sub"] == tokens["claims"]["sub"]


def test_oidcc_alternate_happy_flow(second: RelyingParty) -> None:
    """With a redirect URI that has a query of its own, which is kept."""
    assert second.sign_in(state="other", nonce="other")["claims"]["sub"]


def test_oidcc_response_type_missing(rp: RelyingParty) -> None:
    left = rp.person.open(rp.url(response_type=None))
    assert isinstance(left, Left)
    assert rp.returned(left)["error"] == "invalid_request"


def test_oidcc_idtoken_signature(rp: RelyingParty) -> None:
    """RS256, with a `kid` that the JWKS has."""
    tokens = rp.sign_in()
    assert jwt.get_unverified_header(tokens["id_token"])["kid"]
    assert "RS256" in rp.metadata()["id_token_signing_alg_values_supported"]


def test_oidcc_idtoken_unsigned(rp: RelyingParty, dev_sqlite: Dev) -> None:
    """`none` is neither announced nor to be had."""
    assert "none" not in rp.metadata()["id_token_signing_alg_values_supported"]
    with pytest.raises(Invalid):
        dev_sqlite.managed.client("acme", "unsigned", id_token_signed_response_alg="none")


@pytest.mark.parametrize("how", ["get", "post_header", "post_body"])
def test_oidcc_userinfo(rp: RelyingParty, how: str) -> None:
    """`oidcc-userinfo-get`, `-post-header`, `-post-body`."""
    tokens = rp.sign_in()
    assert rp.userinfo(tokens["access_token"], how)["sub"] == tokens["claims"]["sub"]


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(rp: RelyingParty) -> None:
    assert "nonce" not in rp.sign_in(nonce=None)["claims"]


@pytest.mark.parametrize("scope", OF_SCOPE)
def test_oidcc_scope(rp: RelyingParty, scope: str) -> None:
    """`oidcc-scope-profile`, `-email`, `-address`, `-phone`: these claims and no others."""
    tokens = rp.sign_in(scope=f"openid {scope}")
    assert rp.userinfo(tokens["access_token"]).keys() == {"sub"} | OF_SCOPE[scope]


def test_oidcc_scope_all(rp: RelyingParty) -> None:
    tokens = rp.sign_in(scope="openid profile email address phone")
    claims = rp.userinfo(tokens["access_token"])
    assert claims.keys() == {"sub"}.union(*OF_SCOPE.values())
    assert isinstance(claims["email_verified"], bool)
    assert isinstance(claims["updated_at"], int)
    assert isinstance(claims["address"], dict)


@pytest.mark.parametrize("display", ["page", "popup"])
def test_oidcc_display(rp: RelyingParty, display: str) -> None:
    """`oidcc-display-page`, `-popup`."""
    assert rp.sign_in(display=display)


def test_oidcc_prompt_login(rp: RelyingParty) -> None:
    """The person signs in again, as is shown by the time."""
    before = rp.sign_in()["claims"]
    asks_to_sign_in(rp, prompt="login")
    after = rp.sign_in(prompt="login")["claims"]
    assert after["sub"] == before["sub"]
    assert after["auth_time"] >= before["auth_time"]


def test_oidcc_prompt_none_not_logged_in(rp: RelyingParty) -> None:
    assert rp.authorize(prompt="none")["error"] == "login_required"


def test_oidcc_prompt_none_logged_in(rp: RelyingParty) -> None:
    before = rp.sign_in()["claims"]
    at = rp.person.open(rp.url(prompt="none"))
    assert isinstance(at, Left), "without a page in between"
    after = rp.verified(rp.redeem(rp.returned(at)["code"]).json()["id_token"])
    assert (after["sub"], after["auth_time"]) == (before["sub"], before["auth_time"])


def test_oidcc_max_age_1(rp: RelyingParty) -> None:
    """The suite waits for a second; `max_age=0` is the same without waiting."""
    before = rp.sign_in()["claims"]
    asks_to_sign_in(rp, max_age="0")
    after = rp.sign_in(max_age="0")["claims"]
    assert after["auth_time"] >= before["auth_time"]
    assert after["sub"] == before["sub"]


def test_oidcc_max_age_10000(rp: RelyingParty) -> None:
    before = rp.sign_in(max_age="15000")["claims"]
    at = rp.person.open(rp.url(max_age="10000"))
    assert isinstance(at, Left)
    after = rp.verified(rp.redeem(rp.returned(at)["code"]).json()["id_token"])
    assert after["auth_time"] == before["auth_time"]


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(rp: RelyingParty) -> None:
    assert rp.sign_in(extra="foobar")


def test_oidcc_id_token_hint(rp: RelyingParty) -> None:
    first = rp.sign_in()
    at = rp.person.open(rp.url(prompt="none", id_token_hint=first["id_token"]))
    assert isinstance(at, Left)
    again = rp.verified(rp.redeem(rp.returned(at)["code"]).json()["id_token"])
    assert again["sub"] == first["claims"]["sub"]


def test_oidcc_login_hint(rp: RelyingParty) -> None:
    page = asks_to_sign_in(rp, login_hint="buffy@suite.example")
    assert page.form is not None
    assert page.form.fields["username"] == "buffy@suite.example"
    assert rp.sign_in(login_hint="buffy@suite.example")


def test_oidcc_ui_locales(rp: RelyingParty) -> None:
    page = asks_to_sign_in(rp, ui_locales="de se")
    assert '<html lang="de"' in page.answer.text
    assert rp.sign_in(ui_locales="se")


def test_oidcc_claims_locales(rp: RelyingParty) -> None:
    tokens = rp.sign_in(scope="openid profile", claims_locales="se")
    assert rp.userinfo(tokens["access_token"])["name"]


def test_oidcc_ensure_request_with_acr_values_succeeds(rp: RelyingParty) -> None:
    (acr, *_) = rp.metadata()["acr_values_supported"]
    assert rp.sign_in(acr_values=f"{acr} 2")["claims"]["acr"] == acr


def test_oidcc_codereuse(rp: RelyingParty) -> None:
    """`oidcc-codereuse-30seconds` too: what was issued for the code is revoked, without the suite's wait."""
    code = rp.authorize()["code"]
    tokens = rp.redeem(code).json()
    again = rp.redeem(code)
    assert (again.status, again.json()["error"]) == (400, "invalid_grant")
    spent = rp.http.get(f"{rp.issuer}/userinfo", Authorization=f"Bearer {tokens['access_token']}")
    assert spent.status == 401
    assert 'error="invalid_token"' in (spent.header("www-authenticate") or "")


def test_oidcc_ensure_registered_redirect_uri(rp: RelyingParty) -> None:
    """And nothing but the very one, to the byte."""
    for other in ("https://suite.example/other", f"{rp.client.redirect_uri}/", f"{rp.client.redirect_uri}?a=b"):
        assert "redirect" in rp.refused(redirect_uri=other).lower()


def test_oidcc_ensure_post_request_succeeds(rp: RelyingParty) -> None:
    answer = rp.http.request("POST", f"{rp.issuer}/authorize", form=rp.request())
    assert answer.status == 303
    location = answer.header("location")
    assert location is not None
    left = rp.person.authorize(f"{rp.person.http.origin}{location}" if location.startswith("/") else location)
    assert rp.redeem(rp.returned(left)["code"]).status == 200


def test_oidcc_server_client_secret_post(second: RelyingParty) -> None:
    assert "client_secret_post" in second.metadata()["token_endpoint_auth_methods_supported"]
    assert second.sign_in()


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(rp: RelyingParty) -> None:
    left = rp.person.open(rp.url(request_uri="https://suite.example/request.jwt"))
    assert isinstance(left, Left)
    assert rp.returned(left)["error"] == "request_uri_not_supported"


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(rp: RelyingParty) -> None:
    left = rp.person.open(rp.url(request=unsigned(rp, nonce="in-the-object")))
    assert isinstance(left, Left)
    assert rp.returned(left)["error"] == "request_not_supported"


def test_oidcc_ensure_request_object_with_redirect_uri(rp: RelyingParty) -> None:
    """What a refused request object says does not count: neither is anybody sent to the address in it."""
    inside = unsigned(rp, redirect_uri=rp.client.redirect_uri)
    assert "redirect" in rp.refused(request=inside, redirect_uri="https://suite.example/other").lower()


def test_oidcc_claims_essential(rp: RelyingParty) -> None:
    wanted = {"userinfo": {"name": {"essential": True}}}
    tokens = rp.sign_in(claims=json.dumps(wanted))
    assert rp.userinfo(tokens["access_token"])["name"] == "Alice Example"
    assert "name" not in tokens["claims"]


def test_oidcc_ensure_request_with_valid_pkce_succeeds(rp: RelyingParty) -> None:
    """Of a client that need not."""
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    sent = rp.authorize(code_challenge=challenge, code_challenge_method="S256")
    form = {"grant_type": "authorization_code", "code": sent["code"], "redirect_uri": rp.client.redirect_uri}
    assert rp.token(form).json()["error"] == "invalid_grant"
    assert rp.token(form | {"code_verifier": verifier}).status == 200


def test_oidcc_refresh_token(rp: RelyingParty, second: RelyingParty) -> None:
    """The ID token of a refresh is about the same sign-in, and another client gets nothing for the token."""
    tokens = rp.sign_in(scope="openid offline_access", prompt="consent")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = rp.token(form)
    assert answer.status == 200
    claims = rp.verified(answer.json()["id_token"])
    same = ("iss", "sub", "aud", "auth_time")
    assert {name: claims[name] for name in same} == {name: tokens["claims"][name] for name in same}
    assert claims["iat"] >= tokens["claims"]["iat"]
    assert claims.get("nonce", NONCE) == NONCE
    foreign = second.token({"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]})
    assert (foreign.status, foreign.json()["error"]) == (400, "invalid_grant")


def unsigned(rp: RelyingParty, **claims: Any) -> str:
    """A request object that nobody signed (RFC 9101)."""
    asked = rp.request() | {"iss": rp.client.client_id, "aud": rp.issuer} | claims
    return jwt.encode(asked, "", algorithm="none")


def test_two_clients_share_the_sign_in_and_nothing_else(
    rp: RelyingParty, second: RelyingParty, dev_sqlite: Dev, person: Person
) -> None:
    """Subjects are public: both clients know the person by the same `sub`; a code is one client's."""
    assert person.cookies == {}
    assert rp.sign_in()["claims"]["sub"] == second.sign_in()["claims"]["sub"]
    code = rp.authorize()["code"]
    stolen = second.redeem(code)
    assert (stolen.status, stolen.json()["error"]) == (400, "invalid_grant")
    assert registered(dev_sqlite, "suite-2", AuthMethod.POST) == second.client
