"""`opentrusty serve`: one plane as a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import click

from opentrusty_cli.app import App
from opentrusty_core.config import CONFIG_VARIABLE, PREFIX


@click.group()
def serve() -> None:
    """Serve a plane."""


def _listening(port: int) -> Callable[[Callable[..., None]], click.Command]:
    """A command that serves a plane, by default on this port."""

    def declare(command: Callable[..., None]) -> click.Command:
        workers, ports = click.IntRange(1, 64), click.IntRange(0, 65535)
        for option in (
            click.option("--until-eof", is_flag=True, hidden=True, help="Stop when standard input ends."),
            click.option("--workers", default=1, show_default=True, type=workers, help="Processes on the port."),
            click.option("--port", default=port, show_default=True, type=ports, help="Port to listen on."),
            click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
        ):
            command = option(command)
        return serve.command()(click.pass_context(command))

    return declare


@_listening(8080)
def auth(ctx: click.Context, host: str, port: int, workers: int, until_eof: bool) -> None:
    """The Auth Plane: sign-in, OpenID Connect and OAuth 2. Logs go to standard error as JSON."""
    from opentrusty_auth.server import run

    _run(ctx, run, host, port, workers, until_eof=until_eof)


@_listening(8081)
def admin(ctx: click.Context, host: str, port: int, workers: int, until_eof: bool) -> None:
    """The Admin Plane: the HTTP API of administrators. Logs go to standard error as JSON."""
    from opentrusty_admin.server import run

    _run(ctx, run, host, port, workers, until_eof=until_eof)


@_listening(8082)
def console(ctx: click.Context, host: str, port: int, workers: int, until_eof: bool) -> None:
    """The Console Plane: the administrators' web application, for those without a web server of their own."""
    from opentrusty_console.server import run

    _run(ctx, run, host, port, workers, until_eof=until_eof)


def _run(ctx: click.Context, run: Callable[..., None], host: str, port: int, workers: int, *, until_eof: bool) -> None:
    from opentrusty_server.ending import end_at_eof

    app: App = ctx.obj
    if until_eof:
        end_at_eof()
    os.environ |= environment(ctx.find_root().params)
    run(app.settings, host=host, port=port, workers=workers)


def environment(options: Mapping[str, object]) -> dict[str, str]:
    """The global options as variables, for worker processes."""
    given = {CONFIG_VARIABLE: options.get("config"), f"{PREFIX}DATABASE_URL": options.get("database_url")}
    return {name: str(value) for name, value in given.items() if value is not None}
