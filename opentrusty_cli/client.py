"""`opentrusty client`: the applications of a tenant, and their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.client_options import chosen_fields, client_options
from opentrusty_cli.options import Paging, confirm, paged, tenant_option, version_option, yes_option
from opentrusty_cli.records import of_client
from opentrusty_core.domain.client import AuthMethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import ClientWithSecret

COLUMNS = ("client_id", "client_name", "status", "token_endpoint_auth_method", "grant_types")
ID = "client_id"


@click.group()
def client() -> None:
    """Clients: applications registered in a tenant."""


@client.command("list")
@tenant_option
@paged
@operation
async def list_(desk: Desk, tenant_name: str, paging: Paging) -> None:
    """List clients by id."""
    tenant_id = await desk.tenant_id(tenant_name)
    page = await paging.fetch(lambda request: desk.management.clients.page(desk.actor, tenant_id, request))
    desk.output.many([of_client(item) for item in page.items], COLUMNS, key=ID, next_after=page.next_after)


@client.command()
@tenant_option
@click.argument("client_id")
@operation
async def show(desk: Desk, tenant_name: str, client_id: str) -> None:
    """Show a client; its secrets are known to nobody."""
    found = await desk.management.clients.get(desk.actor, await desk.tenant_id(tenant_name), client_id)
    desk.output.one(of_client(found), key=ID)


@client.command()
@tenant_option
@click.option("--client-id", help="The id; made where none is given.")
@click.option("--public", is_flag=True, help="It cannot keep a secret: the same as --auth-method none.")
@client_options
@operation
async def create(desk: Desk, tenant_name: str, client_id: str | None, public: bool, **options: Any) -> None:
    """Register a client. A confidential one gets a secret, shown this once."""
    if public:
        if options["token_endpoint_auth_method"] not in {None, AuthMethod.NONE}:
            raise click.UsageError("--public and --auth-method contradict each other.")
        options["token_endpoint_auth_method"] = AuthMethod.NONE
    tenant_id = await desk.tenant_id(tenant_name)
    _once(
        desk, await desk.management.clients.create(desk.actor, tenant_id, chosen_fields(options), client_id=client_id)
    )


@client.command()
@tenant_option
@click.argument("client_id")
@client_options
@version_option
@operation
async def update(desk: Desk, tenant_name: str, client_id: str, version: int | None, **options: Any) -> None:
    """Change what is given and leave the rest; a list that is given replaces the list."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.clients.get(desk.actor, tenant_id, client_id)
    changed = await desk.management.clients.update(
        desk.actor, tenant_id, client_id, chosen_fields(options), version=version or current.version
    )
    desk.output.one(of_client(changed), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@click.option(
    "--overlap",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="How long the present secret stays good beside the new one.",
)
@yes_option
@operation
async def rotate_secret(desk: Desk, tenant_name: str, client_id: str, overlap: int, yes: bool) -> None:
    """Make a new secret, shown this once."""
    tenant_id = await desk.tenant_id(tenant_name)
    if not overlap:
        confirm(f"The present secret of {client_id} ends at once. Rotate it?", yes)
    _once(
        desk,
        await desk.management.clients.rotate_secret(
            desk.actor, tenant_id, client_id, overlap=timedelta(seconds=min(overlap, 10**9))
        ),
    )


@client.command()
@tenant_option
@click.argument("client_id")
@yes_option
@operation
async def disable(desk: Desk, tenant_name: str, client_id: str, yes: bool) -> None:
    """Block a client and all that it holds, until it is enabled again."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"{client_id} will stop working within a second. Disable it?", yes)
    desk.output.one(of_client(await desk.management.clients.disable(desk.actor, tenant_id, client_id)), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@operation
async def enable(desk: Desk, tenant_name: str, client_id: str) -> None:
    """Unblock a client."""
    tenant_id = await desk.tenant_id(tenant_name)
    desk.output.one(of_client(await desk.management.clients.enable(desk.actor, tenant_id, client_id)), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@yes_option
@operation
async def delete(desk: Desk, tenant_name: str, client_id: str, yes: bool) -> None:
    """Remove a client with its grants, tokens and consents."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"{client_id} and all that people allowed it will be gone for good. Delete it?", yes)
    await desk.management.clients.delete(desk.actor, tenant_id, client_id)
    desk.output.done(f"Deleted {client_id}.", {"client_id": client_id, "deleted": True}, key=ID)


def _once(desk: Desk, made: ClientWithSecret) -> None:
    secrets = {} if made.secret is None else {"client_secret": made.secret}
    desk.output.one(of_client(made.client), key=ID, secrets=secrets)
