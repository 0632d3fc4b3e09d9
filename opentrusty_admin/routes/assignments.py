"""The roles of a user, a group or a client, given and taken.

A platform role is given under `/platform/roles`, to whomever it is.
"""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.schemas.roles import AssignmentOut, AuthorityOut
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import BUILTIN_ROLES, Assignment, Permission, RoleScope

_USER = "/tenants/{tenant}/users/{user_id}"
_GROUP = "/tenants/{tenant}/groups/{group_id}"
_CLIENT = "/tenants/{tenant}/clients/{client_id}"


@operation("GET", f"{_USER}/roles", returns=Listing[AssignmentOut], permission=Permission.ROLE_READ)
async def list_user_roles(ctx: Call) -> Listing[AssignmentOut]:
    """List the roles that a user holds themselves, in one page."""
    return await _list(ctx, _user(ctx))


@operation("PUT", f"{_USER}/roles/{{role}}", permission=Permission.ROLE_ASSIGN)
async def give_role_to_user(ctx: Call) -> None:
    """Give a user a role. Nobody gives a permission that they lack."""
    await ctx.management.roles.assign(ctx.actor, ctx.tenant_id, _user(ctx), ctx.path["role"])


@operation("DELETE", f"{_USER}/roles/{{role}}", permission=Permission.ROLE_ASSIGN)
async def take_role_from_user(ctx: Call) -> None:
    """Take a role from a user, if they hold it; the last owner keeps theirs."""
    await ctx.management.roles.revoke(ctx.actor, ctx.tenant_id, _user(ctx), ctx.path["role"])


@operation("GET", f"{_USER}/permissions", returns=AuthorityOut, permission=Permission.ROLE_READ)
async def get_user_permissions(ctx: Call) -> AuthorityOut:
    """Show what a user may do, by their own roles and by those of their groups."""
    return AuthorityOut.of(await ctx.management.roles.authority(ctx.actor, ctx.tenant_id, _user(ctx)))


@operation("GET", f"{_GROUP}/permissions", returns=AuthorityOut, permission=Permission.ROLE_READ)
async def get_group_permissions(ctx: Call) -> AuthorityOut:
    """Show what the members of a group may do by its roles."""
    return AuthorityOut.of(await ctx.management.roles.authority(ctx.actor, ctx.tenant_id, _group(ctx)))


@operation("GET", f"{_CLIENT}/permissions", returns=AuthorityOut, permission=Permission.ROLE_READ)
async def get_client_permissions(ctx: Call) -> AuthorityOut:
    """Show what a client may do when it acts for itself."""
    return AuthorityOut.of(await ctx.management.roles.authority(ctx.actor, ctx.tenant_id, _client(ctx)))


@operation("GET", f"{_GROUP}/roles", returns=Listing[AssignmentOut], permission=Permission.ROLE_READ)
async def list_group_roles(ctx: Call) -> Listing[AssignmentOut]:
    """List the roles of a group, in one page."""
    return await _list(ctx, _group(ctx))


@operation("PUT", f"{_GROUP}/roles/{{role}}", permission=Permission.ROLE_ASSIGN)
async def give_role_to_group(ctx: Call) -> None:
    """Give a role to all members of a group. Nobody gives a permission that they lack."""
    await ctx.management.roles.assign(ctx.actor, ctx.tenant_id, _group(ctx), ctx.path["role"])


@operation("DELETE", f"{_GROUP}/roles/{{role}}", permission=Permission.ROLE_ASSIGN)
async def take_role_from_group(ctx: Call) -> None:
    """Take a role from a group, if it holds it; a tenant keeps an owner."""
    await ctx.management.roles.revoke(ctx.actor, ctx.tenant_id, _group(ctx), ctx.path["role"])


@operation("GET", f"{_CLIENT}/roles", returns=Listing[AssignmentOut], permission=Permission.ROLE_READ)
async def list_client_roles(ctx: Call) -> Listing[AssignmentOut]:
    """List the roles that a client holds when it acts for itself, in one page."""
    return await _list(ctx, _client(ctx))


@operation("PUT", f"{_CLIENT}/roles/{{role}}", permission=Permission.ROLE_ASSIGN)
async def give_role_to_client(ctx: Call) -> None:
    """Give a client a role, for what it does by the client credentials grant."""
    await ctx.management.roles.assign(ctx.actor, ctx.tenant_id, _client(ctx), ctx.path["role"])


@operation("DELETE", f"{_CLIENT}/roles/{{role}}", permission=Permission.ROLE_ASSIGN)
async def take_role_from_client(ctx: Call) -> None:
    """Take a role from a client, if it holds it."""
    await ctx.management.roles.revoke(ctx.actor, ctx.tenant_id, _client(ctx), ctx.path["role"])


async def _list(ctx: Call, principal: Principal) -> Listing[AssignmentOut]:
    held = await ctx.management.roles.of_principal(ctx.actor, ctx.tenant_id, principal)
    return Listing(items=tuple(map(_shown, held)), next_cursor=None)


def _shown(assignment: Assignment) -> AssignmentOut:
    role = BUILTIN_ROLES.get(assignment.role)
    if role is not None and role.scope is RoleScope.PLATFORM:
        return AssignmentOut.of_platform(assignment)
    return AssignmentOut.of_tenant(assignment)


def _user(ctx: Call) -> Principal:
    return Principal.user(ctx.path["user_id"])


def _group(ctx: Call) -> Principal:
    return Principal.group(ctx.path["group_id"])


def _client(ctx: Call) -> Principal:
    return Principal.client(ctx.path["client_id"])
