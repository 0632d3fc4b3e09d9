"""Redirect URIs: what may be registered, and when a presented one is the registered one.

RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1. Comparison is byte for byte; only the port of a loopback address is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_LENGTH = 2048
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([0-9]{1,5}))?(?=[/?]|$)")
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")  # RFC 3986 §2
_ENCODED_DOT = re.compile("%2e", re.IGNORECASE)
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")


def registration_error(uri: str, *, native: bool = False) -> str | None:
    """Why a URI may not be registered to redirect to, or None when it may.

    `native` clients may also use private-use schemes in reverse-domain form (RFC 8252 §7.1).
    """
    if problem := _syntax_error(uri):
        return problem
    parts = urlsplit(uri)
    if native and _PRIVATE_SCHEME.fullmatch(parts.scheme):
        return None
    return _web_error(uri)


def web_error(uri: str) -> str | None:
    """Why a URI is not one that a page may link to or load from (https, or http on loopback), or None when it is."""
    return _syntax_error(uri) or _web_error(uri)


def origin_error(origin: str) -> str | None:
    """Why a text is not a web origin such as `https://app.example` (RFC 6454 §6.2), or None when it is."""
    if problem := web_error(origin):
        return problem
    parts = urlsplit(origin)
    if f"{parts.scheme}://{parts.netloc}" != origin or parts.netloc != parts.netloc.lower():
        return "An origin is scheme, host and port only, in lower case."
    return None


def _syntax_error(uri: str) -> str | None:
    if len(uri) > MAX_LENGTH:
        return f"It is longer than {MAX_LENGTH} characters."
    if not _CHARACTERS.fullmatch(uri):
        return "It holds characters that a URI may not hold."
    if "#" in uri:
        return "It may not have a fragment."
    if "*" in uri:
        return "It may not have a wildcard."
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return "It is not a URI."
    if not uri.startswith(f"{parts.scheme}:"):
        return "The scheme has to be written in lower case."
    if "@" in parts.netloc:
        return "It may not carry a user name."
    # Browsers read %2e as a dot here, so that what is sent would not be what is registered.
    if any(_ENCODED_DOT.sub(".", segment) in {".", ".."} for segment in parts.path.split("/")):
        return "It may not have dot segments."
    return None


def _web_error(uri: str) -> str | None:
    parts = urlsplit(uri)
    if parts.scheme == "https" and parts.hostname:
        return None
    if parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}:
        return None
    return "Use https, or http on 127.0.0.1, [::1] or localhost."


def matches(registered: Iterable[str], presented: str) -> bool:
    """Whether `presented` is one of the registered URIs: equal to the byte, but for the port of a loopback address."""
    registered = tuple(registered)
    if presented in registered:
        return True
    loose = _without_loopback_port(presented)
    return loose is not None and any(_without_loopback_port(uri) == loose for uri in registered)


def _without_loopback_port(uri: str) -> str | None:
    match = _LOOPBACK.match(uri)
    if match is None or not _CHARACTERS.fullmatch(uri) or int(match[2] or 80) > 65535:
        return None
    return f"http://{match[1]}{uri[match.end() :]}"
