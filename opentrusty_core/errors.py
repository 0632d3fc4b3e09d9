"""The three error families: what a client did wrong, what a use case refuses, what the store cannot do.

Servers and the CLI map each family once. `description` is public and safe to show; `detail` is private and goes to
logs only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class OpenTrustyError(Exception):
    """Everything that OpenTrusty raises on purpose."""


class ConfigurationError(OpenTrustyError):
    """The deployment is not usable as configured; the message says what to change."""


# --- Protocol: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, OpenID Connect Core 1.0 §3.1.2.6 -------------------------


class ProtocolError(OpenTrustyError):
    """An error that a specification names; `error` is its code, `status` its HTTP status outside a redirect.

    Args:
        detail: why, for the log; never sent to the client.
        description: replaces the class's `error_description`; public.
    """

    error: ClassVar[str]
    status: ClassVar[int] = 400
    description: str = ""

    def __init__(self, detail: str = "", *, description: str | None = None) -> None:
        super().__init__(detail or description or self.description)
        self.detail = detail
        if description is not None:
            self.description = description


class InvalidRequest(ProtocolError):
    """A parameter is missing, repeated or malformed."""

    error = "invalid_request"
    description = "The request is missing a required parameter or is otherwise malformed."


class InvalidClient(ProtocolError):
    """The client is unknown or did not authenticate."""

    error = "invalid_client"
    status = 401
    description = "Client authentication failed."


class InvalidGrant(ProtocolError):
    """The code or refresh token is unknown, expired, revoked, spent or another client's."""

    error = "invalid_grant"
    description = "The grant is invalid, expired or revoked."


class UnauthorizedClient(ProtocolError):
    """The client may not use this grant or response type."""

    error = "unauthorized_client"
    description = "The client is not authorized to use this grant type."


class UnsupportedGrantType(ProtocolError):
    """No such grant here."""

    error = "unsupported_grant_type"
    description = "The grant type is not supported."


class UnsupportedResponseType(ProtocolError):
    """No such response type here, or not for this client."""

    error = "unsupported_response_type"
    description = "The response type is not supported."


class InvalidScope(ProtocolError):
    """The scope is unknown, malformed or more than was granted."""

    error = "invalid_scope"
    description = "The requested scope is invalid, unknown or exceeds what was granted."


class InvalidTarget(ProtocolError):
    """The resource is unknown or not allowed (RFC 8707 §2)."""

    error = "invalid_target"
    description = "The requested resource is invalid or unknown."


class AccessDenied(ProtocolError):
    """The person or a policy said no."""

    error = "access_denied"
    status = 403
    description = "The request was denied."


class ServerError(ProtocolError):
    """Something of ours failed; the request id leads to it."""

    error = "server_error"
    status = 500
    description = "The server could not complete the request."


class TemporarilyUnavailable(ProtocolError):
    """Try again later."""

    error = "temporarily_unavailable"
    status = 503
    description = "The server is temporarily unable to handle the request."


class LoginRequired(ProtocolError):
    """`prompt=none` met a person who has to sign in."""

    error = "login_required"
    description = "The end-user has to sign in."


class ConsentRequired(ProtocolError):
    """`prompt=none` met a client that the person has not allowed."""

    error = "consent_required"
    description = "The end-user has to give consent."


class InteractionRequired(ProtocolError):
    """`prompt=none` met a step that needs the person."""

    error = "interaction_required"
    description = "The end-user has to take part."


class AccountSelectionRequired(ProtocolError):
    """`prompt=none` cannot choose an account."""

    error = "account_selection_required"
    description = "The end-user has to choose an account."


class UnmetAuthenticationRequirements(ProtocolError):
    """An essential `acr` that cannot be reached (OpenID Connect Core Error Code unmet_authentication_requirements
    1.0).
    """

    error = "unmet_authentication_requirements"
    description = "The requested authentication context cannot be reached."


class RequestNotSupported(ProtocolError):
    """`request` objects are not taken (OpenID Connect Core 1.0 §6.1)."""

    error = "request_not_supported"
    description = "Request objects are not supported."


class RequestUriNotSupported(ProtocolError):
    """`request_uri` is not taken (OpenID Connect Core 1.0 §6.2)."""

    error = "request_uri_not_supported"
    description = "Request URIs are not supported."


class RegistrationNotSupported(ProtocolError):
    """The `registration` parameter is not taken (OpenID Connect Core 1.0 §7.2.1)."""

    error = "registration_not_supported"
    description = "Registration by request is not supported."


class UnsupportedTokenType(ProtocolError):
    """The token type cannot be revoked here (RFC 7009 §2.2.1)."""

    error = "unsupported_token_type"
    description = "The token type is not supported."


class InvalidToken(ProtocolError):
    """The bearer token does not open this resource (RFC 6750 §3.1)."""

    error = "invalid_token"
    status = 401
    description = "The access token is invalid, expired or revoked."


class Unauthenticated(InvalidToken):
    """Nothing in the request says who calls (RFC 6750 §3)."""

    description = "The request says nothing of who calls."


class InsufficientScope(ProtocolError):
    """The token is good but not for this (RFC 6750 §3.1)."""

    error = "insufficient_scope"
    status = 403
    description = "The access token lacks the scope that this resource needs."


# --- Domain --------------------------------------------------------------------------------------------------------


class DomainError(OpenTrustyError):
    """A use case refuses; the message is public."""


class NotFound(DomainError):
    """No such thing, or one of another tenant: the two look alike."""


class Conflict(DomainError):
    """The thing exists already, or changed meanwhile."""


class KeyReused(DomainError):
    """The caller's own key for a request stood for another one."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the thing since the caller read it."""


class Denied(DomainError):
    """The actor lacks the permission."""


class Throttled(DomainError):
    """Too many attempts; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class Invalid(DomainError):
    """Some fields are not acceptable; `fields` maps each field's name to one plain sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = dict(fields)


# --- Store ---------------------------------------------------------------------------------------------------------


class StoreError(OpenTrustyError):
    """The store cannot do its work; nothing was half-done."""


class StoreUnavailable(StoreError):
    """The database does not answer, or not in time; worth a retry after `retry_after` seconds."""

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail or "The database is unavailable.")
        self.retry_after = retry_after


class SchemaMismatch(StoreError):
    """The database's schema is not the one this version works with; the message says what to run."""


class RowsHidden(SchemaMismatch):
    """Row-level security hides every row from this store, which does not say whose rows it asks for."""
