"""`opentrusty access`: accesses that platform administrators declared, to look into one tenant for an hour."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, tenant_option, yes_option
from opentrusty_cli.principal_options import principal_of
from opentrusty_cli.records import of_access

COLUMNS = ("id", "tenant", "home", "principal_id", "reason", "expires_at")


@click.group()
def access() -> None:
    """Declared accesses. Without one a platform administrator sees nothing inside a tenant."""


@access.command("list")
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="Only those to this tenant.")
@paged
@operation
async def list_(desk: Desk, tenant_name: str | None, paging: Paging) -> None:
    """List the accesses that open a tenant now, the oldest first."""
    accesses = desk.management.accesses
    if tenant_name is None:
        page = await paging.fetch(lambda request: accesses.live(desk.actor, request))
    else:
        tenant_id = await desk.tenant_id(tenant_name)
        page = await paging.fetch(lambda request: accesses.live_in(desk.actor, tenant_id, request))
    desk.output.many([of_access(item) for item in page.items], COLUMNS, next_after=page.next_after)


@access.command()
@tenant_option
@click.argument("administrator")
@click.option("--reason", required=True, help="At least ten characters; both audits tell it.")
@click.option("--home", default="platform", show_default=True, metavar="NAME", help="Their own tenant.")
@click.option("--client", "kind", flag_value="client", help="ADMINISTRATOR is a client.")
@operation
async def declare(desk: Desk, tenant_name: str, administrator: str, reason: str, home: str, kind: str | None) -> None:
    """Let a platform administrator look into a tenant for an hour, reading only."""
    from opentrusty_core.management import Administrator

    tenant_id, home_id = await desk.tenant_id(tenant_name), await desk.tenant_id(home)
    to = Administrator(home_id=home_id, principal=await principal_of(desk, home_id, administrator, kind))
    desk.output.one(of_access(await desk.management.accesses.declare(desk.actor, tenant_id, reason, to=to)))


@access.command()
@click.argument("access_id")
@yes_option
@operation
async def end(desk: Desk, access_id: str, yes: bool) -> None:
    """End an access early."""
    confirm("The tenant will be closed to the administrator again. End the access?", yes)
    await desk.management.accesses.end(desk.actor, access_id)
    desk.output.done("Ended the access.", {"id": access_id, "ended": True})
