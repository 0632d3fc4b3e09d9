"""`opentrusty tenant apply` and `tenant export`: a tenant made what a file says, and written into such a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.errors import USAGE
from opentrusty_cli.manifest_file import ManifestFile, read_file
from opentrusty_cli.options import confirm, yes_option
from opentrusty_cli.output import Format, text
from opentrusty_core.errors import Invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_cli.records import Data
    from opentrusty_core.management.manifests import Done, Plan, Step


class Refused(click.ClickException):
    """The manifest is not acceptable."""

    exit_code = USAGE


_SIGNS = {"create": "+", "update": "~", "delete": "-"}


@click.command()
@click.option(
    "-f",
    "--file",
    "path",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="The manifest, YAML or JSON; - for standard input.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--exit-code", is_flag=True, help="With --dry-run: exit with 1 where something would change.")
@click.option("--no-delete", is_flag=True, help="Leave what the manifest does not list.")
@yes_option
@operation
async def apply(desk: Desk, path: Path, dry_run: bool, exit_code: bool, no_delete: bool, yes: bool) -> None:
    """Make a tenant what a manifest says. The plan is shown first; users and their keys are left alone."""
    file = read_file(path)
    plan = await _planned(desk, file, delete=not no_delete)
    quiet = desk.output.format is not Format.TABLE
    if not quiet:
        _show(plan)
    done: list[Done] = []
    try:
        if plan.steps and not dry_run:
            _ask(plan, yes)
            async for it in desk.management.manifests.apply(desk.actor, plan):
                done.append(it)
                if not quiet:
                    _tell(it)
    finally:  # whatever fails, the secrets of what was done are shown
        if quiet:
            desk.output.one(_record(plan, done), key="tenant")
    if dry_run and exit_code and plan.steps:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("name")
@operation
async def export(desk: Desk, name: str) -> None:
    """Write a tenant's manifest to standard output: applied to the tenant, it changes nothing."""
    document = await desk.management.manifests.export(desk.actor, await desk.tenant_id(name))
    if desk.output.format is Format.JSON:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        import yaml

        click.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120).rstrip("\n"))


async def _planned(desk: Desk, file: ManifestFile, *, delete: bool) -> Plan:
    try:
        return await desk.management.manifests.plan_document(desk.actor, file.data, delete=delete)
    except Invalid as error:
        problems = sorted(error.fields.items(), key=lambda it: (file.line(it[0]), it[0]))
        told = "\n".join(f"  {file.place(pointer)}: {why}" for pointer, why in problems)
        raise Refused(f"The manifest is not acceptable.\n{told}") from None


def _ask(plan: Plan, yes: bool) -> None:
    gone = sum(step.action == "delete" for step in plan.steps)
    warning = f" {gone} will be deleted for good, with all that people allowed them." if gone else ""
    confirm(f"Apply?{warning}", yes)


def _show(plan: Plan) -> None:
    for step in plan.steps:
        for line in _lines(step):
            click.echo(line)
    if not plan.steps:
        click.echo(f"{plan.tenant} is what the manifest says: nothing to do.")
    else:
        counts = {action: sum(step.action == action for step in plan.steps) for action in _SIGNS}
        click.echo(", ".join(f"{count} to {action}" for action, count in counts.items()) + ".")


def _lines(step: Step) -> list[str]:
    lines = [f"{_SIGNS[step.action]} {step.noun} {step.name}"]
    lines += [f"    {it.field}: {_shown(it.before)} -> {_shown(it.after)}" for it in step.changes]
    return lines


def _shown(value: object) -> str:
    return text(json.dumps(value, ensure_ascii=False))


def _tell(done: Done) -> None:
    click.echo(f"Done: {done.step.action} {done.step.noun} {done.step.name}")
    if done.secret is not None:
        click.echo(f"    client_secret: {done.secret}")
        click.echo("Keep the secret now: this is the only time it is shown.", err=True)


def _step(step: Step) -> Data:
    changes = [{"field": it.field, "before": it.before, "after": it.after} for it in step.changes]
    return {"action": step.action.value, "noun": step.noun, "name": step.name, "changes": changes}


def _record(plan: Plan, done: list[Done]) -> Data:
    secrets = {it.step.name: it.secret for it in done if it.secret is not None}
    steps = [{**_step(step), "done": at < len(done)} for at, step in enumerate(plan.steps)]
    return {"tenant": plan.tenant, "steps": steps, "client_secrets": secrets}
