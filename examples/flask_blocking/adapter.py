"""Flask's side of the boundary: its request as an `HttpRequest`, an `HttpResponse` as its answer, and two cookies."""

from __future__ import annotations

from flask import Response, request

from opentrusty_core import HttpRequest, HttpResponse, Origin

SECURE = False  # plain HTTP on loopback; over https it is True, and no sibling host can plant the first cookie
BROWSER_COOKIE = "__Host-shop_browser" if SECURE else "shop_browser"
SESSION_COOKIE = "shop_session"


def received() -> HttpRequest:
    """The present request: raw bytes, so that the core can be strict about them."""
    return HttpRequest(
        method="GET" if request.method == "HEAD" else request.method,
        query=request.query_string,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(),
        origin=Origin(ip=request.remote_addr, user_agent=request.headers.get("User-Agent")),
    )


def sent(answer: HttpResponse) -> Response:
    """The core's answer."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    return Response(answer.body, answer.status, headers)


def remember(answer: Response, name: str, value: str) -> Response:
    """The answer, with a cookie that no script reads and no other site's post carries."""
    seconds = 400 * 24 * 3600 if name == BROWSER_COOKIE else None  # the session's goes when the browser closes
    answer.set_cookie(name, value, max_age=seconds, secure=SECURE, httponly=True, samesite="Lax")
    return answer
