"""Tabs that are opened at once in a browser that has no cookie of ours yet (row A12).

Each of their answers brings the browser a cookie of its own, and it keeps the one that comes last: the others'
interactions would be another browser's. So the answer brings a second cookie beside it, with the same value and for
this interaction alone. A request that shows both is from the browser that the interaction began in, and the interaction
moves to the cookie that it has now. Neither can be planted by a sibling host (`__Host-`), and neither opens an
interaction that was not begun with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from opentrusty_auth.plane import Plane
from opentrusty_core import Browser, HttpResponse, InteractionStarted, Issuer
from opentrusty_server.headers import Headers
from opentrusty_server.http import Request

Endpoint = Callable[[Request, Issuer, Plane, str], Awaitable[HttpResponse]]

MAX_TABS = 16
"""How many such cookies a browser is given: it shows them with every request."""


def new_cookies(started: InteractionStarted, request: Request, issuer: Issuer, plane: Plane) -> Headers:
    """The cookies for a browser that has none yet; nothing for any other."""
    cookies, value = plane.cookies, started.browser_handle
    if value is None:
        return ()
    if len(cookies.tabs(request)) >= MAX_TABS:
        return (cookies.set_browser(value),)
    return (cookies.set_browser(value), cookies.set_tab(started.handle, value, _seconds(issuer)))


def earlier(request: Request, issuer: Issuer, plane: Plane, handle: str) -> Browser:
    """The browser as it was when the interaction began, as far as its cookie tells: beside the browser's own alone."""
    browser = plane.browser(request, issuer)
    if browser.hash is None:
        return browser
    began = plane.provider.browser(plane.cookies.read(request, plane.cookies.tab_name(handle)), None)
    return replace(browser, hash=began.hash)


def in_its_browser(endpoint: Endpoint) -> Endpoint:
    """The endpoint of an interaction, which first moves to the cookie that its browser has now."""

    async def answer(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
        began, browser = earlier(request, issuer, plane, handle), plane.browser(request, issuer)
        if not await plane.provider.signin.adopt(handle, browser, issuer.tenant, earlier=began):
            return await endpoint(request, issuer, plane, handle)
        response = await endpoint(request, issuer, plane, handle)
        now = plane.cookies.read(request, plane.cookies.browser_name)
        return replace(
            response, headers=(*response.headers, plane.cookies.set_tab(handle, now or "", _seconds(issuer)))
        )

    return answer


def _seconds(issuer: Issuer) -> int:
    return int(issuer.lifetimes.interaction.total_seconds())
