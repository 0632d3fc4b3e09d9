"""Message authentication codes for values that go out and have to come back unchanged: CSRF tokens, page cursors."""

from __future__ import annotations

import hmac
from typing import Final

from opentrusty_core.crypto.envelope import MasterKeys

TAG_BYTES: Final = 32


class Macs:
    """HMAC-SHA256 (RFC 2104) under the key derived for one purpose.

    Args:
        master: the deployment's keys; tags made under previous ones still verify.
        label: names the purpose; tags of one purpose never pass for another's.
    """

    __slots__ = ("_keys",)

    def __init__(self, master: MasterKeys, label: bytes) -> None:
        self._keys = master.derive(label)

    def tag(self, *parts: bytes) -> bytes:
        """The tag over `parts` (32 bytes). Each part goes in with its length, so parts cannot run into each other."""
        return hmac.digest(self._keys[0], _message(parts), "sha256")

    def verify(self, tag: bytes, *parts: bytes) -> bool:
        """Whether `tag` was made over just these parts, in constant time."""
        message = _message(parts)
        return any(hmac.compare_digest(hmac.digest(key, message, "sha256"), tag) for key in self._keys)


def _message(parts: tuple[bytes, ...]) -> bytes:
    return b"".join([len(part).to_bytes(8) + part for part in parts])
