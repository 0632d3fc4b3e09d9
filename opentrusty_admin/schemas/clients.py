"""Clients as JSON, in the names of RFC 7591 §2 where it has one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, Seconds, Text, Versioned
from opentrusty_core import AuthMethod, Client, GrantType
from opentrusty_core.domain.client import AccessTokenFormat, ApplicationType, ClientSecret, ClientStatus
from opentrusty_core.domain.scope import format_scope, parse_scope
from opentrusty_core.errors import Invalid, InvalidScope
from opentrusty_core.management import ClientFields
from opentrusty_core.management import ClientWithSecret as Made


class ClientChanges(Changes):
    """The fields of a client that can be written."""

    client_name: Text = UNSET
    application_type: ApplicationType = UNSET
    token_endpoint_auth_method: AuthMethod = UNSET
    grant_types: tuple[GrantType, ...] = UNSET
    redirect_uris: tuple[Text, ...] = UNSET
    post_logout_redirect_uris: tuple[Text, ...] = UNSET
    allowed_origins: tuple[Text, ...] = UNSET
    """Web origins that may call token, userinfo and revocation from a browser."""
    scope: Text = UNSET
    """What the client may ask for, delimited by spaces."""
    require_pkce: bool = UNSET
    """Confidential clients may be let off; public ones never are."""
    skip_consent: bool = UNSET
    """Whether it is the tenant's own application, whose people are not asked."""
    resource_identifiers: tuple[Text, ...] = UNSET
    """The resources that this client is, whose access tokens it may introspect."""
    access_token_format: AccessTokenFormat = UNSET
    access_token_signed_response_alg: Text = UNSET
    id_token_signed_response_alg: Text = UNSET
    default_max_age: Seconds | None = UNSET
    require_auth_time: bool = UNSET
    access_token_lifetime: Seconds | None = UNSET
    """Null for the tenant's own."""
    client_uri: Text | None = UNSET
    logo_uri: Text | None = UNSET
    policy_uri: Text | None = UNSET
    tos_uri: Text | None = UNSET
    contacts: tuple[Text, ...] = UNSET

    def to_domain(self) -> ClientFields:
        """The fields given, as the use cases take them. Raises `Invalid` for a scope that is none."""
        fields: dict[str, Any] = self.given()
        fields.pop("client_id", None)
        if "scope" in fields:
            fields["scope"] = _scope(fields["scope"])
        if fields.get("access_token_lifetime") is not None:
            fields["access_token_lifetime"] = _duration(fields["access_token_lifetime"])
        return cast("ClientFields", fields)


class NewClient(ClientChanges):
    """A client to be registered."""

    client_id: Text | None = UNSET
    """Made by the server where none is given."""


class SecretRotation(Model):
    """How a secret gives way to the next."""

    overlap: Seconds = 0
    """How long the present secret stays good beside the new one."""

    def to_domain(self) -> timedelta:
        """The overlap, as the use case takes it. Raises `Invalid`."""
        return _duration(self.overlap, "overlap")


class SecretOut(Model):
    """When a secret was made, and when it ends; the secret itself is known to nobody."""

    created_at: Moment
    expires_at: Moment | None

    @classmethod
    def of(cls, secret: ClientSecret) -> SecretOut:
        """As JSON."""
        return cls(created_at=secret.created_at, expires_at=secret.expires_at)


class ClientOut(Versioned):
    """A client."""

    client_id: str
    client_name: str
    status: ClientStatus
    application_type: ApplicationType
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[GrantType, ...]
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    scope: str
    require_pkce: bool
    skip_consent: bool
    resource_identifiers: tuple[str, ...]
    access_token_format: AccessTokenFormat
    access_token_signed_response_alg: str
    id_token_signed_response_alg: str
    default_max_age: Seconds | None
    require_auth_time: bool
    access_token_lifetime: Seconds | None
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    contacts: tuple[str, ...]
    secrets: tuple[SecretOut, ...]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, client: Client) -> ClientOut:
        """As JSON."""
        return cls(**_content(client))


class ClientWithSecret(ClientOut):
    """A client and its new secret, which is shown this once."""

    client_secret: str | None
    """Null for a client that does not authenticate."""

    @classmethod
    def of_made(cls, made: Made) -> ClientWithSecret:
        """As JSON."""
        return cls(**_content(made.client), client_secret=made.secret)


_AS_THEY_ARE = ClientOut.model_fields.keys() - {"scope", "access_token_lifetime", "secrets"}


def _content(client: Client) -> dict[str, Any]:
    lifetime = client.access_token_lifetime
    return {name: getattr(client, name) for name in _AS_THEY_ARE} | {
        "scope": format_scope(client.scope),
        "access_token_lifetime": None if lifetime is None else int(lifetime.total_seconds()),
        "secrets": tuple(map(SecretOut.of, client.secrets)),
    }


def _scope(text: str) -> tuple[str, ...]:
    try:
        return parse_scope(text)
    except InvalidScope:
        raise Invalid({"scope": "It holds characters that a scope may not hold."}) from None


def _duration(seconds: int, name: str = "access_token_lifetime") -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise Invalid({name: "It is far too long."}) from None
