"""One thing done to many users, and how many they are. Their paths are beside `/users`, as any name may be a user's."""

from __future__ import annotations

from collections.abc import AsyncIterator

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.user_bulk import BulkCounts, BulkRequest, RefusedUser
from opentrusty_admin.schemas.user_files import UserCount, UserFilter
from opentrusty_admin.stream import NDJSON, begun, line_of
from opentrusty_core.domain.bulk import BulkStep
from opentrusty_core.domain.role import Permission
from opentrusty_core.management import MOST_COUNTED
from opentrusty_server.application import Stream


@operation("GET", "/tenants/{tenant}/user-count", query=UserFilter, returns=UserCount, permission=Permission.USER_READ)
async def count_users(ctx: Call[None, UserFilter]) -> UserCount:
    """Count users, or those that a search finds; exactly up to 10,000."""
    query = ctx.query
    count = await ctx.management.users.count(ctx.actor, ctx.tenant_id, search=query.search, status=query.status)
    return UserCount(count=MOST_COUNTED if count is None else count, more=count is None)


@operation(
    "POST",
    "/tenants/{tenant}/user-bulk",
    body=BulkRequest,
    returns=Stream,
    produces=(NDJSON,),
    permission=(Permission.USER_WRITE, Permission.SESSION_END),
    also=(Permission.USER_READ,),
)
async def change_many_users(ctx: Call[BulkRequest]) -> Stream:
    """Do one thing to every user that a search or a status finds, each through the rules that hold for them alone.

    The answer is written while it is done: a line for each user to whom it was not, with the reason, and counts in
    between and in the end. The caller is left out. To end sessions needs `session:end`, all else `user:write`.
    """
    body = ctx.body
    run = ctx.management.bulk_users.run(
        ctx.actor, ctx.tenant_id, body.action, search=body.search, status=body.status, dry_run=body.dry_run
    )
    return Stream(media_type=NDJSON, chunks=_lines(await begun(run), body.dry_run))


async def _lines(steps: AsyncIterator[BulkStep], dry_run: bool) -> AsyncIterator[bytes]:
    last = BulkStep(refused=(), done=0, not_done=0)
    async for last in steps:
        told = b"".join(line_of(RefusedUser.of(refusal)) for refusal in last.refused)
        yield told + line_of(_counts("progress", last, dry_run))
    yield line_of(_counts("done", last, dry_run))


def _counts(type_: str, step: BulkStep, dry_run: bool) -> BulkCounts:
    return BulkCounts.model_validate({"type": type_, "done": step.done, "not_done": step.not_done, "dry_run": dry_run})
