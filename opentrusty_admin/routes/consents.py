"""What people have allowed applications."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.schemas.consents import ConsentOut
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/users/{user_id}/consents"


@operation("GET", _ALL, returns=Listing[ConsentOut], permission=Permission.USER_READ)
async def list_user_consents(ctx: Call) -> Listing[ConsentOut]:
    """List what a user has allowed applications, all of it, by application."""
    given = await ctx.management.consents.of_user(ctx.actor, ctx.tenant_id, ctx.path["user_id"])
    return Listing(items=tuple(map(ConsentOut.of, given)), next_cursor=None)


@operation("DELETE", f"{_ALL}/{{client_id}}", permission=Permission.USER_WRITE)
async def withdraw_user_consent(ctx: Call) -> None:
    """Forget what a user has allowed an application, and end every grant between the two."""
    await ctx.management.consents.withdraw(ctx.actor, ctx.tenant_id, ctx.path["user_id"], ctx.path["client_id"])
