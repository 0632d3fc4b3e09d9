"""Previews of tokens as data and as lines of a table."""

from __future__ import annotations

from opentrusty_cli.records import Data, seconds
from opentrusty_core.preview import ClaimPreview, NothingIssued, Reason, TokenPreview

_FRESH = "(made anew for each token)"


def of_preview(preview: TokenPreview | NothingIssued) -> Data:
    """What would be issued, or why nothing would be."""
    if isinstance(preview, NothingIssued):
        return {"issued": False, "reasons": [of_reason(reason) for reason in preview.reasons]}
    return {
        "issued": True,
        "scope": " ".join(preview.scope),
        "ignored_scope": " ".join(preview.ignored_scope),
        "audience": list(preview.audience),
        "access_token_format": preview.access_token_format.value,
        "access_token_lifetime": seconds(preview.access_token_lifetime),
        "access_token": _claims(preview.access_token),
        "id_token": _claims(preview.id_token),
        "userinfo": _claims(preview.userinfo),
        "missing": [{"name": claim.name, "why": claim.why} for claim in preview.missing],
        "has_refresh_token": preview.has_refresh_token,
        "asks_consent": preview.asks_consent,
    }


def of_reason(reason: Reason) -> Data:
    """Why nothing would be issued."""
    return {"error": reason.error, "why": reason.why}


def preview_lines(preview: TokenPreview) -> list[Data]:
    """One line for each claim, and for each that would not come."""
    places = {"access token": preview.access_token, "ID token": preview.id_token, "userinfo": preview.userinfo}
    lines: list[Data] = [
        {"where": place, "claim": claim.name, "value": _FRESH if claim.is_fresh else claim.value, "why": claim.why}
        for place, claims in places.items()
        for claim in claims or ()
    ]
    return lines + [
        {"where": "(missing)", "claim": claim.name, "value": None, "why": claim.why} for claim in preview.missing
    ]


def _claims(claims: tuple[ClaimPreview, ...] | None) -> list[Data] | None:
    if claims is None:
        return None
    return [
        {
            "name": claim.name,
            "value": list(claim.value) if isinstance(claim.value, tuple) else claim.value,
            "is_fresh": claim.is_fresh,
            "source": claim.source.value,
            "scopes": list(claim.scopes),
            "why": claim.why,
        }
        for claim in claims
    ]
