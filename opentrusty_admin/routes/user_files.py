"""Users from files and into them. Their paths are beside `/users`, where any name may be that of a user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.user_files import ImportCounts, ImportQuery, LineOut, UserFilter
from opentrusty_admin.stream import NDJSON, Upload, begun, line_of
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.user_import import ImportStep, LineOutcome
from opentrusty_core.management import ImportFormat
from opentrusty_server.application import Stream

_FORMATS: Final = {
    NDJSON: ImportFormat.JSONL,
    "application/jsonl": ImportFormat.JSONL,
    "text/csv": ImportFormat.CSV,
}
MAX_UPLOAD: Final = 64 * 1024 * 1024
"""Bytes of an import: some hundred thousand users."""


@operation(
    "POST",
    "/tenants/{tenant}/user-imports",
    body=Upload(media_types=tuple(_FORMATS), most=MAX_UPLOAD),
    query=ImportQuery,
    returns=Stream,
    produces=(NDJSON,),
    permission=Permission.USER_WRITE,
)
async def import_users(ctx: Call[Upload, ImportQuery]) -> Stream:
    """Add the users of a file, JSON Lines or CSV.

    The answer begins when all of the file is here, and is written while it is worked on: a line for each line of the
    file that is refused, with the reasons, and counts in between and in the end. Good lines are kept, whatever becomes
    of the others; the same file again changes nothing.
    """
    format_ = _FORMATS[ctx.request.headers["content-type"].partition(";")[0].strip().lower()]
    run = ctx.management.user_imports.run(
        ctx.actor,
        ctx.tenant_id,
        await ctx.upload(),
        format_,
        update=ctx.query.update,
        dry_run=ctx.query.dry_run,
    )
    return Stream(media_type=NDJSON, chunks=_lines(await begun(run), ctx.query))


@operation(
    "GET",
    "/tenants/{tenant}/user-export",
    query=UserFilter,
    returns=Stream,
    produces=(NDJSON,),
    permission=Permission.USER_READ,
)
async def export_users(ctx: Call[None, UserFilter]) -> Stream:
    """Write users as JSON Lines, in the fields that an import reads; no passwords."""
    lines = ctx.management.user_exports.lines(
        ctx.actor, ctx.tenant_id, search=ctx.query.search, status=ctx.query.status
    )
    return Stream(media_type=NDJSON, chunks=await begun(lines), filename="users.jsonl")


@operation(
    "GET",
    "/tenants/{tenant}/users/{user_id}/export",
    returns=Stream,
    produces=("application/json",),
    permission=Permission.AUDIT_READ,
    also=(Permission.USER_READ, Permission.SESSION_READ, Permission.ROLE_READ),
)
async def export_user(ctx: Call) -> Stream:
    """Write all that is known of a user as one JSON document, for them to have.

    Profile, how the password is kept, roles, groups, sessions, consents, grants, and what happened.
    """
    pieces = ctx.management.user_exports.person(ctx.actor, ctx.tenant_id, ctx.path["user_id"])
    return Stream(media_type="application/json", chunks=await begun(pieces), filename="user.json")


async def _lines(steps: AsyncIterator[ImportStep], query: ImportQuery) -> AsyncIterator[bytes]:
    totals = dict.fromkeys(LineOutcome, 0)
    async for step in steps:
        totals = dict(step.totals)
        wanted = (it for it in step.reports if query.every_line or it.outcome is LineOutcome.REFUSED)
        told = b"".join(line_of(LineOut.of(report)) for report in wanted)
        yield told + line_of(ImportCounts.of("progress", totals, query.dry_run))
    yield line_of(ImportCounts.of("done", totals, query.dry_run))
