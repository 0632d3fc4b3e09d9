"""An identity provider inside a Flask application, with the application's own pages, through the blocking facade.

    .venv/bin/python -m examples.prepare http://localhost:5000     # once; prints a password and a client's secret
    .venv/bin/flask --app examples.flask_blocking.app run --port 5000

Then sign in by examples/relying_party. `adapter.py` is all that a framework needs; the pages are the application's own.
Beside the Auth Plane it lacks POST at the authorization endpoint, CORS, languages, metrics and structured logs.
"""

from __future__ import annotations

from flask import Flask, Response

from examples.flask_blocking.adapter import received, sent
from examples.flask_blocking.idp import blocking, issuer_of, provider
from examples.flask_blocking.pages import page, pages
from opentrusty_core.errors import DomainError, ProtocolError, StoreUnavailable, Throttled

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
app.register_blueprint(pages)


@app.get("/t/<tenant>/.well-known/openid-configuration")
@app.get("/.well-known/oauth-authorization-server/t/<tenant>")
def discovery(tenant: str) -> Response:
    return sent(provider.protocol.discovery(issuer_of(tenant)))


@app.get("/t/<tenant>/jwks")
def jwks(tenant: str) -> Response:
    return sent(provider.protocol.jwks(issuer_of(tenant)))


@app.post("/t/<tenant>/token")
def token(tenant: str) -> Response:
    return sent(blocking(provider.protocol.token, received(), issuer_of(tenant)))


@app.route("/t/<tenant>/userinfo", methods=["GET", "POST"])
def userinfo(tenant: str) -> Response:
    return sent(blocking(provider.protocol.userinfo, received(), issuer_of(tenant)))


@app.post("/t/<tenant>/introspect")
def introspect(tenant: str) -> Response:
    return sent(blocking(provider.protocol.introspection, received(), issuer_of(tenant)))


@app.post("/t/<tenant>/revoke")
def revoke(tenant: str) -> Response:
    return sent(blocking(provider.protocol.revocation, received(), issuer_of(tenant)))


@app.errorhandler(ProtocolError)
def refused(error: ProtocolError) -> Response:
    return page(status=error.status, title="This request cannot be answered", text=error.description)


@app.errorhandler(DomainError)
def denied(error: DomainError) -> Response:
    return page(status=429 if isinstance(error, Throttled) else 400, title="That did not work", text=str(error))


@app.errorhandler(StoreUnavailable)
def unavailable(error: StoreUnavailable) -> Response:
    answer = page(status=503, title="Try again in a moment")
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


@app.after_request
def guarded(answer: Response) -> Response:
    """What every answer carries: no frame around it, no referrer from it, no copy of it."""
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
