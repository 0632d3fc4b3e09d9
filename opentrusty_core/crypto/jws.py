"""Signing and verifying our own tokens: JWS compact serialization (RFC 7515), JWT (RFC 7519), best practice RFC 8725.

`Signer` is prepared once on a loaded key and signs for little more than the bare signature. `verify` trusts nothing
that a token says of itself: the key is looked up by kid among ours, the algorithm is the key's, and a header may hold
alg, kid and typ, nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any, Final

from opentrusty_core.crypto import base64url, compact
from opentrusty_core.crypto.jwk import PrivateKey, PublicKey, SigningAlgorithm
from opentrusty_core.errors import InvalidToken

_OUR_HEADER: Final = frozenset({"alg", "kid", "typ"})
_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Signer:
    """Signs claims with one key as one type of token.

    Args:
        key: a loaded key; its alg and kid go into the header.
        typ: the media type of the token without `application/` (`JWT`, `at+jwt`, `logout+jwt`).
    """

    __slots__ = ("_head", "_key")

    def __init__(self, key: PrivateKey, *, typ: str) -> None:
        self._key = key
        header = _encode_json({"alg": key.alg.value, "kid": key.kid, "typ": typ})
        self._head = base64url.encode(header.encode()) + b"."

    @property
    def alg(self) -> SigningAlgorithm:
        """The algorithm of the key."""
        return self._key.alg

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._key.kid

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The token in compact form. CPU-bound: ES256 takes about 30 µs, RS256 about 350.

        Raises:
            ValueError: a claim is NaN, infinite, circular or not Unicode text.
            TypeError: a claim has no JSON form.
        """
        payload = _encode_json(claims if isinstance(claims, dict) else dict(claims)).encode()
        signing_input = self._head + base64url.encode(payload)
        return (signing_input + b"." + base64url.encode(self._key.sign(signing_input))).decode("ascii")


class VerifiedCache:
    """Remembers which signatures held, so that asking again about one token costs a hash.

    Sound because a signature is a pure function of token and key, and both are in the entry. It remembers nothing of
    times, types or revocation: those are looked at every time. Holds at most `size` entries, the least recently asked
    for leaves first.
    """

    __slots__ = ("_seen", "_size")

    def __init__(self, size: int = 4096) -> None:
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._size = size

    def __len__(self) -> int:
        return len(self._seen)

    def verify(self, key: PublicKey, message: bytes, signature: bytes) -> bool:
        """As `PublicKey.verify`; only success is remembered."""
        entry = hashlib.sha256(b"%b.%b.%b" % (key.thumbprint.encode(), message, signature)).digest()
        if entry in self._seen:
            self._seen.move_to_end(entry)
            return True
        if not key.verify(message, signature):
            return False
        self._seen[entry] = None
        while len(self._seen) > self._size:
            self._seen.popitem(last=False)
        return True


def claimed_issuer(token: str) -> str:
    """The `iss` that a token claims, to find the keys that may prove it: nothing is believed before `verify`.

    Raises:
        InvalidToken: it is no JWT, or claims no issuer.
    """
    issuer = compact.parse(token).claims().get("iss")
    if not isinstance(issuer, str):
        raise InvalidToken("iss missing")
    return issuer


def verify(
    token: str,
    keys: Mapping[str, PublicKey],
    *,
    typ: str,
    algorithms: Collection[SigningAlgorithm] = frozenset(SigningAlgorithm),
    allow_missing_typ: bool = False,
    cache: VerifiedCache | None = None,
) -> dict[str, Any]:
    """The claims of a token that we signed. The caller still checks iss, aud and the times (`claims.check_times`).

    Args:
        token: in compact form.
        keys: our keys by kid (`jwk.public_keys`).
        typ: the one type of token that this place takes; letter case does not matter.
        algorithms: narrows what is taken; a key's own algorithm always has to match.
        allow_missing_typ: only where a specification leaves typ out (ID tokens of others).
        cache: spares verifying a signature again that held before.

    Raises:
        InvalidToken: anything else; `detail` says what, for the log.
    """
    parts = compact.parse(token)
    if not parts.header.keys() <= _OUR_HEADER:
        raise InvalidToken("header parameter that we never write")
    compact.check_typ(parts.header, (typ.lower(),), allow_missing=allow_missing_typ)
    key = keys.get(parts.kid) if parts.kid is not None else None
    if key is None:
        raise InvalidToken("kid unknown")
    if parts.alg != key.alg.value or key.alg not in algorithms:
        raise InvalidToken("alg is not the key's")
    if cache is None:
        held = key.verify(parts.signing_input, parts.signature)
    else:
        held = cache.verify(key, parts.signing_input, parts.signature)
    if not held:
        raise InvalidToken("signature")
    return parts.claims()
