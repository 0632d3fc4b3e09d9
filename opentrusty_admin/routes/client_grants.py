"""What people allowed a client, and what it would get for them."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_admin.schemas.client_grants import ConsentCount, HeldGrantOut, RevokedGrants
from opentrusty_admin.schemas.clients import scope_of
from opentrusty_admin.schemas.previews import PreviewOut, PreviewQuestion
from opentrusty_core.domain.role import Permission

_ONE = "/tenants/{tenant}/clients/{client_id}"


@operation(
    "GET",
    f"{_ONE}/grants",
    query=PageQuery,
    returns=Listing[HeldGrantOut],
    permission=Permission.CLIENT_READ,
    also=(Permission.USER_READ,),
)
async def list_client_grants(ctx: Call[None, PageQuery]) -> Listing[HeldGrantOut]:
    """List the live grants to a client, the oldest first: who, for what, since when."""
    page = await ctx.management.client_grants.page(ctx.actor, ctx.tenant_id, ctx.path["client_id"], ctx.page)
    return ctx.listing(page, HeldGrantOut.of)


@operation("DELETE", f"{_ONE}/grants/{{grant_id}}", permission=Permission.CLIENT_WRITE)
async def revoke_client_grant(ctx: Call) -> None:
    """End a grant, with the tokens that hang from it."""
    await ctx.management.client_grants.revoke(ctx.actor, ctx.tenant_id, ctx.path["client_id"], ctx.path["grant_id"])


@operation("POST", f"{_ONE}/revoke-grants", returns=RevokedGrants, permission=Permission.CLIENT_WRITE)
async def revoke_client_grants(ctx: Call) -> RevokedGrants:
    """End every grant to a client: everybody has to sign in to it anew."""
    revoked = await ctx.management.client_grants.revoke_all(ctx.actor, ctx.tenant_id, ctx.path["client_id"])
    return RevokedGrants(revoked=revoked)


@operation("GET", f"{_ONE}/consents", returns=ConsentCount, permission=Permission.CLIENT_READ)
async def count_client_consents(ctx: Call) -> ConsentCount:
    """Count the users who have allowed a client something."""
    count = await ctx.management.client_grants.count_consents(ctx.actor, ctx.tenant_id, ctx.path["client_id"])
    return ConsentCount(count=count)


@operation("POST", f"{_ONE}/preview", body=PreviewQuestion, returns=PreviewOut, permission=Permission.CLIENT_READ)
async def preview_tokens(ctx: Call[PreviewQuestion]) -> PreviewOut:
    """Show the claims that a client would get for a user now, and why each is there; nothing is issued.

    With a user this needs `user:read` too, and the look at their data is written to the audit.
    """
    preview = await ctx.plane.provider.previews.tokens(
        ctx.actor,
        ctx.tenant_id,
        ctx.path["client_id"],
        user_id=ctx.body.user_id,
        scope=None if ctx.body.scope is None else scope_of(ctx.body.scope),
        claims=ctx.body.claims,
    )
    return PreviewOut.of(preview)
