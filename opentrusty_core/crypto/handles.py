"""Bearer handles: opaque values that open something, one namespace for each artefact.

A handle is a short prefix and 256 random bits. The prefix lets secret scanners recognise a leak and keeps a handle of
one kind from being taken for another's; the stored hash covers the kind too, so that no lookup ever crosses from one
kind to the next.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from enum import StrEnum

from opentrusty_core.crypto import base64url

HANDLE_BYTES = 32
"""Entropy of a handle (256 bits); also the size of its stored hash."""


class Handle(StrEnum):
    """The kinds of handle; the value is the prefix. Stored hashes depend on it: never change one."""

    AUTHORIZATION_CODE = "otc_"
    ACCESS_TOKEN = "ota_"  # noqa: S105 - a prefix, not a secret
    CLIENT_SECRET = "ots_"  # noqa: S105
    INTERACTION = "oti_"
    SESSION = "otn_"
    BROWSER = "otb_"
    CSRF = "otx_"
    INVITATION = "otv_"
    PASSWORD_RESET = "otp_"  # noqa: S105 - a prefix, not a secret


_SYNTAX = {kind: re.compile(re.escape(kind) + "[A-Za-z0-9_-]{43}") for kind in Handle}


def new_handle(kind: Handle, entropy: Callable[[int], bytes]) -> str:
    """A fresh handle (47 characters, safe in URLs and headers); `entropy(n)` gives n unpredictable bytes."""
    return kind + base64url.encode(entropy(HANDLE_BYTES)).decode("ascii")


def is_handle(kind: Handle, value: str) -> bool:
    """Whether `value` has the shape of a handle of this kind; spares the database a look for anything else."""
    return _SYNTAX[kind].fullmatch(value) is not None


def hash_handle(kind: Handle, value: str) -> bytes:
    """What the store keeps in place of the handle: SHA-256 over kind and value (32 bytes). Any text hashes."""
    return hashlib.sha256(f"{kind.value}\0{value}".encode("utf-8", "surrogatepass")).digest()


def constant_time_equal(one: str | bytes, other: str | bytes) -> bool:
    """Whether the two are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
