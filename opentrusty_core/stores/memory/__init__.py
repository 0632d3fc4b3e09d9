"""The memory store: the executable specification of `storage`, plain dicts, gone with its process.

Writers take turns: a transaction works on a copy of the tenant's tables and puts it in place at its end; others that
write wait for it, and readers see what was last put in place. Each verb reads like the sentence that promises it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentrusty_core.errors import ConfigurationError
from opentrusty_core.storage import Platform, TenantRepositories
from opentrusty_core.stores.memory.access import MemoryAccessTokens, MemoryCodes, MemoryGrants, MemoryRefreshTokens
from opentrusty_core.stores.memory.attempts import MemoryAttempts
from opentrusty_core.stores.memory.audit import MemoryAudit
from opentrusty_core.stores.memory.groups import MemoryGroups
from opentrusty_core.stores.memory.links import MemoryLinks
from opentrusty_core.stores.memory.people import MemoryConsents, MemoryPasswords, MemoryUsers
from opentrusty_core.stores.memory.platform import MemoryPlatform
from opentrusty_core.stores.memory.registry import (
    MemoryClients,
    MemoryResources,
    MemorySigningKeys,
    MemoryTenantRecord,
)
from opentrusty_core.stores.memory.roles import MemoryAssignments, MemoryRoles
from opentrusty_core.stores.memory.seals import MemorySeals, MemoryStatistics
from opentrusty_core.stores.memory.signed_in import MemoryInteractions, MemorySessions
from opentrusty_core.stores.memory.tables import Database, Tables, View
from opentrusty_core.stores.memory.throttles import MemoryThrottles

__all__ = ["MemoryStore"]


class _Repositories:
    """See `storage.TenantRepositories`."""

    def __init__(self, view: View) -> None:
        self.tenant = MemoryTenantRecord(view)
        self.users = MemoryUsers(view)
        self.passwords = MemoryPasswords(view)
        self.links = MemoryLinks(view)
        self.attempts = MemoryAttempts(view)
        self.consents = MemoryConsents(view)
        self.throttles = MemoryThrottles(view)
        self.clients = MemoryClients(view)
        self.resources = MemoryResources(view)
        self.signing_keys = MemorySigningKeys(view)
        self.roles = MemoryRoles(view)
        self.groups = MemoryGroups(view)
        self.assignments = MemoryAssignments(view)
        self.sessions = MemorySessions(view)
        self.interactions = MemoryInteractions(view)
        self.codes = MemoryCodes(view)
        self.refresh_tokens = MemoryRefreshTokens(view)
        self.access_tokens = MemoryAccessTokens(view)
        self.grants = MemoryGrants(view)
        self.audit = MemoryAudit(view)
        self.seals = MemorySeals(view)
        self.statistics = MemoryStatistics(view)


class MemoryStore:
    """See `storage.Store`. Made empty; one process, one event loop at a time."""

    def __init__(self) -> None:
        self._database = Database()
        self._platform = MemoryPlatform(self._database)

    @property
    def platform(self) -> Platform:
        """See `storage.Store.platform`."""
        return self._platform

    def tenant(self, tenant_id: str) -> TenantRepositories:
        """See `storage.Store.tenant`."""
        return _Repositories(View(self._database, tenant_id))

    @asynccontextmanager
    async def transaction(self, tenant_id: str) -> AsyncIterator[TenantRepositories]:
        """See `storage.Store.transaction`."""
        async with self._database.writing():
            copy = self._database.tenants.get(tenant_id, Tables()).copy()
            view = View(self._database, tenant_id, copy)
            yield _Repositories(view)
            self._database.tenants[tenant_id] = copy
            for refund in view.refunds:
                refund()

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """See `storage.Store.exclusive`."""
        names = self._database.claimed_names
        if name in names:
            yield False
            return
        names.add(name)
        try:
            yield True
        finally:
            names.discard(name)

    async def check(self) -> None:
        """See `storage.Store.check`: memory always answers."""

    async def clock(self) -> None:
        """See `storage.Store.clock`: memory has none."""

    async def schema(self) -> str | None:
        """See `storage.Store.schema`: memory has none."""
        return None

    async def migrate(self, *, row_security: bool | None = None) -> tuple[str, ...]:
        """See `storage.Store.migrate`: memory has no schema."""
        if row_security:
            raise ConfigurationError("Memory has no row-level security: PostgreSQL has.")
        return ()

    async def row_security(self) -> None:
        """See `storage.Store.row_security`: memory has none."""

    async def close(self) -> None:
        """See `storage.Store.close`: there is nothing to let go of."""
