"""The keys that a tenant signs with."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.schemas.keys import KeyOut, Rotation
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/keys"
_ONE = f"{_ALL}/{{kid}}"


@operation("GET", _ALL, returns=Listing[KeyOut], permission=Permission.KEY_READ)
async def list_keys(ctx: Call) -> Listing[KeyOut]:
    """List every key by `kid`, retired ones too, in one page."""
    found = await ctx.management.keys.list(ctx.actor, ctx.tenant_id)
    return Listing(items=tuple(map(KeyOut.of, found)), next_cursor=None)


@operation("POST", f"{_ALL}/rotate", body=Rotation, returns=KeyOut, permission=Permission.KEY_ROTATE)
async def rotate_keys(ctx: Call[Rotation]) -> KeyOut:
    """Announce the successor of the active key now; it signs once every cached JWKS knows it."""
    return KeyOut.of(await ctx.management.keys.rotate(ctx.actor, ctx.tenant_id, ctx.body.alg))


@operation("GET", _ONE, returns=KeyOut, permission=Permission.KEY_READ)
async def get_key(ctx: Call) -> KeyOut:
    """Show a key."""
    return KeyOut.of(await ctx.management.keys.get(ctx.actor, ctx.tenant_id, ctx.path["kid"]))


@operation("POST", f"{_ONE}/retire", returns=KeyOut, permission=Permission.KEY_ROTATE)
async def retire_key(ctx: Call) -> KeyOut:
    """Take a key out of the JWKS at once, as after a leak: what it signed is no longer good."""
    return KeyOut.of(await ctx.management.keys.retire(ctx.actor, ctx.tenant_id, ctx.path["kid"]))
