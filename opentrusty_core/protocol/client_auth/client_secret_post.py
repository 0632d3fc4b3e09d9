"""`client_secret_post`: id and secret in the body (RFC 6749 §2.3.1)."""

from __future__ import annotations

from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.protocol.client_auth.credentials import Credentials
from opentrusty_core.protocol.messages import Form, HttpRequest


def presented(request: HttpRequest, form: Form) -> Credentials | None:
    """The credentials of the body, None without a secret. Raises `InvalidRequest` where the id is missing."""
    secret = form.get("client_secret")
    if secret is None:
        return None
    return Credentials(method=AuthMethod.POST, client_id=form.required("client_id"), secret=secret)
