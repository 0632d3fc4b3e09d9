"""The introspection endpoint (RFC 7662). A client may ask about its own tokens and, as a resource, about those meant
for it.
"""

from __future__ import annotations

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.scope import format_scope
from opentrusty_core.errors import InvalidClient, InvalidToken, ProtocolError
from opentrusty_core.protocol.access import Access, read_access_token
from opentrusty_core.protocol.client_auth import authenticate
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints.refusals import refused
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest, HttpResponse, json_response
from opentrusty_core.protocol.messages.form import body_form
from opentrusty_core.storage import living

_INACTIVE: dict[str, object] = {"active": False}


async def introspection(http: HttpRequest, issuer: Issuer, deps: Deps) -> HttpResponse:
    """What a live token stands for; `{"active": false}` for every other, without a reason (RFC 7662 §2.2)."""
    client = None
    try:
        form = body_form(http)
        client = await authenticate(http, form, issuer, deps)
        if client.is_public:
            raise InvalidClient("introspection by a public client")
        return json_response(await _introspect(form.required("token"), client, issuer, deps))
    except ProtocolError as error:
        return await refused(error, AuditType.REQUEST_REFUSED, http, issuer, deps, client)


async def _introspect(token: str, client: Client, issuer: Issuer, deps: Deps) -> dict[str, object]:
    handle = deps.refresh_tokens.parse(issuer.tenant_id, token)
    if handle is not None:
        return await _refresh_token(handle.id, handle.generation, client, issuer, deps)
    try:
        access = await read_access_token(token, issuer, deps)
    except InvalidToken:
        return _INACTIVE
    if access.client_id != client.client_id and not set(client.resource_identifiers) & set(access.audience):
        return _INACTIVE
    return described(access, issuer)


def described(access: Access, issuer: Issuer) -> dict[str, object]:
    """What a resource is told of a live access token (RFC 7662 §2.2)."""
    content: dict[str, object] = {
        "active": True,
        "token_type": "Bearer",
        "iss": issuer.identifier,
        "sub": access.grant.user_id if access.grant else access.client_id,
        "aud": access.audience[0] if len(access.audience) == 1 else list(access.audience),
        "client_id": access.client_id,
        "scope": format_scope(access.scope),
        "iat": int(access.issued_at.timestamp()),
        "exp": int(access.expires_at.timestamp()),
        "jti": access.id,
    }
    if access.user is not None:
        content["username"] = access.user.username
    return content


async def _refresh_token(
    token_id: str, generation: int, client: Client, issuer: Issuer, deps: Deps
) -> dict[str, object]:
    found = await deps.store.tenant(issuer.tenant_id).refresh_tokens.look_up(token_id, generation, deps.runtime.now())
    if found is None or found.grant is None or found.refresh_token is None or found.grant.client_id != client.client_id:
        return _INACTIVE
    if not found.refresh_token.answers(generation, deps.runtime.now(), issuer.lifetimes.refresh_token_grace):
        return _INACTIVE
    user = await living(deps.directory, issuer.tenant_id, found.grant.user_id, found.user)
    if user is None:
        return _INACTIVE
    expires_at = min(found.refresh_token.idle_expires_at, found.refresh_token.expires_at, found.grant.expires_at)
    return {
        "active": True,
        "iss": issuer.identifier,
        "sub": user.id,
        "client_id": client.client_id,
        "scope": format_scope(found.grant.scope),
        "iat": int(found.refresh_token.created_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "username": user.username,
    }
