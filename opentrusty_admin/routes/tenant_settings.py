"""The settings of a tenant: how far they go, and what they would look like."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import Access, operation
from opentrusty_admin.schemas.tenant_settings import PreviewedPage, SettingBounds, SettingsBounds, SignInPageDraft
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import Invalid
from opentrusty_core.management import settings_bounds
from opentrusty_server.pages.views import Branding, Form, SignInPage


@operation("GET", "/settings-bounds", returns=SettingsBounds, permission=Access.SIGNED_IN)
async def list_settings_bounds(_: Call) -> SettingsBounds:
    """List how far each setting of a tenant that is a number goes, and what it is where nobody has set it."""
    return SettingsBounds(items=tuple(SettingBounds.of(name, bounds) for name, bounds in settings_bounds().items()))


@operation(
    "POST",
    "/tenants/{tenant}/settings/sign-in-page",
    body=SignInPageDraft,
    returns=PreviewedPage,
    permission=(Permission.TENANT_READ, Permission.TENANT_LIST),
)
async def preview_sign_in_page(ctx: Call[SignInPageDraft]) -> PreviewedPage:
    """Show the sign-in page as other branding would make it; nothing is changed.

    It is the very page of the Auth Plane, to be looked at in a sandboxed frame (`srcdoc`) of the caller's own document.
    """
    body = ctx.body
    tenant = await ctx.management.tenants.drafted(ctx.actor, ctx.tenant_id, body.to_patch())
    view = SignInPage(
        branding=Branding.of(tenant), form=Form(action="/", csrf=""), client_name=body.client_name or None
    )
    locales = tuple(tag for tag in (body.language, tenant.settings.default_locale) if tag)
    try:
        html = ctx.plane.pages.render_framed(view, locales=locales, nonce=body.nonce, scheme=body.scheme)
    except ValueError:
        raise Invalid({"nonce": "Use base64, 16 characters or more."}) from None
    return PreviewedPage.of(html, tenant.settings.branding.primary_color)
