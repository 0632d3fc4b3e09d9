"""How an authorization response reaches the client: by redirect, or by a form that posts itself."""

from __future__ import annotations

from opentrusty_auth.plane import Plane, see_other
from opentrusty_core import AuthorizationResponse, HttpResponse, Issuer, ResponseMode
from opentrusty_server.headers import Headers
from opentrusty_server.http import Request
from opentrusty_server.pages.views import Branding, FormPostPage


def answer(
    response: AuthorizationResponse, request: Request, issuer: Issuer, plane: Plane, *, headers: Headers = ()
) -> HttpResponse:
    """Sends the browser back to the client with the response."""
    if response.mode is ResponseMode.FORM_POST:
        view = FormPostPage(
            branding=Branding.of(issuer.tenant),
            action=response.redirect_uri,
            fields=tuple(response.parameters.items()),
        )
        return plane.page(view, request, headers=headers, popup=True)
    return see_other(response.location, headers=headers)
