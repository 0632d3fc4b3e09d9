"""What belongs to no tenant, in SQL (see `storage.store`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import BY_MOMENT, Key, Page, PageRequest
from opentrusty_core.domain.search import parse_search
from opentrusty_core.domain.statistics import KEEP_ACTIVE
from opentrusty_core.domain.tenant import Tenant, TenantSort, TenantStatus
from opentrusty_core.errors import Conflict
from opentrusty_core.storage import Changes, TenantCatalogue
from opentrusty_core.stores.sql.codec import to_microseconds
from opentrusty_core.stores.sql.engine import Database, Engine, Unstorable
from opentrusty_core.stores.sql.repositories.audit import SqlAudit
from opentrusty_core.stores.sql.repositories.base import PLATFORM, Repository, first
from opentrusty_core.stores.sql.repositories.roles import SqlDeclaredAccesses, SqlPlatformAssignments
from opentrusty_core.stores.sql.repositories.seals import SqlSeals, SqlStatistics
from opentrusty_core.stores.sql.repositories.terms import dump_beginnings
from opentrusty_core.stores.sql.repositories.upkeep import KEEP_SESSION, MASTER_KEY, SqlUpkeep
from opentrusty_core.stores.sql.rows import RESOURCE, SIGNING_KEY, TENANT

KEEP_CHANGES = timedelta(hours=1)
"""Every process has heard of a change by then."""
_SEALED_UNTIL = "sealed_until"
_EXPIRED_UNTIL = "expired_until"
_PURGED_TOGETHER = ("refresh_tokens", "grants", "codes")
_PURGED = (
    "attempts",
    "one_time_links",
    "interactions",
    "sessions",
    "access_tokens",
    "revoked_jwts",
    "throttles",
    "declared_accesses",
    "last_active",
    "changes",
)

ERASED = (
    *("access_tokens", "refresh_tokens", "codes", "grants", "interactions", "sessions", "revoked_jwts", "throttles"),
    *("consents", "attempts", "one_time_links", "passwords", "assignments", "platform_assignments", "roles"),
    *("group_members", "groups", "declared_accesses", "user_terms", "users"),
    *("clients", "resources", "signing_keys", "audit_heads", "audit_segments"),
    *("daily_counts", "daily_uses", "last_active", "tenant_totals"),
    "audit_events",
)
"""The tables of a tenant, as they are erased; what another takes with it is not named."""


class SqlTenants(Repository):
    """See `storage.Tenants`."""

    async def find(self, name: str) -> Tenant | None:
        """See `storage.Tenants.find`."""
        return first(TENANT, await self._find("find_tenant", name=name))

    async def load(self, name: str) -> TenantCatalogue | None:
        """See `storage.Tenants.load`."""
        queries = ("find_tenant", "published_keys_of", "resources_of")
        try:
            tenants, keys, resources = await self._database.together(*((query, {"name": name}) for query in queries))
        except Unstorable:
            return None
        tenant = first(TENANT, tenants)
        if tenant is None:
            return None
        return TenantCatalogue(
            tenant=tenant,
            signing_keys=tuple(SIGNING_KEY.read(row) for row in keys),
            resources=tuple(RESOURCE.read(row) for row in resources),
        )

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
        params = {"terms": dump_beginnings(parse_search(search)), "status": status or ""}
        if sort is TenantSort.NAME:
            return await self._page(
                "page_tenants", TENANT, lambda tenant: tenant.name, request, descending=descending, **params
            )
        return await self._sorted_page(
            "page_tenants_by_creation",
            TENANT,
            lambda tenant: Key(tenant.created_at, tenant.id),
            request,
            BY_MOMENT,
            descending=descending,
            **params,
        )

    async def name_at(self, domain: str) -> str | None:
        """See `storage.Tenants.name_at`."""
        rows = await self._find("tenant_at_domain", domain=domain)
        return str(rows[0][0]) if rows else None

    async def waiting_for_domain(self, request: PageRequest) -> Page[Tenant]:
        """See `storage.Tenants.waiting_for_domain`."""
        return await self._page("page_tenants_waiting_for_domain", TENANT, lambda tenant: tenant.name, request)

    async def due(self, now: datetime, *, limit: int) -> tuple[Tenant, ...]:
        """See `storage.Tenants.due`."""
        return tuple(TENANT.read(row) for row in await self._find("due_tenants", now=now, limit=limit))

    async def erase(self, tenant_id: str, *, batch: int) -> Mapping[str, int]:
        """See `storage.Tenants.erase`."""

        async def body(database: Database) -> Mapping[str, int]:
            of_it = {"tenant_id": tenant_id, "home": tenant_id}
            tenant = first(TENANT, await database.run("tenant_to_erase", of_it))
            if tenant is None or tenant.deletion is None:
                raise Conflict("The tenant is not being erased.")
            gone: Counter[str] = Counter()
            for table in ERASED:
                if left := batch - gone.total():
                    rows = await database.run(f"erase_{table}", {**of_it, "batch": left})
                    gone += Counter({table: len(rows)})
            if gone:
                erased = dict(gone + Counter(tenant.deletion.erased))
                tenant = replace(tenant, deletion=replace(tenant.deletion, erased=erased))
                await database.run("count_erased", of_it | TENANT.params(tenant))
            return gone

        return await self._database.unit(body)

    async def forget(self, tenant_id: str, event: AuditEvent) -> bool:
        """See `storage.Tenants.forget`."""
        return bool(await self._find("forget_tenant", event, home=tenant_id))


class SqlPlatform:
    """See `storage.Platform`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.tenants = SqlTenants(engine, PLATFORM)
        self.assignments = SqlPlatformAssignments(engine, PLATFORM)
        self.accesses = SqlDeclaredAccesses(engine, PLATFORM)
        self.audit = SqlAudit(engine, PLATFORM)
        self.seals = SqlSeals(engine, PLATFORM)
        self.statistics = SqlStatistics(engine, PLATFORM)
        self.upkeep = SqlUpkeep(engine, PLATFORM)

    async def changes(self, since: int | None) -> Changes:
        """See `storage.Platform.changes`."""
        rows = await self._engine.run("changes", {"since": since})
        return Changes(cursor=rows[0][0], tenants=frozenset(id_ for _, id_ in rows if id_ is not None))

    async def claim_master_key(self, key_id: str) -> str:
        """See `storage.Platform.claim_master_key`."""
        ((value,),) = await self._engine.run("claim_meta", {"name": MASTER_KEY, "value": key_id})
        return str(value)

    async def replace_master_key(self, old: str, new: str) -> bool:
        """See `storage.Platform.replace_master_key`."""
        return bool(await self._engine.run("replace_meta", {"name": MASTER_KEY, "old": old, "value": new}))

    async def unsealed(self, request: PageRequest, before: str) -> Page[str]:
        """See `storage.Platform.unsealed`."""
        params = {"after": request.after or "", "before": before, "limit": request.limit + 1}
        rows = await self._engine.run("unsealed_audits", params)
        asked = rows[: request.limit]
        next_after = asked[-1][0] if len(rows) > len(asked) else None
        return Page(items=tuple(id_ for id_, is_waiting in asked if is_waiting), next_after=next_after)

    async def note_sealed(self, reached_at: datetime) -> None:
        """See `storage.Platform.note_sealed`."""
        await self._engine.run("set_meta", {"name": _SEALED_UNTIL, "value": reached_at.isoformat()})

    async def sealed_until(self) -> datetime | None:
        """See `storage.Platform.sealed_until`."""
        return await self._moment(_SEALED_UNTIL)

    async def note_expired(self, day: datetime) -> None:
        """See `storage.Platform.note_expired`."""
        await self._engine.run("set_meta", {"name": _EXPIRED_UNTIL, "value": day.isoformat()})

    async def expired_until(self) -> datetime | None:
        """See `storage.Platform.expired_until`."""
        return await self._moment(_EXPIRED_UNTIL)

    async def _moment(self, name: str) -> datetime | None:
        rows = await self._engine.run("get_meta", {"name": name})
        return datetime.fromisoformat(rows[0][0]) if rows else None

    async def purge(self, now: datetime, *, batch: int) -> Mapping[str, int]:
        """See `storage.Platform.purge`."""
        params = {"now": now, "day_ago": now - KEEP_SESSION, "moment": to_microseconds(now), "batch": batch}
        params["hour_ago"] = now - KEEP_CHANGES
        params["forgotten_day"] = str((now - KEEP_ACTIVE).date())
        queries = ("lock_due_codes", *(f"purge_{table}" for table in _PURGED_TOGETHER))
        _, *rows = await self._engine.together(*((query, params) for query in queries))
        gone = {table: len(found) for table, found in zip(_PURGED_TOGETHER, rows, strict=True)}
        gone |= {table: len(await self._engine.run(f"purge_{table}", params)) for table in _PURGED}
        params["batch"] = batch - gone["sessions"]
        gone["sessions"] += len(await self._engine.run("purge_ended_sessions", params))
        return gone
