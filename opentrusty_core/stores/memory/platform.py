"""What belongs to no tenant, in memory (see `storage.store`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import BY_MOMENT, Key, Page, PageRequest
from opentrusty_core.domain.search import parse_search, tenant_entries
from opentrusty_core.domain.tenant import Tenant, TenantSort, TenantStatus
from opentrusty_core.errors import Conflict
from opentrusty_core.storage import Changes, TenantCatalogue
from opentrusty_core.stores.memory.audit import MemoryAudit
from opentrusty_core.stores.memory.changes import ChangeLog
from opentrusty_core.stores.memory.purge import erase, purge
from opentrusty_core.stores.memory.roles import MemoryDeclaredAccesses, MemoryPlatformAssignments
from opentrusty_core.stores.memory.seals import MemorySeals, MemoryStatistics
from opentrusty_core.stores.memory.tables import PLATFORM, Database, Tables, View, page, sorted_page
from opentrusty_core.stores.memory.upkeep import MemoryUpkeep


class MemoryTenants:
    """See `storage.Tenants`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> Tenant | None:
        """See `storage.Tenants.find`."""
        return next((tenant for tenant in self._all() if tenant.name == name), None)

    async def load(self, name: str) -> TenantCatalogue | None:
        """See `storage.Tenants.load`."""
        tenant = await self.find(name)
        if tenant is None:
            return None
        t = self._database.tenants[tenant.id]
        keys = sorted((key for key in t.signing_keys.values() if key.is_published), key=lambda key: key.kid)
        resources = sorted(t.resources.values(), key=lambda resource: resource.identifier)
        return TenantCatalogue(tenant=tenant, signing_keys=tuple(keys), resources=tuple(resources))

    async def page(
        self,
        request: PageRequest,
        *,
        search: str = "",
        sort: TenantSort = TenantSort.NAME,
        descending: bool = False,
        status: TenantStatus | None = None,
    ) -> Page[Tenant]:
        """See `storage.Tenants.page`."""
        terms = parse_search(search)
        found = [tenant for tenant in self._all() if status in {None, tenant.status} and _is_found(tenant, terms)]
        if sort is TenantSort.CREATED_AT:
            return sorted_page(
                found, lambda tenant: Key(tenant.created_at, tenant.id), request, BY_MOMENT, descending=descending
            )
        return page(found, lambda tenant: tenant.name, request, descending=descending)

    async def name_at(self, domain: str) -> str | None:
        """See `storage.Tenants.name_at`."""
        return next((tenant.name for tenant in self._all() if tenant.domain == domain), None)

    async def waiting_for_domain(self, request: PageRequest) -> Page[Tenant]:
        """See `storage.Tenants.waiting_for_domain`."""
        waiting = (tenant for tenant in self._all() if tenant.pending_domain is not None)
        return page(waiting, lambda tenant: tenant.name, request)

    async def due(self, now: datetime, *, limit: int) -> tuple[Tenant, ...]:
        """See `storage.Tenants.due`."""
        ends = ((tenant.delete_at, tenant) for tenant in self._all() if tenant.delete_at is not None)
        due = sorted((end for end in ends if end[0] <= now), key=lambda end: (end[0], end[1].id))
        return tuple(tenant for _, tenant in due[:limit])

    async def erase(self, tenant_id: str, *, batch: int) -> Mapping[str, int]:
        """See `storage.Tenants.erase`."""
        async with self._database.writing():
            t = self._database.tenants.get(tenant_id, Tables())
            if t.tenant is None or t.tenant.deletion is None or t.tenant.status is not TenantStatus.ERASING:
                raise Conflict("The tenant is not being erased.")
            gone = Counter(erase(self._database, tenant_id, batch))
            erased = dict(gone + Counter(t.tenant.deletion.erased))
            t.tenant = replace(t.tenant, deletion=replace(t.tenant.deletion, erased=erased))
            return gone

    async def forget(self, tenant_id: str, event: AuditEvent) -> bool:
        """See `storage.Tenants.forget`."""
        async with self._database.writing():
            tenant = self._database.tenants.get(tenant_id, Tables()).tenant
            if tenant is None or tenant.status is not TenantStatus.ERASING:
                return False
            del self._database.tenants[tenant_id]
            self._database.platform_audit[event.id] = event
            return True

    def _all(self) -> list[Tenant]:
        return [tables.tenant for tables in self._database.tenants.values() if tables.tenant is not None]


def _is_found(tenant: Tenant, terms: tuple[str, ...]) -> bool:
    entries = tenant_entries(tenant)
    return all(any(entry.startswith(term) for entry in entries) for term in terms)


class MemoryPlatform:
    """See `storage.Platform`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.tenants = MemoryTenants(database)
        self.assignments = MemoryPlatformAssignments(database)
        self.accesses = MemoryDeclaredAccesses(database)
        view = View(database, PLATFORM)
        self.audit = MemoryAudit(view)
        self.seals = MemorySeals(view)
        self.upkeep = MemoryUpkeep(database)
        self.statistics = MemoryStatistics(view)
        self._changes = ChangeLog()

    async def changes(self, since: int | None) -> Changes:
        """See `storage.Platform.changes`."""
        return self._changes.since(self._database.tenants, since)

    async def claim_master_key(self, key_id: str) -> str:
        """See `storage.Platform.claim_master_key`."""
        self._database.master_key_id = self._database.master_key_id or key_id
        return self._database.master_key_id

    async def replace_master_key(self, old: str, new: str) -> bool:
        """See `storage.Platform.replace_master_key`."""
        if self._database.master_key_id != old:
            return False
        self._database.master_key_id = new
        return True

    async def unsealed(self, request: PageRequest, before: str) -> Page[str]:
        """See `storage.Platform.unsealed`."""
        tenants = self._database.tenants
        some = page(
            [id_ for id_, it in tenants.items() if it.tenant and it.tenant.status is not TenantStatus.ERASING],
            str,
            request,
        )
        return replace(some, items=tuple(id_ for id_ in some.items if _is_unsealed(tenants[id_], before)))

    async def note_sealed(self, reached_at: datetime) -> None:
        """See `storage.Platform.note_sealed`."""
        self._database.sealed_until = reached_at

    async def note_expired(self, day: datetime) -> None:
        """See `storage.Platform.note_expired`."""
        self._database.expired_until = day

    async def expired_until(self) -> datetime | None:
        """See `storage.Platform.expired_until`."""
        return self._database.expired_until

    async def sealed_until(self) -> datetime | None:
        """See `storage.Platform.sealed_until`."""
        return self._database.sealed_until

    async def purge(self, now: datetime, *, batch: int) -> Mapping[str, int]:
        """See `storage.Platform.purge`."""
        async with self._database.writing():
            return purge(self._database, now, batch)


def _is_unsealed(t: Tables, before: str) -> bool:
    sealed_to = t.audit_heads[""].last_id if t.audit_heads else ""
    return any(sealed_to < id_ < before for id_ in t.audit)
