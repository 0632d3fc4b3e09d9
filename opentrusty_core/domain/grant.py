"""Grants and consents: what a person allowed an application.

A grant is one authorization: the root that its code, refresh token and access tokens hang from; revoking it ends
them all. A consent is the remembered answer to "may this application …?", one for each user and client.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from opentrusty_core.domain.claims import ClaimsRequest
from opentrusty_core.domain.scope import OFFLINE_ACCESS, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One authorization of a client by a user.

    `expires_at` is the end of its code until the code is redeemed, then the absolute end of all that hangs from it.
    A grant without `offline_access` ends with its session, at that session's absolute end at the latest.
    """

    id: str
    user_id: str
    client_id: str
    session_id: str
    scope: Scope
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    @property
    def is_offline(self) -> bool:
        """Whether it outlives its session (OpenID Connect Core 1.0 §11)."""
        return OFFLINE_ACCESS in self.scope

    def is_live(self, now: datetime) -> bool:
        """Whether what hangs from it is still good."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a user has allowed a client so far: scopes, and claims asked for by name."""

    user_id: str
    client_id: str
    scope: frozenset[str]
    claims: frozenset[str] = frozenset()
    granted_at: datetime

    def covers(self, scope: Scope, claims: frozenset[str]) -> bool:
        """Whether nothing new is asked."""
        return self.scope.issuperset(scope) and claims <= self.claims
