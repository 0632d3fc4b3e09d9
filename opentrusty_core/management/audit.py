"""The audit, read by those who may; nobody writes it but the use cases themselves."""

from __future__ import annotations

from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context


class Audit:
    """Use cases around the audit."""

    def __init__(self, context: Context) -> None:
        self._store = context.store

    async def page(
        self, actor: Actor, tenant_id: str, request: PageRequest, *, since: datetime | None = None
    ) -> Page[AuditEvent]:
        """A tenant's events by id, the oldest first, from `since` on."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await self._store.tenant(tenant_id).audit.page(request, since=since)

    async def platform_page(
        self, actor: Actor, request: PageRequest, *, since: datetime | None = None
    ) -> Page[AuditEvent]:
        """The platform's events by id, the oldest first, from `since` on."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return await self._store.platform.audit.page(request, since=since)
