"""`opentrusty doctor`: what is wrong with a deployment, and what to do about it."""

from __future__ import annotations

import anyio
import click

from opentrusty_cli.app import App
from opentrusty_cli.checkup import Finding, Grade, of_database, of_settings
from opentrusty_cli.errors import FAILURE, sentence
from opentrusty_cli.output import Output, output_option
from opentrusty_core.errors import ConfigurationError


@click.command()
@output_option
@click.pass_context
def doctor(ctx: click.Context, output: Output) -> None:
    """Say what is wrong with this deployment and what to do; exits with 1 where something is."""
    findings = anyio.run(_examine, ctx.obj)
    records = [
        {"check": found.check, "grade": found.grade.value, "finding": found.finding, "advice": found.advice}
        for found in findings
    ]
    output.many(records, ("check", "grade", "finding", "advice"), key="check")
    if any(found.grade is Grade.WRONG for found in findings):
        ctx.exit(FAILURE)


async def _examine(app: App) -> list[Finding]:
    try:
        settings = app.settings
    except ConfigurationError as error:
        advice = "Correct them; nothing else can be examined before."
        return [Finding(check="settings", grade=Grade.WRONG, finding=sentence(error), advice=advice)]
    read = Finding(check="settings", grade=Grade.FINE, finding="They can be read.")
    async with app.store() as store:
        return [read, *of_settings(settings), *await of_database(store, settings, app.runtime)]
