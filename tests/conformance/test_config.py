"""`oidcc-config-certification-test-plan`: what discovery has to say, and that it says what is so."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.conformance.conftest import RelyingParty

REQUIRED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "scopes_supported",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "claims_supported",
}
"""Required, or recommended, by OpenID Connect Discovery 1.0 §3."""


def test_oidcc_discovery_endpoint_verification(rp: RelyingParty) -> None:
    document = rp.metadata()
    assert document.keys() >= REQUIRED
    assert document["issuer"] == rp.issuer
    assert "openid" in document["scopes_supported"]
    assert document["response_types_supported"] == ["code"]
    assert {"query", "form_post"} <= set(document["response_modes_supported"])
    assert {"authorization_code", "refresh_token"} <= set(document["grant_types_supported"])
    assert set(document["subject_types_supported"]) <= {"public", "pairwise"}
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert {"sub", "name", "email"} <= set(document["claims_supported"])
    assert document["claims_parameter_supported"] is True
    # Left out, these two would mean the opposite of each other.
    assert document["request_parameter_supported"] is False
    assert document["request_uri_parameter_supported"] is False
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")) and not name.startswith("op_"):
            assert urlsplit(value).netloc == urlsplit(rp.issuer).netloc, name
            assert not urlsplit(value).fragment


def test_the_keys_are_public_and_of_use(rp: RelyingParty) -> None:
    """RFC 7517: no private part, a `kid` each, and one that signs with RS256."""
    assert rp.sign_in()
    keys = rp.http.get(rp.metadata()["jwks_uri"]).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(key["use"] == "sig" for key in keys)
    assert not any(private in key for key in keys for private in ("d", "p", "q", "dp", "dq", "qi", "k"))
    assert any(key["alg"] == "RS256" and key["kty"] == "RSA" for key in keys)


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(rp: RelyingParty) -> None:
    assert rp.metadata()["end_session_endpoint"] == f"{rp.issuer}/logout"
