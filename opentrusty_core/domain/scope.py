"""Scope: what a token is for (RFC 6749 §3.3; OpenID Connect Core 1.0 §5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from opentrusty_core.errors import InvalidScope

Scope = tuple[str, ...]
"""Scope tokens in the order of the request, each once."""

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"

CLAIMS_OF_SCOPE: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
"""The claims that each standard scope releases at userinfo."""

STANDARD_SCOPES: Scope = (OPENID, *CLAIMS_OF_SCOPE, OFFLINE_ACCESS)

_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def parse_scope(text: str) -> Scope:
    """The scope tokens of a space-delimited list, duplicates dropped, order kept.

    Raises:
        InvalidScope: a character that RFC 6749 §3.3 does not allow.
    """
    tokens = tuple(dict.fromkeys(token for token in text.split(" ") if token))
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise InvalidScope("character outside scope-token")
    return tokens


def is_scope_token(text: str) -> bool:
    """Whether `text` can be one scope token."""
    return _TOKEN.fullmatch(text) is not None


def format_scope(scope: Iterable[str]) -> str:
    """The space-delimited list."""
    return " ".join(scope)


def narrowed(requested: Scope | None, granted: Scope) -> Scope:
    """What a token gets when `requested` is asked of `granted`; all of it where nothing is asked.

    Raises:
        InvalidScope: more is asked than was granted (RFC 6749 §6).
    """
    if requested is None:
        return granted
    if not set(requested) <= set(granted):
        raise InvalidScope("scope exceeds what was granted")
    return requested
