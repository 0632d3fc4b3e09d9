"""What a preview answers: the claims that would be issued, each with its reason, or why nothing would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from opentrusty_core.domain.client import AccessTokenFormat
from opentrusty_core.domain.scope import Scope


class ClaimSource(StrEnum):
    """What puts a claim there."""

    TOKEN = "token"  # noqa: S105 - a source's name
    """The specification of the token, or of the endpoint, has it."""
    SCOPE = "scope"
    """A scope releases it."""
    CLAIMS_PARAMETER = "claims_parameter"
    """It is asked for by name."""
    EXTRA = "extra_claims"
    """The application that embeds OpenTrusty adds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPreview:
    """One claim. `is_fresh` marks those that are made for each token anew; their `value` is None.

    `scopes` are the scopes that release it, `why` is a sentence.
    """

    name: str
    value: object
    source: ClaimSource
    why: str
    scopes: Scope = ()
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingClaim:
    """A claim that is asked for, by a scope or by name, and would not come; `why` is a sentence."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPreview:
    """What would be issued now.

    `access_token` are its claims, or where `access_token_format` is opaque what introspection tells of it.
    `id_token` and `userinfo` are None where there would be none. `ignored_scope` was asked for and leads to nothing.
    `asks_consent` says whether the person would be asked first; None where there is no person.
    """

    scope: Scope
    ignored_scope: Scope
    audience: tuple[str, ...]
    access_token_format: AccessTokenFormat
    access_token_lifetime: timedelta
    access_token: tuple[ClaimPreview, ...]
    id_token: tuple[ClaimPreview, ...] | None
    userinfo: tuple[ClaimPreview, ...] | None
    missing: tuple[MissingClaim, ...]
    has_refresh_token: bool
    asks_consent: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why nothing is issued: `error` is a code of OAuth's, or what is suspended or disabled; `why` is a sentence."""

    error: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingIssued:
    """Nothing would be issued now, for every one of these reasons."""

    reasons: tuple[Reason, ...]
