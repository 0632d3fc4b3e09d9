"""Refresh tokens (RFC 6749 §1.5) as authenticated counters: `otr_` ‖ base64url(id ‖ generation ‖ HMAC-SHA256).

The database holds a row for each token family and its current generation, and no bearer value. An old generation is
recognised without history (RFC 9700 §4.14.2), and a retry is answered with the identical successor, because minting
it again gives the same text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.macs import TAG_BYTES, Macs
from opentrusty_core.runtime import format_id

PREFIX: Final = "otr_"
MAX_GENERATION: Final = 2**32 - 1
_ID_BYTES: Final = 16
_BODY_BYTES: Final = _ID_BYTES + 4
_CHARACTERS: Final = -(-(_BODY_BYTES + TAG_BYTES) * 4 // 3)
_SYNTAX = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{{_CHARACTERS}}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshHandle:
    """What an authentic refresh token says: whose row, and which generation of it (from 0)."""

    id: str
    generation: int


class RefreshTokens:
    """Mints and reads refresh tokens under the key derived as `opentrusty refresh token`."""

    __slots__ = ("_macs",)

    def __init__(self, master: MasterKeys) -> None:
        self._macs = Macs(master, b"opentrusty refresh token")

    def mint(self, tenant_id: str, token_id: str, generation: int) -> str:
        """The refresh token of this generation (74 characters); the same arguments give the same token.

        Args:
            tenant_id: the token is good for this tenant only.
            token_id: as made by `Runtime.new_id`.
            generation: 0 to 2**32 - 1.

        Raises:
            ValueError: the id or the generation is out of form.
        """
        body = _packed(token_id) + _generation(generation)
        return PREFIX + base64url.encode(body + self._macs.tag(tenant_id.encode(), body)).decode("ascii")

    def parse(self, tenant_id: str, value: str) -> RefreshHandle | None:
        """What the token says, or None when we did not mint it for this tenant."""
        match = _SYNTAX.fullmatch(value)
        if match is None:
            return None
        try:
            raw = base64url.decode(match[1])
        except ValueError:
            return None
        body, tag = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
        if not self._macs.verify(tag, tenant_id.encode(), body):
            return None
        return RefreshHandle(
            id=format_id(int.from_bytes(body[:6]), body[6:_ID_BYTES]), generation=int.from_bytes(body[_ID_BYTES:])
        )


def _packed(token_id: str) -> bytes:
    """The 16 bytes that `format_id` wrote as 26 characters."""
    try:
        packed = int(token_id, 32).to_bytes(_ID_BYTES)
    except (ValueError, OverflowError):
        raise ValueError("not an id") from None
    if format_id(int.from_bytes(packed[:6]), packed[6:]) != token_id:
        raise ValueError("not an id")
    return packed


def _generation(generation: int) -> bytes:
    if not 0 <= generation <= MAX_GENERATION:
        raise ValueError("the generation is out of range")
    return generation.to_bytes(4)
