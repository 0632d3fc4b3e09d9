"""The end session endpoint, as browsers call it (OpenID Connect RP-Initiated Logout 1.0), and the page after it."""

from __future__ import annotations

from opentrusty_auth.endpoints.authorize import as_get
from opentrusty_auth.endpoints.interaction_views import account_of
from opentrusty_auth.forms import own_form
from opentrusty_auth.plane import Plane, see_other, tenant_path
from opentrusty_core import (
    Browser,
    ConfirmLogout,
    HttpRequest,
    HttpResponse,
    Issuer,
    LoggedOut,
    Purpose,
    posted_form,
)
from opentrusty_server.http import Request
from opentrusty_server.pages import views


async def logout(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    """Ends the session, or asks the person whether to."""
    http, browser = await request.read(), plane.browser(request, issuer)
    decision = await _own_decision(http, request, issuer, plane, browser) if http.method == "POST" else None
    if decision is None and (again := as_get(http, browser, tenant_path(issuer, "logout"))) is not None:
        return again
    if decision == "cancel":
        return see_other(tenant_path(issuer, "signed-in"))
    outcome = await plane.provider.protocol.logout(http, browser, issuer, confirmed=decision == "sign_out")
    match outcome:
        case ConfirmLogout():
            return await _confirm(outcome, request, issuer, plane, browser)
        case LoggedOut():
            name = issuer.tenant.name
            shown = plane.cookies.shows(request, plane.cookies.session_name(name))
            cookies = plane.cookies_of(issuer).clear_session(name) if shown else ()
            location = outcome.request.location or tenant_path(issuer, "signed-out")
            return see_other(location, headers=(*cookies, *plane.cookies.clear_tabs(request)))


async def signed_out(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    """Says that the person is signed out."""
    return plane.page(views.SignedOutPage(branding=views.Branding.of(issuer.tenant)), request)


async def signed_in(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    """Says who is signed in, for those who chose to stay so."""
    user = await plane.provider.signin.current_user(plane.browser(request, issuer), issuer.tenant)
    if user is None:
        return see_other(tenant_path(issuer, "signed-out"))
    return plane.page(views.SignedInPage(branding=views.Branding.of(issuer.tenant), account=account_of(user)), request)


async def _own_decision(
    http: HttpRequest, request: Request, issuer: Issuer, plane: Plane, browser: Browser
) -> str | None:
    """What our own confirmation form says; None for a client's logout request, which carries neither of its fields.

    Raises:
        HttpError: 403, it claims to be our form and is not.
    """
    form = posted_form(http)
    if "csrf" not in form and "decision" not in form:
        return None
    form = await own_form(request, http, Purpose.SIGN_OUT, plane, issuer, browser)
    return form.get("decision", "")


async def _confirm(
    outcome: ConfirmLogout, request: Request, issuer: Issuer, plane: Plane, browser: Browser
) -> HttpResponse:
    user = await plane.provider.signin.current_user(browser, issuer.tenant)
    client, languages = outcome.request.client, plane.languages(request, issuer, outcome.request.ui_locales)
    kept = tuple((name, value) for name, value in outcome.parameters.items() if name not in {"csrf", "decision"})
    view = views.SignOutPage(
        branding=views.Branding.of(issuer.tenant),
        form=views.Form(
            action=tenant_path(issuer, "logout"),
            csrf=plane.provider.signin.csrf.make(Purpose.SIGN_OUT, issuer.tenant, browser),
            fields=kept,
        ),
        account=account_of(user) if user else None,
        client_name=client.in_language(languages).client_name if client else None,
    )
    return plane.page(view, request, ui_locales=outcome.request.ui_locales)
