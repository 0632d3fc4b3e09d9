"""One-time links, as people open them: an invitation, a password reset.

The handle stands behind the `#` of the link, which browsers keep to themselves: no request line, and so no proxy, log,
prefetcher or referrer ever holds it. The page's script moves it into a form; without JavaScript the person pastes the
link. Opening a link spends nothing, so whatever looks at links before people do cannot break them.
"""

from __future__ import annotations

from urllib.parse import urlencode

from opentrusty_auth.endpoints.interaction_views import account_of
from opentrusty_auth.forms import own_form
from opentrusty_auth.plane import Plane, retry_after, see_other, tenant_path
from opentrusty_core import (
    Browser,
    DeadLink,
    HttpResponse,
    Issuer,
    LinkKind,
    PasswordChosen,
    PasswordRejected,
    Purpose,
    User,
    parse_form,
    posted_form,
)
from opentrusty_core.errors import Throttled
from opentrusty_server.http import HttpError, Request
from opentrusty_server.pages import views

WAYS = {"invitation": LinkKind.INVITATION, "password-reset": LinkKind.PASSWORD_RESET}
"""The kind of link that a path is for. The path is the purpose of its forms, too."""


async def show(request: Request, issuer: Issuer, plane: Plane, way: str) -> HttpResponse:
    """The page that takes the link. A browser without a cookie of ours gets one, so that its form can be told."""
    browser = plane.browser(request, issuer)
    if browser.hash is not None:
        return plane.page(_open_page(way, issuer, plane, browser), request)
    handle, browser = plane.provider.new_browser()
    view = _open_page(way, issuer, plane, browser)
    return plane.page(view, request, headers=(plane.cookies.set_browser(handle),))


async def open_link(request: Request, issuer: Issuer, plane: Plane, way: str) -> HttpResponse:
    """The form for the password, where the link is good."""
    http, browser = await request.read(), plane.browser(request, issuer)
    form = await own_form(request, http, Purpose(way), plane, issuer, browser)
    handle = _handle(form.get("link", ""))
    try:
        opened = await plane.provider.signin.open_link(WAYS[way], handle, issuer.tenant, http.origin)
    except Throttled as error:
        problem = views.Throttled(retry_after=error.retry_after)
        view = _open_page(way, issuer, plane, browser, problem)
        return plane.page(view, request, status=429, headers=retry_after(error.retry_after))
    if isinstance(opened, DeadLink):
        raise _dead()
    return plane.page(_password_page(way, handle, opened.user, issuer, plane, browser), request)


async def choose(request: Request, issuer: Issuer, plane: Plane, way: str) -> HttpResponse:
    """Spends the link for the password that was typed, the same twice."""
    http, browser = await request.read(), plane.browser(request, issuer)
    handle = posted_form(http).get("link", "")
    form = await own_form(request, http, Purpose(way), plane, issuer, browser, handle)
    password, signin = form.get("password", ""), plane.provider.signin
    if password != form.get("password_again", ""):
        opened = await signin.open_link(WAYS[way], handle, issuer.tenant, http.origin)
        if isinstance(opened, DeadLink):
            raise _dead()
        return _rejected("mismatch", way, handle, opened.user, request, issuer, plane, browser)
    outcome = await signin.spend_link(WAYS[way], handle, issuer.tenant, http.origin, password=password)
    match outcome:
        case DeadLink():
            raise _dead()
        case PasswordRejected(problem=problem, user=user):
            return _rejected(problem.value, way, handle, user, request, issuer, plane, browser)
        case PasswordChosen(client_id=client_id):
            query = f"?{urlencode({'client_id': client_id})}" if client_id else ""
            return see_other(tenant_path(issuer, "password-set") + query)


async def password_set(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    """Says that it is done, and leads on to the application that the link named."""
    client_id = parse_form(request.query).get("client_id")
    client = await plane.provider.signin.client(client_id, issuer.tenant) if client_id else None
    if client is not None:
        client = client.in_language(plane.languages(request, issuer))
    view = views.PasswordSetPage(
        branding=views.Branding.of(issuer.tenant),
        return_uri=client.client_uri if client else None,
        client_name=client.client_name if client else None,
    )
    return plane.page(view, request)


def _handle(link: str) -> str:
    """The handle in what was pasted: all of the link, or what stands behind its `#`."""
    return link.rpartition("#")[2].strip()


def _open_page(
    way: str, issuer: Issuer, plane: Plane, browser: Browser, problem: views.Throttled | None = None
) -> views.OpenLinkPage:
    csrf = plane.provider.signin.csrf.make(Purpose(way), issuer.tenant, browser)
    form = views.Form(action=tenant_path(issuer, way), csrf=csrf)
    return views.OpenLinkPage(branding=views.Branding.of(issuer.tenant), form=form, way=way, problem=problem)


def _password_page(
    way: str,
    handle: str,
    user: User,
    issuer: Issuer,
    plane: Plane,
    browser: Browser,
    problem: views.RejectedPassword | None = None,
) -> views.NewPasswordPage:
    csrf = plane.provider.signin.csrf.make(Purpose(way), issuer.tenant, browser, handle)
    return views.NewPasswordPage(
        branding=views.Branding.of(issuer.tenant),
        form=views.Form(action=tenant_path(issuer, way, "password"), csrf=csrf, fields=(("link", handle),)),
        way=way,
        account=account_of(user),
        min_length=issuer.tenant.settings.password_policy.min_length,
        problem=problem,
    )


def _rejected(
    code: str, way: str, handle: str, user: User, request: Request, issuer: Issuer, plane: Plane, browser: Browser
) -> HttpResponse:
    problem = views.RejectedPassword(code=code)
    return plane.page(_password_page(way, handle, user, issuer, plane, browser, problem), request, status=400)


def _dead() -> HttpError:
    return HttpError(400, "invalid_link", "The link is not good, or not any more.")
