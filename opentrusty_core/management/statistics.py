"""How a tenant or the platform is used: counted while the audit is sealed, read here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.usage import MONTH, Totals, Usage, active_users, days_of_use
from opentrusty_core.errors import Invalid
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.audit_names import names_of_ids, names_of_tenants
from opentrusty_core.management.context import Context
from opentrusty_core.management.seal import PLATFORM, ledger_of

MAX_DAYS = 366
MOST_USED = 10
_DAY = timedelta(days=1)


class Statistics:
    """Use cases around numbers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def tenant(
        self, actor: Actor, tenant_id: str, *, since: date | None = None, until: date | None = None
    ) -> Usage:
        """The numbers of a tenant: those of the UTC days from `since` to `until`, by default of the last thirty.

        Raises:
            Invalid: the days are in no order, or more than 366.
            NotFound: no such tenant.
        """
        actor.require(Permission.TENANT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        usage = await self._usage(tenant_id, since, until)
        names = await names_of_ids(self._context, actor, tenant_id, {use.id for use in usage.most_used})
        return _named(usage, names.clients)

    async def platform(self, actor: Actor, *, since: date | None = None, until: date | None = None) -> Usage:
        """The numbers of all tenants together; `most_used` are tenants, by their ids. Raises as `tenant`."""
        actor.require_platform(Permission.PLATFORM_HEALTH_READ)
        usage = await self._usage(PLATFORM, since, until)
        return _named(usage, await names_of_tenants(self._context, actor, {use.id for use in usage.most_used}))

    async def _usage(self, tenant_id: str, since: date | None, until: date | None) -> Usage:
        as_of = await self._as_of(tenant_id)
        today = (as_of or self._context.runtime.now()).date()
        since, until = _days(since, until, today)
        numbers = ledger_of(self._store, tenant_id).statistics
        counts = await numbers.counts(min(since, today - (MONTH - 1) * _DAY), max(until, today))
        return Usage(
            as_of=as_of,
            totals=await self._totals(tenant_id),
            active_users=active_users(counts, today),
            days=days_of_use(counts, since, until),
            most_used=await numbers.most_used(since, until, MOST_USED),
        )

    async def _as_of(self, tenant_id: str) -> datetime | None:
        """Everything before this moment is counted: as far as the whole walk came, or this tenant's own."""
        head = await ledger_of(self._store, tenant_id).seals.head() if tenant_id != PLATFORM else None
        reached = [await self._store.platform.sealed_until(), head.reached_at if head is not None else None]
        return max((moment for moment in reached if moment is not None), default=None)

    async def _totals(self, tenant_id: str) -> Totals:
        """As they were last counted; those of a tenant that nobody has counted yet are counted now."""
        numbers, now = ledger_of(self._store, tenant_id).statistics, self._context.runtime.now()
        if tenant_id != PLATFORM and await numbers.totals() is None:
            await numbers.count_totals(now)
        totals = await numbers.totals() or Totals(tenants=0, users=0, clients=0, counted_at=now)
        return totals if self._context.directory is None else replace(totals, users=None)


def _named(usage: Usage, names: Mapping[str, str]) -> Usage:
    return replace(usage, most_used=tuple(replace(use, name=names.get(use.id)) for use in usage.most_used))


def _days(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The first and the last day that are asked for. Raises `Invalid`."""
    until = until or max(today, since or today)
    since = since or until - (MONTH - 1) * _DAY
    if since > until:
        raise Invalid({"since": "It lies behind the last day."})
    if (until - since).days >= MAX_DAYS:
        raise Invalid({"since": f"Ask for at most {MAX_DAYS} days."})
    return since, until
