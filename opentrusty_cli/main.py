"""`opentrusty`: the command line. A command's module is imported when it is used, so that `--help` starts fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from opentrusty_cli.app import App
from opentrusty_cli.errors import exit_code, sentence
from opentrusty_core.errors import OpenTrustyError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("opentrusty_cli.serve:serve", "Serve a plane."),
    "dev": ("opentrusty_cli.dev:dev", "Start every plane on this machine, with demo tenants."),
    "migrate": ("opentrusty_cli.migrate:migrate", "Bring the database's schema up to date."),
    "bootstrap": ("opentrusty_cli.bootstrap:bootstrap", "Make the first platform administrator."),
    "doctor": ("opentrusty_cli.doctor:doctor", "Say what is wrong with this deployment."),
    "health": ("opentrusty_cli.health:health", "How database, keys and maintenance are."),
    "maintain": ("opentrusty_cli.maintain:maintain", "Purge what has expired; step the signing keys; seal the audit."),
    "tenant": ("opentrusty_cli.tenant:tenant", "Tenants: made, configured, suspended, deleted; their domains."),
    "user": ("opentrusty_cli.user:user", "Users of a tenant, and their passwords."),
    "client": ("opentrusty_cli.client:client", "Clients of a tenant, and their secrets."),
    "resource": ("opentrusty_cli.resource:resource", "Resources of a tenant: APIs and their scopes."),
    "role": ("opentrusty_cli.role:role", "Roles, those of a tenant's own too, and who holds them."),
    "group": ("opentrusty_cli.group:group", "Groups of a tenant's users that carry roles."),
    "access": ("opentrusty_cli.access:access", "Accesses that platform administrators declared to tenants."),
    "key": ("opentrusty_cli.key:key", "Signing keys of a tenant: list, show, rotate, retire."),
    "session": ("opentrusty_cli.session:session", "Sessions of a tenant's users: list, show, end."),
    "login": ("opentrusty_cli.login:login", "Sign in at an Admin Plane, to work through it."),
    "logout": ("opentrusty_cli.login:logout", "End a login, here and at the server."),
    "whoami": ("opentrusty_cli.login:whoami", "Who you are at the Admin Plane, and what you may do."),
    "logins": ("opentrusty_cli.login:logins", "Where you are signed in."),
    "audit": ("opentrusty_cli.audit:audit", "The audit of a tenant or of the platform."),
    "completion": ("opentrusty_cli.completion:completion", "Print the completion script of a shell."),
}


ON_DATABASE = frozenset({"serve", "dev", "migrate", "bootstrap", "doctor", "maintain"})
"""The commands that are about the deployment on this machine; they look at no login."""


class LazyGroup(click.Group):
    """The root: knows its commands by name and help, imports one when it is used, and ends every error in one place."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OpenTrustyError as error:
            click.echo(f"Error: {sentence(error)}", err=True)
            ctx.exit(exit_code(error))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file of settings (else the variable OPENTRUSTY_CONFIG).",
)
@click.option("--database-url", metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST/DATABASE.")
@click.option(
    "--remote",
    metavar="LOGIN",
    help="Work through a login: its name, its Admin Plane's address, or `current` (else OPENTRUSTY_REMOTE).",
)
@click.version_option(package_name="opentrusty-core", prog_name="opentrusty")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, database_url: str | None, remote: str | None) -> None:
    """OpenTrusty, an identity provider.

    Commands work on the database, or through the Admin Plane after `opentrusty login`. Settings come from OPENTRUSTY_*
    variables over a TOML file. Exit codes: 1 failure, 2 usage, 3 not allowed, 4 not found, 5 conflict, 6 unavailable.
    """
    if remote is not None and database_url is not None:
        raise click.UsageError("Give either --remote or --database-url.")
    if remote is not None and ctx.invoked_subcommand in ON_DATABASE:
        raise click.UsageError(f"`{ctx.invoked_subcommand}` works on the database itself: leave --remote out.")
    ctx.obj = App(config, database_url, remote)


if __name__ == "__main__":
    cli(prog_name="opentrusty")
