"""`opentrusty tenant`: tenants made, configured, suspended, deleted and restored."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, pairs, read_secret, sorting, version_option, yes_option
from opentrusty_cli.records import of_tenant
from opentrusty_cli.tenant_domain import domain
from opentrusty_cli.tenant_manifest import apply, export
from opentrusty_cli.tenant_settings import settings
from opentrusty_cli.tenant_stats import stats
from opentrusty_cli.user_links import lifetime_of, mailed_option, valid_option
from opentrusty_core.domain.tenant import Lifetimes, Tenant, TenantSort, TenantStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import UserFields

COLUMNS = ("id", "name", "display_name", "status")
CLEARABLE = ("logo_uri", "primary_color")


@click.group()
def tenant() -> None:
    """Tenants: isolated issuers with their own users, clients and keys."""


tenant.add_command(settings)
tenant.add_command(apply)
tenant.add_command(export)
tenant.add_command(domain)
tenant.add_command(stats)


@tenant.command("list")
@click.option("--search", default="", metavar="TEXT", help="Only where words of the names begin so.")
@click.option("--status", type=click.Choice([status.value for status in TenantStatus]), help="Only these.")
@sorting(TenantSort, TenantSort.NAME)
@paged
@operation
async def list_(desk: Desk, search: str, status: str | None, sort: tuple[TenantSort, bool], paging: Paging) -> None:
    """List tenants, or those that a search finds."""
    by, descending = sort
    page = await paging.fetch(
        lambda request: desk.management.tenants.page(
            desk.actor,
            request,
            search=search,
            sort=by,
            descending=descending,
            status=None if status is None else TenantStatus(status),
        )
    )
    desk.output.many([of_tenant(item) for item in page.items], COLUMNS, next_after=page.next_after)


@tenant.command()
@click.argument("name")
@operation
async def show(desk: Desk, name: str) -> None:
    """Show a tenant with its settings and issuer."""
    _show(desk, await desk.management.tenants.find(desk.actor, name))


@tenant.command()
@click.argument("name")
@click.option("--display-name", help="What people read (default: NAME).")
@click.option("--owner", metavar="USERNAME", help="Make this user and give them the tenant.")
@click.option("--owner-email", metavar="EMAIL")
@click.option("--password-stdin", is_flag=True, help="Read the owner's password from standard input; else one is made.")
@click.option(
    "--invite-owner", is_flag=True, help="No password: make a link, shown once, by which the owner chooses one."
)
@valid_option
@mailed_option
@operation
async def create(
    desk: Desk,
    name: str,
    display_name: str | None,
    owner: str | None,
    owner_email: str | None,
    password_stdin: bool,
    invite_owner: bool,
    seconds: int | None,
    mailed: bool,
) -> None:
    """Make a tenant. NAME stands in its issuer's URL and never changes."""
    from opentrusty_core.management import FirstOwner

    if owner is None and (owner_email or password_stdin or invite_owner):
        raise click.UsageError("--owner-email, --password-stdin and --invite-owner need --owner.")
    if invite_owner and password_stdin:
        raise click.UsageError("Give either --password-stdin or --invite-owner.")
    if not invite_owner and (mailed or seconds is not None):
        raise click.UsageError("--valid and --mailed need --invite-owner.")
    if invite_owner and owner is not None:
        fields: UserFields = {"username": owner, "email": owner_email}
        create = desk.management.tenants.create_with_invitation
        lifetime = lifetime_of(seconds)
        invited = await create(desk.actor, name, display_name, owner=fields, lifetime=lifetime, mailed=mailed)
        _show(desk, invited.tenant, {"owner_link": invited.invitation.url})
        return
    first: FirstOwner | None = None
    secrets: dict[str, str] = {}
    if owner is not None:
        password = read_secret() if password_stdin else desk.generate_password()
        first = FirstOwner(fields={"username": owner, "email": owner_email}, password=password)
        secrets = {} if password_stdin else {"owner_password": password}
    made = await desk.management.tenants.create(desk.actor, name, display_name, owner=first)
    _show(desk, made, secrets)


