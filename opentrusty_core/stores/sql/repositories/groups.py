"""Groups in SQL (see `storage.groups`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.group import Group, Member, group_name_normal
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Database, Unstorable
from opentrusty_core.stores.sql.repositories.base import LAST_CHARACTER, Repository, first
from opentrusty_core.stores.sql.rows import GROUP, USER


class SqlGroups(Repository):
    """See `storage.Groups`."""

    async def add(self, group: Group, event: AuditEvent) -> None:
        """See `storage.Groups.add`."""
        if not await self._add("add_group", event, **_group_params(group)):
            raise Conflict("The group's name is taken.")

    async def get(self, group_id: str) -> Group | None:
        """See `storage.Groups.get`."""
        return first(GROUP, await self._find("get_group", group_id=group_id))

    async def find(self, name: str) -> Group | None:
        """See `storage.Groups.find`."""
        return first(GROUP, await self._find("find_group", name_normal=name))

    async def update(self, group: Group, event: AuditEvent) -> None:
        """See `storage.Groups.update`."""
        if await self._add("update_group", event, **_group_params(group)):
            return
        known = await self.get(group.id)
        if known is None:
            raise NotFound("There is no such group.")
        if known.version != group.version - 1:
            raise Conflict("The group was changed meanwhile.")
        raise Conflict("The group's name is taken.")

    async def delete(self, group_id: str, event: AuditEvent) -> None:
        """See `storage.Groups.delete`."""
        if not await self._find("delete_group", event, group_id=group_id):
            raise NotFound("There is no such group.")

    async def page(self, request: PageRequest, *, prefix: str = "") -> Page[Group]:
        """See `storage.Groups.page`."""
        ends: Params = {"prefix": prefix, "prefix_end": prefix + LAST_CHARACTER}
        return await self._page("page_groups", GROUP, lambda group: group_name_normal(group.name), request, **ends)

    async def join(self, group_id: str, joining: Mapping[str, AuditEvent], now: datetime) -> tuple[str, ...]:
        """See `storage.Groups.join`."""
        params = self._params(group_id=group_id, user_ids=json.dumps(list(joining)), now=now)

        async def body(database: Database) -> tuple[str, ...]:
            if not await database.run("lock_group", params):
                raise NotFound("There is no such group.")
            if len(await database.run("users_among", params)) < len(joining):
                raise NotFound("There is no such user.")
            new = sorted(user_id for (user_id,) in await database.run("join_group", params))
            for user_id in new:
                await database.append(self._params(joining[user_id]))
            return tuple(new)

        try:
            return await self._database.unit(body)
        except Unstorable:
            raise NotFound("There is no such group.") from None

    async def leave(self, group_id: str, user_id: str, event: AuditEvent) -> bool:
        """See `storage.Groups.leave`."""
        return bool(await self._find("leave_group", event, group_id=group_id, user_id=user_id))

    async def members(self, group_id: str, request: PageRequest) -> Page[Member]:
        """See `storage.Groups.members`."""
        rows = await self._find("page_members", group_id=group_id, after=request.after or "", limit=request.limit + 1)
        items = tuple(Member(user=USER.read(row), joined_at=row[USER.width]) for row in rows[: request.limit])
        return Page(items=items, next_after=items[-1].user.id if len(rows) > request.limit else None)

    async def of_user(self, user_id: str, request: PageRequest) -> Page[Group]:
        """See `storage.Groups.of_user`."""
        return await self._page("groups_of_user", GROUP, lambda group: group.id, request, user_id=user_id)


def _group_params(group: Group) -> Params:
    return {"name_normal": group_name_normal(group.name)} | GROUP.params(group)
