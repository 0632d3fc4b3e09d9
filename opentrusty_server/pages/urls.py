"""What a page may point at: links, pictures, forms and the CSP sources that go with them (SECURITY-CASES A8, A16)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

# Browsers drop tabs and line breaks and read "\" as "/", so a URI that holds any of these is not what it seems.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\s\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")


class _Parts(NamedTuple):
    scheme: str
    host: str
    port: int | None


@lru_cache(maxsize=1024)  # the same few logos and redirect URIs, page after page
def _parts(uri: str) -> _Parts | None:
    """Scheme, host and port in lower case; None where a browser might read the URI otherwise than we do."""
    if _UNSAFE.search(uri):
        return None
    try:
        split = urlsplit(uri)
        port = split.port
    except ValueError:
        return None
    return _Parts(split.scheme.lower(), (split.hostname or "").lower(), port)


def web_link(uri: str | None) -> str | None:
    """The URI when it is absolute http or https with a host; None for all else (`javascript:`, `data:`, relative)."""
    parts = _parts(uri) if uri else None
    return uri if parts and parts.scheme in ("http", "https") and parts.host else None


def image_link(uri: str | None) -> str | None:
    """The URI when it is https and its origin can stand in a CSP; None otherwise: the page does without a picture."""
    parts = _parts(uri) if uri else None
    return uri if parts and parts.scheme == "https" and _HOST.fullmatch(parts.host) else None


def is_own_path(path: str) -> bool:
    """Whether the path stays on this origin: one leading slash, nothing that a browser turns into a host."""
    return path.startswith("/") and not path.startswith("//") and not _UNSAFE.search(path)


def is_redirect_target(uri: str) -> bool:
    """Whether a form may post there: http, https, or a private-use scheme, which holds a dot (RFC 8252 §7.1)."""
    parts = _parts(uri)
    if parts is None:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.host)
    return "." in parts.scheme


def csp_source(uri: str) -> str:
    """The CSP source of the URI's origin; its scheme alone where CSP has no word for the host (`[::1]`, app schemes).

    Raises ValueError for a URI that has no scheme, so that nothing from it reaches the header.
    """
    parts = _parts(uri)
    if parts is None or not _SCHEME.fullmatch(parts.scheme):
        raise ValueError("not an absolute URI")
    if not _HOST.fullmatch(parts.host) or parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:"
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{parts.host}{port}"


def display_target(uri: str) -> str:
    """Where a redirect leads, for a person: the host with its port; the scheme where there is no host."""
    parts = _parts(uri)
    if parts is None:
        return ""
    if not parts.host:
        return parts.scheme
    return parts.host if parts.port is None else f"{parts.host}:{parts.port}"
