"""Encryption at rest under the master key: AES-256-GCM (NIST SP 800-38D), subkeys by HKDF-SHA256 (RFC 5869).

A sealed value: version (1 byte) ‖ key id (8) ‖ nonce (12) ‖ ciphertext and tag. Version and key id are authenticated
with the caller's `aad`. The master key itself encrypts nothing: every use has its own derived key.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from opentrusty_core.crypto import base64url
from opentrusty_core.errors import ConfigurationError, OpenTrustyError

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HEADER_BYTES: Final = 1 + KEY_ID_BYTES
_TAG_BYTES: Final = 16
_LEAST_DISTINCT_BYTES: Final = 8  # 32 random bytes have fewer with a chance below 2**-100


class MasterKeyError(ConfigurationError, ValueError):
    """The master key text is unusable; the message names the line and never quotes it."""


class WrongMasterKey(ConfigurationError):
    """The value was sealed under a master key that this deployment does not have."""


class Tampered(OpenTrustyError):
    """A sealed value was changed, cut or moved to another place."""


class MasterKeys:
    """The active master key and the previous ones that still open what they sealed.

    Args:
        keys: 32 bytes each, the active one first.
        entropy: gives n unpredictable bytes; for nonces.
    """

    __slots__ = ("_ciphers", "_entropy", "_ids", "_keys")

    def __init__(self, keys: tuple[bytes, ...], entropy: Callable[[int], bytes]) -> None:
        if not keys:
            raise MasterKeyError("The master key is empty.")
        if any(len(key) != KEY_BYTES for key in keys):
            raise MasterKeyError(f"A master key has {KEY_BYTES} bytes.")
        self._keys = keys
        self._entropy = entropy
        self._ids = tuple(subkey[:KEY_ID_BYTES] for subkey in self.derive(b"opentrusty key id"))
        self._ciphers = dict(zip(self._ids, map(AESGCM, self.derive(b"opentrusty envelope")), strict=True))

    @classmethod
    def parse(cls, text: str, entropy: Callable[[int], bytes]) -> MasterKeys:
        """Reads a master key file: one key a line (base64url, base64, hex), the active one first; `#` starts a comment.

        Raises:
            MasterKeyError: no key, or a line that is not one.
        """
        lines = [(number, line.split("#", 1)[0].strip()) for number, line in enumerate(text.splitlines(), 1)]
        return cls(tuple(_key(number, line) for number, line in lines if line), entropy)

    @staticmethod
    def generate(entropy: Callable[[int], bytes]) -> str:
        """The content of a new master key file, to be stored where only the servers can read it."""
        key = base64url.encode(entropy(KEY_BYTES)).decode("ascii")
        return f"# OpenTrusty master key. Keep it apart from the database; put a newer key above it to rotate.\n{key}\n"

    @property
    def key_id(self) -> str:
        """Fingerprint of the active key (16 hex characters); tells nothing of the key, safe to store and print."""
        return self._ids[0].hex()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints of all keys, active first; a stored one that is not among them means a wrong master key."""
        return tuple(key_id.hex() for key_id in self._ids)

    def derive(self, label: bytes) -> tuple[bytes, ...]:
        """Subkeys for one purpose (32 bytes each), one a master key, active first: make with the first, accept all."""
        return tuple(
            HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=label).derive(key) for key in self._keys
        )

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """`plaintext` encrypted under the active key, bound to `aad` (say where it is stored: table, tenant, id)."""
        header = _VERSION + self._ids[0]
        nonce = self._entropy(_NONCE_BYTES)
        return header + nonce + self._ciphers[self._ids[0]].encrypt(nonce, plaintext, header + aad)

    def is_current(self, sealed: bytes) -> bool:
        """Whether the value says that it was sealed under the active key."""
        return sealed[:_HEADER_BYTES] == _VERSION + self._ids[0]

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext of `seal`.

        Raises:
            WrongMasterKey: none of these keys sealed it.
            Tampered: the value or `aad` is not what was sealed.
        """
        if len(sealed) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
            raise Tampered("The sealed value is malformed.")
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        cipher = self._ciphers.get(header[1:])
        if cipher is None:
            raise WrongMasterKey(f"The value was sealed under master key {header[1:].hex()}, which is not configured.")
        try:
            return cipher.decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], header + aad)
        except InvalidTag:
            raise Tampered("The sealed value was changed, or belongs elsewhere.") from None

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self.key_ids)})"


def _key(number: int, line: str) -> bytes:
    try:
        key = bytes.fromhex(line) if len(line) == 2 * KEY_BYTES else _base64(line)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyError(f"Line {number} of the master key is not {KEY_BYTES} bytes in base64url, base64 or hex.")
    if len(set(key)) < _LEAST_DISTINCT_BYTES:
        raise MasterKeyError(f"Line {number} of the master key is not random.")
    return key


def _base64(line: str) -> bytes:
    standard = line.rstrip("=").replace("-", "+").replace("_", "/")
    return binascii.a2b_base64(standard + "=" * (-len(standard) % 4), strict_mode=True)
