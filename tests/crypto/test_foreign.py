"""Tokens of others: assertions and request objects by registered keys, DPoP proofs by the key they carry."""

from __future__ import annotations

import hmac
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import joserfc.jwk
import joserfc.jws
import jwt as pyjwt
import pytest
from joserfc.errors import ExceededSizeError

from opentrusty_core.crypto import foreign, jwk
from opentrusty_core.crypto.jwk import GeneratedKey, PrivateKey, SigningAlgorithm
from opentrusty_core.errors import InvalidToken
from tests.crypto import forge

Loaded = Mapping[SigningAlgorithm, PrivateKey]
Generated = Mapping[SigningAlgorithm, GeneratedKey]
MEMBERS = ("kty", "crv", "x", "y", "n", "e")


def public(key: GeneratedKey) -> dict[str, Any]:
    """Only what a foreign JWK has to have."""
    return {name: key.public_jwk[name] for name in MEMBERS if name in key.public_jwk}


def proof(key: PrivateKey, embedded: object, /, **header: Any) -> str:
    return forge.signed(key, {"jti": "1"}, **{"typ": "dpop+jwt", "kid": None, "jwk": embedded, **header})


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(InvalidToken) as caught:
        call()
    return caught.value.detail


@pytest.mark.case("F7")
@pytest.mark.parametrize("alg", list(SigningAlgorithm))
def test_a_dpop_proof_with_its_key_in_the_header_verifies(
    alg: SigningAlgorithm, loaded: Loaded, generated: Generated
) -> None:
    token = proof(loaded[alg], public(generated[alg]))
    verified = foreign.verify_embedded(token, typ=("dpop+jwt",))
    assert verified.claims == {"jti": "1"}
    assert verified.thumbprint == generated[alg].kid


@pytest.mark.case("F7")
def test_the_library_alone_would_refuse_an_rsa_proof(loaded: Loaded, generated: Generated) -> None:
    token = proof(loaded[SigningAlgorithm.RS256], public(generated[SigningAlgorithm.RS256]))
    key = joserfc.jwk.RSAKey.import_key(public(generated[SigningAlgorithm.RS256]))
    with pytest.raises(ExceededSizeError):
        joserfc.jws.deserialize_compact(token, key, algorithms=["RS256"])
    assert foreign.verify_embedded(token, typ=("dpop+jwt",))


@pytest.mark.case("F2")
@pytest.mark.parametrize("alg", [SigningAlgorithm.ES256, SigningAlgorithm.RS256])
def test_an_embedded_key_that_is_private_symmetric_or_not_the_signers_is_refused(
    alg: SigningAlgorithm, loaded: Loaded, generated: Generated
) -> None:
    key, own = loaded[alg], public(generated[alg])
    other = public(jwk.generate(alg))
    bad: list[object] = [
        None,
        "text",
        [],
        {},
        {"kty": "oct", "k": "AA"},
        other,
        {**own, "d": "AA"},
        {**own, "kty": "OKP"},
    ]
    for token in [proof(key, embedded) for embedded in bad]:
        with pytest.raises(InvalidToken):
            foreign.verify_embedded(token, typ=("dpop+jwt",))


@pytest.mark.parametrize(
    "change",
    [{"n": "AQAB"}, {"n": "_" * 2732}, {"e": "_" * 8}, {"e": "AA"}, {"n": None}, {"n": 5}, {"n": "!"}, {"e": []}],
)
def test_a_weak_huge_or_malformed_rsa_key_is_refused(
    change: dict[str, Any], loaded: Loaded, generated: Generated
) -> None:
    embedded = {**public(generated[SigningAlgorithm.RS256]), **change}
    token = proof(loaded[SigningAlgorithm.RS256], embedded)
    assert refused(lambda: foreign.verify_embedded(token, typ=("dpop+jwt",))) == "the key is unusable"


@pytest.mark.parametrize("change", [{"x": "AAAA"}, {"y": 1}, {"y": "!"}])
def test_a_point_that_is_not_on_the_curve_is_refused(
    change: dict[str, Any], loaded: Loaded, generated: Generated
) -> None:
    embedded = {**public(generated[SigningAlgorithm.ES256]), **change}
    token = proof(loaded[SigningAlgorithm.ES256], embedded)
    assert refused(lambda: foreign.verify_embedded(token, typ=("dpop+jwt",))) == "the key is unusable"


