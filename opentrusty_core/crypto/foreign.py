"""Verifying tokens of others: client assertions (RFC 7523), request objects (RFC 9101), DPoP proofs (RFC 9449).

The reading is ours and strict (`compact`): joserfc's own reader caps a header at 512 bytes, too small for an RSA
`jwk`, takes duplicate names and leaks RecursionError. joserfc gives the keys and the algorithms. Only asymmetric
algorithms: no secret of ours could be confused with a public key. Nothing is ever fetched from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from joserfc.jws import JWSRegistry

from opentrusty_core.crypto import compact
from opentrusty_core.crypto.jwk import import_public, is_key_of
from opentrusty_core.errors import InvalidToken

_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
FOREIGN_ALGORITHMS: Final = (*_RSA, "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""What others may sign with; a deployment narrows it."""

_NEVER: Final = frozenset({"crit", "b64", "jku", "x5u", "x5c", "zip", "enc"})
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


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
    if parts.alg not in algorithms or parts.alg not in FOREIGN_ALGORITHMS:
        raise InvalidToken("alg not allowed")
    compact.check_typ(parts.header, typ, allow_missing=allow_missing_typ)
    return parts


def _named(alg: object) -> Any:
    """The algorithm by the name that joserfc checks the curve for: EdDSA is here Ed25519 alone (RFC 9864 §2.2)."""
    return "Ed25519" if alg == "EdDSA" else alg


def _fits(jwk: Mapping[str, Any], alg: str) -> bool:
    """Whether the key says of itself that it serves `alg`; a private key serves nothing here."""
    operations = jwk.get("key_ops", ["verify"])
    return (
        is_key_of(_named(alg), jwk)
        and jwk.get("use", "sig") == "sig"
        and _named(jwk.get("alg", alg)) == _named(alg)
        and isinstance(operations, list)
        and "verify" in operations
        and not jwk.keys() & _PRIVATE_MEMBERS
    )


def _verified(parts: compact.Compact, jwk: Mapping[str, Any]) -> Foreign:
    alg = _named(parts.alg)
    try:
        key = import_public(jwk, alg)
        held = JWSRegistry.algorithms[alg].verify(parts.signing_input, parts.signature, key)
    except ValueError:  # KeyRefused among them
        raise InvalidToken("the key is unusable") from None
    if not held:
        raise InvalidToken("signature")
    return Foreign(header=parts.header, claims=parts.claims(), thumbprint=key.thumbprint())
