"""A web application whose people sign in at OpenTrusty, with Authlib.

While `make dev` runs (it prints the secret of the client `web` of the tenant acme):

    CLIENT_SECRET=… .venv/bin/uvicorn examples.relying_party.app:app --port 9999

Then open http://localhost:9999/ and sign in as alice. Any other issuer goes by ISSUER, CLIENT_ID and CLIENT_SECRET.
"""

from __future__ import annotations

import os
import secrets
from html import escape
from typing import Any

from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from joserfc.errors import JoseError
from starlette.middleware.sessions import SessionMiddleware

ISSUER = os.environ.get("ISSUER", "http://localhost:8080/t/acme")

oauth = OAuth()
provider: Any = oauth.register(
    "opentrusty",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ.get("CLIENT_ID", "web"),
    client_secret=os.environ.get("CLIENT_SECRET"),
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)
app = FastAPI()
# Signed, not encrypted: what stands in it, its own browser may read. A restart signs everybody out of this application.
app.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(), session_cookie="relying_party")


@app.get("/")
async def home(request: Request) -> HTMLResponse:
    person = request.session.get("person")
    if person is None:
        return HTMLResponse('<p>Nobody is signed in.</p><p><a href="/sign-in">Sign in</a></p>')
    name = escape(person.get("name") or person["sub"])
    return HTMLResponse(f'<p>Hello, {name}.</p><form method="post" action="/sign-out"><button>Sign out</button></form>')


@app.get("/sign-in")
async def sign_in(request: Request) -> Response:
    """Off to the issuer, with state, nonce and a PKCE challenge that the session remembers."""
    answer: Response = await provider.authorize_redirect(request, str(request.url_for("callback")))
    return answer


@app.get("/callback")
async def callback(request: Request) -> Response:
    """Back with a code: Authlib checks state, the ID token's signature, issuer, audience, times, nonce and at_hash."""
    if request.query_params.get("iss") != ISSUER:  # RFC 9207: an answer of another issuer
        raise HTTPException(400, "The answer is not our issuer's.")
    try:
        tokens = await provider.authorize_access_token(request)
    except (OAuthError, JoseError) as error:
        raise HTTPException(400, f"The sign-in ended with {error.error}.") from None
    claims = await provider.userinfo(token=tokens)
    if claims["sub"] != tokens["userinfo"]["sub"]:  # OpenID Connect Core 1.0 §5.3.2
        raise HTTPException(400, "The claims are another person's.")
    request.session["person"] = {"sub": claims["sub"], "name": claims.get("name")}
    request.session["id_token"] = tokens["id_token"]
    return RedirectResponse("/", 303)


@app.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Out of here, and out of the issuer's session (RP-Initiated Logout 1.0), for which the ID token vouches."""
    id_token = request.session.pop("id_token", None)
    request.session.clear()
    back = str(request.url_for("home"))
    url = (await provider.create_logout_url(post_logout_redirect_uri=back, id_token_hint=id_token))["url"]
    return RedirectResponse(url, 303)
