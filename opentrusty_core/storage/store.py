"""The store: repositories of one tenant at a time, those of the platform, and the care of the database itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.tenant import Tenant, TenantSort, TenantStatus
from opentrusty_core.storage.access import AccessTokens, Codes, Grants, RefreshTokens
from opentrusty_core.storage.attempts import Attempts
from opentrusty_core.storage.audit import Audit
from opentrusty_core.storage.groups import Groups
from opentrusty_core.storage.outcomes import Changes, TenantCatalogue
from opentrusty_core.storage.people import Consents, Links, Passwords, Throttles, Users
from opentrusty_core.storage.registry import Clients, Resources, SigningKeys, TenantRecord
from opentrusty_core.storage.roles import Assignments, DeclaredAccesses, PlatformAssignments, Roles
from opentrusty_core.storage.row_security import RowSecurity
from opentrusty_core.storage.seals import Seals, Statistics
from opentrusty_core.storage.signed_in import Interactions, Sessions
from opentrusty_core.storage.upkeep import Upkeep


class TenantRepositories(Protocol):
    """Everything of one tenant. A foreign id is never found here, as if it did not exist."""

    @property
    def tenant(self) -> TenantRecord:
        """The record of the tenant itself."""
        ...

    @property
    def users(self) -> Users:
        """Its people."""
        ...

    @property
    def passwords(self) -> Passwords:
        """Their passwords."""
        ...

    @property
    def links(self) -> Links:
        """Their one-time links."""
        ...

    @property
    def consents(self) -> Consents:
        """What they allowed."""
        ...

    @property
    def throttles(self) -> Throttles:
        """How often somebody guessed."""
        ...

    @property
    def attempts(self) -> Attempts:
        """Their requests that are answered once."""
        ...

    @property
    def clients(self) -> Clients:
        """Its applications."""
        ...

    @property
    def resources(self) -> Resources:
        """Its APIs."""
        ...

    @property
    def signing_keys(self) -> SigningKeys:
        """Its keys."""
        ...

    @property
    def roles(self) -> Roles:
        """The roles of its own."""
        ...

    @property
    def groups(self) -> Groups:
        """Its groups of users."""
        ...

    @property
    def assignments(self) -> Assignments:
        """Who holds which role in it."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Its signed-in browsers."""
        ...

    @property
    def interactions(self) -> Interactions:
        """What its people are answering."""
        ...

    @property
    def codes(self) -> Codes:
        """Authorization codes."""
        ...

    @property
    def refresh_tokens(self) -> RefreshTokens:
        """Refresh tokens."""
        ...

    @property
    def access_tokens(self) -> AccessTokens:
        """Access tokens."""
        ...

    @property
    def grants(self) -> Grants:
        """The roots of them all."""
        ...

    @property
    def audit(self) -> Audit:
        """What happened."""
        ...

    @property
    def seals(self) -> Seals:
        """The seal of the audit."""
        ...

    @property
    def statistics(self) -> Statistics:
        """What was counted of the audit."""
        ...


class Tenants(Protocol):
    """All tenants."""

    async def find(self, name: str) -> Tenant | None:
        """The tenant of this name."""
        ...

    async def load(self, name: str) -> TenantCatalogue | None:
        """The tenant of this name with its keys that are not retired and its resources, in one read."""
        ...

    async def page(
        self,
        request: PageRequest,
        *,
        search: str = "",
        sort: TenantSort = TenantSort.NAME,
        descending: bool = False,
        status: TenantStatus | None = None,
    ) -> Page[Tenant]:
        """The tenants of this status whom every term of `search` finds (see `domain.search`), sorted.

        Raises:
            Invalid: `search` or the cursor is none.
        """
        ...

    async def name_at(self, domain: str) -> str | None:
        """The name of the tenant whose own domain this is."""
        ...

    async def waiting_for_domain(self, request: PageRequest) -> Page[Tenant]:
        """Tenants that asked for a domain, by name."""
        ...

    async def due(self, now: datetime, *, limit: int) -> tuple[Tenant, ...]:
        """At most `limit` tenants whose `delete_at` has come, the earliest first."""
        ...

    async def erase(self, tenant_id: str, *, batch: int) -> Mapping[str, int]:
        """Remove at most `batch` records of a tenant that is `erasing`, its own record aside, and count them in its
        `deletion`; how many went, by kind, empty where nothing was left. Raises `Conflict` where it is not `erasing`.
        """
        ...

    async def forget(self, tenant_id: str, event: AuditEvent) -> bool:
        """Remove the record of a tenant that is `erasing`, so that its name is free, and write the event into the
        platform's audit; False, and no event, where there is no such tenant.
        """
        ...


