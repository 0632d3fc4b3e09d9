"""Principals: who can hold a role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """What kind of thing it is; none of the words is the beginning of another."""

    USER = "user"
    GROUP = "group"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Principal:
    """A user, a group of users, or a client that acts for itself, of one tenant.

    The kind is part of who it is: the user `x`, the group `x` and the client `x` are three, whatever ids look like.
    """

    kind: PrincipalKind
    id: str

    @staticmethod
    def user(user_id: str) -> Principal:
        """The user with this id."""
        return Principal(kind=PrincipalKind.USER, id=user_id)

    @staticmethod
    def group(group_id: str) -> Principal:
        """The group with this id."""
        return Principal(kind=PrincipalKind.GROUP, id=group_id)

    @staticmethod
    def client(client_id: str) -> Principal:
        """The client with this id."""
        return Principal(kind=PrincipalKind.CLIENT, id=client_id)

    def __str__(self) -> str:
        """As in `user:01h…`, which also sorts as principals do."""
        return f"{self.kind.value}:{self.id}"
