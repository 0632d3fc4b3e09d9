"""`none`: a public client names itself (RFC 6749 §2.1); what it may do is bound by PKCE and rotation instead."""

from __future__ import annotations

from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.protocol.client_auth.credentials import Credentials
from opentrusty_core.protocol.messages import Form, HttpRequest


def presented(request: HttpRequest, form: Form) -> Credentials | None:
    """The bare `client_id`, where nothing else in the request authenticates."""
    client_id = form.get("client_id")
    if client_id is None or "client_secret" in form or "authorization" in request.headers:
        return None
    return Credentials(method=AuthMethod.NONE, client_id=client_id)
