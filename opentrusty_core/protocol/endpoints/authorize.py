"""The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core 1.0 §3.1.2), from the request to the code.

Two stages: before the redirect URI is trusted every failure is a page for the person; after it every failure goes to
the client, with `state` and `iss` (RFC 9207).
"""

from __future__ import annotations

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain import redirect_uri
from opentrusty_core.domain.authorization_request import AuthorizationRequest, Prompt
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.interaction import Interaction, Step, pending_step
from opentrusty_core.domain.session import Browser
from opentrusty_core.errors import (
    AccountSelectionRequired,
    ConsentRequired,
    InvalidRequest,
    LoginRequired,
    ProtocolError,
)
from opentrusty_core.protocol.authorize_answers import error_answer, issue_code, note_refusal
from opentrusty_core.protocol.authorize_checks import Asked, checked
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import Form, HttpRequest, parse_form
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse, InteractionStarted
from opentrusty_core.protocol.messages.form import posted_form
from opentrusty_core.storage import Recognised, living

_SILENT_ERRORS: dict[Step, type[ProtocolError]] = {
    Step.SIGN_IN: LoginRequired,
    Step.SELECT_ACCOUNT: AccountSelectionRequired,
    Step.CONSENT: ConsentRequired,
}


async def authorize(
    http: HttpRequest, browser: Browser, issuer: Issuer, deps: Deps
) -> AuthorizationResponse | InteractionStarted:
    """Answers an authorization request: a code where nothing is needed of the person, an interaction where something
    is.

    Raises:
        ProtocolError: the client or redirect URI cannot be trusted; show a page, redirect nowhere.
    """
    client = None
    try:
        form = parse_form(http.query) if http.method == "GET" else posted_form(http)
        client = await _trusted_client(form, issuer, deps)
        asked = Asked(
            form=form,
            issuer=issuer,
            client=client,
            redirect_uri=_trusted_redirect_uri(form, client),
            redirect_uri_given="redirect_uri" in form,
        )
    except ProtocolError as error:
        await note_refusal(error, client, http, issuer, deps)
        raise
    try:
        return await _answer(checked(asked), client, browser, http, issuer, deps)
    except ProtocolError as error:
        await note_refusal(error, client, http, issuer, deps)
        return error_answer(error, asked)


async def _trusted_client(form: Form, issuer: Issuer, deps: Deps) -> Client:
    if "client_id" in form.repeated:
        raise InvalidRequest(description="client_id is repeated.")
    client = await deps.client(issuer, form.required("client_id"))
    if client is None:
        raise InvalidRequest(description="The application is unknown.")
    return client


def _trusted_redirect_uri(form: Form, client: Client) -> str:
    """The presented URI where it is registered; the registered one where there is just one and the request is not
    OpenID's.
    """
    if "redirect_uri" in form.repeated:
        raise InvalidRequest(description="redirect_uri is repeated.")
    presented = form.get("redirect_uri")
    if presented is None:
        if len(client.redirect_uris) == 1 and "openid" not in form.get("scope", "").split(" "):
            return client.redirect_uris[0]
        raise InvalidRequest(description="redirect_uri is missing.")
    if not redirect_uri.matches(client.redirect_uris, presented):
        raise InvalidRequest(description="redirect_uri is not registered for this application.")
    return presented


async def _answer(
    request: AuthorizationRequest, client: Client, browser: Browser, http: HttpRequest, issuer: Issuer, deps: Deps
) -> AuthorizationResponse | InteractionStarted:
    now = deps.runtime.now()
    recognised = await _recognise(browser, client, issuer, deps)
    session, consent = (recognised.session, recognised.consent) if recognised else (None, None)
    step = pending_step(request, client, session, consent, now)
    if step is Step.NOTHING and session is not None:
        return await issue_code(request, client, session, http.origin, issuer, deps)
    if Prompt.NONE in request.prompt:
        raise _SILENT_ERRORS[step]()
    return await _start_interaction(request, browser, issuer, deps)


async def _recognise(browser: Browser, client: Client, issuer: Issuer, deps: Deps) -> Recognised | None:
    if browser.hash is None or browser.session_hash is None:
        return None
    recognised = await deps.store.tenant(issuer.tenant_id).sessions.recognise(
        browser.session_hash, browser.hash, deps.runtime.now(), client_id=client.client_id
    )
    if recognised is None:
        return None
    person = await living(deps.directory, issuer.tenant_id, recognised.session.user_id, recognised.user)
    return recognised if person is not None else None


async def _start_interaction(
    request: AuthorizationRequest, browser: Browser, issuer: Issuer, deps: Deps
) -> InteractionStarted:
    now = deps.runtime.now()
    handle = new_handle(Handle.INTERACTION, deps.runtime.token_bytes)
    browser_handle = None if browser.hash else new_handle(Handle.BROWSER, deps.runtime.token_bytes)
    browser_hash = hash_handle(Handle.BROWSER, browser_handle) if browser_handle else browser.hash
    interaction = Interaction(
        hash=hash_handle(Handle.INTERACTION, handle),
        browser_hash=browser_hash or b"",
        request=request,
        created_at=now,
        expires_at=now + issuer.lifetimes.interaction,
    )
    await deps.store.tenant(issuer.tenant_id).interactions.start(interaction)
    return InteractionStarted(handle=handle, browser_handle=browser_handle)
