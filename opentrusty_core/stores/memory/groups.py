"""Groups in memory (see `storage.groups`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.group import Group, Member, Membership, group_name_normal
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.stores.memory.tables import Tables, View, drop, drop_roles, page


class MemoryGroups:
    """See `storage.Groups`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def add(self, group: Group, event: AuditEvent) -> None:
        """See `storage.Groups.add`."""
        async with self._view.write() as t:
            if group.id in t.groups:
                raise Conflict("The group's id is taken.")
            _refuse_taken_name(t, group)
            t.groups[group.id] = group
            t.audit[event.id] = event

    async def get(self, group_id: str) -> Group | None:
        """See `storage.Groups.get`."""
        return self._view.read().groups.get(group_id)

    async def find(self, name: str) -> Group | None:
        """See `storage.Groups.find`."""
        groups = self._view.read().groups.values()
        return next((group for group in groups if group_name_normal(group.name) == name), None)

    async def update(self, group: Group, event: AuditEvent) -> None:
        """See `storage.Groups.update`."""
        async with self._view.write() as t:
            known = t.groups.get(group.id)
            if known is None:
                raise NotFound("There is no such group.")
            if known.version != group.version - 1:
                raise Conflict("The group was changed meanwhile.")
            _refuse_taken_name(t, group)
            t.groups[group.id] = group
            t.audit[event.id] = event

    async def delete(self, group_id: str, event: AuditEvent) -> None:
        """See `storage.Groups.delete`."""
        async with self._view.write() as t:
            if t.groups.pop(group_id, None) is None:
                raise NotFound("There is no such group.")
            drop(t.memberships, lambda membership: membership.group_id == group_id)
            drop_roles(t, Principal.group(group_id))
            t.audit[event.id] = event

    async def page(self, request: PageRequest, *, prefix: str = "") -> Page[Group]:
        """See `storage.Groups.page`."""
        groups = self._view.read().groups.values()
        found = [group for group in groups if group_name_normal(group.name).startswith(prefix)]
        return page(found, lambda group: group_name_normal(group.name), request)

    async def join(self, group_id: str, joining: Mapping[str, AuditEvent], now: datetime) -> tuple[str, ...]:
        """See `storage.Groups.join`."""
        async with self._view.write() as t:
            if group_id not in t.groups:
                raise NotFound("There is no such group.")
            if not t.users.keys() >= joining.keys():
                raise NotFound("There is no such user.")
            new = sorted(user_id for user_id in joining if (group_id, user_id) not in t.memberships)
            for user_id in new:
                t.memberships[group_id, user_id] = Membership(group_id=group_id, user_id=user_id, joined_at=now)
                t.audit[joining[user_id].id] = joining[user_id]
            return tuple(new)

    async def leave(self, group_id: str, user_id: str, event: AuditEvent) -> bool:
        """See `storage.Groups.leave`."""
        async with self._view.write() as t:
            if t.memberships.pop((group_id, user_id), None) is None:
                return False
            t.audit[event.id] = event
            return True

    async def members(self, group_id: str, request: PageRequest) -> Page[Member]:
        """See `storage.Groups.members`."""
        t = self._view.read()
        found = [
            Member(user=t.users[it.user_id], joined_at=it.joined_at)
            for it in t.memberships.values()
            if it.group_id == group_id
        ]
        return page(found, lambda member: member.user.id, request)

    async def of_user(self, user_id: str, request: PageRequest) -> Page[Group]:
        """See `storage.Groups.of_user`."""
        t = self._view.read()
        found = [t.groups[it.group_id] for it in t.memberships.values() if it.user_id == user_id]
        return page(found, lambda group: group.id, request)


def _refuse_taken_name(t: Tables, group: Group) -> None:
    for other in t.groups.values():
        if other.id != group.id and group_name_normal(other.name) == group_name_normal(group.name):
            raise Conflict("The group's name is taken.")
