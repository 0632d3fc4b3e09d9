"""The SQL store: the repositories over an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from opentrusty_core.storage import Platform, RowSecurity, TenantRepositories
from opentrusty_core.stores.sql import migrations
from opentrusty_core.stores.sql.engine import Database, Engine
from opentrusty_core.stores.sql.repositories.access import SqlAccessTokens, SqlCodes, SqlGrants, SqlRefreshTokens
from opentrusty_core.stores.sql.repositories.attempts import SqlAttempts
from opentrusty_core.stores.sql.repositories.audit import SqlAudit
from opentrusty_core.stores.sql.repositories.groups import SqlGroups
from opentrusty_core.stores.sql.repositories.links import SqlLinks
from opentrusty_core.stores.sql.repositories.people import SqlConsents, SqlPasswords, SqlUsers
from opentrusty_core.stores.sql.repositories.platform import SqlPlatform
from opentrusty_core.stores.sql.repositories.registry import (
    SqlClients,
    SqlResources,
    SqlSigningKeys,
    SqlTenantRecord,
)
from opentrusty_core.stores.sql.repositories.roles import SqlAssignments, SqlRoles
from opentrusty_core.stores.sql.repositories.seals import SqlSeals, SqlStatistics
from opentrusty_core.stores.sql.repositories.signed_in import SqlInteractions, SqlSessions
from opentrusty_core.stores.sql.repositories.throttles import SqlThrottles


class _Repositories:
    """See `storage.TenantRepositories`."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self.tenant = SqlTenantRecord(database, tenant_id)
        self.users = SqlUsers(database, tenant_id)
        self.passwords = SqlPasswords(database, tenant_id)
        self.links = SqlLinks(database, tenant_id)
        self.attempts = SqlAttempts(database, tenant_id)
        self.consents = SqlConsents(database, tenant_id)
        self.throttles = SqlThrottles(database, tenant_id)
        self.clients = SqlClients(database, tenant_id)
        self.resources = SqlResources(database, tenant_id)
        self.signing_keys = SqlSigningKeys(database, tenant_id)
        self.roles = SqlRoles(database, tenant_id)
        self.groups = SqlGroups(database, tenant_id)
        self.assignments = SqlAssignments(database, tenant_id)
        self.sessions = SqlSessions(database, tenant_id)
        self.interactions = SqlInteractions(database, tenant_id)
        self.codes = SqlCodes(database, tenant_id)
        self.refresh_tokens = SqlRefreshTokens(database, tenant_id)
        self.access_tokens = SqlAccessTokens(database, tenant_id)
        self.grants = SqlGrants(database, tenant_id)
        self.audit = SqlAudit(database, tenant_id)
        self.seals = SqlSeals(database, tenant_id)
        self.statistics = SqlStatistics(database, tenant_id)


class SqlStore:
    """See `storage.Store`. It connects when first used, and belongs to the event loop that uses it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._platform = SqlPlatform(engine)

    @property
    def statements(self) -> int:
        """How many round trips were made, so that tests can count them."""
        return self._engine.statements

    @property
    def platform(self) -> Platform:
        """See `storage.Store.platform`."""
        return self._platform

    def tenant(self, tenant_id: str) -> TenantRepositories:
        """See `storage.Store.tenant`."""
        return _Repositories(self._engine, tenant_id)

    @asynccontextmanager
    async def transaction(self, tenant_id: str) -> AsyncIterator[TenantRepositories]:
        """See `storage.Store.transaction`."""
        async with self._engine.transaction() as database:
            yield _Repositories(database, tenant_id)

    def exclusive(self, name: str) -> AbstractAsyncContextManager[bool]:
        """See `storage.Store.exclusive`."""
        return self._engine.exclusive(name)

    async def check(self) -> None:
        """See `storage.Store.check`."""
        await migrations.check(self._engine)

    async def migrate(self, *, row_security: bool | None = None) -> tuple[str, ...]:
        """See `storage.Store.migrate`."""
        return await migrations.migrate(self._engine, row_security=row_security)

    async def row_security(self) -> RowSecurity | None:
        """See `storage.Store.row_security`."""
        return await self._engine.row_security()

    async def schema(self) -> str | None:
        """See `storage.Store.schema`."""
        return await migrations.newest(self._engine)

    async def clock(self) -> datetime | None:
        """See `storage.Store.clock`."""
        ((seconds,),) = await self._engine.run("clock", {})
        return datetime.fromtimestamp(int(str(seconds)), UTC)

    async def close(self) -> None:
        """See `storage.Store.close`."""
        await self._engine.close()
