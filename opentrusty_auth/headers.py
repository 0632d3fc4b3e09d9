"""The headers that every answer carries (OWASP ASVS 3.4; rows A10, A19)."""

from __future__ import annotations

Headers = tuple[tuple[bytes, bytes], ...]

_ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_HSTS: Headers = ((b"strict-transport-security", b"max-age=63072000; includeSubDomains"),)
_NO_CONTENT: Headers = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)

NO_STORE: Headers = ((b"cache-control", b"no-store"),)


def common_headers(*, secure: bool) -> Headers:
    """For every answer; `secure` where our origin is https."""
    return _ALWAYS + (_HSTS if secure else ())


def without_policy(headers: Headers) -> Headers:
    """The policy of an answer that is no page, and has none of its own: it loads nothing and stands in no frame."""
    return () if any(name == b"content-security-policy" for name, _ in headers) else _NO_CONTENT
