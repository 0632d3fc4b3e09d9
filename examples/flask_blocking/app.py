"""An identity provider inside a Flask application, with the application's own pages, through the blocking facade.

From the repository:

    .venv/bin/python -m examples.prepare http://localhost:5000     # once: customers, a tenant, a client; prints its secret
    .venv/bin/flask --app examples.flask_blocking.app run --port 5000

Then sign in by examples/relying_party. `adapter.py` is all that a framework needs; the pages are the application's own.
Beside the Auth Plane it lacks POST at the authorization endpoint, CORS, languages, metrics and structured logs.
"""

from __future__ import annotations

from pathlib import Path

from examples.flask_blocking.adapter import BROWSER_COOKIE, SESSION_COOKIE, received, remember, sent
from examples.users_table import UsersTable
from flask import Flask, Response, abort, redirect, render_template, request

from opentrusty_core import (
    AuthorizationResponse,
    Blocking,
    Browser,
    ConfirmLogout,
    Gone,
    HttpResponse,
    InteractionStarted,
    Issuer,
    LoggedOut,
    NeedsAccountChoice,
    NeedsConsent,
    NeedsSignIn,
    Provider,
    Purpose,
    Ready,
    ResponseMode,
    Settings,
    SystemRuntime,
    WrongCredentials,
    WrongPerson,
    load_master_keys,
    open_store,
)
from opentrusty_core.errors import DomainError, LoginRequired, ProtocolError, StoreUnavailable, Throttled

FOLDER = Path(".dev/examples")

settings = Settings(
    auth_url="http://localhost:5000",
    database_url=f"sqlite:///{FOLDER / 'idp.db'}",
    master_key_file=FOLDER / "idp.key",
)
provider = Provider(
    open_store(settings.database_url),
    settings.config,
    load_master_keys(settings, SystemRuntime()),
    directory=UsersTable(FOLDER / "shop.db"),
)
protocol, signin = provider.protocol, provider.signin
blocking = Blocking()
blocking(provider.start)
app = Flask(__name__)


def issuer_of(tenant: str) -> Issuer:
    return blocking(protocol.issuer, tenant) or abort(404)


def browser() -> Browser:
    return provider.browser(request.cookies.get(BROWSER_COOKIE), request.cookies.get(SESSION_COOKIE))


# --- What programs call -----------------------------------------------------------------------------------------------


@app.get("/t/<tenant>/.well-known/openid-configuration")
@app.get("/.well-known/oauth-authorization-server/t/<tenant>")
def discovery(tenant: str) -> Response:
    return sent(protocol.discovery(issuer_of(tenant)))


@app.get("/t/<tenant>/jwks")
def jwks(tenant: str) -> Response:
    return sent(protocol.jwks(issuer_of(tenant)))


@app.post("/t/<tenant>/token")
def token(tenant: str) -> Response:
    return sent(blocking(protocol.token, received(), issuer_of(tenant)))


@app.route("/t/<tenant>/userinfo", methods=["GET", "POST"])
def userinfo(tenant: str) -> Response:
    return sent(blocking(protocol.userinfo, received(), issuer_of(tenant)))


@app.post("/t/<tenant>/introspect")
def introspect(tenant: str) -> Response:
    return sent(blocking(protocol.introspection, received(), issuer_of(tenant)))


@app.post("/t/<tenant>/revoke")
def revoke(tenant: str) -> Response:
    return sent(blocking(protocol.revocation, received(), issuer_of(tenant)))


# --- What people see --------------------------------------------------------------------------------------------------


@app.get("/t/<tenant>/authorize")
def authorize(tenant: str) -> Response:
    match blocking(protocol.authorize, received(), browser(), issuer_of(tenant)):
        case InteractionStarted(handle=handle, browser_handle=new):
            answer = see_other(f"/t/{tenant}/interaction/{handle}")
            return remember(answer, BROWSER_COOKIE, new) if new else answer
        case AuthorizationResponse() as response:
            return to_client(response)


