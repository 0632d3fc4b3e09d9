"""One-time links in SQL (see `storage.people`)."""

from __future__ import annotations

from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.user import User
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.rows import LINK, USER


class SqlLinks(Repository):
    """See `storage.Links`."""

    async def make(self, link: OneTimeLink, event: AuditEvent) -> None:
        """See `storage.Links.make`."""
        await self._add("make_link", event, **LINK.params(link))

    async def open(self, link_hash: bytes, now: datetime) -> tuple[OneTimeLink, User] | None:
        """See `storage.Links.open`."""
        rows = await self._find("open_link", link_hash=link_hash, now=now)
        return (LINK.read(rows[0]), USER.read(rows[0], LINK.width)) if rows else None

    async def spend(self, link_hash: bytes, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Links.spend`."""
        return bool(await self._find("spend_link", event, link_hash=link_hash, now=now))

    async def of_user(self, user_id: str, now: datetime) -> OneTimeLink | None:
        """See `storage.Links.of_user`."""
        return first(LINK, await self._find("link_of_user", user_id=user_id, now=now))

    async def withdraw(self, user_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Links.withdraw`."""
        return bool(await self._find("withdraw_link", event, user_id=user_id, now=now))
