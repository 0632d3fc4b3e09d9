"""From an interaction back to the client: the code when all is answered, or the person's no (RFC 6749 §4.1.2)."""

from __future__ import annotations

from opentrusty_core.crypto.handles import Handle, hash_handle
from opentrusty_core.domain import redirect_uri
from opentrusty_core.domain.authorization_request import AuthorizationRequest
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.interaction import Step, pending_step
from opentrusty_core.domain.session import Browser
from opentrusty_core.errors import AccessDenied, InvalidRequest, ProtocolError
from opentrusty_core.protocol.authorize_answers import issue_code, note_refusal, refusal_answer
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse
from opentrusty_core.storage import OpenedInteraction, living


async def resume(
    handle: str, http: HttpRequest, browser: Browser, issuer: Issuer, deps: Deps
) -> AuthorizationResponse | None:
    """The code, once nothing is pending; None while something is, or where the interaction is not this browser's.

    What is pending is worked out anew here, whatever the pages before believed.

    Raises:
        InvalidRequest: the redirect URI is no longer registered; show a page, redirect nowhere.
        InteractionRequired: the interaction was answered already, as in another tab.
    """
    opened = await _open(handle, browser, issuer, deps)
    if opened is None or opened.recognised is None:
        return None
    interaction, session = opened.interaction, opened.recognised.session
    client = await deps.client(issuer, interaction.request.client_id)
    person = await living(deps.directory, issuer.tenant_id, session.user_id, opened.recognised.user)
    if client is None or person is None:
        return None
    await _check_redirect_uri(interaction.request, client, http, issuer, deps)
    now = deps.runtime.now()
    step = pending_step(interaction.request, client, session, opened.recognised.consent, now, interaction=interaction)
    if step is not Step.NOTHING:
        return None
    return await issue_code(
        interaction.request, client, session, http.origin, issuer, deps, interaction_hash=interaction.hash
    )


async def decline(
    handle: str, http: HttpRequest, browser: Browser, issuer: Issuer, deps: Deps, *, error: ProtocolError | None = None
) -> AuthorizationResponse | None:
    """Ends the interaction with `access_denied`, or `error`; None where it is not this browser's.

    Raises:
        InvalidRequest: the client or its redirect URI is gone; show a page, redirect nowhere.
    """
    opened = await _open(handle, browser, issuer, deps)
    if opened is None:
        return None
    if not await deps.store.tenant(issuer.tenant_id).interactions.finish(opened.interaction.hash):
        return None
    request = opened.interaction.request
    client = await deps.client(issuer, request.client_id)
    await _check_redirect_uri(request, client, http, issuer, deps)
    refusal = error or AccessDenied("the person declined")
    await note_refusal(refusal, client, http, issuer, deps)
    return refusal_answer(refusal, request, issuer)


async def _check_redirect_uri(
    request: AuthorizationRequest, client: Client | None, http: HttpRequest, issuer: Issuer, deps: Deps
) -> None:
    """What was registered when the request came may have been taken away since."""
    if client is None or not redirect_uri.matches(client.redirect_uris, request.redirect_uri):
        error = InvalidRequest(description="redirect_uri is not registered for this application.")
        await note_refusal(error, client, http, issuer, deps)
        raise error


async def _open(handle: str, browser: Browser, issuer: Issuer, deps: Deps) -> OpenedInteraction | None:
    if browser.hash is None:
        return None
    return await deps.store.tenant(issuer.tenant_id).interactions.open(
        hash_handle(Handle.INTERACTION, handle),
        browser.hash,
        deps.runtime.now(),
        session_handle_hash=browser.session_hash,
    )
