"""What people see: sign-in, consent and sign-out, each asked for by the core and shown by the application."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request

from examples.flask_blocking.adapter import BROWSER_COOKIE, SESSION_COOKIE, received, remember, sent
from examples.flask_blocking.idp import blocking, browser, issuer_of, provider
from opentrusty_core import (
    AuthorizationResponse,
    ConfirmLogout,
    Gone,
    HttpResponse,
    InteractionStarted,
    Issuer,
    LoggedOut,
    NeedsAccountChoice,
    NeedsConsent,
    NeedsNewPassword,
    NeedsSignIn,
    Purpose,
    Ready,
    ResponseMode,
    SignedIn,
    WrongPerson,
)
from opentrusty_core.errors import LoginRequired

pages = Blueprint("pages", __name__, template_folder="templates")


@pages.get("/t/<tenant>/authorize")
def authorize(tenant: str) -> Response:
    match blocking(provider.protocol.authorize, received(), browser(), issuer_of(tenant)):
        case InteractionStarted(handle=handle, browser_handle=new):
            answer = see_other(f"/t/{tenant}/interaction/{handle}")
            return remember(answer, BROWSER_COOKIE, new) if new else answer
        case AuthorizationResponse() as response:
            return to_client(response)


@pages.get("/t/<tenant>/interaction/<handle>")
def ask(tenant: str, handle: str) -> Response:
    """The page of what is pending, or the way back to the client where nothing is."""
    issuer = issuer_of(tenant)
    match blocking(provider.signin.pending, handle, browser(), issuer.tenant):
        # The passwords are the shop's own: none of them has to be changed here, so `NeedsNewPassword` never comes.
        case NeedsSignIn(client=client) | NeedsAccountChoice(client=client) | NeedsNewPassword(client=client):
            return form(issuer, Purpose.SIGN_IN, handle, title="Sign in", text=f"to go on to {client.client_name}")
        case NeedsConsent(client=client, new_scope=scope):
            text = f"{client.client_name} asks for: {', '.join(scope)}"
            return form(issuer, Purpose.CONSENT, handle, title="Allow", text=text)
        case WrongPerson():
            refusal = LoginRequired("another person signed in")
            return to_client(blocking(provider.protocol.decline, handle, received(), browser(), issuer, error=refusal))
        case Ready():
            return to_client(blocking(provider.protocol.resume, handle, received(), browser(), issuer))
        case Gone():
            return to_client(None)


@pages.post("/t/<tenant>/interaction/<handle>")
def answer(tenant: str, handle: str) -> Response:
    """Takes an answer to what was pending, and asks anew."""
    issuer, http, who = issuer_of(tenant), received(), browser()
    purpose = own_form(issuer, handle)
    again = see_other(f"/t/{tenant}/interaction/{handle}")
    match purpose:
        case Purpose.SIGN_IN:
            username, password = request.form.get("username", ""), request.form.get("password", "")
            outcome = blocking(
                provider.signin.password, issuer.tenant, who, http.origin, identifier=username, password=password
            )
            if not isinstance(outcome, SignedIn):
                return form(issuer, purpose, handle, title="Sign in", problem="Email and password do not go together.")
            return remember(again, SESSION_COOKIE, outcome.handle)
        case Purpose.CONSENT if request.form.get("decision") != "allow":
            return to_client(blocking(provider.protocol.decline, handle, http, who, issuer))
        case Purpose.CONSENT:
            blocking(provider.signin.consent, handle, who, issuer.tenant, http.origin)
        case _:
            abort(400)
    return again


@pages.route("/t/<tenant>/logout", methods=["GET", "POST"])
def logout(tenant: str) -> Response:
    issuer = issuer_of(tenant)
    confirmed = request.method == "POST" and "csrf" in request.form and own_form(issuer) is Purpose.SIGN_OUT
    match blocking(provider.protocol.logout, received(), browser(), issuer, confirmed=confirmed):
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
    """A page with a form; its token proves, when it comes back, that this browser was shown it for this purpose."""
    csrf = provider.signin.csrf.make(purpose, issuer.tenant, browser(), handle)
    hidden = {**(carried or {}), "step": purpose.value, "csrf": csrf}
    return page(title=title, text=text, problem=problem, button=title, action=request.path, hidden=hidden)


def own_form(issuer: Issuer, handle: str = "") -> Purpose:
    """What the posted form does, which is ours."""
    try:
        purpose = Purpose(request.form.get("step", ""))
    except ValueError:
        abort(400)
    if not provider.signin.csrf.good(request.form.get("csrf", ""), purpose, issuer.tenant, browser(), handle):
        abort(403)
    return purpose


def to_client(response: AuthorizationResponse | None) -> Response:
    """The way back to the client, as the client asked for it; None where the interaction is gone."""
    if response is None:
        abort(400, "There is no such request in this browser, or it was answered already.")
    if response.mode is ResponseMode.FORM_POST:
        return page(title="Continue", button="Continue", action=response.redirect_uri, hidden=dict(response.parameters))
    return see_other(response.location)


def page(*, status: int = 200, **shown: object) -> Response:
    return Response(render_template("page.html", **{"hidden": {}, **shown}), status)


def see_other(location: str) -> Response:
    return sent(HttpResponse(status=303, headers=((b"location", location.encode("ascii")),)))
