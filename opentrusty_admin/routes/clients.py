"""The applications of a tenant, and their secrets."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import Access, operation
from opentrusty_admin.schemas.base import Listing, sorting
from opentrusty_admin.schemas.clients import (
    ClientChanges,
    ClientKindDefaults,
    ClientKinds,
    ClientOut,
    ClientQuery,
    ClientWithSecret,
    NewClient,
    NewSecret,
    SecretRotation,
)
from opentrusty_core.domain.client_kind import ClientKind
from opentrusty_core.domain.client_list import ClientSort
from opentrusty_core.domain.role import Permission

_ALL = "/tenants/{tenant}/clients"
_ONE = f"{_ALL}/{{client_id}}"


@operation("GET", "/client-kinds", returns=ClientKinds, permission=Access.SIGNED_IN)
async def list_client_kinds(_: Call) -> ClientKinds:
    """List the kinds of applications, and how a client of each begins."""
    return ClientKinds(items=tuple(map(ClientKindDefaults.of, ClientKind)))


@operation("GET", _ALL, query=ClientQuery, returns=Listing[ClientOut], permission=Permission.CLIENT_READ)
async def list_clients(ctx: Call[None, ClientQuery]) -> Listing[ClientOut]:
    """List clients, or find some."""
    sort, descending = sorting(ctx.query.sort, ClientSort)
    page = await ctx.management.clients.page(
        ctx.actor,
        ctx.tenant_id,
        ctx.page,
        search=ctx.query.search,
        sort=sort or ClientSort.CLIENT_ID,
        descending=descending,
        kind=ctx.query.kind,
    )
    return ctx.listing(page, ClientOut.of)


@operation(
    "POST",
    _ALL,
    body=NewClient,
    returns=(201, ClientWithSecret),
    permission=Permission.CLIENT_WRITE,
    identified_by="client_id",
)
async def create_client(ctx: Call[NewClient]) -> ClientWithSecret:
    """Register a client.

    One that authenticates gets a secret of the server's making, which this answer shows and no other does.
    """
    made = await ctx.management.clients.create(
        ctx.actor, ctx.tenant_id, ctx.body.to_domain(), client_id=ctx.body.client_id, kind=ctx.body.kind
    )
    return ClientWithSecret.of_made(made)


@operation("GET", _ONE, returns=ClientOut, permission=Permission.CLIENT_READ)
async def get_client(ctx: Call) -> ClientOut:
    """Show a client."""
    return ClientOut.of(await ctx.management.clients.get(ctx.actor, ctx.tenant_id, ctx.path["client_id"]))


@operation("PATCH", _ONE, body=ClientChanges, returns=ClientOut, permission=Permission.CLIENT_WRITE, conditional=True)
async def update_client(ctx: Call[ClientChanges]) -> ClientOut:
    """Change what is given and leave the rest; a list that is given replaces the list."""
    changed = await ctx.management.clients.update(
        ctx.actor, ctx.tenant_id, ctx.path["client_id"], ctx.body.to_domain(), version=ctx.version
    )
    return ClientOut.of(changed)


@operation("DELETE", _ONE, permission=Permission.CLIENT_WRITE)
async def delete_client(ctx: Call) -> None:
    """Remove a client with its grants, tokens and consents."""
    await ctx.management.clients.delete(ctx.actor, ctx.tenant_id, ctx.path["client_id"])


@operation(
    "POST", f"{_ONE}/rotate-secret", body=SecretRotation, returns=ClientWithSecret, permission=Permission.CLIENT_WRITE
)
async def rotate_client_secret(ctx: Call[SecretRotation]) -> ClientWithSecret:
    """Make a new secret, which this answer shows and no other does; the present ones end after the overlap."""
    made = await ctx.management.clients.rotate_secret(
        ctx.actor, ctx.tenant_id, ctx.path["client_id"], overlap=ctx.body.to_domain()
    )
    return ClientWithSecret.of_made(made)


@operation(
    "POST", f"{_ONE}/secrets", body=NewSecret, returns=(201, ClientWithSecret), permission=Permission.CLIENT_WRITE
)
async def add_client_secret(ctx: Call[NewSecret]) -> ClientWithSecret:
    """Make another secret beside those there are, which this answer shows and no other does."""
    made = await ctx.management.clients.add_secret(
        ctx.actor, ctx.tenant_id, ctx.path["client_id"], lifetime=ctx.body.to_domain()
    )
    return ClientWithSecret.of_made(made)


@operation("DELETE", f"{_ONE}/secrets/{{secret_id}}", permission=Permission.CLIENT_WRITE)
async def end_client_secret(ctx: Call) -> None:
    """End one secret at once; the only one there is can be rotated, not ended."""
    await ctx.management.clients.end_secret(ctx.actor, ctx.tenant_id, ctx.path["client_id"], ctx.path["secret_id"])


@operation("POST", f"{_ONE}/disable", returns=ClientOut, permission=Permission.CLIENT_WRITE)
async def disable_client(ctx: Call) -> ClientOut:
    """Block a client and all that it holds, within a second, until it is enabled again."""
    return ClientOut.of(await ctx.management.clients.disable(ctx.actor, ctx.tenant_id, ctx.path["client_id"]))


@operation("POST", f"{_ONE}/enable", returns=ClientOut, permission=Permission.CLIENT_WRITE)
async def enable_client(ctx: Call) -> ClientOut:
    """Unblock a client."""
    return ClientOut.of(await ctx.management.clients.enable(ctx.actor, ctx.tenant_id, ctx.path["client_id"]))
