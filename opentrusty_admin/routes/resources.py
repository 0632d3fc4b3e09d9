"""The APIs of a tenant and their scopes. Identifiers are URIs: in a path they are percent-encoded."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.schemas.resources import ResourceFields, ResourceOut
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/resources"
_ONE = f"{_ALL}/{{identifier:path}}"


@operation("GET", _ALL, returns=Listing[ResourceOut], permission=Permission.CLIENT_READ)
async def list_resources(ctx: Call) -> Listing[ResourceOut]:
    """List every resource by identifier, in one page."""
    found = await ctx.management.resources.list(ctx.actor, ctx.tenant_id)
    return Listing(items=tuple(map(ResourceOut.of, found)), next_cursor=None)


@operation("GET", _ONE, returns=ResourceOut, permission=Permission.CLIENT_READ)
async def get_resource(ctx: Call) -> ResourceOut:
    """Show a resource."""
    return ResourceOut.of(await ctx.management.resources.get(ctx.actor, ctx.tenant_id, ctx.path["identifier"]))


@operation("PUT", _ONE, body=ResourceFields, returns=ResourceOut, permission=Permission.CLIENT_WRITE)
async def save_resource(ctx: Call[ResourceFields]) -> ResourceOut:
    """Add a resource, or replace the one with this identifier."""
    resource = ctx.body.to_domain(ctx.path["identifier"])
    return ResourceOut.of(await ctx.management.resources.save(ctx.actor, ctx.tenant_id, resource))


@operation("DELETE", _ONE, permission=Permission.CLIENT_WRITE)
async def delete_resource(ctx: Call) -> None:
    """Remove a resource; tokens for it run out by themselves."""
    await ctx.management.resources.delete(ctx.actor, ctx.tenant_id, ctx.path["identifier"])
