"""Tenants: made and listed on the platform, shown and changed by their own."""

from __future__ import annotations

from typing import Any

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery
from opentrusty_admin.schemas.links import NewOwnerLink
from opentrusty_admin.schemas.tenants import MadeTenantOut, NewTenant, TenantChanges, TenantOut
from opentrusty_core import Tenant
from opentrusty_core.domain.role import Permission

_ALL = "/tenants"
_ONE = "/tenants/{tenant}"
_OWNER = {name: f"owner/{name}" for name in ("username", "email", "email_verified", "password", "claims", "invitation")}
_OWNER |= {name: f"owner/invitation/{name}" for name in ("lifetime", "mailed")}


@operation("GET", _ALL, query=PageQuery, returns=Listing[TenantOut], permission=Permission.TENANT_LIST)
async def list_tenants(ctx: Call[None, PageQuery]) -> Listing[TenantOut]:
    """List tenants by name."""
    page = await ctx.management.tenants.page(ctx.actor, ctx.page)
    return ctx.listing(page, lambda tenant: _shown(ctx, tenant))


@operation(
    "POST",
    _ALL,
    body=NewTenant,
    returns=(201, MadeTenantOut),
    permission=Permission.TENANT_CREATE,
    identified_by="name",
    fields=_OWNER,
)
async def create_tenant(ctx: Call[NewTenant]) -> MadeTenantOut:
    """Add a tenant with its first key and its owner.

    The owner has the password that is given, or is invited: then the answer has a link, which is never shown again.
    """
    body, tenants, auth_url = ctx.body, ctx.management.tenants, ctx.plane.settings.auth_url
    owner = body.owner.to_first_owner()
    if owner is not None:
        made = await tenants.create(ctx.actor, body.name, body.display_name, owner=owner)
        return MadeTenantOut.of_made(made, auth_url, None)
    terms = (body.owner.invitation or NewOwnerLink()).terms()
    invited = await tenants.create_with_invitation(
        ctx.actor, body.name, body.display_name, owner=body.owner.to_domain(), **terms
    )
    return MadeTenantOut.of_made(invited.tenant, auth_url, invited.invitation)


@operation("GET", _ONE, returns=TenantOut, permission=(Permission.TENANT_READ, Permission.TENANT_LIST))
async def get_tenant(ctx: Call) -> TenantOut:
    """Show a tenant."""
    return _shown(ctx, await ctx.management.tenants.get(ctx.actor, ctx.tenant_id))


@operation(
    "PATCH",
    _ONE,
    body=TenantChanges,
    returns=TenantOut,
    permission=Permission.TENANT_CONFIGURE,
    conditional=True,
)
async def update_tenant(ctx: Call[TenantChanges]) -> TenantOut:
    """Change the name that people read."""
    changed = await ctx.management.tenants.update(
        ctx.actor, ctx.tenant_id, display_name=ctx.body.given().get("display_name"), version=ctx.version
    )
    return _shown(ctx, changed)


@operation("POST", f"{_ONE}/suspend", returns=TenantOut, permission=Permission.TENANT_SUSPEND)
async def suspend_tenant(ctx: Call) -> TenantOut:
    """Stop serving a tenant's people, within a second; nothing is lost."""
    return _shown(ctx, await ctx.management.tenants.suspend(ctx.actor, ctx.tenant_id))


@operation("POST", f"{_ONE}/resume", returns=TenantOut, permission=Permission.TENANT_SUSPEND)
async def resume_tenant(ctx: Call) -> TenantOut:
    """Serve a tenant's people again."""
    return _shown(ctx, await ctx.management.tenants.resume(ctx.actor, ctx.tenant_id))


def _shown(ctx: Call[Any, Any], tenant: Tenant) -> TenantOut:
    return TenantOut.of(tenant, ctx.plane.settings.auth_url)
