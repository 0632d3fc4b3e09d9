"""Signing keys: thumbprints, forms, loading and publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from opentrusty_core.crypto import base64url, jwk
from opentrusty_core.crypto.jwk import GeneratedKey, KeyRefused, PrivateKey, PublicKey, SigningAlgorithm

Generated = Mapping[SigningAlgorithm, GeneratedKey]
ALGORITHMS = list(SigningAlgorithm)

RFC7638_N = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
    "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5ha"
    "jrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)


def test_the_thumbprint_is_that_of_rfc_7638_section_3_1() -> None:
    key = {"kty": "RSA", "n": RFC7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert jwk.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_thumbprint_is_that_of_rfc_8037_appendix_a_3() -> None:
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert jwk.thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("key", [{}, {"kty": "oct", "k": "AA"}, {"kty": "EC", "crv": "P-256", "x": "AA"}, {"kty": []}])
def test_what_has_no_thumbprint_is_refused(key: dict[str, Any]) -> None:
    with pytest.raises(KeyRefused):
        jwk.thumbprint(key)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_generated_key_is_named_by_its_thumbprint_and_publishes_no_private_part(
    alg: SigningAlgorithm, generated: Generated
) -> None:
    key = generated[alg]
    assert key.kid == key.public_jwk["kid"] == jwk.thumbprint(key.public_jwk)
    assert (key.public_jwk["use"], key.public_jwk["alg"]) == ("sig", alg.value)
    assert not key.public_jwk.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_a_loaded_key_signs_its_published_half_verifies(
    alg: SigningAlgorithm, loaded: Mapping[SigningAlgorithm, PrivateKey], published: Mapping[str, PublicKey]
) -> None:
    private = loaded[alg]
    public = published[private.kid]
    signature = private.sign(b"message")
    assert public.verify(b"message", signature)
    assert not public.verify(b"massage", signature)
    assert not public.verify(b"message", signature[:-1])
    assert not public.verify(b"message", b"")
    assert not public.verify(b"message", bytes(len(signature)))


@pytest.mark.case("L4")
def test_printing_a_key_shows_no_private_part(
    generated: Generated, loaded: Mapping[SigningAlgorithm, PrivateKey]
) -> None:
    key = generated[SigningAlgorithm.ES256]
    assert repr(key.private) not in repr(key)
    assert "key=" not in repr(loaded[SigningAlgorithm.ES256])


@pytest.mark.case("L4")
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_that_signs_never_stands_in_memory_as_text(
    alg: SigningAlgorithm, generated: Generated, loaded: Mapping[SigningAlgorithm, PrivateKey]
) -> None:
    key = loaded[alg]
    assert key.sign(b"message")
    members = ("kty", "crv", "x", "y", "n", "e")
    assert dict(key.key.dict_value) == {k: v for k, v in generated[alg].public_jwk.items() if k in members}


@pytest.mark.case("F1")
@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("other", ALGORITHMS)
def test_a_key_loads_for_its_own_type_only(
    alg: SigningAlgorithm, other: SigningAlgorithm, generated: Generated
) -> None:
    rsa_both = {alg, other} <= {SigningAlgorithm.RS256, SigningAlgorithm.PS256}
    if alg == other or rsa_both:
        assert jwk.load_private(alg, "k", generated[other].private).alg is alg
        return
    with pytest.raises(KeyRefused):
        jwk.load_private(alg, "k", generated[other].private)
    with pytest.raises(KeyRefused):
        jwk.public_keys([{**generated[other].public_jwk, "alg": alg.value}])


def _der(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_key_of_another_curve_or_too_few_bits_does_not_load() -> None:
    with pytest.raises(KeyRefused):
        jwk.load_private(SigningAlgorithm.ES256, "k", _der(ec.generate_private_key(ec.SECP384R1())))
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is too small is the point
    with pytest.raises(KeyRefused, match="2048"):
        jwk.load_private(SigningAlgorithm.RS256, "k", _der(small))
    modulus = base64url.encode(small.public_key().public_numbers().n.to_bytes(128)).decode()
    with pytest.raises(KeyRefused, match="2048"):
        jwk.public_keys([{"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "k"}])
    with pytest.raises(KeyRefused, match="PKCS #8"):
        jwk.load_private(SigningAlgorithm.ES256, "k", b"junk")


@pytest.mark.parametrize(
    "change",
    [
        {"kid": None},
        {"kid": ""},
        {"kid": 1},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": None},
        {"alg": ["ES256"]},
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": "AAAA"},
        {"x": None},
        {"y": "not base64url!"},
    ],
)
def test_a_malformed_published_key_is_refused(change: dict[str, Any], generated: Generated) -> None:
    with pytest.raises(KeyRefused):
        jwk.public_keys([{**generated[SigningAlgorithm.ES256].public_jwk, **change}])


@pytest.mark.parametrize("change", [{"crv": "P-256"}, {"e": "_" * 8}, {"e": "AA"}, {"n": "_" * 2732}, {"n": []}])
def test_an_rsa_key_that_is_malformed_or_slow_is_refused(change: dict[str, Any], generated: Generated) -> None:
    with pytest.raises(KeyRefused):
        jwk.public_keys([{**generated[SigningAlgorithm.RS256].public_jwk, **change}])


def test_two_keys_of_one_kid_are_refused(generated: Generated) -> None:
    one, other = (generated[alg].public_jwk for alg in (SigningAlgorithm.ES256, SigningAlgorithm.ED25519))
    with pytest.raises(KeyRefused, match="same kid"):
        jwk.public_keys([one, {**other, "kid": one["kid"]}])


def test_es256_verifies_the_signature_of_rfc_7515_appendix_a_3() -> None:
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "alg": "ES256",
        "kid": "a3",
    }
    signing_input = (
        b"eyJhbGciOiJFUzI1NiJ9."
        b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = base64url.decode(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    assert jwk.public_keys([key])["a3"].verify(signing_input, signature)
    assert not jwk.public_keys([key])["a3"].verify(signing_input + b"A", signature)
