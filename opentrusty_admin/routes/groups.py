"""The groups of a tenant's users, and who is in them."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_admin.schemas.groups import GroupChanges, GroupOut, GroupQuery, Joined, MemberOut, NewGroup, NewMembers
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/groups"
_ONE = f"{_ALL}/{{group_id}}"


@operation("GET", _ALL, query=GroupQuery, returns=Listing[GroupOut], permission=Permission.GROUP_READ)
async def list_groups(ctx: Call[None, GroupQuery]) -> Listing[GroupOut]:
    """List groups by name, or find some."""
    page = await ctx.management.groups.page(ctx.actor, ctx.tenant_id, ctx.page, search=ctx.query.search)
    return ctx.listing(page, GroupOut.of)


@operation("POST", _ALL, body=NewGroup, returns=(201, GroupOut), permission=Permission.GROUP_WRITE, identified_by="id")
async def create_group(ctx: Call[NewGroup]) -> GroupOut:
    """Make a group, without members and roles yet."""
    return GroupOut.of(await ctx.management.groups.create(ctx.actor, ctx.tenant_id, ctx.body.to_domain()))


@operation("GET", _ONE, returns=GroupOut, permission=Permission.GROUP_READ)
async def get_group(ctx: Call) -> GroupOut:
    """Show a group, by id or name."""
    return GroupOut.of(await ctx.management.groups.get(ctx.actor, ctx.tenant_id, ctx.path["group_id"]))


@operation("PATCH", _ONE, body=GroupChanges, returns=GroupOut, permission=Permission.GROUP_WRITE, conditional=True)
async def update_group(ctx: Call[GroupChanges]) -> GroupOut:
    """Change what is given and leave the rest."""
    changed = await ctx.management.groups.update(
        ctx.actor, ctx.tenant_id, ctx.path["group_id"], ctx.body.to_domain(), version=ctx.version
    )
    return GroupOut.of(changed)


@operation("DELETE", _ONE, permission=Permission.GROUP_WRITE)
async def delete_group(ctx: Call) -> None:
    """Remove a group; its members lose its roles."""
    await ctx.management.groups.delete(ctx.actor, ctx.tenant_id, ctx.path["group_id"])


@operation("GET", f"{_ONE}/members", query=PageQuery, returns=Listing[MemberOut], permission=Permission.GROUP_READ)
async def list_group_members(ctx: Call[None, PageQuery]) -> Listing[MemberOut]:
    """List the members of a group by user id."""
    page = await ctx.management.groups.members(ctx.actor, ctx.tenant_id, ctx.path["group_id"], ctx.page)
    return ctx.listing(page, MemberOut.of)


@operation("POST", f"{_ONE}/members", body=NewMembers, returns=Joined, permission=Permission.GROUP_WRITE)
async def add_group_members(ctx: Call[NewMembers]) -> Joined:
    """Add users to a group, at most 200 at a time; all of them or none.

    Who joins has the group's roles, so where it has some the caller needs what giving them needs.
    """
    joined = await ctx.management.groups.add_members(ctx.actor, ctx.tenant_id, ctx.path["group_id"], ctx.body.user_ids)
    return Joined(user_ids=joined)


@operation("DELETE", f"{_ONE}/members/{{user_id}}", permission=Permission.GROUP_WRITE)
async def remove_group_member(ctx: Call) -> None:
    """Remove a member from a group; they lose its roles."""
    await ctx.management.groups.remove_member(ctx.actor, ctx.tenant_id, ctx.path["group_id"], ctx.path["user_id"])


@operation(
    "GET",
    "/tenants/{tenant}/users/{user_id}/groups",
    query=PageQuery,
    returns=Listing[GroupOut],
    permission=Permission.GROUP_READ,
)
async def list_user_groups(ctx: Call[None, PageQuery]) -> Listing[GroupOut]:
    """List the groups of which a user is a member."""
    page = await ctx.management.groups.of_user(ctx.actor, ctx.tenant_id, ctx.path["user_id"], ctx.page)
    return ctx.listing(page, GroupOut.of)
