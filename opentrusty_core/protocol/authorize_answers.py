"""The answers to an authorization request: a code, or an error (RFC 6749 §4.1.2, §4.1.2.1), each with `state` and
`iss` (RFC 9207).
"""

from __future__ import annotations

from datetime import datetime

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain.audit import AuditType, Origin
from opentrusty_core.domain.authorization_request import AuthorizationRequest, ResponseMode
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.session import Session
from opentrusty_core.errors import InteractionRequired, ProtocolError
from opentrusty_core.protocol.authorize_checks import Asked
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse


async def issue_code(
    request: AuthorizationRequest,
    client: Client,
    session: Session,
    origin: Origin,
    issuer: Issuer,
    deps: Deps,
    *,
    interaction_hash: bytes | None = None,
) -> AuthorizationResponse:
    """A grant of what was asked, and its code. With `interaction_hash` it ends that interaction, and only one of two
    tabs gets a code.

    Raises:
        InteractionRequired: the interaction was answered already.
    """
    now, lifetimes = deps.runtime.now(), issuer.lifetimes
    value = new_handle(Handle.AUTHORIZATION_CODE, deps.runtime.token_bytes)
    grant = grant_of(request, session, deps.runtime.new_id(), now, now + lifetimes.code)
    code = AuthorizationCode(
        hash=hash_handle(Handle.AUTHORIZATION_CODE, value),
        grant_id=grant.id,
        client_id=client.client_id,
        redirect_uri=request.redirect_uri if request.redirect_uri_given else None,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
        created_at=now,
        expires_at=grant.expires_at,
    )
    issued = await deps.store.tenant(issuer.tenant_id).codes.issue(
        code,
        grant,
        deps.event(AuditType.CODE_ISSUED, origin, client_id=client.client_id, user_id=session.user_id, target=grant.id),
        touch=_touched(session, issuer, deps),
        interaction_hash=interaction_hash,
    )
    if not issued:
        raise InteractionRequired("the interaction was answered already")
    return _answer(request.redirect_uri, request.response_mode, request.state, issuer, {"code": value})


def grant_of(
    request: AuthorizationRequest, session: Session, grant_id: str, now: datetime, expires_at: datetime
) -> Grant:
    """The grant of what is requested by the session's person."""
    return Grant(
        id=grant_id,
        user_id=session.user_id,
        client_id=request.client_id,
        session_id=session.id,
        scope=request.scope,
        claims=request.claims,
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        created_at=now,
        expires_at=expires_at,
    )


def error_answer(error: ProtocolError, asked: Asked) -> AuthorizationResponse:
    """The error, sent to the client in the mode that it asked for, as far as that could be understood."""
    form, mode = asked.form, ResponseMode.QUERY
    if "response_mode" not in form.repeated and form.get("response_mode") == ResponseMode.FORM_POST:
        mode = ResponseMode.FORM_POST
    state = None if "state" in form.repeated else form.get("state")
    return _answer(asked.redirect_uri, mode, state, asked.issuer, _described(error))


def refusal_answer(error: ProtocolError, request: AuthorizationRequest, issuer: Issuer) -> AuthorizationResponse:
    """The error to a request that was good until the person was asked."""
    return _answer(request.redirect_uri, request.response_mode, request.state, issuer, _described(error))


async def note_refusal(
    error: ProtocolError, client: Client | None, http: HttpRequest, issuer: Issuer, deps: Deps
) -> None:
    """Writes a refused authorization request down."""
    event = deps.event(
        AuditType.AUTHORIZATION_REFUSED,
        http.origin,
        client_id=client.client_id if client else None,
        failure=error.error,
        detail=error.detail,
    )
    await deps.store.tenant(issuer.tenant_id).audit.append(event)


def _described(error: ProtocolError) -> dict[str, str]:
    return {"error": error.error, "error_description": error.description}


def _answer(
    redirect_uri: str, mode: ResponseMode, state: str | None, issuer: Issuer, parameters: dict[str, str]
) -> AuthorizationResponse:
    if state is not None:
        parameters["state"] = state
    parameters["iss"] = issuer.identifier
    return AuthorizationResponse(redirect_uri=redirect_uri, mode=mode, parameters=parameters)


def _touched(session: Session, issuer: Issuer, deps: Deps) -> Session | None:
    now = deps.runtime.now()
    return session.touched(now, issuer.lifetimes.session_idle) if session.wants_touch(now) else None
