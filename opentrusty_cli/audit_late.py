"""`opentrusty audit late` and `audit accept`: events that came when all around them was sealed."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, database_operation
from opentrusty_cli.options import confirm, yes_option
from opentrusty_cli.records import of_event

COLUMNS = ("id", "at", "type", "outcome", "actor_kind", "actor_id", "target")
_tenant = click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The audit of this tenant.")
_platform = click.option("--platform", is_flag=True, help="What belongs to no tenant.")


@click.command()
@_tenant
@_platform
@database_operation
async def late(desk: Desk, tenant_name: str | None, platform: bool) -> None:
    """List the events that came late: those that verifying names as inserted."""
    found = desk.management.audit.late(desk.actor, await _whose(desk, tenant_name, platform))
    desk.output.many([of_event(event) async for event in found], COLUMNS)


@click.command()
@_tenant
@_platform
@click.argument("event_ids", nargs=-1, metavar="[EVENT_ID...]")
@click.option("--all", "everything", is_flag=True, help="All that `audit late` lists.")
@click.option("--reason", required=True, help="Why they came late; it is written to the audit.")
@yes_option
@database_operation
async def accept(
    desk: Desk,
    tenant_name: str | None,
    platform: bool,
    event_ids: tuple[str, ...],
    everything: bool,
    reason: str,
    yes: bool,
) -> None:
    """Answer for events that came late: from then on they count as sealed. Look at them first."""
    if bool(event_ids) == everything:
        raise click.UsageError("Give the ids of events, or --all.")
    tenant_id = await _whose(desk, tenant_name, platform)
    if everything:
        event_ids = tuple([event.id async for event in desk.management.audit.late(desk.actor, tenant_id)])
    confirm(f"Nobody can tell {len(event_ids)} events from forged ones but you. Accept them?", yes)
    accepted = [await desk.management.audit.accept(desk.actor, tenant_id, event_id, reason) for event_id in event_ids]
    desk.output.many([of_event(event) for event in accepted], ("at", "type", "target", "details"))


async def _whose(desk: Desk, tenant_name: str | None, platform: bool) -> str | None:
    """The id of the tenant, None for the platform."""
    if (tenant_name is None) != platform:
        raise click.UsageError("Give either --tenant or --platform.")
    return None if tenant_name is None else await desk.tenant_id(tenant_name)
