"""`opentrusty user consents` and `withdraw-consent`: what users have allowed applications."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import confirm, tenant_option, yes_option
from opentrusty_cli.records import of_consent

COLUMNS = ("client_id", "scope", "claims", "granted_at")


@click.command()
@tenant_option
@click.argument("user")
@operation
async def consents(desk: Desk, tenant_name: str, user: str) -> None:
    """List what a user has allowed applications."""
    tenant_id = await desk.tenant_id(tenant_name)
    given = await desk.management.consents.of_user(desk.actor, tenant_id, await desk.user_id(tenant_id, user))
    desk.output.many([of_consent(consent) for consent in given], COLUMNS, key="client_id")


@click.command()
@tenant_option
@click.argument("user")
@click.argument("client_id")
@yes_option
@operation
async def withdraw_consent(desk: Desk, tenant_name: str, user: str, client_id: str, yes: bool) -> None:
    """Forget what a user has allowed an application, and end all that it holds of theirs."""
    tenant_id = await desk.tenant_id(tenant_name)
    found = await desk.management.users.get(desk.actor, tenant_id, user)
    confirm(f"{client_id} will lose all that {found.username} allowed it. Withdraw the consent?", yes)
    await desk.management.consents.withdraw(desk.actor, tenant_id, found.id, client_id)
    record = {"id": found.id, "client_id": client_id, "withdrawn": True}
    desk.output.done(f"Withdrew the consent of {found.username} to {client_id}.", record)
