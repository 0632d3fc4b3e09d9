"""The revocation endpoint (RFC 7009). Revoking a refresh token ends its grant; an access token ends alone."""

from __future__ import annotations

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import Client
from opentrusty_core.errors import InvalidToken, ProtocolError
from opentrusty_core.protocol.access import read_access_token
from opentrusty_core.protocol.client_auth import authenticate
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints.refusals import refused
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest, HttpResponse
from opentrusty_core.protocol.messages.form import body_form
from opentrusty_core.protocol.messages.http import NO_STORE


async def revocation(http: HttpRequest, issuer: Issuer, deps: Deps) -> HttpResponse:
    """200 whether or not there was something to revoke; nothing of another client's is touched (RFC 7009 §2.1,
    §2.2).
    """
    client = None
    try:
        form = body_form(http)
        client = await authenticate(http, form, issuer, deps)
        await _revoke(form.required("token"), client, http, issuer, deps)
        return HttpResponse(status=200, headers=NO_STORE)
    except ProtocolError as error:
        return await refused(error, AuditType.REQUEST_REFUSED, http, issuer, deps, client)


async def _revoke(token: str, client: Client, http: HttpRequest, issuer: Issuer, deps: Deps) -> None:
    repos, now = deps.store.tenant(issuer.tenant_id), deps.runtime.now()
    handle = deps.refresh_tokens.parse(issuer.tenant_id, token)
    if handle is not None:
        found = await repos.refresh_tokens.look_up(handle.id, None, now)  # a spent generation means the same grant
        if found is not None and found.grant is not None and found.grant.client_id == client.client_id:
            event = deps.event(AuditType.GRANT_REVOKED, http.origin, client_id=client.client_id, target=found.grant.id)
            await repos.grants.revoke(found.grant.id, now, event)
        return
    try:
        access = await read_access_token(token, issuer, deps)
    except InvalidToken:
        return
    if access.client_id != client.client_id:
        return
    event = deps.event(AuditType.TOKEN_REVOKED, http.origin, client_id=client.client_id, target=access.id)
    if access.hash is not None:
        await repos.access_tokens.revoke(access.hash, event)
    else:
        await repos.access_tokens.revoke_jwt(access.id, access.expires_at, event)