class Platform(Protocol):
    """What belongs to no tenant."""

    @property
    def tenants(self) -> Tenants:
        """All tenants."""
        ...

    @property
    def assignments(self) -> PlatformAssignments:
        """Who holds which platform role."""
        ...

    @property
    def accesses(self) -> DeclaredAccesses:
        """Who looks into which tenant for a while."""
        ...

    @property
    def audit(self) -> Audit:
        """What happened."""
        ...

    @property
    def seals(self) -> Seals:
        """The seal of the audit."""
        ...

    @property
    def statistics(self) -> Statistics:
        """What was counted of all audits together."""
        ...

    @property
    def upkeep(self) -> Upkeep:
        """What those ask who keep the deployment."""
        ...

    async def changes(self, since: int | None) -> Changes:
        """Of which tenants the record, a client, a resource or a key was changed, in one cheap read.

        `since` is the cursor of an earlier answer: every change is named that was committed after that answer was
        made (and perhaps some of before). None, where nothing is remembered yet, names none. Changes that are older
        than an hour may be forgotten. A cursor below the one before says that the database is another one.
        """
        ...

    async def claim_master_key(self, key_id: str) -> str:
        """Remember which master key seals this database's secrets, if none is remembered yet; the one that is."""
        ...

    async def replace_master_key(self, old: str, new: str) -> bool:
        """Remember `new` in place of `old`; False where `old` is not the one remembered."""
        ...

    async def unsealed(self, request: PageRequest, before: str) -> Page[str]:
        """Of the next `limit` tenants by id, those with events that are not sealed and have ids before this one.

        Tenants that are being erased are left out.
        """
        ...

    async def note_sealed(self, reached_at: datetime) -> None:
        """Remember that every event of every audit that was made before this moment has been sealed and counted."""
        ...

    async def sealed_until(self) -> datetime | None:
        """What was last remembered so."""
        ...

    async def note_expired(self, day: datetime) -> None:
        """Remember that what has had its time on this day is gone from every audit."""
        ...

    async def expired_until(self) -> datetime | None:
        """What was last remembered so."""
        ...

    async def purge(self, now: datetime, *, batch: int) -> Mapping[str, int]:
        """Remove at most `batch` rows of each table that nothing can need any more; how many went, by table."""
        ...


class Store(Protocol):
    """A database, or memory."""

    @property
    def platform(self) -> Platform:
        """Who holds which platform role."""
        ...

    def tenant(self, tenant_id: str) -> TenantRepositories:
        """The repositories of one tenant, each call atomic by itself."""
        ...

    def transaction(self, tenant_id: str) -> AbstractAsyncContextManager[TenantRepositories]:
        """The same repositories in one transaction: it commits at the end of the block and rolls back on an
        exception.
        """
        ...

    def exclusive(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process alone does the named work until the end of the block; False at once where another
        does.
        """
        ...

    async def check(self) -> None:
        """Return if the database answers and its schema is this version's. Raises `StoreUnavailable` or
        `SchemaMismatch`.
        """
        ...

    async def schema(self) -> str | None:
        """The name of the newest migration that shaped the database; None where there is no schema."""
        ...

    async def clock(self) -> datetime | None:
        """The database's own time, to the second; None where it has no other than this process's."""
        ...

    async def migrate(self, *, row_security: bool | None = None) -> tuple[str, ...]:
        """Bring the schema up to this version, one runner at a time; the names of the migrations that ran.

        Args:
            row_security: whether the database itself shall keep tenants apart from now on; None leaves that as it is.

        Raises:
            ConfigurationError: row-level security is wanted of a database that has none.
        """
        ...

    async def row_security(self) -> RowSecurity | None:
        """How far the database keeps tenants apart by itself; None where it is none that could."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
