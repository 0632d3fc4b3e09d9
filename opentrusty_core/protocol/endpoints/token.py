"""The token endpoint (RFC 6749 §3.2)."""

from __future__ import annotations

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.errors import ProtocolError, UnauthorizedClient, UnsupportedGrantType
from opentrusty_core.protocol.client_auth import authenticate
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints.refusals import refused
from opentrusty_core.protocol.grants import BY_TYPE
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import Authenticated, HttpRequest, HttpResponse, json_response
from opentrusty_core.protocol.messages.form import body_form


async def token(http: HttpRequest, issuer: Issuer, deps: Deps) -> HttpResponse:
    """Answers a token request with tokens or with the error that RFC 6749 §5.2 names."""
    client = None
    try:
        form = body_form(http)
        client = await authenticate(http, form, issuer, deps)
        grant = BY_TYPE.get(form.required("grant_type"))
        if grant is None:
            raise UnsupportedGrantType()
        if not client.may(grant.grant_type):
            raise UnauthorizedClient()
        request = Authenticated(request=grant.parse(form), client=client, issuer=issuer, origin=http.origin)
        return json_response((await grant.exchange(request, deps)).to_json())
    except ProtocolError as error:
        return await refused(error, AuditType.TOKEN_REFUSED, http, issuer, deps, client)
