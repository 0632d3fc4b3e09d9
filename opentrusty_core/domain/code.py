"""Authorization codes: bearer values of one minute and one use (RFC 6749 §4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """A code, known by its SHA-256; `redirect_uri` is None only where the request named none."""

    hash: bytes = field(repr=False)
    grant_id: str
    client_id: str
    redirect_uri: str | None
    code_challenge: str | None
    nonce: str | None = None
    created_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None = None
