"""What belongs to no tenant, in memory (see `storage.store`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import TypeVar

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.storage import TenantCatalogue
from opentrusty_core.stores.memory.registry import page_events
from opentrusty_core.stores.memory.tables import Database, Tables, page

K = TypeVar("K")
V = TypeVar("V")


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
        return TenantCatalogue(
            tenant=tenant,
            signing_keys=tuple(t.signing_keys[kid] for kid in sorted(t.signing_keys) if t.signing_keys[kid].is_published),
            resources=tuple(t.resources[identifier] for identifier in sorted(t.resources)),
        )

    async def page(self, request: PageRequest) -> Page[Tenant]:
        """See `storage.Tenants.page`."""
        return page(self._all(), lambda tenant: tenant.name, request)

    def _all(self) -> list[Tenant]:
        return [tables.tenant for tables in self._database.tenants.values() if tables.tenant is not None]


class MemoryPlatformAssignments:
    """See `storage.PlatformAssignments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.assign`."""
        async with self._database.writing():
            held = self._database.tenants.setdefault(assignment.tenant_id, Tables()).platform_assignments
            if (assignment.user_id, assignment.role) in held:
                return False
            held[assignment.user_id, assignment.role] = assignment
            self._database.platform_audit[event.id] = event
            return True

    async def assign_first(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.assign_first`."""
        if await self.of_role(assignment.role):
            return False
        return await self.assign(assignment, event)

    async def revoke(self, tenant_id: str, user_id: str, role: str, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.revoke`."""
        async with self._database.writing():
            held = self._database.tenants.get(tenant_id, Tables()).platform_assignments
            if held.pop((user_id, role), None) is None:
                return False
            self._database.platform_audit[event.id] = event
            return True

    async def of_user(self, tenant_id: str, user_id: str) -> tuple[Assignment, ...]:
        """See `storage.PlatformAssignments.of_user`."""
        held = self._database.tenants.get(tenant_id, Tables()).platform_assignments.values()
        return tuple(sorted((it for it in held if it.user_id == user_id), key=lambda it: it.role))

    async def of_role(self, role: str) -> tuple[Assignment, ...]:
        """See `storage.PlatformAssignments.of_role`."""
        held = [it for tables in self._database.tenants.values() for it in tables.platform_assignments.values()]
        return tuple(sorted((it for it in held if it.role == role), key=lambda it: (it.tenant_id, it.user_id)))


class MemoryPlatformAudit:
    """See `storage.Audit`; this one is the platform's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, event: AuditEvent) -> None:
        """See `storage.Audit.append`."""
        self._database.platform_audit[event.id] = event

    async def page(self, request: PageRequest, *, since: datetime | None = None) -> Page[AuditEvent]:
        """See `storage.Audit.page`."""
        return page_events(self._database.platform_audit, request, since)


class MemoryPlatform:
    """See `storage.Platform`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.tenants = MemoryTenants(database)
        self.assignments = MemoryPlatformAssignments(database)
        self.audit = MemoryPlatformAudit(database)

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

    async def purge(self, now: datetime, *, batch: int) -> Mapping[str, int]:
        """See `storage.Platform.purge`."""
        async with self._database.writing():
            return _purge(self._database, now, batch)


def _purge(database: Database, now: datetime, batch: int) -> Mapping[str, int]:
    gone: dict[str, int] = {}

    def sweep(name: str, table: dict[K, V], dead: Callable[[V], bool]) -> None:
        room = batch - gone.setdefault(name, 0)
        keys = list(islice((key for key, value in table.items() if dead(value)), room))
        for key in keys:
            del table[key]
        gone[name] += len(keys)

    sweep("throttles", database.throttles, lambda empty_at: now >= empty_at)
    for t in database.tenants.values():
        live = {grant.id for grant in t.grants.values() if grant.is_live(now)}
        # A spent code is kept as long as its grant lives: a replay must still be known for one.
        sweep(
            "codes",
            t.codes,
            lambda code: code.grant_id not in live or (code.redeemed_at is None and now >= code.expires_at),
        )
        sweep(
            "refresh_tokens",
            t.refresh_tokens,
            lambda token: token.grant_id not in live or now >= token.idle_expires_at or now >= token.expires_at,
        )
        sweep(
            "access_tokens",
            t.access_tokens,
            lambda token: now >= token.expires_at or (token.grant_id is not None and token.grant_id not in live),
        )
        sweep("revoked_jwts", t.revoked_jwts, lambda expires_at: now >= expires_at)
        sweep("grants", t.grants, lambda grant: grant.id not in live)
        sweep("interactions", t.interactions, lambda interaction: now >= interaction.expires_at)
        # A dead session is kept as long as a grant could still be ended with it.
        held = {grant.session_id for grant in t.grants.values() if grant.id in live and not grant.is_offline}
        sweep("sessions", t.sessions, lambda session: not session.is_live(now) and session.id not in held)
    return gone
