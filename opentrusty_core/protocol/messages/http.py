"""HTTP without a framework: what an endpoint reads of a request, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from opentrusty_core.domain.audit import Origin

Headers = tuple[tuple[bytes, bytes], ...]

NO_STORE: Headers = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
_JSON: Headers = ((b"content-type", b"application/json"),)
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request as an adapter hands it over.

    `query` and `body` are the raw bytes; `headers` has lower-case names, and values that came more than once are
    joined by `, ` (RFC 9110 §5.3); `origin` is where it came from, past the trusted proxies.
    """

    method: str
    query: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """An answer; header names are lower-case bytes, Content-Length is the adapter's to add."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""


def json_response(content: Mapping[str, object], *, status: int = 200, headers: Headers = NO_STORE) -> HttpResponse:
    """A JSON object, by default not to be stored (RFC 6749 §5.1)."""
    return HttpResponse(status=status, headers=_JSON + headers, body=_encode(content).encode())
