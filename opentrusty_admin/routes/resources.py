"""The APIs of a tenant and their scopes. Identifiers are URIs: in a path they are percent-encoded."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.schemas.resources import ResourceFields, ResourceOut, ResourceQuery
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/resources"
_ONE = f"{_ALL}/{{identifier:path}}"


@operation("GET", _ALL, query=ResourceQuery, returns=Listing[ResourceOut], permission=Permission.CLIENT_READ)
async def list_resources(ctx: Call[None, ResourceQuery]) -> Listing[ResourceOut]:
    """List resources by identifier, or find some."""
    page = await ctx.management.resources.page(ctx.actor, ctx.tenant_id, ctx.page, search=ctx.query.search)
    return ctx.listing(page, ResourceOut.of)


@operation("GET", _ONE, returns=ResourceOut, permission=Permission.CLIENT_READ)
async def get_resource(ctx: Call) -> ResourceOut:
    """Show a resource."""
    return ResourceOut.of(await ctx.management.resources.get(ctx.actor, ctx.tenant_id, ctx.path["identifier"]))


@operation("PUT", _ONE, body=ResourceFields, returns=ResourceOut, permission=Permission.CLIENT_WRITE, conditional=True)
async def save_resource(ctx: Call[ResourceFields]) -> ResourceOut:
    """Add a resource, or replace the one with this identifier; with `If-None-Match: *` only add it."""
    resource = ctx.body.to_domain(ctx.path["identifier"])
    saved = await ctx.management.resources.save(ctx.actor, ctx.tenant_id, resource, version=ctx.version)
    return ResourceOut.of(saved)


@operation("DELETE", _ONE, permission=Permission.CLIENT_WRITE)
async def delete_resource(ctx: Call) -> None:
    """Remove a resource; tokens for it run out by themselves."""
    await ctx.management.resources.delete(ctx.actor, ctx.tenant_id, ctx.path["identifier"])
