"""Users as JSON; claims in the names of OpenID Connect Core 1.0 §5.1."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import Field

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, PageQuery, Text, Versioned
from opentrusty_core import User
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.management import UserFields

Claims = dict[str, Any]


class UserQuery(PageQuery):
    """Which users."""

    search: str = Field(default="", max_length=254)
    """Words, each the beginning of a username, an email, or a word of a name."""
    sort: Literal["created_at", "-created_at", "username", "-username", "email", "-email"] | None = None
    """The order; without it users come by age, and those that a search finds by what it found of them."""
    status: UserStatus | None = None


class UserChanges(Changes):
    """The fields of a user that can be written."""

    username: Text = UNSET
    email: Text | None = UNSET
    email_verified: bool = UNSET
    """A new email is unverified unless this says otherwise."""
    claims: Claims = UNSET
    """Standard claims that have no field of their own; they replace those before."""

    def to_domain(self) -> UserFields:
        """The fields given, as the use cases take them."""
        fields = {name: value for name, value in self.given().items() if name in UserFields.__annotations__}
        return cast("UserFields", fields)


class NewUser(UserChanges):
    """A user to be made."""

    username: Text
    password: Text | None = None
    """Without one the user cannot sign in until one is set."""
    must_change_password: bool = False
    """Whether the next sign-in asks for a new one."""


class NewPassword(Model):
    """A password to be set."""

    password: Text
    must_change: bool = False
    """Whether the next sign-in asks for a new one."""


class UserOut(Versioned):
    """A user."""

    id: str
    username: str
    email: str | None
    email_verified: bool
    claims: Claims
    status: UserStatus
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, user: User) -> UserOut:
        """As JSON."""
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            email_verified=user.email_verified,
            claims=dict(user.claims),
            status=user.status,
            created_at=user.created_at,
            updated_at=user.updated_at,
            version=user.version,
        )
