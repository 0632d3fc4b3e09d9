"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0).

A logout that a client can vouch for, by an ID token of this very session, happens at once; any other is asked of the
person first.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from opentrusty_core.domain import redirect_uri
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.session import Browser, Session
from opentrusty_core.errors import InvalidRequest, InvalidToken, ProtocolError
from opentrusty_core.protocol.authorize_checks import read_id_token_hint
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints.refusals import note
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import Form, HttpRequest, parse_form
from opentrusty_core.protocol.messages.form import body_form


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """A logout whose target, if any, is registered: `location` is where the browser goes afterwards."""

    client: Client | None
    location: str | None
    hinted_session_id: str | None
    hinted_user_id: str | None
    ui_locales: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLogout:
    """Ask the person; the parameters go round in the form and are checked again when they come back."""

    request: LogoutRequest
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut:
    """There is no session of this browser any more: drop its cookie, go to `request.location`, or say so on a page."""

    request: LogoutRequest


async def logout(
    http: HttpRequest, browser: Browser, issuer: Issuer, deps: Deps, *, confirmed: bool = False
) -> ConfirmLogout | LoggedOut:
    """Ends the browser's session, or says that the person has to confirm it; `confirmed` tells that they did.

    Raises:
        InvalidRequest: the post_logout_redirect_uri is not the client's; show a page, redirect nowhere.
    """
    try:
        form = parse_form(http.query).single() if http.method == "GET" else body_form(http)
        request = await _checked(form, issuer, deps)
    except ProtocolError as error:
        await note(error, AuditType.REQUEST_REFUSED, http, issuer, deps, None)
        raise
    session = await _session(browser, issuer, deps)
    if session is None:
        return LoggedOut(request=request)
    if not confirmed and not _vouched(request, session):
        return ConfirmLogout(request=request, parameters=dict(form))
    event = deps.event(
        AuditType.SIGN_OUT,
        http.origin,
        client_id=request.client.client_id if request.client else None,
        user_id=session.user_id,
        target=session.id,
    )
    await deps.store.tenant(issuer.tenant_id).sessions.end(session.id, deps.runtime.now(), event)
    return LoggedOut(request=request)


async def _checked(form: Form, issuer: Issuer, deps: Deps) -> LogoutRequest:
    hint = _hint(form, issuer)
    client_id = form.get("client_id") or hint.get("aud")
    if hint and client_id != hint.get("aud"):
        raise InvalidRequest(description="client_id is not the client of the id_token_hint.")
    client = await deps.client(issuer, client_id) if client_id else None
    target, state = form.get("post_logout_redirect_uri"), form.get("state")
    if target is not None:
        if client is None or not redirect_uri.matches(client.post_logout_redirect_uris, target):
            raise InvalidRequest(description="post_logout_redirect_uri is not registered for this application.")
        if state is not None:
            target += ("&" if "?" in target else "?") + urlencode({"state": state})
    return LogoutRequest(
        client=client,
        location=target,
        hinted_session_id=hint.get("sid"),
        hinted_user_id=hint.get("sub"),
        ui_locales=tuple(form.get("ui_locales", "").split()[:10]),
    )


def _hint(form: Form, issuer: Issuer) -> dict[str, str]:
    """The claims of the hint; one that is not ours counts as none (it vouches for nothing)."""
    value = form.get("id_token_hint")
    if value is None:
        return {}
    try:
        claims = read_id_token_hint(value, issuer)
    except InvalidToken:
        return {}
    return {name: claims[name] for name in ("sub", "sid", "aud") if isinstance(claims.get(name), str)}


def _vouched(request: LogoutRequest, session: Session) -> bool:
    return request.client is not None and request.hinted_session_id == session.id


async def _session(browser: Browser, issuer: Issuer, deps: Deps) -> Session | None:
    if browser.hash is None or browser.session_hash is None:
        return None
    recognised = await deps.store.tenant(issuer.tenant_id).sessions.recognise(
        browser.session_hash, browser.hash, deps.runtime.now()
    )
    return recognised.session if recognised else None
