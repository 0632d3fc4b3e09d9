"""`opentrusty key`: the signing keys of a tenant."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, database_operation, operation
from opentrusty_cli.options import confirm, tenant_option, yes_option
from opentrusty_cli.progress import Progress
from opentrusty_cli.records import of_key
from opentrusty_core.domain.client import SIGNING_ALGORITHMS

COLUMNS = ("kid", "alg", "status", "activates_at", "retiring_at")
ID = "kid"


@click.group()
def key() -> None:
    """Signing keys: announced, active, retiring, retired, by themselves."""


@key.command("list")
@tenant_option
@operation
async def list_(desk: Desk, tenant_name: str) -> None:
    """List every key, retired ones too."""
    found = await desk.management.keys.list(desk.actor, await desk.tenant_id(tenant_name))
    desk.output.many([of_key(item) for item in found], COLUMNS, key=ID)


@key.command()
@tenant_option
@click.argument("kid")
@operation
async def show(desk: Desk, tenant_name: str, kid: str) -> None:
    """Show a key, its public half only."""
    desk.output.one(of_key(await desk.management.keys.get(desk.actor, await desk.tenant_id(tenant_name), kid)), key=ID)


@key.command()
@tenant_option
@click.option("--alg", type=click.Choice(SIGNING_ALGORITHMS), required=True)
@operation
async def rotate(desk: Desk, tenant_name: str, alg: str) -> None:
    """Announce the next key now; it signs once every cached JWKS knows it."""
    tenant_id = await desk.tenant_id(tenant_name)
    desk.output.one(of_key(await desk.management.keys.rotate(desk.actor, tenant_id, alg)), key=ID)


@key.command()
@tenant_option
@click.argument("kid")
@yes_option
@operation
async def retire(desk: Desk, tenant_name: str, kid: str, yes: bool) -> None:
    """Take a key out of use at once, as after a leak: all that it signed is refused."""
    tenant_id = await desk.tenant_id(tenant_name)
    found = await desk.management.keys.get(desk.actor, tenant_id, kid)
    confirm(f"Every token that {found.kid} signed will be refused. Retire it?", yes)
    desk.output.one(of_key(await desk.management.keys.retire(desk.actor, tenant_id, kid)), key=ID)


@key.command()
@database_operation
async def reseal(desk: Desk) -> None:
    """Seal under the active master key what still needs an older one; audits are verified before. May be run again."""
    from opentrusty_core.management import Resealed

    progress, done = Progress("events verified"), Resealed()
    async for done in desk.management.resealing.run(desk.actor):
        progress(done.events)
    progress.end()
    refused = [f"{tenant_id or '(platform)'}: {sentence}" for tenant_id, sentence in done.refused]
    desk.output.one({"signing_keys": done.signing_keys, "audits": done.audits, "refused": refused}, key="audits")
    if refused:
        raise click.exceptions.Exit(1)
