"""`opentrusty audit`: who did what, when and from where."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.audit_options import Wanted, wanted
from opentrusty_cli.options import Paging, paged
from opentrusty_cli.records import of_event

COLUMNS = ("at", "type", "outcome", "actor_kind", "actor_id", "target", "reason")


@click.group()
def audit() -> None:
    """The audit: append-only, written with each change."""


@audit.command("list")
@wanted
@click.option("--newest-first", is_flag=True, help="Begin at the end.")
@paged
@operation
async def list_(desk: Desk, wanted: Wanted, newest_first: bool, paging: Paging) -> None:
    """List events, the oldest first."""
    events, query = desk.management.audit, wanted.query
    if wanted.tenant_name is None:
        page = await paging.fetch(
            lambda request: events.platform_page(desk.actor, request, query, descending=newest_first)
        )
    else:
        tenant_id = await desk.tenant_id(wanted.tenant_name)
        page = await paging.fetch(
            lambda request: events.page(desk.actor, tenant_id, request, query, descending=newest_first)
        )
    desk.output.many([of_event(item) for item in page.items], COLUMNS, next_after=page.next_after)


@audit.command()
@click.argument("event_id")
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name; else one of the platform.")
@operation
async def show(desk: Desk, event_id: str, tenant_name: str | None) -> None:
    """Show an event with all its details."""
    events = desk.management.audit
    if tenant_name is None:
        event = await events.platform_get(desk.actor, event_id)
    else:
        event = await events.get(desk.actor, await desk.tenant_id(tenant_name), event_id)
    desk.output.one(of_event(event))