@app.get("/t/<tenant>/interaction/<handle>")
def ask(tenant: str, handle: str) -> Response:
    """The page of what is pending, or the way back to the client where nothing is."""
    issuer = issuer_of(tenant)
    match blocking(signin.pending, handle, browser(), issuer.tenant):
        case NeedsSignIn(client=client):
            return form(issuer, Purpose.SIGN_IN, handle, title="Sign in", text=f"to go on to {client.client_name}")
        case NeedsAccountChoice(user=user):
            return form(issuer, Purpose.ACCOUNT, handle, title="Continue", text=f"as {user.username}")
        case NeedsConsent(client=client, new_scope=scope):
            return form(issuer, Purpose.CONSENT, handle, title="Allow", text=f"{client.client_name}: {', '.join(scope)}")
        case WrongPerson():
            refusal = LoginRequired("another person signed in")
            return to_client(blocking(protocol.decline, handle, received(), browser(), issuer, error=refusal))
        case Ready():
            return to_client(blocking(protocol.resume, handle, received(), browser(), issuer))
        case Gone():
            abort(400, "There is no such request in this browser, or it was answered already.")


@app.post("/t/<tenant>/interaction/<handle>")
def answer(tenant: str, handle: str) -> Response:
    """Takes an answer to what was pending, and asks anew."""
    issuer, http, who = issuer_of(tenant), received(), browser()
    purpose = own_form(issuer, handle)
    again = see_other(f"/t/{tenant}/interaction/{handle}")
    match purpose:
        case Purpose.SIGN_IN:
            username, password = request.form.get("username", ""), request.form.get("password", "")
            outcome = blocking(
                signin.password, issuer.tenant, who, http.origin, identifier=username, password=password
            )
            if isinstance(outcome, WrongCredentials):
                return form(issuer, purpose, handle, title="Sign in", problem="Email and password do not go together.")
            return remember(again, SESSION_COOKIE, outcome.handle)
        case Purpose.CONSENT if request.form.get("decision") != "yes":
            return to_client(blocking(protocol.decline, handle, http, who, issuer))
        case Purpose.CONSENT:
            blocking(signin.consent, handle, who, issuer.tenant, http.origin)
        case Purpose.ACCOUNT:
            blocking(signin.select_account, handle, who, issuer.tenant)
        case _:
            abort(400)
    return again


@app.route("/t/<tenant>/logout", methods=["GET", "POST"])
def logout(tenant: str) -> Response:
    issuer = issuer_of(tenant)
    confirmed = request.method == "POST" and "csrf" in request.form and own_form(issuer) is Purpose.SIGN_OUT
    match blocking(protocol.logout, received(), browser(), issuer, confirmed=confirmed):
        case ConfirmLogout(parameters=parameters):
            return form(issuer, Purpose.SIGN_OUT, title="Sign out", carried=parameters)
        case LoggedOut(request=asked):
            gone = see_other(asked.location) if asked.location else page(title="You are signed out")
            gone.delete_cookie(SESSION_COOKIE)
            return gone


def form(
    issuer: Issuer,
    purpose: Purpose,
    handle: str = "",
    *,
    title: str,
    text: str = "",
    problem: str = "",
    carried: dict[str, str] | None = None,
) -> Response:
    """A page with a form whose token proves, when it comes back, that this browser was shown it for this very purpose."""
    csrf = signin.csrf.make(purpose, issuer.tenant, browser(), handle)
    hidden = {**(carried or {}), "step": purpose.value, "csrf": csrf}
    return page(title=title, text=text, problem=problem, button=title, hidden=hidden)


def own_form(issuer: Issuer, handle: str = "") -> Purpose:
    """What the posted form does, which is ours."""
    try:
        purpose = Purpose(request.form.get("step", ""))
    except ValueError:
        abort(400)
    if not signin.csrf.good(request.form.get("csrf", ""), purpose, issuer.tenant, browser(), handle):
        abort(403)
    return purpose


def to_client(response: AuthorizationResponse | None) -> Response:
    """Sends the browser back to the client, in the way that the client asked for."""
    if response is None:
        abort(400, "There is no such request in this browser, or it was answered already.")
    if response.mode is ResponseMode.FORM_POST:
        return page(title="Continue", button="Continue", action=response.redirect_uri, hidden=dict(response.parameters))
    return see_other(response.location)


def page(*, status: int = 200, **shown: object) -> Response:
    return Response(render_template("page.html", **{"hidden": {}, **shown}), status)


def see_other(location: str) -> Response:
    return sent(HttpResponse(status=303, headers=((b"location", location.encode("ascii")),)))


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
