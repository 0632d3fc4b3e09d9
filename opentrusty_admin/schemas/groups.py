"""Groups of users as JSON."""

from __future__ import annotations

from typing import cast

from pydantic import Field

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, PageQuery, Text, Versioned
from opentrusty_core.domain.group import MAX_JOINING, MAX_NAME, Group, Member
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.management import GroupFields


class GroupQuery(PageQuery):
    """Which groups."""

    search: str = Field(default="", max_length=MAX_NAME)
    """The beginning of a name, however it is written."""


class GroupChanges(Changes):
    """The fields of a group that can be written."""

    name: Text = UNSET
    description: Text = UNSET

    def to_domain(self) -> GroupFields:
        """The fields given, as the use cases take them."""
        return cast("GroupFields", self.given())


class NewGroup(GroupChanges):
    """A group to be made."""

    name: Text


class GroupOut(Versioned):
    """A group."""

    id: str
    name: str
    description: str
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, group: Group) -> GroupOut:
        """As JSON."""
        return cls(
            id=group.id,
            name=group.name,
            description=group.description,
            created_at=group.created_at,
            updated_at=group.updated_at,
            version=group.version,
        )


class NewMembers(Model):
    """Users who join a group."""

    user_ids: tuple[Text, ...] = Field(max_length=MAX_JOINING)


class Joined(Model):
    """Who joined a group."""

    user_ids: tuple[str, ...]
    """Those who were no members before."""


class MemberOut(Model):
    """A member of a group."""

    user_id: str
    username: str
    email: str | None
    status: UserStatus
    joined_at: Moment

    @classmethod
    def of(cls, member: Member) -> MemberOut:
        """As JSON."""
        user = member.user
        return cls(
            user_id=user.id, username=user.username, email=user.email, status=user.status, joined_at=member.joined_at
        )
