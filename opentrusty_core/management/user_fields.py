"""What an administrator may say of a user (claims: OpenID Connect Core 1.0 §5.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypedDict

from opentrusty_core.domain.claims import STANDARD_CLAIMS
from opentrusty_core.domain.user import User, normalised, validated_email
from opentrusty_core.errors import Invalid

OWN_FIELDS = frozenset({"sub", "email", "email_verified", "preferred_username", "updated_at"})
CLAIM_NAMES = tuple(name for name in STANDARD_CLAIMS if name not in OWN_FIELDS)
ADDRESS_NAMES = ("country", "formatted", "locality", "postal_code", "region", "street_address")
_MAX_CLAIM = 2000


class UserFields(TypedDict, total=False):
    """The fields of a user that can be written; all others are the server's."""

    username: str
    email: str | None
    email_verified: bool
    claims: Mapping[str, object]


def with_fields(user: User, fields: UserFields) -> User:
    """The user with the fields set, all checked. A new email is unverified unless the same call says otherwise.

    Raises:
        Invalid: one sentence for each field that is unknown or not acceptable.
    """
    problems: dict[str, str] = {
        name: "There is no such field." for name in fields if name not in UserFields.__annotations__
    }
    if problems:
        raise Invalid(problems)
    if "email" in fields and fields["email"] != user.email and "email_verified" not in fields:
        fields = {**fields, "email_verified": False}
    user = replace(user, **fields)
    username, email = user.username, user.email
    try:
        normalised(username)
        username = unicodedata.normalize("NFC", username).strip()
    except Invalid as error:
        problems |= error.fields
    try:
        email = validated_email(email) if email is not None else None
    except Invalid as error:
        problems |= error.fields
    if email is None and user.email_verified:
        problems["email_verified"] = "There is no email to be verified."
    problems |= dict(_claim_problems(user.claims))
    if problems:
        raise Invalid(problems)
    return replace(user, username=username, email=email)


def _claim_problems(claims: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in claims.items():
        if name in OWN_FIELDS:
            yield f"claims.{name}", "It has a field of its own."
        elif name not in CLAIM_NAMES:
            yield f"claims.{name}", "It is not a standard claim."
        elif name == "address":
            if (
                not isinstance(value, Mapping)
                or not value.keys() <= set(ADDRESS_NAMES)
                or not all(map(_is_text, value.values()))
            ):
                yield "claims.address", f"It is an object of texts named {', '.join(ADDRESS_NAMES)}."
        elif name.endswith("_verified"):
            if not isinstance(value, bool):
                yield f"claims.{name}", "It is true or false."
        elif not _is_text(value):
            yield f"claims.{name}", f"It is a text of 1 to {_MAX_CLAIM} characters without control characters."


def _is_text(value: object) -> bool:
    """Whether it is text that every database and every JSON reader takes (no NUL, no lone surrogate)."""
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_CLAIM:
        return False
    return not any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in value)
