"""Passwords at rest: argon2id (RFC 9106), in threads and few at a time (NIST SP 800-63B §3.1.1, OWASP ASVS 11.4.2)."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.legacy_passwords import identify, is_too_costly, unwrapped, verify_legacy
from opentrusty_core.errors import OpenTrustyError

__all__ = [
    "MAX_PASSWORD_BYTES",
    "PasswordRefused",
    "Passwords",
    "Verified",
    "identify",
    "is_too_costly",
    "prepare",
    "unwrapped",
]

MAX_PASSWORD_BYTES: Final = 1024
_MAX_RAW_CHARACTERS: Final = (
    4 * MAX_PASSWORD_BYTES
)  # NFC joins at most four characters to one: more can't end below the limit
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32

T = TypeVar("T")


class PasswordRefused(OpenTrustyError):
    """The text cannot be a password; `reason` says why, the password stands nowhere."""

    def __init__(self, reason: Literal["too_long", "nul", "not_text"]) -> None:
        super().__init__(f"The password is refused: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Whether the password was right, and whether to store a fresh hash of it now (only ever together with `ok`)."""

    ok: bool
    needs_rehash: bool = False


def prepare(password: str) -> bytes:
    """The bytes to hash: NFC (NIST SP 800-63B §3.1.1.2) in UTF-8, at most `MAX_PASSWORD_BYTES`.

    Raises:
        PasswordRefused: too long, or with a NUL or a lone surrogate in it.
    """
    if len(password) > _MAX_RAW_CHARACTERS:
        raise PasswordRefused("too_long")
    if "\0" in password:
        raise PasswordRefused("nul")
    try:
        secret = unicodedata.normalize("NFC", password).encode("utf-8")
    except UnicodeEncodeError:
        raise PasswordRefused("not_text") from None
    if len(secret) > MAX_PASSWORD_BYTES:
        raise PasswordRefused("too_long")
    return secret


class Passwords:
    """Hashes and verifies passwords off the event loop.

    Args:
        entropy: gives n unpredictable bytes; for salts.
        limiter_size: how many hashes run at once; each takes `memory_cost`. By default the cores but one, at least one.
        time_cost: argon2id passes.
        memory_cost: argon2id memory in KiB (19 MiB).
        parallelism: argon2id lanes.
    """

    def __init__(
        self,
        entropy: Callable[[int], bytes],
        *,
        limiter_size: int | None = None,
        time_cost: int = 2,
        memory_cost: int = 19 * 1024,
        parallelism: int = 1,
    ) -> None:
        self._entropy = entropy
        self._size = limiter_size or max(1, (os.cpu_count() or 1) - 1)
        self._limiter: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("password hashing")
        self._hasher = PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_cost,
            parallelism=parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
        )
        # A hash that no password has, made without hashing: verifying against it costs what a real one costs.
        salt, digest = _phc(entropy(_SALT_BYTES)), _phc(entropy(_HASH_BYTES))
        self._dummy = f"$argon2id$v=19$m={memory_cost},t={time_cost},p={parallelism}${salt}${digest}"

    async def hash(self, password: str) -> str:
        """The argon2id hash of `password` in PHC form.

        Raises:
            PasswordRefused: see `prepare`.
        """
        secret = prepare(password)
        salt = self._entropy(_SALT_BYTES)
        return await self._in_thread(lambda: self._hasher.hash(secret, salt=salt))

    async def verify(self, encoded: str, password: str) -> Verified:
        """Whether `password` made `encoded`, of any scheme that `identify` knows. An unknown one verifies nothing.

        Raises:
            PasswordRefused: see `prepare`.
        """
        secret = prepare(password)
        return await self._in_thread(lambda: self._verify(encoded, secret))

    async def verify_dummy(self, password: str) -> None:
        """Spends what `verify` spends, for a person who does not exist or has no password: both take the same time.

        Raises:
            PasswordRefused: see `prepare`.
        """
        await self.verify(self._dummy, password)

    def _verify(self, encoded: str, secret: bytes) -> Verified:
        match identify(encoded):
            case None:
                self._argon2_ok(self._dummy, secret)
                return Verified(ok=False)
            case "argon2":
                ok = self._argon2_ok(encoded, secret)
                return Verified(ok=ok, needs_rehash=ok and self._hasher.check_needs_rehash(encoded))
            case scheme:
                ok = verify_legacy(scheme, encoded, secret)
                return Verified(ok=ok, needs_rehash=ok)

    def _argon2_ok(self, encoded: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(encoded, secret)
        except (Argon2Error, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            limiter = self._limiter.get()
        except LookupError:  # a limiter belongs to one event loop
            limiter = anyio.CapacityLimiter(self._size)
            self._limiter.set(limiter)
        # Not abandoned on cancel: the thread would go on, uncounted, with its memory.
        return await anyio.to_thread.run_sync(work, limiter=limiter)


def _phc(data: bytes) -> str:
    return base64url.encode(data).decode("ascii").replace("-", "+").replace("_", "/")