def test_an_assertion_verifies_with_the_one_registered_key_it_names(loaded: Loaded, generated: Generated) -> None:
    key = loaded[SigningAlgorithm.ES256]
    jwks = [generated[alg].public_jwk for alg in SigningAlgorithm]
    verified = foreign.verify_foreign(forge.signed(key, {"iss": "c"}, typ="JWT"), jwks, typ=("jwt",))
    assert verified.claims == {"iss": "c"}
    assert foreign.verify_foreign(forge.signed(key, typ=None, kid=None), jwks, typ=("jwt",), allow_missing_typ=True)


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("registered", ["EdDSA", "Ed25519", None])
def test_ed25519_verifies_under_its_old_and_its_new_name(
    alg: str, registered: str | None, loaded: Loaded, generated: Generated
) -> None:
    own = {**public(generated[SigningAlgorithm.ED25519]), **({"alg": registered} if registered else {})}
    token = forge.signed(loaded[SigningAlgorithm.ED25519], alg=alg, kid=None)
    assert foreign.verify_foreign(token, [own], typ=("at+jwt",)).thumbprint == generated[SigningAlgorithm.ED25519].kid


@pytest.mark.case("F1")
@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS512", "RS256", "es256", "ES384", "PBES2-HS256+A128KW"])
def test_only_an_asymmetric_algorithm_that_fits_the_key_is_taken(
    alg: str, loaded: Loaded, generated: Generated
) -> None:
    jwks: list[Mapping[str, Any]] = [public(generated[SigningAlgorithm.ES256]), {"kty": "oct", "k": "AAAA"}]
    token = forge.signed(loaded[SigningAlgorithm.ES256], alg=alg, kid=None)
    assert refused(lambda: foreign.verify_foreign(token, jwks, typ=("at+jwt",), algorithms=[alg, "ES256"]))


@pytest.mark.case("F1")
def test_an_algorithm_that_this_place_does_not_take_is_refused(loaded: Loaded, generated: Generated) -> None:
    token = proof(loaded[SigningAlgorithm.RS256], public(generated[SigningAlgorithm.RS256]))
    narrow = ("ES256", "PS256")
    assert refused(lambda: foreign.verify_embedded(token, typ=("dpop+jwt",), algorithms=narrow)) == "alg not allowed"


@pytest.mark.case("F1", "F3")
@pytest.mark.parametrize("secret", [b"", b"AAAA"])
def test_no_hmac_verifies_not_even_with_a_registered_secret(secret: bytes) -> None:
    header = {"alg": "HS256", "typ": "at+jwt"}
    token = forge.compact(header, "{}", lambda text: hmac.digest(secret, text, "sha256"))
    jwks = [{"kty": "oct", "k": "QUFBQQ"}, {"kty": "oct", "k": ""}]
    assert refused(lambda: foreign.verify_foreign(token, jwks, typ=("at+jwt",), algorithms=["HS256"]))


@pytest.mark.case("F2", "F3", "F4")
@pytest.mark.parametrize("name", ["crit", "b64", "jku", "x5u", "x5c", "zip", "enc", "jwk"])
def test_a_dangerous_header_parameter_is_refused_even_when_truly_signed(
    name: str, loaded: Loaded, generated: Generated
) -> None:
    key, own = loaded[SigningAlgorithm.ES256], generated[SigningAlgorithm.ES256].public_jwk
    token = forge.signed(key, **{name: own if name == "jwk" else ["https://attacker.example"]})
    assert "never taken" in refused(lambda: foreign.verify_foreign(token, [own], typ=("at+jwt",)))


@pytest.mark.parametrize(
    "change",
    [{"use": "enc"}, {"alg": "ES384"}, {"kid": "other"}, {"key_ops": ["sign"]}, {"key_ops": "verify"}, {"d": "AA"}],
)
def test_a_registered_key_that_serves_something_else_is_not_used(
    change: dict[str, Any], loaded: Loaded, generated: Generated
) -> None:
    own = {**generated[SigningAlgorithm.ES256].public_jwk, **change}
    token = forge.signed(loaded[SigningAlgorithm.ES256])
    assert refused(lambda: foreign.verify_foreign(token, [own], typ=("at+jwt",))).startswith("0 registered keys")


