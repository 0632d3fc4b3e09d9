"""The people of a tenant."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, sorting
from opentrusty_admin.schemas.users import NewPassword, NewUser, UserChanges, UserOut, UserQuery
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.user import UserSort

_ALL = "/tenants/{tenant}/users"
_ONE = f"{_ALL}/{{user_id}}"


@operation("GET", _ALL, query=UserQuery, returns=Listing[UserOut], permission=Permission.USER_READ)
async def list_users(ctx: Call[None, UserQuery]) -> Listing[UserOut]:
    """List users, or find some."""
    query = ctx.query
    sort, descending = sorting(query.sort, UserSort)
    page = await ctx.management.users.page(
        ctx.actor,
        ctx.tenant_id,
        ctx.page,
        search=query.search,
        sort=sort,
        descending=descending,
        status=query.status,
    )
    return ctx.listing(page, UserOut.of)


@operation("POST", _ALL, body=NewUser, returns=(201, UserOut), permission=Permission.USER_WRITE, identified_by="id")
async def create_user(ctx: Call[NewUser]) -> UserOut:
    """Add a user."""
    made = await ctx.management.users.create(
        ctx.actor,
        ctx.tenant_id,
        ctx.body.to_domain(),
        password=ctx.body.password,
        must_change=ctx.body.must_change_password,
    )
    return UserOut.of(made)


@operation("GET", _ONE, returns=UserOut, permission=Permission.USER_READ)
async def get_user(ctx: Call) -> UserOut:
    """Show a user, by id, username or email."""
    return UserOut.of(await ctx.management.users.get(ctx.actor, ctx.tenant_id, ctx.path["user_id"]))


@operation("PATCH", _ONE, body=UserChanges, returns=UserOut, permission=Permission.USER_WRITE, conditional=True)
async def update_user(ctx: Call[UserChanges]) -> UserOut:
    """Change what is given and leave the rest."""
    changed = await ctx.management.users.update(
        ctx.actor, ctx.tenant_id, ctx.path["user_id"], ctx.body.to_domain(), version=ctx.version
    )
    return UserOut.of(changed)


@operation("DELETE", _ONE, permission=Permission.USER_WRITE)
async def delete_user(ctx: Call) -> None:
    """Remove a user with everything of theirs but the audit."""
    await ctx.management.users.delete(ctx.actor, ctx.tenant_id, ctx.path["user_id"])


@operation("POST", f"{_ONE}/disable", returns=UserOut, permission=Permission.USER_WRITE)
async def disable_user(ctx: Call) -> UserOut:
    """Keep a user from signing in; every session and grant of theirs ends."""
    return UserOut.of(await ctx.management.users.disable(ctx.actor, ctx.tenant_id, ctx.path["user_id"]))


@operation("POST", f"{_ONE}/enable", returns=UserOut, permission=Permission.USER_WRITE)
async def enable_user(ctx: Call) -> UserOut:
    """Let a user sign in again."""
    return UserOut.of(await ctx.management.users.enable(ctx.actor, ctx.tenant_id, ctx.path["user_id"]))


@operation("PUT", f"{_ONE}/password", body=NewPassword, permission=Permission.USER_WRITE)
async def set_user_password(ctx: Call[NewPassword]) -> None:
    """Set a user's password; every session and grant of theirs ends."""
    await ctx.management.users.set_password(
        ctx.actor, ctx.tenant_id, ctx.path["user_id"], ctx.body.password, must_change=ctx.body.must_change
    )
