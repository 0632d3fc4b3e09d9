"""Users: people of exactly one tenant, found by username or email."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from opentrusty_core.errors import Invalid

MAX_IDENTIFIER = 254  # RFC 5321 §4.5.3.1.3: the longest mailbox that can be mailed to

# Shown as nothing, yet no control characters (Unicode Default_Ignorable_Code_Point): joiners, fillers, selectors.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


class UserStatus(StrEnum):
    """Whether a user may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class UserSort(StrEnum):
    """What a list of users may be sorted by."""

    CREATED_AT = "created_at"
    USERNAME = "username"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of one tenant.

    `id` is the `sub` of every token. `claims` holds the standard claims of OpenID Connect Core 1.0 §5.1 that are
    known, save for `sub`, `email`, `email_verified`, `preferred_username` and `updated_at`, which have fields of
    their own. A `Directory` of the embedder's returns the same record; its ids may be any text of 1 to 255 ASCII
    characters.
    """

    id: str
    username: str
    email: str | None = None
    email_verified: bool = False
    claims: Mapping[str, object] = field(default_factory=dict)
    status: UserStatus = UserStatus.ACTIVE
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in and keep what they hold."""
        return self.status is UserStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCredential:
    """A user's password as a PHC or crypt string; `must_change` asks for a new one at the next sign-in."""

    user_id: str
    encoded: str = field(repr=False)
    changed_at: datetime
    must_change: bool = False


def normalised(identifier: str) -> str:
    """The one form under which a username or email is stored, found and counted: NFKC, case folded, trimmed.

    Twins that look alike or differ in case are the same person to every lookup and every counter.

    Raises:
        Invalid: empty, too long, or with control characters, lone surrogates or white space inside.
    """
    try:
        identifier.encode()
    except UnicodeEncodeError:
        raise Invalid({"username": "It holds characters that are not text."}) from None
    form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", identifier).strip().casefold())
    if not form:
        raise Invalid({"username": "It is empty."})
    if len(form) > MAX_IDENTIFIER:
        raise Invalid({"username": f"It is longer than {MAX_IDENTIFIER} characters."})
    if _INVISIBLE.search(form) or any(c.isspace() or unicodedata.category(c)[0] == "C" for c in form):
        raise Invalid({"username": "It holds white space or invisible characters."})
    return form


def validated_email(email: str) -> str:
    """The address, trimmed and in NFKC, if it has one plain `@` between a local part and a domain.

    What is returned is what was checked, but for letter case, so that no mailer reads a full-width `@` its own way.

    Raises:
        Invalid: it is not an address that can be mailed to.
    """
    try:
        form = normalised(email)
    except Invalid as error:
        raise Invalid({"email": error.fields["username"]}) from None
    local, at, domain = form.partition("@")
    if (
        not (local and at and domain)
        or "@" in domain
        or domain.startswith(".")
        or domain.endswith(".")
        or ".." in domain
    ):
        raise Invalid({"email": "It is not an email address."})
    if any(c in '",:;<>()[]\\' for c in form):
        raise Invalid({"email": "It is not a plain email address."})
    return unicodedata.normalize("NFKC", email).strip()
