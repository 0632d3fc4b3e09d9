"""Groups of a tenant's users that carry roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.group import Group, Member
from opentrusty_core.domain.page import Page, PageRequest


class Groups(Protocol):
    """The groups of a tenant and their members."""

    async def add(self, group: Group, event: AuditEvent) -> None:
        """Add it. Raises `Conflict` where the name, in normal form, is taken."""
        ...

    async def get(self, group_id: str) -> Group | None:
        """The group with this id."""
        ...

    async def find(self, name: str) -> Group | None:
        """The group whose name has this normal form (`group.group_name_normal`)."""
        ...

    async def update(self, group: Group, event: AuditEvent) -> None:
        """Replace version `group.version - 1`. Raises `NotFound`; `Conflict` where another version stands there or the
        name is taken.
        """
        ...

    async def delete(self, group_id: str, event: AuditEvent) -> None:
        """Remove it with its memberships and roles. Raises `NotFound`."""
        ...

    async def page(self, request: PageRequest, *, prefix: str = "") -> Page[Group]:
        """Groups by name in normal form; with `prefix`, those whose normal form begins so."""
        ...

    async def join(self, group_id: str, joining: Mapping[str, AuditEvent], now: datetime) -> tuple[str, ...]:
        """Add users, each with their event; those who were no members before, by id, whose events alone are written.

        Raises:
            NotFound: there is no such group, or not every user exists; nobody joined.
        """
        ...

    async def leave(self, group_id: str, user_id: str, event: AuditEvent) -> bool:
        """Remove a member; False, and no event, where the user is none."""
        ...

    async def members(self, group_id: str, request: PageRequest) -> Page[Member]:
        """The members by user id."""
        ...

    async def of_user(self, user_id: str, request: PageRequest) -> Page[Group]:
        """The groups of which the user is a member, by id."""
        ...
