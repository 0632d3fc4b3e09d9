"""`opentrusty health`: what the database tells of how the deployment is kept."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.errors import FAILURE
from opentrusty_cli.records import of_health


@click.command()
@operation
async def health(desk: Desk) -> None:
    """Show the health of database, keys and maintenance; exits with 1 where something is not as it should be."""
    found = await desk.management.system.health(desk.actor)
    desk.output.one(of_health(found), key="status")
    if not found.is_fine:
        click.get_current_context().exit(FAILURE)
