"""What crosses the boundary of the protocol: frozen, and parsed once."""

from __future__ import annotations

from opentrusty_core.protocol.messages.form import Form, parse_form
from opentrusty_core.protocol.messages.http import HttpRequest, HttpResponse, json_response
from opentrusty_core.protocol.messages.tokens import (
    Authenticated,
    AuthorizationCodeRequest,
    ClientCredentialsRequest,
    RefreshTokenRequest,
    TokenSet,
)

__all__ = [
    "Authenticated",
    "AuthorizationCodeRequest",
    "ClientCredentialsRequest",
    "Form",
    "HttpRequest",
    "HttpResponse",
    "RefreshTokenRequest",
    "TokenSet",
    "json_response",
    "parse_form",
]
