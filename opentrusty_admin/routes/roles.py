"""The roles that can be held in a tenant: the built-in ones, and those of its own."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_admin.schemas.roles import AssignmentOut, NewRole, RoleChanges, RoleDeletion, RoleOut
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/roles"
_ONE = f"{_ALL}/{{role}}"


@operation("GET", _ALL, query=PageQuery, returns=Listing[RoleOut], permission=Permission.ROLE_READ)
async def list_roles(ctx: Call[None, PageQuery]) -> Listing[RoleOut]:
    """List the roles that can be held in the tenant, by name."""
    return ctx.listing(await ctx.management.custom_roles.page(ctx.actor, ctx.tenant_id, ctx.page), RoleOut.of)


@operation("POST", _ALL, body=NewRole, returns=(201, RoleOut), permission=Permission.ROLE_WRITE, identified_by="name")
async def create_role(ctx: Call[NewRole]) -> RoleOut:
    """Make a role of the tenant's own. Nobody puts in a permission that they lack."""
    made = await ctx.management.custom_roles.create(ctx.actor, ctx.tenant_id, ctx.body.name, ctx.body.to_domain())
    return RoleOut.of(made)


@operation("GET", _ONE, returns=RoleOut, permission=Permission.ROLE_READ)
async def get_role(ctx: Call) -> RoleOut:
    """Show a role."""
    return RoleOut.of(await ctx.management.custom_roles.get(ctx.actor, ctx.tenant_id, ctx.path["role"]))


@operation("PATCH", _ONE, body=RoleChanges, returns=RoleOut, permission=Permission.ROLE_WRITE, conditional=True)
async def update_role(ctx: Call[RoleChanges]) -> RoleOut:
    """Change a role of the tenant's own.

    What is given is changed, the rest is left. All who hold the role have what it says from their next request on.
    """
    changed = await ctx.management.custom_roles.update(
        ctx.actor, ctx.tenant_id, ctx.path["role"], ctx.body.to_domain(), version=ctx.version
    )
    return RoleOut.of(changed)


@operation("DELETE", _ONE, query=RoleDeletion, permission=Permission.ROLE_WRITE)
async def delete_role(ctx: Call[None, RoleDeletion]) -> None:
    """Remove a role of the tenant's own, unless somebody holds it."""
    await ctx.management.custom_roles.delete(ctx.actor, ctx.tenant_id, ctx.path["role"], force=ctx.query.force)


@operation("GET", f"{_ONE}/holders", query=PageQuery, returns=Listing[AssignmentOut], permission=Permission.ROLE_READ)
async def list_role_holders(ctx: Call[None, PageQuery]) -> Listing[AssignmentOut]:
    """List who holds a role themselves: users, groups and clients."""
    page = await ctx.management.roles.holders(ctx.actor, ctx.tenant_id, ctx.path["role"], ctx.page)
    return ctx.listing(page, AssignmentOut.of_tenant)
