"""Issuers, for those who are about to sign in."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import Access, operation
from opentrusty_admin.schemas.issuers import IssuerOut, IssuerQuery
from opentrusty_core.errors import NotFound


@operation("GET", "/issuer", query=IssuerQuery, returns=IssuerOut, permission=Access.PUBLIC)
async def find_issuer(ctx: Call[None, IssuerQuery]) -> IssuerOut:
    """Find the tenant whose issuer it is: what is paths in the API is domains to people.

    Anybody may ask, as anybody may read the issuer's own documents.
    """
    issuer = await ctx.plane.provider.protocol.issuer_of(ctx.query.iss)
    if issuer is None:
        raise NotFound("There is no such issuer.")
    return IssuerOut(issuer=issuer.identifier, tenant=issuer.tenant.name)
