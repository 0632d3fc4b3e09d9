"""Who calls."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import Access, operation
from opentrusty_admin.schemas.me import MeOut


@operation("GET", "/me", returns=MeOut, permission=Access.SIGNED_IN)
async def get_me(ctx: Call) -> MeOut:
    """Show who you are and what you may do."""
    return MeOut.of(await ctx.management.me.get(ctx.actor))
