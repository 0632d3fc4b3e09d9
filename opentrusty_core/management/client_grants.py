"""What people have allowed a client: its grants seen and revoked by administrators, its consents counted."""

from __future__ import annotations

from dataclasses import replace

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.storage import HeldGrant


class ClientGrants:
    """Use cases around the grants of clients. Each raises `NotFound` where there is no such client."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def page(self, actor: Actor, tenant_id: str, client_id: str, request: PageRequest) -> Page[HeldGrant]:
        """The live grants to a client by id, the oldest first, each with its person."""
        actor.require(Permission.CLIENT_READ, tenant_id)
        actor.require(Permission.USER_READ, tenant_id)
        await self._require_client(tenant_id, client_id)
        return await self._store.tenant(tenant_id).grants.of_client(client_id, self._context.runtime.now(), request)

    async def count_consents(self, actor: Actor, tenant_id: str, client_id: str) -> int:
        """How many users have allowed the client something."""
        actor.require(Permission.CLIENT_READ, tenant_id)
        await self._require_client(tenant_id, client_id)
        return await self._store.tenant(tenant_id).consents.count_of_client(client_id)

    async def revoke(self, actor: Actor, tenant_id: str, client_id: str, grant_id: str) -> None:
        """End a grant with all that hangs from it; `NotFound` also where it is not the client's, or had ended."""
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        now = self._context.runtime.now()
        async with self._store.transaction(tenant_id) as repos:
            grant = await repos.grants.get(grant_id)
            if grant is None or grant.client_id != client_id:
                raise NotFound("There is no such grant.")
            event = self._context.event(actor, AuditType.GRANT_REVOKED, grant_id, {"user_id": grant.user_id})
            if not await repos.grants.revoke(grant_id, now, replace(event, client_id=client_id)):
                raise NotFound("There is no such grant.")

    async def revoke_all(self, actor: Actor, tenant_id: str, client_id: str) -> int:
        """End every grant to the client: everybody has to sign in to it anew. How many ended."""
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await self._require_client(tenant_id, client_id)
        event = self._context.event(actor, AuditType.CLIENT_GRANTS_REVOKED, client_id)
        now = self._context.runtime.now()
        return await self._store.tenant(tenant_id).grants.revoke_all(now, event, client_id=client_id)

    async def _require_client(self, tenant_id: str, client_id: str) -> None:
        if await self._store.tenant(tenant_id).clients.get(client_id) is None:
            raise NotFound("There is no such client.")
