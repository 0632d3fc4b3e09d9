"""Reading a JWS in compact form (RFC 7515 §3.1, §7.1) without believing any of it yet.

What is refused here is refused before any key is touched.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from opentrusty_core.crypto import base64url, strict_json
from opentrusty_core.errors import InvalidToken

MAX_TOKEN: Final = 16 * 1024
MAX_HEADER: Final = 4 * 1024
"""Bytes of decoded header; an RSA-4096 `jwk` in a DPoP proof needs about 900."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """The parts of a token, decoded, its signature not yet checked."""

    header: dict[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes

    @property
    def alg(self) -> str:
        """The algorithm that the token claims."""
        return str(self.header["alg"])

    @property
    def kid(self) -> str | None:
        """The key that the token claims."""
        return self.header.get("kid")

    def claims(self) -> dict[str, Any]:
        """The payload as a JSON object.

        Raises:
            InvalidToken: it is not one, or not strictly (see `strict_json`).
        """
        try:
            claims = strict_json.loads(self.payload)
        except strict_json.NotStrictJSON as error:
            raise InvalidToken(f"payload: {error}") from None
        if not isinstance(claims, dict):
            raise InvalidToken("payload: not an object")
        return claims


def parse(token: str) -> Compact:
    """Splits and decodes a token.

    Raises:
        InvalidToken: too big, not three canonical base64url segments, or no strict JSON object with `alg` as header.
    """
    if len(token) > MAX_TOKEN:
        raise InvalidToken("token too big")
    segments = token.split(".")
    if len(segments) != 3 or not all(segments):
        raise InvalidToken("not three segments")
    try:
        header_bytes, payload, signature = map(base64url.decode, segments)
    except ValueError:
        raise InvalidToken("not base64url") from None
    return Compact(
        header=_header(header_bytes),
        payload=payload,
        signing_input=token[: token.rindex(".")].encode("ascii"),
        signature=signature,
    )


def _header(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_HEADER:
        raise InvalidToken("header too big")
    try:
        header = strict_json.loads(data)
    except strict_json.NotStrictJSON as error:
        raise InvalidToken(f"header: {error}") from None
    if not isinstance(header, dict) or not isinstance(header.get("alg"), str):
        raise InvalidToken("header: not an object with alg")
    if not all(isinstance(header.get(name, ""), str) for name in ("kid", "typ")):
        raise InvalidToken("header: kid or typ is not a string")
    return header


def check_typ(header: dict[str, Any], accepted: Collection[str], *, allow_missing: bool) -> None:
    """Explicit typing (RFC 8725 §3.11): `typ` is one of `accepted` (lower case, no `application/`; RFC 7515 §4.1.9).

    Raises:
        InvalidToken: another type, or none where one has to be.
    """
    typ = header.get("typ")
    if typ is None:
        if not allow_missing:
            raise InvalidToken("typ missing")
        return
    if typ.lower().removeprefix("application/") not in accepted:
        raise InvalidToken("typ of another kind of token")
