"""`opentrusty client`: the applications of a tenant, and their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.client_options import chosen_fields, client_options, parsed_scope
from opentrusty_cli.options import Paging, confirm, json_object, paged, tenant_option, version_option, yes_option
from opentrusty_cli.output import Format
from opentrusty_cli.preview_records import of_preview, of_reason, preview_lines
from opentrusty_cli.records import of_client, of_held_grant
from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.domain.client_kind import ClientKind
from opentrusty_core.domain.client_list import ClientSort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import ClientWithSecret

COLUMNS = ("client_id", "client_name", "kind", "status", "token_endpoint_auth_method", "grant_types")
GRANT_COLUMNS = ("id", "username", "user_id", "scope", "offline", "created_at", "expires_at")
ID = "client_id"


@click.group()
def client() -> None:
    """Clients: applications registered in a tenant."""


def _sorting(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[ClientSort, bool]:
    """What `--sort` says."""
    key = value.removeprefix("-")
    if key not in set(ClientSort):
        raise click.BadParameter(f"Use one of {', '.join(ClientSort)}.")
    return ClientSort(key), value.startswith("-")


@client.command("list")
@tenant_option
@click.option("--search", default="", metavar="TEXT", help="Only whose id, a word of whose name or a tag begins so.")
@click.option("--kind", type=click.Choice([kind.value for kind in ClientKind]), help="Only of this kind.")
@click.option(
    "--sort",
    default=ClientSort.CLIENT_ID.value,
    show_default=True,
    metavar="[-]KEY",
    callback=_sorting,
    help="By client_id, client_name or created_at; with a minus the other way round.",
)
@paged
@operation
async def list_(
    desk: Desk, tenant_name: str, search: str, kind: str | None, sort: tuple[ClientSort, bool], paging: Paging
) -> None:
    """List clients, or those that a search finds."""
    tenant_id = await desk.tenant_id(tenant_name)
    by, descending = sort
    page = await paging.fetch(
        lambda request: desk.management.clients.page(
            desk.actor,
            tenant_id,
            request,
            search=search,
            sort=by,
            descending=descending,
            kind=None if kind is None else ClientKind(kind),
        )
    )
    desk.output.many([of_client(item) for item in page.items], COLUMNS, key=ID, next_after=page.next_after)


@client.command()
@tenant_option
@click.argument("client_id")
@operation
async def show(desk: Desk, tenant_name: str, client_id: str) -> None:
    """Show a client; its secrets are known to nobody."""
    found = await desk.management.clients.get(desk.actor, await desk.tenant_id(tenant_name), client_id)
    desk.output.one(of_client(found), key=ID)


@client.command()
@tenant_option
@click.option("--client-id", help="The id; made where none is given.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ClientKind]),
    help="What kind of application it is: says what the options leave out.",
)
@click.option("--public", is_flag=True, help="It cannot keep a secret: the same as --auth-method none.")
@client_options
@operation
async def create(
    desk: Desk, tenant_name: str, client_id: str | None, kind: str | None, public: bool, **options: Any
) -> None:
    """Register a client. A confidential one gets a secret, shown this once."""
    if public:
        if options["token_endpoint_auth_method"] not in {None, AuthMethod.NONE}:
            raise click.UsageError("--public and --auth-method contradict each other.")
        options["token_endpoint_auth_method"] = AuthMethod.NONE
    tenant_id = await desk.tenant_id(tenant_name)
    made = await desk.management.clients.create(
        desk.actor,
        tenant_id,
        chosen_fields(options),
        client_id=client_id,
        kind=None if kind is None else ClientKind(kind),
    )
    _once(desk, made)


@client.command()
@tenant_option
@click.argument("client_id")
@client_options
@version_option
@operation
async def update(desk: Desk, tenant_name: str, client_id: str, version: int | None, **options: Any) -> None:
    """Change what is given and leave the rest; a list that is given replaces the list."""
    tenant_id = await desk.tenant_id(tenant_name)
    current = await desk.management.clients.get(desk.actor, tenant_id, client_id)
    changed = await desk.management.clients.update(
        desk.actor, tenant_id, client_id, chosen_fields(options), version=version or current.version
    )
    desk.output.one(of_client(changed), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@click.option(
    "--overlap",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="How long the present secrets stay good beside the new one.",
)
@yes_option
@operation
async def rotate_secret(desk: Desk, tenant_name: str, client_id: str, overlap: int, yes: bool) -> None:
    """Make a new secret, shown this once."""
    tenant_id = await desk.tenant_id(tenant_name)
    if not overlap:
        confirm(f"The present secrets of {client_id} end at once. Rotate them?", yes)
    _once(
        desk,
        await desk.management.clients.rotate_secret(
            desk.actor, tenant_id, client_id, overlap=timedelta(seconds=min(overlap, 10**9))
        ),
    )


@client.command()
@tenant_option
@click.argument("client_id")
@click.option("--lifetime", type=click.IntRange(1, 10**9), metavar="SECONDS", help="When it ends by itself.")
@operation
async def add_secret(desk: Desk, tenant_name: str, client_id: str, lifetime: int | None) -> None:
    """Make another secret beside those there are, shown this once."""
    tenant_id = await desk.tenant_id(tenant_name)
    ends = None if lifetime is None else timedelta(seconds=lifetime)
    _once(desk, await desk.management.clients.add_secret(desk.actor, tenant_id, client_id, lifetime=ends))


@client.command()
@tenant_option
@click.argument("client_id")
@click.argument("secret_id")
@yes_option
@operation
async def end_secret(desk: Desk, tenant_name: str, client_id: str, secret_id: str, yes: bool) -> None:
    """End one of a client's secrets at once, by its id."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"Whoever uses the secret {secret_id} of {client_id} will be refused within a second. End it?", yes)
    changed = await desk.management.clients.end_secret(desk.actor, tenant_id, client_id, secret_id)
    desk.output.one(of_client(changed), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@paged
@operation
async def grants(desk: Desk, tenant_name: str, client_id: str, paging: Paging) -> None:
    """List what people allowed a client and it still holds: who, for what, since when."""
    tenant_id = await desk.tenant_id(tenant_name)
    page = await paging.fetch(
        lambda request: desk.management.client_grants.page(desk.actor, tenant_id, client_id, request)
    )
    desk.output.many([of_held_grant(item) for item in page.items], GRANT_COLUMNS, next_after=page.next_after)


@client.command()
@tenant_option
@click.argument("client_id")
@click.argument("grant_ids", nargs=-1, metavar="[GRANT_ID]...")
@click.option("--all", "everything", is_flag=True, help="Every grant to the client.")
@yes_option
@operation
async def revoke_grants(
    desk: Desk, tenant_name: str, client_id: str, grant_ids: tuple[str, ...], everything: bool, yes: bool
) -> None:
    """End grants to a client, with the tokens that hang from them."""
    if everything == bool(grant_ids):
        raise click.UsageError("Name the grants, or say --all.")
    tenant_id = await desk.tenant_id(tenant_name)
    which = "Everybody has" if everything else "The people behind them have"
    confirm(f"{which} to sign in to {client_id} anew. Revoke the grants?", yes)
    revoke = desk.management.client_grants
    if everything:
        ended = await revoke.revoke_all(desk.actor, tenant_id, client_id)
    else:
        ended = len(grant_ids)
        for grant_id in grant_ids:
            await revoke.revoke(desk.actor, tenant_id, client_id, grant_id)
    desk.output.done(f"Revoked {ended}.", {"client_id": client_id, "revoked": ended}, key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@click.option("--user", metavar="USER", help="Whose tokens: id, username or email. Without one: the client's own.")
@click.option("--scope", metavar="SCOPE", help="What it asks for (default: all that it may).")
@click.option("--claims", metavar="JSON", help="The claims parameter (OpenID Connect Core 1.0 §5.5).")
@operation
async def preview(
    desk: Desk, tenant_name: str, client_id: str, user: str | None, scope: str | None, claims: str | None
) -> None:
    """Show the claims that a client would get for a user now, and why each is there; nothing is issued."""
    from opentrusty_core.preview import NothingIssued

    tenant_id = await desk.tenant_id(tenant_name)
    shown = await desk.previews().tokens(
        desk.actor,
        tenant_id,
        client_id,
        user_id=None if user is None else await desk.user_id(tenant_id, user),
        scope=None if scope is None else parsed_scope(scope),
        claims=None if claims is None else json_object(claims, "--claims"),
    )
    if desk.output.format is not Format.TABLE:
        desk.output.one(of_preview(shown))
    elif isinstance(shown, NothingIssued):
        desk.output.many([of_reason(reason) for reason in shown.reasons], ("error", "why"))
    else:
        desk.output.many(preview_lines(shown), ("where", "claim", "value", "why"))


@client.command()
@tenant_option
@click.argument("client_id")
@yes_option
@operation
async def disable(desk: Desk, tenant_name: str, client_id: str, yes: bool) -> None:
    """Block a client and all that it holds, until it is enabled again."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"{client_id} will stop working within a second. Disable it?", yes)
    desk.output.one(of_client(await desk.management.clients.disable(desk.actor, tenant_id, client_id)), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@operation
async def enable(desk: Desk, tenant_name: str, client_id: str) -> None:
    """Unblock a client."""
    tenant_id = await desk.tenant_id(tenant_name)
    desk.output.one(of_client(await desk.management.clients.enable(desk.actor, tenant_id, client_id)), key=ID)


@client.command()
@tenant_option
@click.argument("client_id")
@yes_option
@operation
async def delete(desk: Desk, tenant_name: str, client_id: str, yes: bool) -> None:
    """Remove a client with its grants, tokens and consents."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"{client_id} and all that people allowed it will be gone for good. Delete it?", yes)
    await desk.management.clients.delete(desk.actor, tenant_id, client_id)
    desk.output.done(f"Deleted {client_id}.", {"client_id": client_id, "deleted": True}, key=ID)


def _once(desk: Desk, made: ClientWithSecret) -> None:
    secrets = {} if made.secret is None else {"client_secret": made.secret}
    desk.output.one(of_client(made.client), key=ID, secrets=secrets)
