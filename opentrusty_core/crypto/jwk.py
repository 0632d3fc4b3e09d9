"""Our signing keys: making, loading, publishing them (RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 9864; kid: RFC 7638).

joserfc makes, imports and exports the keys, signs and verifies with them; here stands which of them are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from opentrusty_core.crypto import base64url

RSA_BITS: Final = 2048
_TAKEN_RSA_BITS: Final = range(RSA_BITS, 8192 + 1)
_MAX_EXPONENT_BYTES: Final = 4  # a huge exponent makes verifying slow
_PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e")


class SigningAlgorithm(StrEnum):
    """The algorithms that we sign with (RFC 7518 §3.1, RFC 9864 §2.2)."""

    ES256 = "ES256"
    RS256 = "RS256"
    PS256 = "PS256"
    ED25519 = "Ed25519"


class KeyRefused(ValueError):
    """The key is malformed or does not fit its algorithm; the message holds no key material."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedKey:
    """A fresh key: `private` is PKCS #8 DER in the clear (seal it before storing), `public_jwk` is ready for a JWKS."""

    kid: str
    private: bytes = field(repr=False)
    public_jwk: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A loaded signing key. Loading costs, signing does not: keep it."""

    kid: str
    alg: SigningAlgorithm
    key: Key = field(repr=False, hash=False)
    sign: Callable[[bytes], bytes] = field(init=False, repr=False, compare=False)
    """The JWS signature over a message (RFC 7518 §3.3–3.5, RFC 8037 §3.1)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sign", _signing(self.alg, self.key))


def _signing(alg: SigningAlgorithm, key: Key) -> Callable[[bytes], bytes]:
    """How this key signs, chosen once."""
    if alg is SigningAlgorithm.ES256:
        # joserfc looks the key over at every signature: 6 µs on top of 30, and this is the hot path.
        native, ecdsa = cast(ec.EllipticCurvePrivateKey, key.private_key), ec.ECDSA(hashes.SHA256())

        def sign(message: bytes) -> bytes:
            r, s = decode_dss_signature(native.sign(message, ecdsa))
            return r.to_bytes(32) + s.to_bytes(32)

        return sign
    algorithm = JWSRegistry.algorithms[alg]
    return lambda message: algorithm.sign(message, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that verifies, pinned to one algorithm: what a token claims of its own never decides (RFC 8725 §3.1)."""

    kid: str
    alg: SigningAlgorithm
    thumbprint: str
    key: Key = field(repr=False, compare=False)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `message`."""
        return JWSRegistry.algorithms[self.alg].verify(message, signature, self.key)


def generate(alg: SigningAlgorithm, *, rsa_bits: int = RSA_BITS) -> GeneratedKey:
    """A new key pair. Blocking: RSA takes 50 ms to seconds, so call it in a thread; the others take microseconds.

    The operating system's entropy is used: the library takes no other.
    """
    key: ECKey | RSAKey | OKPKey
    match alg:
        case SigningAlgorithm.ES256:
            key = ECKey.generate_key("P-256")
        case SigningAlgorithm.RS256 | SigningAlgorithm.PS256:
            key = RSAKey.generate_key(rsa_bits)
        case SigningAlgorithm.ED25519:
            key = OKPKey.generate_key("Ed25519")
    kid = key.thumbprint()
    public_jwk = key.as_dict(private=False, use="sig", alg=alg.value, kid=kid)
    return GeneratedKey(kid=kid, private=key.as_der(private=True), public_jwk=public_jwk)


def load_private(alg: SigningAlgorithm, kid: str, der: bytes) -> PrivateKey:
    """The key that `generate` made, from its PKCS #8 DER.

    Raises:
        KeyRefused: not such a key, or not one for `alg`.
    """
    try:
        # Checking an RSA key's primes costs 34 ms; ours come from an authenticated envelope.
        native: Any = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError):
        raise KeyRefused("The private key is not PKCS #8 DER.") from None
    key_type = JWKRegistry.key_types[JWSRegistry.algorithms[alg].key_type]
    try:
        public_jwk = key_type(native.public_key(), None).as_dict(private=False)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise KeyRefused(f"The private key does not fit {alg.value}.") from None
    if not is_key_of(alg, public_jwk):
        raise KeyRefused(f"The private key does not fit {alg.value}.")
    _check_rsa_size(public_jwk)
    # With the public JWK beside it, joserfc never writes the private half out as text.
    return PrivateKey(kid=kid, alg=alg, key=key_type(native, public_jwk))


def public_keys(jwks: Iterable[Mapping[str, Any]]) -> dict[str, PublicKey]:
    """Our published keys by kid. Each JWK names its kid and its algorithm.

    Raises:
        KeyRefused: a key is malformed, unfit for its algorithm, or its kid stands twice.
    """
    keys: dict[str, PublicKey] = {}
    for jwk in jwks:
        kid, name = jwk.get("kid"), jwk.get("alg")
        if not isinstance(kid, str) or not kid:
            raise KeyRefused("A JWK lacks its kid.")
        if kid in keys:
            raise KeyRefused("Two keys have the same kid.")
        if name not in list(SigningAlgorithm):
            raise KeyRefused("A JWK names no algorithm of ours.")
        key = import_public(jwk, name)
        keys[kid] = PublicKey(kid=kid, alg=SigningAlgorithm(name), thumbprint=key.thumbprint(), key=key)
    return keys


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The JWK SHA-256 thumbprint (RFC 7638 §3, RFC 8037 §2), base64url, 43 characters.

    Raises:
        KeyRefused: not an asymmetric key that is taken.
    """
    return _imported(jwk).thumbprint()


def is_key_of(alg: str, jwk: Mapping[str, Any]) -> bool:
    """Whether the JWK has the type and the curve of the algorithm (RFC 7518 §3.1, RFC 9864 §2.2)."""
    algorithm = JWSRegistry.algorithms[alg]
    return (jwk.get("kty"), jwk.get("crv")) == (algorithm.key_type, getattr(algorithm, "curve", None))


def import_public(jwk: Mapping[str, Any], alg: str) -> Key:
    """The public half of a JWK, as a key for the algorithm. Nothing else of the JWK is looked at.

    Raises:
        KeyRefused: malformed, weak, slow, or not for `alg`.
    """
    if not is_key_of(alg, jwk):
        raise KeyRefused(f"The key does not fit {alg}.")
    return _imported(jwk)


def _imported(jwk: Mapping[str, Any]) -> Key:
    members = {name: jwk[name] for name in _PUBLIC_MEMBERS if name in jwk}
    try:
        _check_rsa_size(members)
        return JWKRegistry.import_key(members)
    except KeyRefused:
        raise
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise KeyRefused("The JWK is malformed.") from None


def _check_rsa_size(jwk: Mapping[str, Any]) -> None:
    """Refuses what joserfc warns of (few bits) or takes (many bits, a huge exponent)."""
    if jwk.get("kty") != "RSA":
        return
    if int.from_bytes(base64url.decode(jwk["n"])).bit_length() not in _TAKEN_RSA_BITS:
        raise KeyRefused(f"An RSA key has fewer than {RSA_BITS} bits, or too many.")
    if len(base64url.decode(jwk["e"])) > _MAX_EXPONENT_BYTES:
        raise KeyRefused("The RSA exponent is too large.")
