"""One-time links in memory (see `storage.people`)."""

from __future__ import annotations

from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.user import User
from opentrusty_core.stores.memory.tables import Tables, View


class MemoryLinks:
    """See `storage.Links`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def make(self, link: OneTimeLink, event: AuditEvent) -> None:
        """See `storage.Links.make`."""
        async with self._view.write() as t:
            t.links[link.user_id] = link
            t.audit[event.id] = event

    async def open(self, link_hash: bytes, now: datetime) -> tuple[OneTimeLink, User] | None:
        """See `storage.Links.open`."""
        return _opened(self._view.read(), link_hash, now)

    async def spend(self, link_hash: bytes, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Links.spend`."""
        async with self._view.write() as t:
            opened = _opened(t, link_hash, now)
            if opened is None:
                return False
            del t.links[opened[0].user_id]
            t.audit[event.id] = event
            return True

    async def of_user(self, user_id: str, now: datetime) -> OneTimeLink | None:
        """See `storage.Links.of_user`."""
        link = self._view.read().links.get(user_id)
        return link if link is not None and link.is_live(now) else None

    async def withdraw(self, user_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Links.withdraw`."""
        async with self._view.write() as t:
            link = t.links.get(user_id)
            if link is None or not link.is_live(now):
                return False
            del t.links[user_id]
            t.audit[event.id] = event
            return True


def _opened(t: Tables, link_hash: bytes, now: datetime) -> tuple[OneTimeLink, User] | None:
    for link in t.links.values():
        user = t.users.get(link.user_id)
        if link.hash == link_hash and link.is_live(now) and user is not None and user.is_active:
            return link, user
    return None
