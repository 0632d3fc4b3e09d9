"""Declared accesses: who of the platform looks into which tenant, and why."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.accesses import AccessOut, NewAccess
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_core.domain.role import Permission

_ALL = "/platform/accesses"


@operation("GET", _ALL, query=PageQuery, returns=Listing[AccessOut], permission=Permission.ACCESS_DECLARE)
async def list_accesses(ctx: Call[None, PageQuery]) -> Listing[AccessOut]:
    """List every access that opens a tenant now, the oldest first."""
    return ctx.listing(await ctx.management.accesses.live(ctx.actor, ctx.page), AccessOut.of)


@operation("POST", _ALL, body=NewAccess, returns=(201, AccessOut), permission=Permission.ACCESS_DECLARE)
async def declare_access(ctx: Call[NewAccess]) -> AccessOut:
    """Look into a tenant for an hour, reading only. The tenant's audit and the platform's say who and why."""
    tenant = await ctx.management.tenants.find(ctx.actor, ctx.body.tenant)
    return AccessOut.of(await ctx.management.accesses.declare(ctx.actor, tenant.id, ctx.body.reason))


@operation("DELETE", f"{_ALL}/{{access_id}}", permission=Permission.ACCESS_DECLARE)
async def end_access(ctx: Call) -> None:
    """End an access early, one's own or another's."""
    await ctx.management.accesses.end(ctx.actor, ctx.path["access_id"])


@operation(
    "GET",
    "/tenants/{tenant}/accesses",
    query=PageQuery,
    returns=Listing[AccessOut],
    permission=Permission.ACCESS_READ,
)
async def list_accesses_to_tenant(ctx: Call[None, PageQuery]) -> Listing[AccessOut]:
    """List the accesses that open the tenant now, the oldest first: for its owner."""
    return ctx.listing(await ctx.management.accesses.live_in(ctx.actor, ctx.tenant_id, ctx.page), AccessOut.of)
