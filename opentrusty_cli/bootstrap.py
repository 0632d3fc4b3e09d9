"""`opentrusty bootstrap`: the first platform administrator, and on a new deployment the master key."""

from __future__ import annotations

import anyio
import click

from opentrusty_cli.app import App
from opentrusty_cli.options import read_secret
from opentrusty_cli.output import Output, output_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import Bootstrapped


@click.command()
@click.option("--username", default="admin", show_default=True)
@click.option("--email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@output_option
@click.pass_obj
def bootstrap(app: App, username: str, email: str | None, password_stdin: bool, output: Output) -> None:
    """Make the first platform administrator; refused where there is one.

    Where the deployment has no master key yet, one is made first. The password is shown this once.
    """
    password = read_secret() if password_stdin else None
    made = anyio.run(_run, app, output, username, email, password)
    record = {
        "tenant": made.tenant.name,
        "tenant_id": made.tenant.id,
        "id": made.user.id,
        "username": made.user.username,
        "email": made.user.email,
    }
    output.one(record, secrets={} if password_stdin else {"password": made.password})


async def _run(app: App, output: Output, username: str, email: str | None, password: str | None) -> Bootstrapped:
    from opentrusty_core.management import create_master_key_file

    settings = app.settings
    if settings.master_key is None and not settings.master_key_file.exists():
        async with app.store() as store:
            await store.check()
            await create_master_key_file(store, settings.master_key_file, app.runtime)
        click.echo(f"Made the master key {settings.master_key_file}. Back it up, apart from the database.", err=True)
    async with app.desk(output) as desk:
        return await desk.management.bootstrap.first_administrator(desk.actor, username, email=email, password=password)
