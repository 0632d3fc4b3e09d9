"""The audit, read by those who may; nobody writes it but the use cases themselves."""

from __future__ import annotations

from dataclasses import replace

from opentrusty_core.domain.audit import AuditEvent, AuditType, Outcome
from opentrusty_core.domain.audit_query import EVERYTHING, AuditQuery
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context


class Audit:
    """Use cases around the audit."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def note_denied(self, actor: Actor, operation: str) -> None:
        """Write into the actor's own tenant that they asked for what they may not do."""
        if actor.tenant_id is None:
            return
        event = self._context.event(actor, AuditType.REQUEST_REFUSED, operation)
        refused = replace(event, outcome=Outcome.FAILURE, reason="permission missing")
        await self._store.tenant(actor.tenant_id).audit.append(refused)

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        query: AuditQuery = EVERYTHING,
        *,
        descending: bool = False,
    ) -> Page[AuditEvent]:
        """The events of a tenant that fit the query by id, the oldest first, or the newest."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await self._store.tenant(tenant_id).audit.page(request, query, descending=descending)

    async def get(self, actor: Actor, tenant_id: str, event_id: str) -> AuditEvent:
        """One event of a tenant. Raises `NotFound`."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        return _existing(await self._store.tenant(tenant_id).audit.get(event_id))

    async def platform_page(
        self, actor: Actor, request: PageRequest, query: AuditQuery = EVERYTHING, *, descending: bool = False
    ) -> Page[AuditEvent]:
        """The events of the platform that fit the query by id, the oldest first, or the newest."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return await self._store.platform.audit.page(request, query, descending=descending)

    async def platform_get(self, actor: Actor, event_id: str) -> AuditEvent:
        """One event of the platform. Raises `NotFound`."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return _existing(await self._store.platform.audit.get(event_id))


def _existing(event: AuditEvent | None) -> AuditEvent:
    if event is None:
        raise NotFound("There is no such event.")
    return event
