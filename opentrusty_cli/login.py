"""`opentrusty login`, `logout`, `whoami` and `logins`: who the command line is at an Admin Plane."""

from __future__ import annotations

import webbrowser
from functools import partial

import anyio
import anyio.to_thread
import click

from opentrusty_cli.app import App
from opentrusty_cli.output import Output, output_option
from opentrusty_core.errors import OpenTrustyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_cli.remote.logins import Login

COLUMNS = ("name", "admin_url", "tenant", "current")
login_argument = click.argument("wanted", metavar="[LOGIN]", required=False)


@click.command()
@click.argument("admin_url")
@click.option("-t", "--tenant", default="platform", show_default=True, metavar="NAME", help="Whose user you are.")
@click.option("--no-browser", is_flag=True, help="Only print the address at which you sign in.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Where the browser comes back to, on 127.0.0.1; for a tunnel to this machine.",
)
@click.option("--wait", type=click.IntRange(1, 3600), default=300, show_default=True, metavar="SECONDS")
@output_option
@click.pass_obj
def login(app: App, admin_url: str, tenant: str, no_browser: bool, port: int, wait: int, output: Output) -> None:
    """Sign in at an Admin Plane with the browser; commands work through it from then on.

    Tokens are kept in ~/.config/opentrusty, for you alone, and renewed by themselves until `opentrusty logout`.
    """
    made = anyio.run(_sign_in, app, admin_url.rstrip("/"), tenant, port, wait, not no_browser)
    _show(app, made, output)


@click.command()
@login_argument
@click.option("--all", "everything", is_flag=True, help="Every login.")
@click.pass_obj
def logout(app: App, wanted: str | None, everything: bool) -> None:
    """End a login (by default the current one), here and at the server."""
    from opentrusty_cli.remote.logins import CURRENT, Logins

    if wanted is not None and everything:
        raise click.UsageError("Give either LOGIN or --all.")
    known = Logins().known()
    ended = tuple(known.logins.values()) if everything else (known.find(wanted or CURRENT),)
    for login in ended:
        Logins().forget(login)
        try:
            anyio.run(_revoke, app, login)
        except OpenTrustyError as error:
            click.echo(f"{login.name} is forgotten here, but not ended at the server: {error}", err=True)
        else:
            click.echo(f"Signed out of {login.name}.")


@click.command()
@login_argument
@output_option
@click.pass_obj
def whoami(app: App, wanted: str | None, output: Output) -> None:
    """Show who you are at the Admin Plane, and what you may do there."""
    from opentrusty_cli.remote.logins import CURRENT, Logins

    _show(app, Logins().known().find(wanted or CURRENT), output)


@click.command()
@click.option("--use", metavar="LOGIN", help="Let commands work through this one from now on.")
@output_option
def logins(use: str | None, output: Output) -> None:
    """List where you are signed in."""
    from opentrusty_cli.remote.logins import Logins

    if use is not None:
        Logins().make_current(Logins().known().find(use))
    known = Logins().known()
    records = [
        {"name": name, "admin_url": it.admin_url, "tenant": it.tenant, "current": name == known.current}
        for name, it in known.logins.items()
    ]
    output.many(records, COLUMNS, key="name")


async def _sign_in(app: App, admin_url: str, tenant: str, port: int, wait: float, opens: bool) -> Login:
    from opentrusty_cli.remote import oauth
    from opentrusty_cli.remote.logins import Logins
    from opentrusty_cli.remote.loopback import Loopback

    server = await oauth.discover(app.http, admin_url, tenant)
    listener = Loopback(port)
    try:
        attempt = oauth.begin(server, listener.redirect_uri, app.runtime)
        click.echo(f"Sign in at:\n\n  {attempt.url}\n", err=True)
        if opens:
            await anyio.to_thread.run_sync(webbrowser.open, attempt.url, abandon_on_cancel=True)
        waiting = partial(listener.wait, attempt.state, wait)
        answered = await anyio.to_thread.run_sync(waiting, abandon_on_cancel=True)
    finally:
        listener.close()
    made = await oauth.redeem(app.http, server, attempt, answered, app.runtime.now())
    Logins().keep(made, current=True)
    return made


async def _revoke(app: App, login: Login) -> None:
    from opentrusty_cli.remote import oauth

    await oauth.revoke(app.http, login)


def _show(app: App, login: Login, output: Output) -> None:
    me = anyio.run(app.api(login).get, "/me")
    record = {
        "login": login.name,
        "admin_url": login.admin_url,
        "tenant": me["tenant"]["name"],
        "kind": me["kind"],
        "id": me["id"],
        "username": me["username"],
        "permissions": me["permissions"],
        "platform_permissions": me["platform_permissions"],
    }
    output.one(record, key="login")
