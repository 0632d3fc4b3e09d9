"""Tenants: made and listed on the platform, shown and changed by their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.base import Listing, PageQuery, sorting
from opentrusty_admin.schemas.links import NewOwnerLink
from opentrusty_admin.schemas.tenant_settings import SettingsChanges, SettingsOut
from opentrusty_admin.schemas.tenants import (
    ApprovedDomain,
    AskedDomain,
    DeletionQuery,
    MadeTenantOut,
    NewTenant,
    TenantChanges,
    TenantOut,
    TenantQuery,
)
from opentrusty_core import Tenant
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.tenant import TenantSort
from opentrusty_core.errors import Invalid

_ALL = "/tenants"
_ONE = "/tenants/{tenant}"
_DOMAINS = "/platform/domains"
_OWNER = {name: f"owner/{name}" for name in ("username", "email", "email_verified", "password", "claims", "invitation")}
_OWNER |= {name: f"owner/invitation/{name}" for name in ("lifetime", "mailed")}


@operation("GET", _ALL, query=TenantQuery, returns=Listing[TenantOut], permission=Permission.TENANT_LIST)
async def list_tenants(ctx: Call[None, TenantQuery]) -> Listing[TenantOut]:
    """List tenants, or find some."""
    query = ctx.query
    sort, descending = sorting(query.sort, TenantSort)
    page = await ctx.management.tenants.page(
        ctx.actor,
        ctx.page,
        search=query.search,
        sort=sort or TenantSort.NAME,
        descending=descending,
        status=query.status,
    )
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
    """Change the name that people read, and settings by a merge patch (RFC 7396)."""
    name, configure = ctx.body.given().get("display_name"), ctx.management.tenants.configure
    try:
        changed = await configure(ctx.actor, ctx.tenant_id, ctx.body.to_patch(), display_name=name, version=ctx.version)
    except Invalid as error:
        fields = {it if it == "display_name" else f"settings.{it}": why for it, why in error.fields.items()}
        raise Invalid(fields) from None
    return _shown(ctx, changed)


@operation("POST", f"{_ONE}/suspend", returns=TenantOut, permission=Permission.TENANT_SUSPEND)
async def suspend_tenant(ctx: Call) -> TenantOut:
    """Stop serving a tenant's people, within a second; nothing is lost."""
    return _shown(ctx, await ctx.management.tenants.suspend(ctx.actor, ctx.tenant_id))


@operation("POST", f"{_ONE}/resume", returns=TenantOut, permission=Permission.TENANT_SUSPEND)
async def resume_tenant(ctx: Call) -> TenantOut:
    """Serve a tenant's people again."""
    return _shown(ctx, await ctx.management.tenants.resume(ctx.actor, ctx.tenant_id))


@operation("DELETE", _ONE, query=DeletionQuery, returns=TenantOut, permission=Permission.TENANT_DELETE)
async def delete_tenant(ctx: Call[None, DeletionQuery]) -> TenantOut:
    """Stop serving a tenant's people, within a second, and erase it with everything of it after a grace.

    Until then it can be restored; after that there is no way back, and its name is free once all of it is gone.
    """
    grace = timedelta(seconds=ctx.query.grace)
    return _shown(ctx, await ctx.management.tenants.delete(ctx.actor, ctx.tenant_id, grace=grace))


@operation("POST", f"{_ONE}/restore", returns=TenantOut, permission=Permission.TENANT_DELETE)
async def restore_tenant(ctx: Call) -> TenantOut:
    """Take a deletion back before its grace is over."""
    return _shown(ctx, await ctx.management.tenants.restore(ctx.actor, ctx.tenant_id))


@operation("GET", f"{_ONE}/settings", returns=SettingsOut, permission=(Permission.TENANT_READ, Permission.TENANT_LIST))
async def get_tenant_settings(ctx: Call) -> SettingsOut:
    """Show what a tenant's owner configures."""
    return SettingsOut.of(await ctx.management.tenants.get(ctx.actor, ctx.tenant_id))


@operation(
    "PATCH",
    f"{_ONE}/settings",
    body=SettingsChanges,
    returns=SettingsOut,
    permission=Permission.TENANT_CONFIGURE,
    conditional=True,
)
async def configure_tenant(ctx: Call[SettingsChanges]) -> SettingsOut:
    """Change the settings that are given and leave the rest, by a merge patch (RFC 7396).

    Running servers follow within a second.
    """
    changed = await ctx.management.tenants.configure(ctx.actor, ctx.tenant_id, ctx.body.to_patch(), version=ctx.version)
    return SettingsOut.of(changed)


@operation("POST", f"{_ONE}/domains", body=AskedDomain, returns=TenantOut, permission=Permission.TENANT_CONFIGURE)
async def ask_for_domain(ctx: Call[AskedDomain]) -> TenantOut:
    """Ask for a domain of the tenant's own, which becomes its issuer when the platform has approved it."""
    return _shown(ctx, await ctx.management.domains.ask(ctx.actor, ctx.tenant_id, ctx.body.domain))


@operation(
    "DELETE",
    f"{_ONE}/domains/{{domain}}",
    returns=TenantOut,
    permission=(Permission.TENANT_CONFIGURE, Permission.DOMAIN_APPROVE),
)
async def remove_domain(ctx: Call) -> TenantOut:
    """Take a domain from a tenant, approved or not; then its issuer is below the Auth Plane's address again."""
    return _shown(ctx, await ctx.management.domains.remove(ctx.actor, ctx.tenant_id, ctx.path["domain"]))


@operation("GET", _DOMAINS, query=PageQuery, returns=Listing[TenantOut], permission=Permission.DOMAIN_APPROVE)
async def list_waiting_domains(ctx: Call[None, PageQuery]) -> Listing[TenantOut]:
    """List the tenants whose domain waits for an approval, by name."""
    page = await ctx.management.domains.waiting(ctx.actor, ctx.page)
    return ctx.listing(page, lambda tenant: _shown(ctx, tenant))


@operation("POST", _DOMAINS, body=ApprovedDomain, returns=TenantOut, permission=Permission.DOMAIN_APPROVE)
async def approve_domain(ctx: Call[ApprovedDomain]) -> TenantOut:
    """Make the domain that a tenant asked for its issuer, within a second; its applications have to know."""
    tenant_id = await ctx.management.tenants.enter(ctx.actor, ctx.body.tenant, Permission.DOMAIN_APPROVE)
    return _shown(ctx, await ctx.management.domains.approve(ctx.actor, tenant_id, ctx.body.domain))


def _shown(ctx: Call[Any, Any], tenant: Tenant) -> TenantOut:
    return TenantOut.of(tenant, ctx.plane.settings.auth_url)