def test_without_kid_the_key_has_to_be_unmistakable(loaded: Loaded, generated: Generated) -> None:
    jwks = [public(generated[SigningAlgorithm.ES256]), public(jwk.generate(SigningAlgorithm.ES256))]
    token = forge.signed(loaded[SigningAlgorithm.ES256], kid=None)
    assert refused(lambda: foreign.verify_foreign(token, jwks, typ=("at+jwt",))).startswith("2 registered keys")


@pytest.mark.case("F8")
@pytest.mark.parametrize("typ", ["JWT", "at+jwt", None])
def test_a_token_of_another_type_is_no_proof(typ: str | None, loaded: Loaded, generated: Generated) -> None:
    token = proof(loaded[SigningAlgorithm.ES256], public(generated[SigningAlgorithm.ES256]), typ=typ)
    assert "typ" in refused(lambda: foreign.verify_embedded(token, typ=("dpop+jwt",)))


@pytest.mark.case("F5", "F6")
@pytest.mark.parametrize("payload", ["[" * 10_000, '{"a":1,"a":2}', "[]"])
def test_a_deep_doubled_or_formless_payload_is_refused(payload: str, loaded: Loaded, generated: Generated) -> None:
    token = forge.signed(loaded[SigningAlgorithm.ES256], payload)
    assert refused(lambda: foreign.verify_foreign(token, [public(generated[SigningAlgorithm.ES256])], typ=("at+jwt",)))


def test_a_signature_of_someone_else_does_not_hold(loaded: Loaded, generated: Generated) -> None:
    token = forge.signed(loaded[SigningAlgorithm.ES256])
    forged = {**jwk.generate(SigningAlgorithm.ES256).public_jwk, "kid": generated[SigningAlgorithm.ES256].kid}
    assert refused(lambda: foreign.verify_foreign(token, [forged], typ=("at+jwt",))) == "signature"


@pytest.mark.parametrize("alg", [alg for alg in foreign.FOREIGN_ALGORITHMS if alg[:2] in ("RS", "PS", "ES")])
def test_each_algorithm_verifies_what_an_independent_library_signed(alg: str) -> None:
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    key = joserfc.jwk.ECKey.generate_key(curves[alg]) if alg in curves else joserfc.jwk.RSAKey.generate_key(2048)
    token = pyjwt.encode({"iss": "c"}, key.as_pem(private=True), algorithm=alg)
    verified = foreign.verify_foreign(token, [key.as_dict(private=False)], typ=("jwt",))
    assert (verified.claims, verified.thumbprint) == ({"iss": "c"}, key.thumbprint())


@pytest.mark.case("F1")
@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
def test_a_key_on_another_edwards_curve_is_not_used(alg: str, loaded: Loaded) -> None:
    own = joserfc.jwk.OKPKey.generate_key("Ed448").as_dict(private=False)
    token = forge.signed(loaded[SigningAlgorithm.ED25519], alg=alg, kid=None)
    assert refused(lambda: foreign.verify_foreign(token, [own], typ=("at+jwt",))).startswith("0 registered keys")


@pytest.mark.parametrize("name", ["kty", "crv", "alg", "use", "key_ops", "kid", "x", "y"])
@pytest.mark.parametrize("value", [[], {}, 7, None, [[]]])
def test_a_member_of_the_wrong_type_is_refused_not_fallen_over(
    name: str, value: object, loaded: Loaded, generated: Generated
) -> None:
    key, own = loaded[SigningAlgorithm.ES256], public(generated[SigningAlgorithm.ES256])
    if name == "kid":  # says nothing of a key that stands in the proof itself
        assert foreign.verify_embedded(proof(key, {**own, name: value}), typ=("dpop+jwt",))
        return
    assert refused(lambda: foreign.verify_embedded(proof(key, {**own, name: value}), typ=("dpop+jwt",)))


def test_tokens_need_no_passlib_in_memory() -> None:
    """It costs start-up time, and only imported hashes need it."""
    code = (
        "import sys; from opentrusty_core.crypto import foreign, jws, passwords, refresh; "
        "sys.exit('passlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
