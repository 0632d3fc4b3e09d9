"""Message authentication codes for values that have to come back unchanged: CSRF tokens, page cursors, seals."""

from __future__ import annotations

import hmac
from typing import Final

from opentrusty_core.crypto.envelope import KEY_ID_BYTES, MasterKeys

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


class NamedMacs:
    """Tags that are stored for years: each begins with the id of the master key that it was made under (8 bytes).

    Tags of 32 bytes, without a name, are of before there were names; they verify under any of the keys.

    Args:
        master: the deployment's keys.
        label: names the purpose; tags of one purpose never pass for another's.
    """

    __slots__ = ("_id", "_keys")

    def __init__(self, master: MasterKeys, label: bytes) -> None:
        ids = [bytes.fromhex(key_id) for key_id in master.key_ids]
        self._keys = dict(zip(ids, master.derive(label), strict=True))
        self._id = ids[0]

    def tag(self, *parts: bytes) -> bytes:
        """The tag over `parts` under the active key (40 bytes)."""
        return self._id + hmac.digest(self._keys[self._id], _message(parts), "sha256")

    def verify(self, tag: bytes, *parts: bytes) -> bool:
        """Whether `tag` was made over just these parts under the key that it names, in constant time."""
        name, rest = tag[:-TAG_BYTES], tag[-TAG_BYTES:]
        message = _message(parts)
        keys = [key for key_id, key in self._keys.items() if name in {key_id, b""}]
        return any(hmac.compare_digest(hmac.digest(key, message, "sha256"), rest) for key in keys)

    def is_current(self, tag: bytes) -> bool:
        """Whether the tag names the active key."""
        return tag[:-TAG_BYTES] == self._id

    def missing(self, tag: bytes) -> str | None:
        """The id of the key that the tag names, if that is none of these."""
        name = tag[:-TAG_BYTES]
        return name.hex() if len(name) == KEY_ID_BYTES and name not in self._keys else None


def _message(parts: tuple[bytes, ...]) -> bytes:
    return b"".join([len(part).to_bytes(8) + part for part in parts])