@tenant.command()
@click.argument("name")
@click.option("--display-name")
@click.option("--min-password-length", type=int)
@click.option("--lifetime", "lifetimes", multiple=True, metavar="NAME=SECONDS", help="As in access_token=300.")
@click.option("--logo-uri")
@click.option("--primary-color", metavar="#RRGGBB")
@click.option("--clear", multiple=True, type=click.Choice(CLEARABLE), help="Unset a setting; repeatable.")
@version_option
@operation
async def update(
    desk: Desk,
    name: str,
    display_name: str | None,
    min_password_length: int | None,
    lifetimes: tuple[str, ...],
    logo_uri: str | None,
    primary_color: str | None,
    clear: tuple[str, ...],
    version: int | None,
) -> None:
    """Change what is given and leave the rest."""
    current = await desk.management.tenants.find(desk.actor, name)
    settings = current.settings
    branding = {"logo_uri": logo_uri, "primary_color": primary_color}
    given = {key: value for key, value in branding.items() if value is not None} | dict.fromkeys(clear)
    policy: dict[str, Any] = {} if min_password_length is None else {"min_length": min_password_length}
    settings = replace(
        settings,
        lifetimes=replace(settings.lifetimes, **_lifetimes(lifetimes)),
        password_policy=replace(settings.password_policy, **policy),
        branding=replace(settings.branding, **given),
    )
    changed = await desk.management.tenants.update(
        desk.actor, current.id, display_name=display_name, settings=settings, version=version or current.version
    )
    _show(desk, changed)


@tenant.command()
@click.argument("name")
@yes_option
@operation
async def suspend(desk: Desk, name: str, yes: bool) -> None:
    """Stop serving a tenant's people, within a second; nothing is lost."""
    current = await desk.management.tenants.find(desk.actor, name)
    confirm(f"Nobody of {name} will be able to sign in. Suspend it?", yes)
    _show(desk, await desk.management.tenants.suspend(desk.actor, current.id))


@tenant.command()
@click.argument("name")
@operation
async def resume(desk: Desk, name: str) -> None:
    """Serve a suspended tenant's people again."""
    current = await desk.management.tenants.find(desk.actor, name)
    _show(desk, await desk.management.tenants.resume(desk.actor, current.id))


@tenant.command()
@click.argument("name")
@click.option("--grace", type=click.IntRange(1, 90), metavar="DAYS", help="How long it can be restored (default: 30).")
@click.option("--now", is_flag=True, help="Give no grace: there is no way back, and the next maintenance erases it.")
@yes_option
@operation
async def delete(desk: Desk, name: str, grace: int | None, now: bool, yes: bool) -> None:
    """Stop serving a tenant's people, and erase it with everything of it after a grace of days."""
    if now and grace is not None:
        raise click.UsageError("Give either --grace or --now.")
    current = await desk.management.tenants.find(desk.actor, name)
    end = "now and for good, with no way back" if now else f"in {grace or 30} days; until then it can be restored"
    confirm(f"Nobody of {name} will be able to sign in, and everything of it goes {end}. Delete it?", yes)
    days = timedelta(days=0 if now else grace or 30)
    _show(desk, await desk.management.tenants.delete(desk.actor, current.id, grace=days))


@tenant.command()
@click.argument("name")
@operation
async def restore(desk: Desk, name: str) -> None:
    """Take a deletion back before its grace is over."""
    current = await desk.management.tenants.find(desk.actor, name)
    _show(desk, await desk.management.tenants.restore(desk.actor, current.id))


def _show(desk: Desk, shown: Tenant, secrets: dict[str, str] | None = None) -> None:
    desk.output.one(of_tenant(shown, desk.issuer_of(shown)), secrets=secrets)


def _lifetimes(values: tuple[str, ...]) -> dict[str, timedelta]:
    names = [field.name for field in fields(Lifetimes)]
    found: dict[str, timedelta] = {}
    for name, value in pairs(values, "--lifetime").items():
        if name not in names:
            raise click.UsageError(f"--lifetime {name}: use one of {', '.join(names)}.")
        if not (value.isascii() and value.isdecimal() and len(value) < 10):
            raise click.UsageError(f"--lifetime {name}={value}: it is a number of seconds.")
        found[name] = timedelta(seconds=int(value))
    return found
