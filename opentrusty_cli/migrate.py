"""`opentrusty migrate`: the database's schema, brought up to this version."""

from __future__ import annotations

import anyio
import click

from opentrusty_cli.app import App
from opentrusty_cli.output import Output, output_option


@click.command()
@click.option(
    "--row-security/--no-row-security",
    default=None,
    help="Have PostgreSQL itself keep tenants apart from now on, or no longer.  [default: as it is]",
)
@output_option
@click.pass_obj
def migrate(app: App, row_security: bool | None, output: Output) -> None:
    """Bring the database's schema up to date; safe to run twice and in several places at once."""

    async def run() -> tuple[str, ...]:
        async with app.store() as store:
            click.echo(f"Migrating {app.settings.database} …", err=True)
            return await store.migrate(row_security=row_security)

    applied = anyio.run(run)
    for name in applied:
        click.echo(f"  applied {name}", err=True)
    message = "The schema is up to date." if not applied else f"Applied {len(applied)}; the schema is up to date."
    if row_security is not None:
        message += f" Row-level security is {'in force' if row_security else 'lifted'}."
    output.done(message, {"database": app.settings.database, "applied": list(applied)}, key="database")
