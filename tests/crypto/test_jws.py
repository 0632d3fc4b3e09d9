"""Our own tokens: what verifies, and everything that must not."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import jwt as pyjwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto import base64url, jwk, jws
from opentrusty_core.crypto.jwk import GeneratedKey, PrivateKey, PublicKey, SigningAlgorithm
from opentrusty_core.errors import InvalidToken
from tests.crypto import forge

Published = Mapping[str, PublicKey]
CLAIMS = {"iss": "https://auth.example/t/acme", "sub": "zoë", "aud": ["a", "b"], "exp": 1700000000, "cnf": {"x": None}}


@pytest.fixture
def key(loaded: Mapping[SigningAlgorithm, PrivateKey]) -> PrivateKey:
    return loaded[SigningAlgorithm.ES256]


def refused(token: str, keys: Published, **options: Any) -> str:
    with pytest.raises(InvalidToken) as caught:
        jws.verify(token, keys, **{"typ": "at+jwt", **options})
    return caught.value.detail


@pytest.mark.parametrize("alg", list(SigningAlgorithm))
def test_what_is_signed_verifies_here(
    alg: SigningAlgorithm, loaded: Mapping[SigningAlgorithm, PrivateKey], published: Published
) -> None:
    token = jws.Signer(loaded[alg], typ="at+jwt").sign(CLAIMS)
    assert jws.verify(token, published, typ="at+jwt") == CLAIMS


def test_claims_may_be_any_mapping(key: PrivateKey, published: Published) -> None:
    assert jws.verify(jws.Signer(key, typ="JWT").sign(MappingProxyType(CLAIMS)), published, typ="JWT") == CLAIMS


@pytest.mark.parametrize("alg", [SigningAlgorithm.ES256, SigningAlgorithm.RS256, SigningAlgorithm.PS256])
def test_what_is_signed_verifies_with_an_independent_library(
    alg: SigningAlgorithm,
    loaded: Mapping[SigningAlgorithm, PrivateKey],
    generated: Mapping[SigningAlgorithm, GeneratedKey],
) -> None:
    token = jws.Signer(loaded[alg], typ="at+jwt").sign(CLAIMS)
    options: Any = {"verify_exp": False, "verify_aud": False}
    public = pyjwt.PyJWK(generated[alg].public_jwk)
    assert pyjwt.decode(token, public, algorithms=[alg.value], options=options) == CLAIMS
    assert pyjwt.get_unverified_header(token) == {"alg": alg.value, "kid": loaded[alg].kid, "typ": "at+jwt"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", object()])
def test_claims_without_a_json_form_are_not_signed(value: object, key: PrivateKey) -> None:
    with pytest.raises((ValueError, TypeError)):
        jws.Signer(key, typ="JWT").sign({"claim": value})


@pytest.mark.case("F1")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "es256", "ES256 ", "RS256", "Ed25519", "ES384", ""])
@pytest.mark.parametrize("strip", [True, False])
def test_the_algorithm_is_the_keys_whatever_the_token_says(
    alg: str, strip: bool, key: PrivateKey, published: Published
) -> None:
    token = forge.signed(key, alg=alg)
    assert refused(token.rpartition(".")[0] + "." if strip else token, published)


@pytest.mark.case("F1")
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_never_an_hmac_secret(
    alg: str, published: Published, generated: Mapping[SigningAlgorithm, GeneratedKey]
) -> None:
    public = generated[SigningAlgorithm.RS256].public_jwk
    for secret in (json.dumps(public).encode(), base64url.decode(public["n"]), public["n"].encode()):
        header = {"alg": alg, "kid": public["kid"], "typ": "at+jwt"}
        token = forge.compact(header, "{}", partial(hmac.digest, secret, digest=f"sha{alg[2:]}"))
        assert refused(token, published) == "alg is not the key's"


@pytest.mark.case("F1")
def test_an_rsa_key_pinned_to_rs256_takes_no_ps256(
    loaded: Mapping[SigningAlgorithm, PrivateKey], generated: Mapping[SigningAlgorithm, GeneratedKey]
) -> None:
    ps256 = loaded[SigningAlgorithm.PS256]
    pinned = jwk.public_keys([{**generated[SigningAlgorithm.PS256].public_jwk, "alg": "RS256"}])
    assert refused(forge.signed(ps256), pinned) == "alg is not the key's"
    assert refused(forge.signed(ps256, alg="RS256"), pinned) == "signature"


@pytest.mark.case("F1")
def test_an_algorithm_that_this_place_does_not_take_is_refused(key: PrivateKey, published: Published) -> None:
    assert refused(forge.signed(key), published, algorithms={SigningAlgorithm.RS256})


@pytest.mark.case("F2", "F3")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jwk", {"kty": "EC"}),
        ("jku", "https://attacker.example/jwks"),
        ("x5u", "https://attacker.example/x5c"),
        ("x5c", ["MIIB"]),
        ("crit", ["exp"]),
        ("crit", []),
        ("crit", ["b64"]),
        ("b64", False),
        ("b64", True),
        ("zip", "DEF"),
        ("enc", "A256GCM"),
    ],
)
def test_a_header_parameter_that_we_never_write_is_refused_even_when_truly_signed(
    name: str, value: object, key: PrivateKey, published: Published
) -> None:
    assert jws.verify(forge.signed(key), published, typ="at+jwt") == {}
    assert refused(forge.signed(key, **{name: value}), published) == "header parameter that we never write"


@pytest.mark.case("F2")
@pytest.mark.parametrize("kid", ["../../../dev/null", "x' OR '1'='1", "another tenant's", "", 7, ["a"], {"a": 1}, None])
def test_only_a_kid_of_ours_finds_a_key(kid: object, key: PrivateKey, published: Published) -> None:
    assert refused(forge.signed(key, kid=kid), published)


@pytest.mark.case("I2")
def test_a_key_of_another_tenant_is_unknown(key: PrivateKey) -> None:
    assert refused(forge.signed(key), {}) == "kid unknown"


@pytest.mark.case("F3")
def test_an_empty_hmac_key_opens_nothing(key: PrivateKey, published: Published) -> None:
    header = {"alg": "HS256", "kid": key.kid, "typ": "at+jwt"}
    assert refused(forge.compact(header, "{}", lambda text: hmac.digest(b"", text, hashlib.sha256)), published)


@pytest.mark.case("F8")
@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "dpop+jwt", "application/foo/at+jwt", "at+jwt ", "", None, 5])
def test_a_token_of_another_type_is_refused(typ: object, key: PrivateKey, published: Published) -> None:
    assert refused(forge.signed(key, typ=typ), published)


@pytest.mark.case("F8")
@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
def test_letter_case_and_the_application_prefix_do_not_matter(typ: str, key: PrivateKey, published: Published) -> None:
    assert jws.verify(forge.signed(key, typ=typ), published, typ="at+jwt") == {}


def test_a_missing_type_passes_only_where_the_caller_says_so(key: PrivateKey, published: Published) -> None:
    assert jws.verify(forge.signed(key, typ=None), published, typ="JWT", allow_missing_typ=True) == {}
    assert refused(forge.signed(key, typ="at+jwt"), published, typ="JWT", allow_missing_typ=True)


@pytest.mark.case("F5")
@pytest.mark.parametrize("payload", ["[" * 30_000, '{"a":' * 2_000, '{"a":' * 2_000 + "1" + "}" * 2_000])
def test_a_deep_payload_is_refused_not_recursed(payload: str, key: PrivateKey, published: Published) -> None:
    assert refused(forge.signed(key, payload), published)


@pytest.mark.case("F5")
def test_a_deep_header_is_refused_not_recursed(key: PrivateKey, published: Published) -> None:
    assert "deep" in refused(forge.compact("[" * 3_000, "{}", key.sign), published)


@pytest.mark.case("F6")
def test_a_name_twice_in_payload_or_header_is_refused(key: PrivateKey, published: Published) -> None:
    assert "twice" in refused(forge.signed(key, '{"sub":"a","sub":"b"}'), published)
    header = f'{{"alg":"none","alg":"ES256","kid":"{key.kid}","typ":"at+jwt"}}'
    assert "twice" in refused(forge.compact(header, "{}", key.sign), published)


@pytest.mark.case("F9")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_is_not_finite_is_refused(number: str, key: PrivateKey, published: Published) -> None:
    assert "finite" in refused(forge.signed(key, f'{{"exp":{number}}}'), published)


@pytest.mark.parametrize("payload", ["[]", '"text"', "1", "null", "", "\xff", "{}{}"])
def test_a_payload_that_is_no_object_is_refused(payload: str, key: PrivateKey, published: Published) -> None:
    assert refused(forge.signed(key, payload), published)


@pytest.mark.parametrize("header", ["[]", '"alg"', "1", "null", "{}", '{"alg":1}', '{"alg":null}', "{"])
def test_a_header_that_is_no_object_with_alg_is_refused(header: str, key: PrivateKey, published: Published) -> None:
    assert refused(forge.compact(header, "{}", key.sign), published).startswith("header")


@pytest.mark.parametrize("position", range(3))
def test_no_segment_can_be_changed_emptied_padded_or_respelled(
    position: int, key: PrivateKey, published: Published
) -> None:
    segments = forge.signed(key, {"sub": "a"}).split(".")
    original = segments[position]
    flipped = ("A" if original[5] != "A" else "B").join((original[:5], original[6:]))
    loose = original[:-1] + chr(ord(original[-1]) + 1)
    for changed in (
        "",
        original + "=",
        original + "A",
        flipped,
        loose,
        original + "\n",
        " " + original,
        original + "é",
    ):
        segments[position] = changed
        assert refused(".".join(segments), published)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", "ey.ey.ey", "\ud800.a.b", "\0"])
def test_what_is_not_three_segments_is_refused(token: str, published: Published) -> None:
    assert refused(token, published)


def test_a_token_beyond_16_kib_or_a_header_beyond_4_kib_is_refused(key: PrivateKey, published: Published) -> None:
    assert refused(forge.signed(key, {"a": "x" * 13_000}), published) == "token too big"
    assert refused(forge.signed(key, kid="x" * 4_100), published) == "header too big"
    assert jws.verify(forge.signed(key, {"a": "x" * 11_000}), published, typ="at+jwt")


@given(st.text(max_size=60) | st.text("eyJhbGciOiJ9._-", max_size=60))
def test_any_text_is_one_error(token: str) -> None:
    assert refused(token, {})


def test_the_public_words_tell_nothing_of_the_reason(published: Published) -> None:
    with pytest.raises(InvalidToken) as caught:
        jws.verify("a.b", published, typ="at+jwt")
    assert caught.value.detail not in caught.value.description


def test_a_remembered_signature_is_not_verified_again_and_its_claims_are_fresh(
    key: PrivateKey, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, token = jws.VerifiedCache(), forge.signed(key, {"aud": ["a"]})
    first = jws.verify(token, published, typ="at+jwt", cache=cache)
    first["aud"].append("b")
    monkeypatch.setattr(PublicKey, "verify", lambda *args: pytest.fail("verified again"))
    assert jws.verify(token, published, typ="at+jwt", cache=cache) == {"aud": ["a"]}


@pytest.mark.case("F8", "F2")
def test_a_remembered_signature_opens_no_other_type_key_or_signature(
    key: PrivateKey, published: Published, generated: Mapping[SigningAlgorithm, GeneratedKey]
) -> None:
    cache, token = jws.VerifiedCache(), forge.signed(key)
    jws.verify(token, published, typ="at+jwt", cache=cache)
    assert refused(token, published, typ="JWT", cache=cache)
    assert refused(token, {}, cache=cache) == "kid unknown"
    swapped = jwk.public_keys([{**jwk.generate(SigningAlgorithm.ES256).public_jwk, "kid": key.kid}])
    assert refused(token, swapped, cache=cache) == "signature"
    unsigned = token.rpartition(".")[0] + "." + base64url.encode(bytes(64)).decode()
    assert refused(unsigned, published, cache=cache) == "signature"
    assert len(cache) == 1


def test_the_cache_keeps_its_size_and_what_was_asked_for_last(key: PrivateKey, published: Published) -> None:
    cache = jws.VerifiedCache(size=2)
    public = published[key.kid]
    signatures = {text: key.sign(text) for text in (b"1", b"2", b"3")}
    for text in (b"1", b"2", b"1", b"3"):
        assert cache.verify(public, text, signatures[text])
        assert len(cache) <= 2
    assert list(cache._seen) == [
        hashlib.sha256(public.thumbprint.encode() + b"." + text + b"." + signatures[text]).digest()
        for text in (b"1", b"3")
    ]
