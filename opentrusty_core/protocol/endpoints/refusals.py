"""How an endpoint says no: the error as JSON, the reason in the audit, nothing in between (RFC 6749 §5.2, RFC 6750
§3).
"""

from __future__ import annotations

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import Client
from opentrusty_core.errors import InvalidClient, ProtocolError
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpRequest, HttpResponse, json_response
from opentrusty_core.protocol.messages.http import NO_STORE, Headers


def error_response(error: ProtocolError, http: HttpRequest, *, headers: Headers = ()) -> HttpResponse:
    """The JSON error response; an `invalid_client` that used the Authorization header gets its challenge back."""
    if isinstance(error, InvalidClient) and "authorization" in http.headers:
        headers = (*headers, (b"www-authenticate", b'Basic realm="OpenTrusty"'))
    content: dict[str, object] = {"error": error.error, "error_description": error.description}
    if http.origin.request_id is not None:
        content["request_id"] = http.origin.request_id
    return json_response(content, status=error.status, headers=NO_STORE + headers)


async def refused(
    error: ProtocolError, type_: AuditType, http: HttpRequest, issuer: Issuer, deps: Deps, client: Client | None
) -> HttpResponse:
    """Writes the refusal down, then answers."""
    await note(error, type_, http, issuer, deps, client)
    return error_response(error, http)


async def note(
    error: ProtocolError, type_: AuditType, http: HttpRequest, issuer: Issuer, deps: Deps, client: Client | None
) -> None:
    """Writes a refusal down."""
    event = deps.event(
        type_, http.origin, client_id=client.client_id if client else None, failure=error.error, detail=error.detail
    )
    await deps.store.tenant(issuer.tenant_id).audit.append(event)
