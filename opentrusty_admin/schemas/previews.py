"""Previews of tokens as JSON."""

from __future__ import annotations

from typing import Any

from opentrusty_admin.schemas.base import Model, Seconds, Text
from opentrusty_core.domain.client import AccessTokenFormat
from opentrusty_core.domain.scope import format_scope
from opentrusty_core.preview import ClaimPreview, ClaimSource, NothingIssued, TokenPreview


class PreviewQuestion(Model):
    """For whom and what tokens are previewed."""

    user_id: Text | None = None
    """Whose; null for the client's own (client credentials)."""
    scope: Text | None = None
    """What is asked for; null for all that the client may ask for."""
    claims: dict[str, Any] | None = None
    """The claims parameter (OpenID Connect Core 1.0 §5.5)."""


class ClaimOut(Model):
    """A claim, and why it is there."""

    name: str
    value: Any
    """Null where it is made anew for each token."""
    is_fresh: bool
    source: ClaimSource
    scopes: tuple[str, ...]
    """The scopes that release it."""
    why: str

    @classmethod
    def of(cls, claim: ClaimPreview) -> ClaimOut:
        """As JSON."""
        return cls(
            name=claim.name,
            value=claim.value,
            is_fresh=claim.is_fresh,
            source=claim.source,
            scopes=claim.scopes,
            why=claim.why,
        )


class MissingClaimOut(Model):
    """A claim that is asked for and would not come."""

    name: str
    why: str


class IssuedPreview(Model):
    """What would be issued."""

    scope: str
    ignored_scope: str
    """What is asked for and leads to nothing."""
    audience: tuple[str, ...]
    access_token_format: AccessTokenFormat
    access_token_lifetime: Seconds
    access_token: tuple[ClaimOut, ...]
    """The claims of a JWT; of an opaque token what introspection tells."""
    id_token: tuple[ClaimOut, ...] | None
    userinfo: tuple[ClaimOut, ...] | None
    missing: tuple[MissingClaimOut, ...]
    has_refresh_token: bool
    asks_consent: bool | None
    """Whether the person would be asked first; null where there is no person."""


class ReasonOut(Model):
    """Why nothing would be issued."""

    error: str
    """A code of OAuth's, or `tenant_suspended`, `client_disabled`, `user_disabled`."""
    why: str


class PreviewOut(Model):
    """What a client would get now: `issued`, or the `reasons` why it would get nothing."""

    issued: IssuedPreview | None
    reasons: tuple[ReasonOut, ...]

    @classmethod
    def of(cls, preview: TokenPreview | NothingIssued) -> PreviewOut:
        """As JSON."""
        if isinstance(preview, NothingIssued):
            reasons = tuple(ReasonOut(error=reason.error, why=reason.why) for reason in preview.reasons)
            return cls(issued=None, reasons=reasons)
        issued = IssuedPreview(
            scope=format_scope(preview.scope),
            ignored_scope=format_scope(preview.ignored_scope),
            audience=preview.audience,
            access_token_format=preview.access_token_format,
            access_token_lifetime=int(preview.access_token_lifetime.total_seconds()),
            access_token=tuple(map(ClaimOut.of, preview.access_token)),
            id_token=_claims(preview.id_token),
            userinfo=_claims(preview.userinfo),
            missing=tuple(MissingClaimOut(name=claim.name, why=claim.why) for claim in preview.missing),
            has_refresh_token=preview.has_refresh_token,
            asks_consent=preview.asks_consent,
        )
        return cls(issued=issued, reasons=())


def _claims(claims: tuple[ClaimPreview, ...] | None) -> tuple[ClaimOut, ...] | None:
    return None if claims is None else tuple(map(ClaimOut.of, claims))
