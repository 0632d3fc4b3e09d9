"""Verifying tokens of others: client assertions (RFC 7523), request objects (RFC 9101), DPoP proofs (RFC 9449).

The reading is ours and strict (`compact`): joserfc's own reader caps a header at 512 bytes, too small for an RSA
`jwk`, takes duplicate names and leaks RecursionError. joserfc gives the keys and the algorithms. Only asymmetric
algorithms: no secret of ours could be confused with a public key. Nothing is ever fetched from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentrusty_core.crypto import base64url, compact
from opentrusty_core.crypto.jwk import KeyRefused, thumbprint
from opentrusty_core.errors import InvalidToken

# alg: what its key has to be (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2).
_KEY_OF: Final[Mapping[str, tuple[str, str | None]]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "Ed25519": ("OKP", "Ed25519"),
    "EdDSA": ("OKP", "Ed25519"),
}
FOREIGN_ALGORITHMS: Final = tuple(_KEY_OF)
"""What others may sign with; a deployment narrows it."""

_NEVER: Final = frozenset({"crit", "b64", "jku", "x5u", "x5c", "zip", "enc"})
_PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e")
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_RSA_BITS: Final = range(2048, 8192 + 1)
_MAX_EXPONENT_BYTES: Final = 4  # a huge exponent makes verifying slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A token whose signature held, and the key that made it (RFC 7638 thumbprint). Nothing else was checked."""

    header: dict[str, Any]
    claims: dict[str, Any]
    thumbprint: str


def verify_foreign(
    token: str,
    jwks: Sequence[Mapping[str, Any]],
    *,
    typ: Collection[str],
    algorithms: Collection[str] = FOREIGN_ALGORITHMS,
    allow_missing_typ: bool = False,
) -> Foreign:
    """Verifies with the registered keys of whoever should have signed.

    Exactly one of them has to answer to the token's kid (or, without kid, fit its alg; OpenID Connect Core 1.0 §10.1).

    Args:
        token: in compact form.
        jwks: the keys registered for the signer, as parsed JWKs.
        typ: accepted types, lower case, without `application/`.
        algorithms: accepted algorithms; never any beyond `FOREIGN_ALGORITHMS`.
        allow_missing_typ: only where the specification leaves typ out.

    Raises:
        InvalidToken: no such key, no such type or algorithm, or the signature does not hold.
    """
    parts = _read(token, typ, algorithms, allow_missing_typ, never=_NEVER | {"jwk"})
    fitting = [jwk for jwk in jwks if _fits(jwk, parts.alg) and (parts.kid is None or jwk.get("kid") == parts.kid)]
    if len(fitting) != 1:
        raise InvalidToken(f"{len(fitting)} registered keys fit the header")
    return _verified(parts, fitting[0])


def verify_embedded(token: str, *, typ: Collection[str], algorithms: Collection[str] = FOREIGN_ALGORITHMS) -> Foreign:
    """Verifies with the public key in the token's own `jwk` header (RFC 9449 §4.3): proves possession, not identity.

    Raises:
        InvalidToken: as `verify_foreign`, or the key is missing or private.
    """
    parts = _read(token, typ, algorithms, False, never=_NEVER)
    jwk = parts.header.get("jwk")
    if not isinstance(jwk, dict) or not _fits(jwk, parts.alg):
        raise InvalidToken("jwk missing or unfit for alg")
    return _verified(parts, jwk)


def _read(
    token: str, typ: Collection[str], algorithms: Collection[str], allow_missing_typ: bool, *, never: frozenset[str]
) -> compact.Compact:
    parts = compact.parse(token)
    if parts.header.keys() & never:
        raise InvalidToken("header parameter that is never taken")
    if parts.alg not in algorithms or parts.alg not in _KEY_OF:
        raise InvalidToken("alg not allowed")
    compact.check_typ(parts.header, typ, allow_missing=allow_missing_typ)
    return parts


def _fits(jwk: Mapping[str, Any], alg: str) -> bool:
    """Whether the key says of itself that it serves `alg`; a private key serves nothing here."""
    kty, crv = _KEY_OF[alg]
    operations = jwk.get("key_ops", ["verify"])
    return (
        (jwk.get("kty"), jwk.get("crv")) == (kty, crv)
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", alg) in ({"EdDSA", "Ed25519"} if kty == "OKP" else {alg})
        and isinstance(operations, list)
        and "verify" in operations
        and not jwk.keys() & _PRIVATE_MEMBERS
    )


def _verified(parts: compact.Compact, jwk: Mapping[str, Any]) -> Foreign:
    # Imported where used: it takes 80 ms, and a server that meets no foreign token never needs it.
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry
    from joserfc.jws import JWSRegistry

    members = {name: jwk[name] for name in _PUBLIC_MEMBERS if name in jwk}
    try:
        _check_rsa_size(members)
        key = JWKRegistry.import_key(members)
        algorithm = JWSRegistry.algorithms["Ed25519" if parts.alg == "EdDSA" else parts.alg]
        algorithm.check_key(key)
        held = algorithm.verify(parts.signing_input, parts.signature, key)
        key_thumbprint = thumbprint(members)
    except (JoseError, KeyRefused, ValueError, TypeError, KeyError, AttributeError):
        raise InvalidToken("the key is unusable") from None
    if not held:
        raise InvalidToken("signature")
    return Foreign(header=parts.header, claims=parts.claims(), thumbprint=key_thumbprint)


def _check_rsa_size(jwk: Mapping[str, Any]) -> None:
    if jwk["kty"] != "RSA":
        return
    if int.from_bytes(base64url.decode(jwk["n"])).bit_length() not in _RSA_BITS:
        raise KeyRefused("The RSA modulus is too small or too large.")
    if len(base64url.decode(jwk["e"])) > _MAX_EXPONENT_BYTES:
        raise KeyRefused("The RSA exponent is too large.")
