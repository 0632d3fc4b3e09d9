"""`opentrusty user`: the users of a tenant, and their passwords."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, read_secret, tenant_option, version_option, yes_option
from opentrusty_cli.records import of_user
from opentrusty_cli.user_bulk import bulk
from opentrusty_cli.user_consents import consents, withdraw_consent
from opentrusty_cli.user_files import export, import_
from opentrusty_cli.user_links import invite, link, reset, unlock, withdraw_link
from opentrusty_cli.user_options import claim_option, claims_of, search_option, status_option
from opentrusty_core.domain.user import UserSort, UserStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import UserFields

Sorting = tuple[UserSort, bool]

COLUMNS = ("id", "username", "email", "status")
verified_option = click.option("--email-verified/--email-unverified", "email_verified", default=None)
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
generate_option = click.option("--generate-password", is_flag=True, help="Make a password and show it once.")


def _sorting(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Sorting | None:
    """What `--sort` says."""
    if value is None:
        return None
    key = value.removeprefix("-")
    if key not in set(UserSort):
        raise click.BadParameter(f"Use one of {', '.join(UserSort)}.")
    return UserSort(key), value.startswith("-")


@click.group()
def user() -> None:
    """Users of a tenant. USER is an id, a username or an email."""


for command in (invite, reset, link, withdraw_link, unlock, import_, export, consents, withdraw_consent, bulk):
    user.add_command(command)


@user.command("list")
@tenant_option
@search_option
@status_option
@click.option(
    "--sort",
    metavar="[-]KEY",
    callback=_sorting,
    help="By created_at, username or email; with a minus the other way round.",
)
@paged
@operation
async def list_(
    desk: Desk, tenant_name: str, search: str, status: UserStatus | None, sort: Sorting | None, paging: Paging
) -> None:
    """List users, the oldest first, or those that a search finds."""
    tenant_id = await desk.tenant_id(tenant_name)
    by, descending = sort or (None, False)
    page = await paging.fetch(
        lambda request: desk.management.users.page(
            desk.actor,
            tenant_id,
            request,
            search=search,
            sort=by,
            descending=descending,
            status=status,
        )
    )
    desk.output.many([of_user(item) for item in page.items], COLUMNS, next_after=page.next_after)


@user.command()
@tenant_option
@click.argument("user")
@operation
async def show(desk: Desk, tenant_name: str, user: str) -> None:
    """Show a user."""
    found = await desk.management.users.get(desk.actor, await desk.tenant_id(tenant_name), user)
    desk.output.one(of_user(found))


@user.command()
@tenant_option
@click.argument("username")
@click.option("--email")
@verified_option
@claim_option
@stdin_option
@generate_option
@operation
async def create(
    desk: Desk,
    tenant_name: str,
    username: str,
    email: str | None,
    email_verified: bool | None,
    claims: tuple[str, ...],
    password_stdin: bool,
    generate_password: bool,
) -> None:
    """Make a user; without a password they cannot sign in until one is set."""
    tenant_id = await desk.tenant_id(tenant_name)
    fields: UserFields = {"username": username, "email": email, "claims": claims_of(claims)}
    if email_verified is not None:
        fields["email_verified"] = email_verified
    password, secrets = _password(desk, password_stdin, generate_password)
    made = await desk.management.users.create(desk.actor, tenant_id, fields, password=password)
    desk.output.one(of_user(made), secrets=secrets)


@user.command()
@tenant_option
@click.argument("user")
@click.option("--username", help="The new username.")
@click.option("--email", help="The new email; unverified unless --email-verified.")
@verified_option
@claim_option
@click.option("--clear", multiple=True, metavar="NAME", help="Unset email or a claim; repeatable.")
@version_option
@operation
async def update(
    desk: Desk,
    tenant_name: str,
    user: str,
    username: str | None,
    email: str | None,
    email_verified: bool | None,
    claims: tuple[str, ...],
    clear: tuple[str, ...],
    version: int | None,
) -> None:
    """Change what is given and leave the rest."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.users.get(desk.actor, tenant_id, user)
    fields: UserFields = {}
    if username is not None:
        fields["username"] = username
    if email is not None or "email" in clear:
        fields["email"] = email
    if email_verified is not None:
        fields["email_verified"] = email_verified
    if absent := [name for name in clear if name != "email" and name not in current.claims]:
        raise click.UsageError(f"--clear {absent[0]}: the user has no such claim.")
    kept = {name: value for name, value in current.claims.items() if name not in clear}
    if claims or kept != current.claims:
        fields["claims"] = {**kept, **claims_of(claims)}
    changed = await desk.management.users.update(
        desk.actor, tenant_id, current.id, fields, version=version or current.version
    )
    desk.output.one(of_user(changed))


@user.command()
@tenant_option
@click.argument("user")
@stdin_option
@generate_option
@click.option("--must-change", is_flag=True, help="Ask for a new password at the next sign-in.")
@yes_option
@operation
async def set_password(
    desk: Desk, tenant_name: str, user: str, password_stdin: bool, generate_password: bool, must_change: bool, yes: bool
) -> None:
    """Set a user's password; ends every session and grant of theirs."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.users.get(desk.actor, tenant_id, user)
    password, secrets = _password(desk, password_stdin, generate_password)
    if password is None:
        raise click.UsageError("Give --password-stdin or --generate-password.")
    if not password_stdin:  # standard input can't answer as well
        confirm(f"Every session of {current.username} will end. Set the password?", yes)
    await desk.management.users.set_password(desk.actor, tenant_id, current.id, password, must_change=must_change)
    desk.output.one({"id": current.id, "username": current.username}, secrets=secrets)


@user.command()
@tenant_option
@click.argument("user")
@yes_option
@operation
async def disable(desk: Desk, tenant_name: str, user: str, yes: bool) -> None:
    """Keep a user from signing in; ends every session and grant of theirs."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.users.get(desk.actor, tenant_id, user)
    confirm(f"Every session of {current.username} will end. Disable the user?", yes)
    desk.output.one(of_user(await desk.management.users.disable(desk.actor, tenant_id, current.id)))


@user.command()
@tenant_option
@click.argument("user")
@operation
async def enable(desk: Desk, tenant_name: str, user: str) -> None:
    """Let a disabled user sign in again."""
    tenant_id = await desk.tenant_id(tenant_name)
    user_id = await desk.user_id(tenant_id, user)
    desk.output.one(of_user(await desk.management.users.enable(desk.actor, tenant_id, user_id)))


@user.command()
@tenant_option
@click.argument("user")
@yes_option
@operation
async def delete(desk: Desk, tenant_name: str, user: str, yes: bool) -> None:
    """Remove a user with everything of theirs but the audit."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.users.get(desk.actor, tenant_id, user)
    confirm(f"{current.username} will be gone for good. Delete the user?", yes)
    await desk.management.users.delete(desk.actor, tenant_id, current.id)
    desk.output.done(f"Deleted {current.username}.", {"id": current.id, "deleted": True})


def _password(desk: Desk, password_stdin: bool, generate_password: bool) -> tuple[str | None, dict[str, str]]:
    """The password that was given or made, and what of it has to be shown."""
    if password_stdin and generate_password:
        raise click.UsageError("Give either --password-stdin or --generate-password.")
    if generate_password:
        password = desk.generate_password()
        return password, {"password": password}
    return (read_secret() if password_stdin else None), {}
