"""The deployment as a whole."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.system import HealthOut
from opentrusty_core.domain.role import Permission


@operation("GET", "/system/health", returns=HealthOut, permission=Permission.PLATFORM_HEALTH_READ)
async def get_health(ctx: Call) -> HealthOut:
    """Show the health of database, master key, keys and maintenance, and what waits for it."""
    return HealthOut.of(await ctx.management.system.health(ctx.actor))
