"""The audit of the platform: what belongs to no tenant."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.routes.audit import MEDIA_TYPES, exported, verified
from opentrusty_admin.schemas.audit import AuditEventOut, AuditExport, AuditListing, VerifyRequest
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.stream import NDJSON
from opentrusty_core.domain.role import Permission
from opentrusty_server.application import Stream

_ALL = "/platform/audit"
_READ = Permission.PLATFORM_AUDIT_READ


@operation("GET", _ALL, query=AuditListing, returns=Listing[AuditEventOut], permission=_READ)
async def list_platform_audit_events(ctx: Call[None, AuditListing]) -> Listing[AuditEventOut]:
    """List what happened on the platform, or find it; with the names of those who are named by their ids."""
    audit, descending = ctx.management.audit, ctx.query.sort == "-at"
    page = await audit.platform_page(ctx.actor, ctx.page, ctx.query.to_domain(), descending=descending)
    names = await audit.platform_names(ctx.actor, page.items)
    return ctx.listing(page, lambda event: AuditEventOut.of(event, names))


@operation("GET", f"{_ALL}/{{event_id}}", returns=AuditEventOut, permission=_READ)
async def get_platform_audit_event(ctx: Call) -> AuditEventOut:
    """Show an event of the platform."""
    event = await ctx.management.audit.platform_get(ctx.actor, ctx.path["event_id"])
    return AuditEventOut.of(event, await ctx.management.audit.platform_names(ctx.actor, (event,)))


@operation(
    "GET",
    "/platform/audit-export",
    query=AuditExport,
    returns=Stream,
    produces=tuple(MEDIA_TYPES.values()),
    permission=_READ,
)
async def export_platform_audit(ctx: Call[None, AuditExport]) -> Stream:
    """Write all events of the platform that fit, as `export_audit` does those of a tenant."""
    query = ctx.query
    return await exported(
        ctx.management.audit.platform_export(ctx.actor, query.to_domain(), query.format), query.format
    )


@operation(
    "POST",
    "/platform/audit-verify",
    body=VerifyRequest,
    returns=Stream,
    produces=(NDJSON,),
    permission=_READ,
)
async def verify_platform_audit(ctx: Call[VerifyRequest]) -> Stream:
    """Hold the audit of the platform against its seal, as `verify_audit` does that of a tenant."""
    return await verified(ctx.management.audit.platform_verification(ctx.actor, anchor=ctx.body.to_domain()))
