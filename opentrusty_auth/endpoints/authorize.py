"""The authorization endpoint, as browsers call it."""

from __future__ import annotations

from urllib.parse import urlencode

from opentrusty_auth.endpoints.answers import answer
from opentrusty_auth.endpoints.tabs import new_cookies
from opentrusty_auth.plane import Plane, see_other, tenant_path
from opentrusty_core import Browser, HttpRequest, HttpResponse, InteractionStarted, Issuer, posted_form
from opentrusty_core.errors import ProtocolError
from opentrusty_server.http import Request


async def authorize(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    http, browser = await request.read(), plane.browser(request, issuer)
    again = as_get(http, browser, tenant_path(issuer, "authorize"))
    if again is not None:
        return again
    response = await plane.provider.protocol.authorize(http, browser, issuer)
    if not isinstance(response, InteractionStarted):
        return answer(response, request, issuer, plane)
    cookies = new_cookies(response, request, issuer, plane)
    return see_other(tenant_path(issuer, "interaction", response.handle), headers=cookies)


def as_get(http: HttpRequest, browser: Browser, path: str) -> HttpResponse | None:
    """Has the browser ask again by GET where a POST came without its cookie; None where there is no need.

    A post from another site never carries `SameSite=Lax` cookies: to answer it at once would take a signed-in browser
    for a new one, and overwrite its cookie. A malformed form goes on to the endpoint, which says what is wrong with it.
    """
    if http.method != "POST" or browser.hash is not None:
        return None
    try:
        form = posted_form(http).single()
    except ProtocolError:
        return None
    return see_other(f"{path}?{urlencode(form)}")
