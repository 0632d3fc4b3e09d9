"""The headers of safety that answers carry (OWASP ASVS 3.4; rows A10, A19)."""

from __future__ import annotations

Headers = tuple[tuple[bytes, bytes], ...]

_ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS: Headers = ((b"strict-transport-security", b"max-age=63072000; includeSubDomains"),)

PAGE: Headers = (
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
"""For pages, which bring a Content-Security-Policy of their own."""

NO_PAGE: Headers = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)
"""For every other answer: should a browser ever take it for a page, it loads nothing and stands in no frame."""

NO_STORE: Headers = ((b"cache-control", b"no-store"),)


def common_headers(*, secure: bool) -> Headers:
    """For every answer; `secure` where our origin is https."""
    return _ALWAYS + (_HSTS if secure else ())
