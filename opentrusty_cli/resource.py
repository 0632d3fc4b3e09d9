"""`opentrusty resource`: the APIs of a tenant and their scopes."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import confirm, pairs, tenant_option, yes_option
from opentrusty_cli.records import of_resource
from opentrusty_core.domain.resource import Resource

ID = "identifier"
scope_option = click.option(
    "--scope", "scopes", multiple=True, metavar="SCOPE=DESCRIPTION", help="A scope and what people read; repeatable."
)


@click.group()
def resource() -> None:
    """Resources: APIs that access tokens are for."""


@resource.command("list")
@tenant_option
@operation
async def list_(desk: Desk, tenant_name: str) -> None:
    """List resources by identifier."""
    found = await desk.management.resources.list(desk.actor, await desk.tenant_id(tenant_name))
    desk.output.many([of_resource(item) for item in found], ("identifier", "name", "scopes"), key=ID)


@resource.command()
@tenant_option
@click.argument("identifier")
@operation
async def show(desk: Desk, tenant_name: str, identifier: str) -> None:
    """Show a resource."""
    tenant_id = await desk.tenant_id(tenant_name)
    desk.output.one(of_resource(await desk.management.resources.get(desk.actor, tenant_id, identifier)), key=ID)


@resource.command()
@tenant_option
@click.argument("identifier")
@click.option("--name", help="What people read (default: IDENTIFIER).")
@scope_option
@operation
async def create(desk: Desk, tenant_name: str, identifier: str, name: str | None, scopes: tuple[str, ...]) -> None:
    """Add a resource; IDENTIFIER is the audience of its access tokens."""
    from opentrusty_core.errors import ChangedMeanwhile, Conflict

    tenant_id = await desk.tenant_id(tenant_name)
    made = Resource(identifier=identifier, name=name or identifier, scopes=pairs(scopes, "--scope"))
    try:
        saved = await desk.management.resources.save(desk.actor, tenant_id, made, version=0)
    except ChangedMeanwhile:
        raise Conflict("There is such a resource already.") from None
    desk.output.one(of_resource(saved), key=ID)


@resource.command()
@tenant_option
@click.argument("identifier")
@click.option("--name")
@scope_option
@click.option("--remove-scope", "removed", multiple=True, metavar="SCOPE", help="Repeatable.")
@operation
async def update(
    desk: Desk, tenant_name: str, identifier: str, name: str | None, scopes: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    """Change what is given and leave the rest; a scope that is given is added or described anew."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.resources.get(desk.actor, tenant_id, identifier)
    if absent := [scope for scope in removed if scope not in current.scopes]:
        raise click.UsageError(f"--remove-scope {absent[0]}: the resource has no such scope.")
    kept = {scope: text for scope, text in current.scopes.items() if scope not in removed}
    changed = Resource(identifier=identifier, name=name or current.name, scopes={**kept, **pairs(scopes, "--scope")})
    saved = await desk.management.resources.save(desk.actor, tenant_id, changed, version=current.version)
    desk.output.one(of_resource(saved), key=ID)


@resource.command()
@tenant_option
@click.argument("identifier")
@yes_option
@operation
async def delete(desk: Desk, tenant_name: str, identifier: str, yes: bool) -> None:
    """Remove a resource; no more tokens are issued for it."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"Clients will no longer get tokens for {identifier}. Delete it?", yes)
    await desk.management.resources.delete(desk.actor, tenant_id, identifier)
    desk.output.done(f"Deleted {identifier}.", {"identifier": identifier, "deleted": True}, key=ID)
