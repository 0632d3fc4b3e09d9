"""A tenant's sessions: seen and ended by administrators."""

from __future__ import annotations

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.session import Session
from opentrusty_core.errors import NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context


class Sessions:
    """Use cases around sessions."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def page(self, actor: Actor, tenant_id: str, user_id: str, request: PageRequest) -> Page[Session]:
        """The live sessions of a user by id, the oldest first. Raises `NotFound` where there is no such user."""
        actor.require(Permission.SESSION_READ, tenant_id)
        await self._require_user(tenant_id, user_id)
        return await self._store.tenant(tenant_id).sessions.of_user(user_id, self._context.runtime.now(), request)

    async def get(self, actor: Actor, tenant_id: str, session_id: str) -> Session:
        """The session with this `sid`, also an ended one. Raises `NotFound`."""
        actor.require(Permission.SESSION_READ, tenant_id)
        session = await self._store.tenant(tenant_id).sessions.get(session_id)
        if session is None:
            raise NotFound("There is no such session.")
        return session

    async def end(self, actor: Actor, tenant_id: str, session_id: str) -> None:
        """End a session with the grants that are not offline. Raises `NotFound` where it had ended or never was."""
        actor.require(Permission.SESSION_END, tenant_id)
        event = self._context.event(actor, AuditType.SIGN_OUT, session_id)
        if not await self._store.tenant(tenant_id).sessions.end(session_id, self._context.runtime.now(), event):
            raise NotFound("There is no such session.")

    async def end_all(self, actor: Actor, tenant_id: str, user_id: str) -> int:
        """End every session of a user with the grants that are not offline; how many ended. Raises `NotFound`."""
        actor.require(Permission.SESSION_END, tenant_id)
        await self._require_user(tenant_id, user_id)
        event = self._context.event(actor, AuditType.SIGN_OUT, user_id)
        return await self._store.tenant(tenant_id).sessions.end_all(user_id, self._context.runtime.now(), event)

    async def _require_user(self, tenant_id: str, user_id: str) -> None:
        if await self._store.tenant(tenant_id).users.get(user_id) is None:
            raise NotFound("There is no such user.")
