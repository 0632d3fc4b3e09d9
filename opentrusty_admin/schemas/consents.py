"""Consents as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import Model, Moment
from opentrusty_core.domain.grant import Consent


class ConsentOut(Model):
    """What a user has allowed an application."""

    client_id: str
    scope: str
    claims: tuple[str, ...]
    """Claims that were asked for by name (OpenID Connect Core 1.0 §5.5)."""
    granted_at: Moment

    @classmethod
    def of(cls, consent: Consent) -> ConsentOut:
        """As JSON."""
        return cls(
            client_id=consent.client_id,
            scope=" ".join(sorted(consent.scope)),
            claims=tuple(sorted(consent.claims)),
            granted_at=consent.granted_at,
        )
