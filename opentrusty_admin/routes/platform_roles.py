"""The roles of the platform, given to and taken from principals of any tenant."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_admin.schemas.roles import HolderOut, RoleOut
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import BUILTIN_ROLES, Permission, RoleScope
from opentrusty_core.errors import NotFound

_ALL = "/platform/roles"
_HOLDERS = f"{_ALL}/{{role}}/holders"
_HOLDER = f"{_HOLDERS}/{{home}}/{{kind}}/{{id}}"


@operation("GET", _ALL, returns=Listing[RoleOut], permission=Permission.PLATFORM_ROLE_ASSIGN)
async def list_platform_roles(ctx: Call) -> Listing[RoleOut]:
    """List the roles of the platform, in one page."""
    roles = [role for role in ctx.management.roles.builtin() if role.scope is RoleScope.PLATFORM]
    return Listing(items=tuple(map(RoleOut.of, roles)), next_cursor=None)


@operation("GET", _HOLDERS, query=PageQuery, returns=Listing[HolderOut], permission=Permission.PLATFORM_ROLE_ASSIGN)
async def list_platform_role_holders(ctx: Call[None, PageQuery]) -> Listing[HolderOut]:
    """List who holds a role of the platform themselves, by the tenant that they belong to."""
    page = await ctx.management.roles.platform_holders(ctx.actor, ctx.path["role"], ctx.page)
    names = await ctx.management.roles.platform_names(ctx.actor, page.items)
    return ctx.listing(page, lambda holder: HolderOut.of_home(holder, names))


@operation("PUT", _HOLDER, permission=Permission.PLATFORM_ROLE_ASSIGN)
async def give_platform_role(ctx: Call) -> None:
    """Give a role of the platform to a user, group or client of the tenant `home`."""
    await ctx.management.roles.assign(ctx.actor, *await _principal(ctx), _role(ctx))


@operation("DELETE", _HOLDER, permission=Permission.PLATFORM_ROLE_ASSIGN)
async def take_platform_role(ctx: Call) -> None:
    """Take a role of the platform, if it is held; the platform keeps an administrator."""
    await ctx.management.roles.revoke(ctx.actor, *await _principal(ctx), _role(ctx))


def _role(ctx: Call) -> str:
    role = BUILTIN_ROLES.get(ctx.path["role"])
    if role is None or role.scope is not RoleScope.PLATFORM:
        raise NotFound("It is not a role of the platform.")
    return role.name


async def _principal(ctx: Call) -> tuple[str, Principal]:
    home = await ctx.management.tenants.find(ctx.actor, ctx.path["home"])
    try:
        kind = PrincipalKind(ctx.path["kind"])
    except ValueError:
        raise NotFound("Only a user, a group or a client can hold a role.") from None
    return home.id, Principal(kind=kind, id=ctx.path["id"])
