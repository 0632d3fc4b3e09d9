"""base64url without padding, strict (RFC 7515 §2, RFC 4648 §5)."""

from __future__ import annotations

import binascii

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> bytes:
    """`data` as base64url without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=\n").translate(_TO_URL)


def decode(text: str | bytes) -> bytes:
    """The bytes that `text` stands for.

    Exactly one text decodes to each value: padding, whitespace, foreign characters and loose trailing bits are refused.

    Raises:
        ValueError: the text is not canonical base64url.
    """
    raw = text.encode("ascii") if isinstance(text, str) else text
    data = binascii.a2b_base64(raw.translate(_FROM_URL) + b"=" * (-len(raw) % 4))
    if encode(data) != raw:  # one comparison catches every lenience of the decoder
        raise ValueError("not canonical base64url")
    return data
