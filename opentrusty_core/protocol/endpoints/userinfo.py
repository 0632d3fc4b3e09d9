"""The userinfo endpoint (OpenID Connect Core 1.0 §5.3; bearer tokens RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.scope import OPENID
from opentrusty_core.errors import InsufficientScope, InvalidRequest, InvalidToken, ProtocolError
from opentrusty_core.protocol.access import Access, read_access_token
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints.refusals import error_response, note
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest, HttpResponse, json_response
from opentrusty_core.protocol.messages.form import FORM, body_form
from opentrusty_core.protocol.messages.http import NO_STORE
from opentrusty_core.protocol.token_claims import Issuance, merged, userinfo_claims


async def userinfo(http: HttpRequest, issuer: Issuer, deps: Deps) -> HttpResponse:
    """The claims about the person that the access token's scope, and the `claims` parameter, release."""
    try:
        presented = bearer_token(http)
        if presented is None:
            return HttpResponse(status=401, headers=(*NO_STORE, (b"www-authenticate", b'Bearer realm="OpenTrusty"')))
        access = await read_access_token(presented, issuer, deps)
        return json_response(await _claims(access, issuer, deps))
    except ProtocolError as error:
        await note(error, AuditType.REQUEST_REFUSED, http, issuer, deps, None)
        challenge = f'Bearer realm="OpenTrusty", error="{error.error}", error_description="{error.description}"'
        return error_response(error, http, headers=((b"www-authenticate", challenge.encode()),))


def bearer_token(http: HttpRequest) -> str | None:
    """The token of the Authorization header or of a form body (RFC 6750 §2.1, §2.2); a query is not looked at (RFC
    9700 §4.3.2).

    Raises:
        InvalidRequest: two of them, or another authorization scheme.
    """
    header = http.headers.get("authorization")
    in_body = None
    if http.method == "POST" and http.headers.get("content-type", "").lower().startswith(FORM):
        in_body = body_form(http).get("access_token")
    if header is None:
        return in_body
    if in_body is not None:
        raise InvalidRequest(description="Send the access token once.")
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise InvalidRequest(description="The authorization scheme has to be Bearer.")
    return value.strip()


async def _claims(access: Access, issuer: Issuer, deps: Deps) -> Mapping[str, object]:
    if issuer.identifier not in access.audience:
        raise InvalidToken("token for another resource")
    if OPENID not in access.scope or access.grant is None or access.user is None:
        raise InsufficientScope("no openid scope")
    client = await deps.client(issuer, access.client_id)
    if client is None:
        raise InvalidToken("client gone")
    issuance = Issuance(issuer=issuer, client=client, scope=access.scope, grant=access.grant, user=access.user)
    return merged(await userinfo_claims(issuance, access.grant, access.user, deps))
