"""`opentrusty user bulk`: one thing done to many users."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import confirm, tenant_option, yes_option
from opentrusty_cli.output import text
from opentrusty_cli.progress import Progress
from opentrusty_cli.user_options import search_option, status_option
from opentrusty_core.domain.bulk import BulkAction, BulkRefusal
from opentrusty_core.domain.user import UserStatus

_ACTIONS = {action.value.replace("_", "-"): action for action in BulkAction}
_WORDS = {
    BulkAction.DISABLE: "Disable",
    BulkAction.ENABLE: "Enable",
    BulkAction.DELETE: "Delete for good",
    BulkAction.END_SESSIONS: "End every session of",
}


@click.command()
@tenant_option
@click.argument("action", type=click.Choice([*_ACTIONS]))
@search_option
@status_option
@click.option("--dry-run", is_flag=True, help="Count them and change nothing.")
@yes_option
@operation
async def bulk(
    desk: Desk, tenant_name: str, action: str, search: str, status: UserStatus | None, dry_run: bool, yes: bool
) -> None:
    """Do one thing to every user that a search or a status finds. They are counted first; you are left out."""
    tenant_id = await desk.tenant_id(tenant_name)
    wanted = _ACTIONS[action]
    counted = await _run(desk, tenant_id, wanted, search, status, dry_run=True)
    if dry_run:
        _tell(desk, f"It would be done to {_users(counted[0])}", counted)
        return
    if counted[0]:
        confirm(f"{_WORDS[wanted]} {_users(counted[0])}?", yes)
    done = await _run(desk, tenant_id, wanted, search, status, dry_run=False)
    _tell(desk, f"It was done to {_users(done[0])}", done)
    if done[1]:
        raise click.exceptions.Exit(1)


async def _run(
    desk: Desk, tenant_id: str, action: BulkAction, search: str, status: UserStatus | None, *, dry_run: bool
) -> tuple[int, list[BulkRefusal]]:
    """To how many it was done, and who was left out."""
    progress = Progress("users counted" if dry_run else "users done")
    run = desk.management.bulk_users.run(desk.actor, tenant_id, action, search=search, status=status, dry_run=dry_run)
    done, refused = 0, list[BulkRefusal]()
    async for step in run:
        done = step.done
        refused += step.refused
        progress(step.done + step.not_done)
    progress.end()
    return done, refused


def _tell(desk: Desk, what: str, result: tuple[int, list[BulkRefusal]]) -> None:
    done, refused = result
    for refusal in refused:
        click.echo(text(f"{refusal.username}: {refusal.reason}"), err=True)
    message = f"{what}; {_users(len(refused))} left out." if refused else f"{what}."
    desk.output.done(message, {"done": done, "not_done": len(refused)}, key="done")


def _users(count: int) -> str:
    return f"{count:,} user{'' if count == 1 else 's'}"
