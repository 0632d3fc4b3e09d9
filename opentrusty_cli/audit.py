"""`opentrusty audit`: who did what, when and from where."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, paged
from opentrusty_cli.records import of_event

COLUMNS = ("at", "type", "outcome", "actor_kind", "actor_id", "target", "reason")


@click.group()
def audit() -> None:
    """The audit: append-only, written with each change."""


@audit.command("list")
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name.")
@click.option("--platform", is_flag=True, help="What belongs to no tenant.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    help="From this time on (UTC).",
)
@paged
@operation
async def list_(desk: Desk, tenant_name: str | None, platform: bool, since: datetime | None, paging: Paging) -> None:
    """List events, the oldest first."""
    if (tenant_name is None) != platform:
        raise click.UsageError("Give either --tenant or --platform.")
    start = since.replace(tzinfo=UTC) if since else None
    events = desk.management.audit
    if tenant_name is None:
        page = await paging.fetch(lambda request: events.platform_page(desk.actor, request, since=start))
    else:
        tenant_id = await desk.tenant_id(tenant_name)
        page = await paging.fetch(lambda request: events.page(desk.actor, tenant_id, request, since=start))
    desk.output.many([of_event(item) for item in page.items], COLUMNS, next_after=page.next_after)
