"""How an authorization response reaches the client: by redirect, or by a form that posts itself."""

from __future__ import annotations

from opentrusty_auth.pages.views import FormPostPage
from opentrusty_auth.plane import Plane, branding, see_other
from opentrusty_core import AuthorizationResponse, HttpResponse, Issuer, ResponseMode
from opentrusty_server.headers import Headers
from opentrusty_server.http import Request


def answer(
    response: AuthorizationResponse, request: Request, issuer: Issuer, plane: Plane, *, headers: Headers = ()
) -> HttpResponse:
    """Sends the browser back to the client with the response."""
    if response.mode is ResponseMode.FORM_POST:
        view = FormPostPage(
            branding=branding(issuer.tenant),
            action=response.redirect_uri,
            fields=tuple(response.parameters.items()),
        )
        return plane.page(view, request, headers=headers, popup=True)
    return see_other(response.location, headers=headers)
