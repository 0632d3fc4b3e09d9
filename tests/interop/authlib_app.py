"""A web application that signs people in with Authlib's Starlette client, as its documentation shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.support.servers import free_port, port_open, wait_until

SCOPE = "openid profile email"


def make_app(issuer: str, client_id: str, secret: str | None, method: str) -> Starlette:
    """`/login` begins, `/callback` ends a sign-in; `/logout` begins and `/` ends a sign-out."""
    oauth = OAuth()
    oauth.register(
        "idp",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": method,
            "verify": False,  # plain HTTP on loopback: no certificates to load
            "trust_env": False,
        },
    )

    async def login(request: Request) -> Response:
        found: Response = await oauth.idp.authorize_redirect(
            request, request.url_for("callback"), **dict(request.query_params)
        )
        return found

    async def callback(request: Request) -> Response:
        try:
            token: dict[str, Any] = await oauth.idp.authorize_access_token(request)
        except OAuthError as error:
            return JSONResponse({"error": error.error}, status_code=400)
        claims = token.pop("userinfo")  # of the ID token: signature, iss, aud, exp, nonce and at_hash are checked
        request.session["id_token"] = token["id_token"]
        return JSONResponse({"claims": claims, "userinfo": await oauth.idp.userinfo(token=token)})

    async def logout(request: Request) -> Response:
        found: Response = await oauth.idp.logout_redirect(
            request, request.url_for("home"), id_token_hint=request.session.get("id_token")
        )
        return found

    async def home(request: Request) -> Response:
        await oauth.idp.validate_logout_response(request)
        return PlainTextResponse("signed out of the application, too")

    return Starlette(
        routes=[
            Route("/login", login),
            Route("/callback", callback, name="callback"),
            Route("/logout", logout),
            Route("/", home, name="home"),
        ],
        middleware=[Middleware(SessionMiddleware, secret_key="a secret of the tests")],
    )


@contextmanager
def serving_app(issuer: str, client_id: str, secret: str | None, method: str) -> Iterator[str]:
    """The application's origin, while it runs in a thread."""
    port = free_port()
    app = make_app(issuer, client_id, secret, method)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert wait_until(port_open(port), seconds=10)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
