"""The audit in memory (see `storage.audit`)."""

from __future__ import annotations

from collections.abc import Collection

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.audit_query import EVERYTHING, AuditQuery
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.stores.memory.tables import PLATFORM, View, page


class MemoryAudit:
    """See `storage.Audit`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def append(self, event: AuditEvent) -> None:
        """See `storage.Audit.append`."""
        async with self._view.write() as t:
            t.audit[event.id] = event

    async def get(self, event_id: str) -> AuditEvent | None:
        """See `storage.Audit.get`."""
        return self._view.read().audit.get(event_id)

    async def page(
        self, request: PageRequest, query: AuditQuery = EVERYTHING, *, descending: bool = False
    ) -> Page[AuditEvent]:
        """See `storage.Audit.page`."""
        wanted = [event for event in self._view.read().audit.values() if query.fits(event)]
        return page(wanted, lambda event: event.id, request, descending=descending)

    async def names(self, ids: Collection[str]) -> Names:
        """See `storage.Audit.names`."""
        if self._view.tenant_id == PLATFORM:
            tenants = [tables.tenant for id_, tables in self._view.database.tenants.items() if id_ in ids]
            return Names(tenants={tenant.id: tenant.name for tenant in tenants if tenant is not None})
        t = self._view.read()
        return Names(
            users={id_: t.users[id_].username for id_ in ids if id_ in t.users},
            clients={id_: t.clients[id_].client_name for id_ in ids if id_ in t.clients},
        )
