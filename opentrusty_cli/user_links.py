"""`opentrusty user invite`, `reset` and their kin: links by which people choose their password, shown once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import confirm, tenant_option, yes_option
from opentrusty_cli.records import of_link
from opentrusty_cli.user_options import claim_option, claims_of

if TYPE_CHECKING:
    from opentrusty_core.management import MadeLink, UserFields

F = TypeVar("F", bound=Callable[..., Any])


class LinkOptions(TypedDict):
    """What is said of a link by whoever makes it."""

    lifetime: timedelta | None
    mailed: bool
    client_id: str | None


def lifetime_of(seconds: int | None) -> timedelta | None:
    """What `--valid` says."""
    return None if seconds is None else timedelta(seconds=seconds)


valid_option = click.option("--valid", "seconds", type=int, metavar="SECONDS", help="How long the link is good.")
mailed_option = click.option(
    "--mailed", is_flag=True, help="You mail the link to the user's email: opening it verifies the address."
)


def _link_options(function: F) -> F:
    """Add `--valid`, `--mailed` and `--client`, given to the command as `options`."""

    @wraps(function)
    def command(*args: Any, seconds: int | None, mailed: bool, client_id: str | None, **kwargs: Any) -> Any:
        options = LinkOptions(lifetime=lifetime_of(seconds), mailed=mailed, client_id=client_id)
        return function(*args, options=options, **kwargs)

    decorated: Any = command
    client = click.option("--client", "client_id", metavar="CLIENT_ID", help="Where the person is led on to.")
    for option in (client, mailed_option, valid_option):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


@click.command()
@tenant_option
@click.argument("username")
@click.option("--email")
@claim_option
@click.option("--again", is_flag=True, help="Another link for a user who was invited before; USERNAME says whom.")
@_link_options
@operation
async def invite(
    desk: Desk,
    tenant_name: str,
    username: str,
    email: str | None,
    claims: tuple[str, ...],
    again: bool,
    options: LinkOptions,
) -> None:
    """Make a user and a link, shown this once, by which they choose their password."""
    tenant_id, links = await desk.tenant_id(tenant_name), desk.management.links
    if again:
        if email is not None or claims:
            raise click.UsageError("--again changes nothing of the user: leave --email and --claim out.")
        user_id = await desk.user_id(tenant_id, username)
        _show(desk, await links.invite_again(desk.actor, tenant_id, user_id, **options))
        return
    fields: UserFields = {"username": username, "email": email, "claims": claims_of(claims)}
    _show(desk, await links.invite(desk.actor, tenant_id, fields, **options))


@click.command()
@tenant_option
@click.argument("user")
@_link_options
@operation
async def reset(desk: Desk, tenant_name: str, user: str, options: LinkOptions) -> None:
    """Make a link, shown this once, by which a user chooses a new password; the old one stays good until then."""
    tenant_id = await desk.tenant_id(tenant_name)
    user_id = await desk.user_id(tenant_id, user)
    _show(desk, await desk.management.links.start_reset(desk.actor, tenant_id, user_id, **options))


@click.command()
@tenant_option
@click.argument("user")
@operation
async def link(desk: Desk, tenant_name: str, user: str) -> None:
    """Show whether a user has a link that is good, and until when; never its secret."""
    tenant_id = await desk.tenant_id(tenant_name)
    found = await desk.management.users.get(desk.actor, tenant_id, user)
    good = await desk.management.links.of_user(desk.actor, tenant_id, found.id)
    desk.output.one({"id": found.id, "username": found.username, "link": None if good is None else of_link(good)})


@click.command()
@tenant_option
@click.argument("user")
@yes_option
@operation
async def withdraw_link(desk: Desk, tenant_name: str, user: str, yes: bool) -> None:
    """Make the link of a user good for nothing."""
    tenant_id = await desk.tenant_id(tenant_name)
    found = await desk.management.users.get(desk.actor, tenant_id, user)
    confirm(f"The link of {found.username} will open nothing. Withdraw it?", yes)
    withdrawn = await desk.management.links.withdraw(desk.actor, tenant_id, found.id)
    message = f"Withdrew the link of {found.username}." if withdrawn else f"{found.username} has no link."
    desk.output.done(message, {"id": found.id, "withdrawn": withdrawn})


@click.command()
@tenant_option
@click.argument("user")
@operation
async def unlock(desk: Desk, tenant_name: str, user: str) -> None:
    """Forget a user's failed sign-ins, so that they need not wait."""
    tenant_id = await desk.tenant_id(tenant_name)
    found = await desk.management.users.get(desk.actor, tenant_id, user)
    unlocked = await desk.management.users.unlock(desk.actor, tenant_id, found.id)
    message = f"Unlocked {found.username}." if unlocked else f"Nothing was counted against {found.username}."
    desk.output.done(message, {"id": found.id, "unlocked": unlocked})


def _show(desk: Desk, made: MadeLink) -> None:
    record = {"id": made.user.id, "username": made.user.username, **of_link(made.link)}
    desk.output.one(record, secrets={"link": made.url})
