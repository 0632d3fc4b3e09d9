"""`opentrusty session`: the sessions of a tenant's users."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, tenant_option, yes_option
from opentrusty_cli.records import of_session

COLUMNS = ("id", "auth_time", "last_seen_at", "ip", "user_agent")


@click.group()
def session() -> None:
    """Sessions: signed-in browsers."""


@session.command("list")
@tenant_option
@click.argument("user")
@paged
@operation
async def list_(desk: Desk, tenant_name: str, user: str, paging: Paging) -> None:
    """List the live sessions of a user, the oldest first."""
    tenant_id = await desk.tenant_id(tenant_name)
    user_id = await desk.user_id(tenant_id, user)
    page = await paging.fetch(lambda request: desk.management.sessions.page(desk.actor, tenant_id, user_id, request))
    desk.output.many([of_session(item) for item in page.items], COLUMNS, next_after=page.next_after)


@session.command()
@tenant_option
@click.argument("session_id")
@operation
async def show(desk: Desk, tenant_name: str, session_id: str) -> None:
    """Show a session, also one that has ended."""
    tenant_id = await desk.tenant_id(tenant_name)
    desk.output.one(of_session(await desk.management.sessions.get(desk.actor, tenant_id, session_id)))


@session.command()
@tenant_option
@click.argument("session_id", required=False)
@click.option("--user", help="End every session of this user instead.")
@yes_option
@operation
async def end(desk: Desk, tenant_name: str, session_id: str | None, user: str | None, yes: bool) -> None:
    """End a session, or all of a user's; grants with offline access stay."""
    if (session_id is None) == (user is None):
        raise click.UsageError("Give either SESSION_ID or --user.")
    tenant_id = await desk.tenant_id(tenant_name)
    sessions = desk.management.sessions
    if session_id is not None:
        await sessions.end(desk.actor, tenant_id, session_id)
        desk.output.done("Ended 1 session.", {"id": session_id, "ended": 1})
        return
    user_id = await desk.user_id(tenant_id, str(user))
    confirm(f"{user} will be signed out everywhere. End every session?", yes)
    ended = await sessions.end_all(desk.actor, tenant_id, user_id)
    desk.output.done(f"Ended {ended} session{'' if ended == 1 else 's'}.", {"id": user_id, "ended": ended})
