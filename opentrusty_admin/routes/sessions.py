"""Who is signed in, and where."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_admin.schemas.sessions import Ended, SessionOut
from opentrusty_core.domain.role import Permission

_OF_USER = "/tenants/{tenant}/users/{user_id}/sessions"
_ONE = "/tenants/{tenant}/sessions/{session_id}"


@operation("GET", _OF_USER, query=PageQuery, returns=Listing[SessionOut], permission=Permission.SESSION_READ)
async def list_user_sessions(ctx: Call[None, PageQuery]) -> Listing[SessionOut]:
    """List the live sessions of a user, the oldest first."""
    page = await ctx.management.sessions.page(ctx.actor, ctx.tenant_id, ctx.path["user_id"], ctx.page)
    return ctx.listing(page, SessionOut.of)


@operation("DELETE", _OF_USER, returns=Ended, permission=Permission.SESSION_END)
async def end_user_sessions(ctx: Call) -> Ended:
    """End every session of a user, with the grants that are not offline."""
    return Ended(ended=await ctx.management.sessions.end_all(ctx.actor, ctx.tenant_id, ctx.path["user_id"]))


@operation("GET", _ONE, returns=SessionOut, permission=Permission.SESSION_READ)
async def get_session(ctx: Call) -> SessionOut:
    """Show a session, also one that has ended."""
    return SessionOut.of(await ctx.management.sessions.get(ctx.actor, ctx.tenant_id, ctx.path["session_id"]))


@operation("DELETE", _ONE, permission=Permission.SESSION_END)
async def end_session(ctx: Call) -> None:
    """End a session, with the grants that are not offline."""
    await ctx.management.sessions.end(ctx.actor, ctx.tenant_id, ctx.path["session_id"])
