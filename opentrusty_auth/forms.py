"""Whether a form that changes something came from a page of ours (OWASP ASVS 3.5.1; row A11)."""

from __future__ import annotations

from opentrusty_auth.plane import Plane
from opentrusty_core import Browser, Form, HttpRequest, Issuer, Purpose, posted_form
from opentrusty_server.http import HttpError, Request


def require_own_page(request: Request, own_origin: str) -> None:
    """Returns if the browser says that a page of ours sent the form.

    `Sec-Fetch-Site` tells; browsers without it have to show our own `Origin`. (Pages that send no referrer post with
    `Origin: null`, so `null` is no objection beside `Sec-Fetch-Site: same-origin`, and no proof without it.)

    Raises:
        HttpError: 403.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None:
        if origin == own_origin:
            return
    elif site == "same-origin" and origin in {None, "null", own_origin}:
        return
    raise _forbidden()


async def own_form(
    request: Request,
    http: HttpRequest,
    purpose: Purpose,
    plane: Plane,
    issuer: Issuer,
    browser: Browser,
    handle: str = "",
    *,
    earlier: Browser | None = None,
) -> Form:
    """The posted form, which came from a page of ours that this very browser was shown; a forged one is written down.

    `earlier` is the same browser by a cookie that it may have had when it was shown the page.

    Raises:
        HttpError: 403.
        InvalidRequest: it is no form, or a field is repeated.
    """
    form = posted_form(http).single()
    signin, tenant = plane.provider.signin, issuer.tenant
    try:
        require_own_page(request, issuer.origin)
        token, browsers = form.get("csrf", ""), (browser,) if earlier is None else (browser, earlier)
        if not any(signin.csrf.good(token, purpose, tenant, each, handle) for each in browsers):
            raise _forbidden()
    except HttpError:
        await signin.note_forged_form(purpose, tenant, http.origin)
        raise
    return form


def _forbidden() -> HttpError:
    return HttpError(403, "forbidden", "The form did not come from a page that was shown in this browser.")
