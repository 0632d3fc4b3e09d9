"""Token requests and their answer (RFC 6749 §4 to §6, OpenID Connect Core 1.0 §3.1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from opentrusty_core.domain.audit import Origin
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.scope import Scope, format_scope
from opentrusty_core.protocol.issuer import Issuer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated(Generic[T]):
    """A request whose client is who it says (or is public and known): only client authentication makes one."""

    request: T
    client: Client
    issuer: Issuer
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCodeRequest:
    """RFC 6749 §4.1.3, RFC 7636 §4.5."""

    code: str = field(repr=False)
    redirect_uri: str | None
    code_verifier: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenRequest:
    """RFC 6749 §6."""

    refresh_token: str = field(repr=False)
    scope: Scope | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentialsRequest:
    """RFC 6749 §4.4.2."""

    scope: Scope | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """A successful answer (RFC 6749 §5.1)."""

    access_token: str = field(repr=False)
    expires_in: timedelta
    scope: Scope
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, object]:
        """The members of the response."""
        content: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": int(self.expires_in.total_seconds()),
            "scope": format_scope(self.scope),
        }
        if self.refresh_token is not None:
            content["refresh_token"] = self.refresh_token
        if self.id_token is not None:
            content["id_token"] = self.id_token
        return content
