"""How a tenant is used, and all of them together."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.statistics import DaysQuery, UsageOut
from opentrusty_core.domain.role import Permission


@operation("GET", "/tenants/{tenant}/statistics", query=DaysQuery, returns=UsageOut, permission=Permission.TENANT_READ)
async def get_statistics(ctx: Call[None, DaysQuery]) -> UsageOut:
    """Show how much a tenant is used: people, applications, sign-ins and tokens by UTC day."""
    numbers, days = ctx.management.statistics, ctx.query
    return UsageOut.of(await numbers.tenant(ctx.actor, ctx.tenant_id, since=days.since, until=days.until))


@operation("GET", "/platform/statistics", query=DaysQuery, returns=UsageOut, permission=Permission.PLATFORM_HEALTH_READ)
async def get_platform_statistics(ctx: Call[None, DaysQuery]) -> UsageOut:
    """Show how much all tenants together are used; `most_used` are tenants."""
    numbers, days = ctx.management.statistics, ctx.query
    return UsageOut.of(await numbers.platform(ctx.actor, since=days.since, until=days.until))
