"""The audit of a tenant: read, exported, and held against its seal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.audit import (
    AuditEventOut,
    AuditExport,
    AuditListing,
    VerdictOut,
    VerifiedSoFar,
    VerifyRequest,
)
from opentrusty_admin.schemas.base import Listing
from opentrusty_admin.stream import NDJSON, begun, line_of
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.verdict import Verdict
from opentrusty_core.management import ExportFormat
from opentrusty_server.application import Stream

_ALL = "/tenants/{tenant}/audit"
MEDIA_TYPES: Final = {ExportFormat.JSON_LINES: NDJSON, ExportFormat.CSV: "text/csv"}


@operation("GET", _ALL, query=AuditListing, returns=Listing[AuditEventOut], permission=Permission.AUDIT_READ)
async def list_audit_events(ctx: Call[None, AuditListing]) -> Listing[AuditEventOut]:
    """List what happened in a tenant, or find it; with the names of those who are named by their ids."""
    audit, descending = ctx.management.audit, ctx.query.sort == "-at"
    page = await audit.page(ctx.actor, ctx.tenant_id, ctx.page, ctx.query.to_domain(), descending=descending)
    names = await audit.names(ctx.actor, ctx.tenant_id, page.items)
    return ctx.listing(page, lambda event: AuditEventOut.of(event, names))


@operation("GET", f"{_ALL}/{{event_id}}", returns=AuditEventOut, permission=Permission.AUDIT_READ)
async def get_audit_event(ctx: Call) -> AuditEventOut:
    """Show an event."""
    event = await ctx.management.audit.get(ctx.actor, ctx.tenant_id, ctx.path["event_id"])
    return AuditEventOut.of(event, await ctx.management.audit.names(ctx.actor, ctx.tenant_id, (event,)))


@operation(
    "GET",
    "/tenants/{tenant}/audit-export",
    query=AuditExport,
    returns=Stream,
    produces=tuple(MEDIA_TYPES.values()),
    permission=Permission.AUDIT_READ,
)
async def export_audit(ctx: Call[None, AuditExport]) -> Stream:
    """Write all events that fit, the oldest first, as JSON Lines or CSV. That they were exported is an event itself."""
    query = ctx.query
    pieces = ctx.management.audit.export(ctx.actor, ctx.tenant_id, query.to_domain(), query.format)
    return await exported(pieces, query.format)


@operation(
    "POST",
    "/tenants/{tenant}/audit-verify",
    body=VerifyRequest,
    returns=Stream,
    produces=(NDJSON,),
    permission=Permission.AUDIT_READ,
)
async def verify_audit(ctx: Call[VerifyRequest]) -> Stream:
    """Read the audit anew and name the first event that was edited, removed or inserted since it was sealed.

    The answer is written while it is read: how many events were verified so far, and in the end what was found.
    """
    steps = ctx.management.audit.verification(ctx.actor, ctx.tenant_id, anchor=ctx.body.to_domain())
    return await verified(steps)


async def exported(pieces: AsyncIterator[bytes], format_: ExportFormat) -> Stream:
    """An export as it is answered."""
    return Stream(media_type=MEDIA_TYPES[format_], chunks=await begun(pieces), filename=f"audit.{format_.value}")


async def verified(steps: AsyncIterator[int | Verdict]) -> Stream:
    """A verification as it is answered."""
    return Stream(media_type=NDJSON, chunks=_lines(await begun(steps)))


async def _lines(steps: AsyncIterator[int | Verdict]) -> AsyncIterator[bytes]:
    async for step in steps:
        yield line_of(VerdictOut.of(step) if isinstance(step, Verdict) else VerifiedSoFar(events=step))
