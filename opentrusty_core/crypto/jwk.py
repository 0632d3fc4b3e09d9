"""Our signing keys: making, loading, publishing them (RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 9864; kid: RFC 7638)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from opentrusty_core.crypto import base64url

RSA_BITS: Final = 2048
_P256_BYTES: Final = 32
_SHA256 = hashes.SHA256()
_ECDSA = ec.ECDSA(_SHA256)
_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=_SHA256.digest_size)

_Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
_Public = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


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
    public_jwk: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A loaded signing key. Loading costs, signing does not: keep it."""

    kid: str
    alg: SigningAlgorithm
    native: _Private = field(repr=False)
    sign: Callable[[bytes], bytes] = field(init=False, repr=False, compare=False)
    """The JWS signature over a message (RFC 7518 §3.3–3.5, RFC 8037 §3.1)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sign", _signing(self.alg, self.native))


def _signing(alg: SigningAlgorithm, native: _Private) -> Callable[[bytes], bytes]:
    """How this key signs, chosen once: asking a key for its type costs as much as a tenth of a signature."""
    match native:
        case ec.EllipticCurvePrivateKey():

            def sign(message: bytes) -> bytes:
                r, s = decode_dss_signature(native.sign(message, _ECDSA))
                return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)

            return sign
        case rsa.RSAPrivateKey():
            padding_ = _PKCS1 if alg is SigningAlgorithm.RS256 else _PSS
            return lambda message: native.sign(message, padding_, _SHA256)
        case ed25519.Ed25519PrivateKey():
            return native.sign


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that verifies, pinned to one algorithm: what a token claims of its own never decides (RFC 8725 §3.1)."""

    kid: str
    alg: SigningAlgorithm
    thumbprint: str
    native: _Public = field(repr=False)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `message`."""
        try:
            match self.native:
                case ec.EllipticCurvePublicKey() as key:
                    if len(signature) != 2 * _P256_BYTES:
                        return False
                    r, s = int.from_bytes(signature[:_P256_BYTES]), int.from_bytes(signature[_P256_BYTES:])
                    key.verify(encode_dss_signature(r, s), message, _ECDSA)
                case rsa.RSAPublicKey() as key:
                    key.verify(signature, message, _PKCS1 if self.alg is SigningAlgorithm.RS256 else _PSS, _SHA256)
                case ed25519.Ed25519PublicKey() as key:
                    key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def generate(alg: SigningAlgorithm, *, rsa_bits: int = RSA_BITS) -> GeneratedKey:
    """A new key pair. Blocking: RSA takes 50 ms to seconds, so call it in a thread; the others take microseconds.

    The operating system's entropy is used: the library takes no other.
    """
    native: _Private
    match alg:
        case SigningAlgorithm.ES256:
            native = ec.generate_private_key(ec.SECP256R1())
        case SigningAlgorithm.RS256 | SigningAlgorithm.PS256:
            native = rsa.generate_private_key(public_exponent=65537, key_size=rsa_bits)
        case SigningAlgorithm.ED25519:
            native = ed25519.Ed25519PrivateKey.generate()
    members = _members(native.public_key())
    kid = thumbprint(members)
    private = native.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return GeneratedKey(kid=kid, private=private, public_jwk={**members, "use": "sig", "alg": alg.value, "kid": kid})


def load_private(alg: SigningAlgorithm, kid: str, der: bytes) -> PrivateKey:
    """The key that `generate` made, from its PKCS #8 DER.

    Raises:
        KeyRefused: not such a key, or not one for `alg`.
    """
    try:
        # Checking an RSA key's primes costs 34 ms; ours come from an authenticated envelope.
        native = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError):
        raise KeyRefused("The private key is not PKCS #8 DER.") from None
    if not isinstance(native, _Private):
        raise KeyRefused("The private key is of a type that is not used here.")
    _check_fits(alg, native.public_key())
    return PrivateKey(kid=kid, alg=alg, native=native)


def public_keys(jwks: Iterable[Mapping[str, Any]]) -> dict[str, PublicKey]:
    """Our published keys by kid. Each JWK names its kid and its algorithm.

    Raises:
        KeyRefused: a key is malformed, unfit for its algorithm, or its kid stands twice.
    """
    keys: dict[str, PublicKey] = {}
    for jwk in jwks:
        key = _public_key(jwk)
        if key.kid in keys:
            raise KeyRefused("Two keys have the same kid.")
        keys[key.kid] = key
    return keys


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The JWK SHA-256 thumbprint (RFC 7638 §3, RFC 8037 §2), base64url, 43 characters.

    Raises:
        KeyRefused: the key's type is unknown or a required member is missing.
    """
    try:
        members = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    except (KeyError, TypeError):
        raise KeyRefused("The JWK lacks a required member.") from None
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return base64url.encode(hashlib.sha256(canonical).digest()).decode("ascii")


_REQUIRED: Final = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}


def _public_key(jwk: Mapping[str, Any]) -> PublicKey:
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not kid:
        raise KeyRefused("A JWK lacks its kid.")
    try:
        alg = SigningAlgorithm(jwk["alg"])
        native = _native(jwk)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise KeyRefused("A JWK is malformed or names no algorithm of ours.") from None
    _check_fits(alg, native)
    return PublicKey(kid=kid, alg=alg, thumbprint=thumbprint(jwk), native=native)


def _native(jwk: Mapping[str, Any]) -> _Public:
    match jwk["kty"], jwk.get("crv"):
        case "EC", "P-256":
            return ec.EllipticCurvePublicNumbers(_int(jwk["x"]), _int(jwk["y"]), ec.SECP256R1()).public_key()
        case "RSA", None:
            return rsa.RSAPublicNumbers(_int(jwk["e"]), _int(jwk["n"])).public_key()
        case "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(base64url.decode(jwk["x"]))
        case _:
            raise ValueError("unknown key type")


def _members(key: _Public) -> dict[str, str]:
    match key:
        case ec.EllipticCurvePublicKey():
            point = key.public_numbers()
            x, y = point.x.to_bytes(_P256_BYTES), point.y.to_bytes(_P256_BYTES)
            return {"kty": "EC", "crv": "P-256", "x": _text(x), "y": _text(y)}
        case rsa.RSAPublicKey():
            numbers = key.public_numbers()
            return {"kty": "RSA", "n": _text(_minimal(numbers.n)), "e": _text(_minimal(numbers.e))}
        case ed25519.Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_bytes_raw())}


def _check_fits(alg: SigningAlgorithm, key: _Public) -> None:
    match alg, key:
        case SigningAlgorithm.ES256, ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return
        case ((SigningAlgorithm.RS256 | SigningAlgorithm.PS256), rsa.RSAPublicKey()):
            if key.key_size < RSA_BITS:
                raise KeyRefused(f"An RSA key has fewer than {RSA_BITS} bits.")
        case SigningAlgorithm.ED25519, ed25519.Ed25519PublicKey():
            return
        case _:
            raise KeyRefused(f"The key does not fit {alg.value}.")


def _text(data: bytes) -> str:
    return base64url.encode(data).decode("ascii")


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _int(text: str) -> int:
    return int.from_bytes(base64url.decode(text))
