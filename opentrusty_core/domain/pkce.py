"""Proof Key for Code Exchange (RFC 7636), S256 only (RFC 9700 §2.1.1)."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def is_challenge(text: str) -> bool:
    """Whether `text` can be an S256 challenge: 43 characters of base64url."""
    return _CHALLENGE.fullmatch(text) is not None


def challenge_of(verifier: str) -> str | None:
    """The S256 challenge of a verifier (RFC 7636 §4.2), or None if it is not a verifier (§4.1)."""
    if not _VERIFIER.fullmatch(verifier):
        return None
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
