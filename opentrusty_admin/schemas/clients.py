"""Clients as JSON, in the names of RFC 7591 §2 where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, cast

from pydantic import Field

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, PageQuery, Seconds, Text, Versioned
from opentrusty_core import AuthMethod, Client, GrantType
from opentrusty_core.domain.client import AccessTokenFormat, ApplicationType, ClientSecret, ClientStatus
from opentrusty_core.domain.client_kind import ClientKind, defaults_of, kind_of
from opentrusty_core.domain.scope import format_scope, parse_scope
from opentrusty_core.errors import Invalid, InvalidScope
from opentrusty_core.management import NOT_SUPPORTED, ClientFields
from opentrusty_core.management import ClientWithSecret as Made

_LIFETIMES = ("access_token_lifetime", "id_token_lifetime", "refresh_token_idle_lifetime", "refresh_token_lifetime")


class ClientQuery(PageQuery):
    """Which clients."""

    search: str = Field(default="", max_length=254)
    """Words, each the beginning of a client id, a word of a name, or a tag."""
    sort: Literal["client_id", "-client_id", "client_name", "-client_name", "created_at", "-created_at"] = "client_id"
    """The order."""
    kind: ClientKind | None = None


class ClientChanges(Changes):
    """The fields of a client that can be written."""

    not_known: ClassVar[Mapping[str, str]] = NOT_SUPPORTED

    client_name: Text = UNSET
    application_type: ApplicationType = UNSET
    token_endpoint_auth_method: AuthMethod = UNSET
    grant_types: tuple[GrantType, ...] = UNSET
    response_types: tuple[Text, ...] = UNSET
    """Follow from the grant types: said only by those who say everything."""
    redirect_uris: tuple[Text, ...] = UNSET
    post_logout_redirect_uris: tuple[Text, ...] = UNSET
    allowed_origins: tuple[Text, ...] = UNSET
    """Web origins that may call token, userinfo and revocation from a browser."""
    scope: Text = UNSET
    """What the client may ask for, delimited by spaces."""
    subject_type: Text = UNSET
    """`public`, the only one."""
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
    """Null for the tenant's own; so are the other lifetimes."""
    id_token_lifetime: Seconds | None = UNSET
    refresh_token_idle_lifetime: Seconds | None = UNSET
    refresh_token_lifetime: Seconds | None = UNSET
    client_uri: Text | None = UNSET
    logo_uri: Text | None = UNSET
    policy_uri: Text | None = UNSET
    tos_uri: Text | None = UNSET
    contacts: tuple[Text, ...] = UNSET
    translations: dict[str, Text] = UNSET
    """Texts and links in other languages, under names such as `client_name#de` (RFC 7591 §2.2)."""
    software_id: Text | None = UNSET
    software_version: Text | None = UNSET
    description: Text | None = UNSET
    """For administrators alone."""
    tags: tuple[Text, ...] = UNSET
    """For administrators alone."""

    def to_domain(self) -> ClientFields:
        """The fields given, as the use cases take them. Raises `Invalid` for a scope that is none."""
        fields: dict[str, Any] = self.given()
        if "scope" in fields:
            fields["scope"] = scope_of(fields["scope"])
        for name in _LIFETIMES:
            if fields.get(name) is not None:
                fields[name] = duration_of(fields[name], name)
        return cast("ClientFields", fields)


class NewClient(ClientChanges):
    """A client to be registered."""

    client_id: Text | None = UNSET
    """Made by the server where none is given."""
    kind: ClientKind | None = UNSET
    """What kind of application it is: says what the other fields leave out."""

    def to_domain(self) -> ClientFields:
        """See `ClientChanges.to_domain`."""
        fields: dict[str, Any] = {**ClientChanges.to_domain(self)}
        return cast("ClientFields", {name: fields[name] for name in fields if name not in {"client_id", "kind"}})


class SecretRotation(Model):
    """How a secret gives way to the next."""

    overlap: Seconds = 0
    """How long the present secrets stay good beside the new one."""

    def to_domain(self) -> timedelta:
        """The overlap, as the use case takes it. Raises `Invalid`."""
        return duration_of(self.overlap, "overlap")


class NewSecret(Model):
    """Another secret."""

    lifetime: Seconds | None = None
    """When it ends by itself; null for never."""

    def to_domain(self) -> timedelta | None:
        """The lifetime, as the use case takes it. Raises `Invalid`."""
        return None if self.lifetime is None else duration_of(self.lifetime, "lifetime")


class SecretOut(Model):
    """When a secret was made, and when it ends; the secret itself is known to nobody."""

    id: str
    created_at: Moment
    expires_at: Moment | None

    @classmethod
    def of(cls, secret: ClientSecret) -> SecretOut:
        """As JSON."""
        return cls(id=secret.id, created_at=secret.created_at, expires_at=secret.expires_at)


class ClientOut(Versioned):
    """A client."""

    client_id: str
    client_name: str
    kind: ClientKind
    """What its fields make it."""
    status: ClientStatus
    application_type: ApplicationType
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[GrantType, ...]
    response_types: tuple[str, ...]
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
    id_token_lifetime: Seconds | None
    refresh_token_idle_lifetime: Seconds | None
    refresh_token_lifetime: Seconds | None
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    contacts: tuple[str, ...]
    translations: dict[str, str]
    software_id: str | None
    software_version: str | None
    description: str | None
    tags: tuple[str, ...]
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


class ClientKindDefaults(Model):
    """A kind of application, and how a client of that kind begins."""

    kind: ClientKind
    application_type: ApplicationType
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[GrantType, ...]
    is_redirected: bool
    """Whether it needs redirect URIs."""
    calls_from_browser: bool
    """Whether the origins of its redirect URIs become its `allowed_origins`."""

    @classmethod
    def of(cls, kind: ClientKind) -> ClientKindDefaults:
        """As JSON."""
        fields = defaults_of(kind)
        return cls(
            kind=kind,
            application_type=fields["application_type"],
            token_endpoint_auth_method=fields["token_endpoint_auth_method"],
            grant_types=fields["grant_types"],
            is_redirected=GrantType.AUTHORIZATION_CODE in fields["grant_types"],
            calls_from_browser="allowed_origins" in fields,
        )


class ClientKinds(Model):
    """Every kind of application."""

    items: tuple[ClientKindDefaults, ...]


_MADE = {"scope", "secrets", "kind", "translations", *_LIFETIMES}
_AS_THEY_ARE = ClientOut.model_fields.keys() - _MADE


def _content(client: Client) -> dict[str, Any]:
    lifetimes: dict[str, timedelta | None] = {name: getattr(client, name) for name in _LIFETIMES}
    return {
        **{name: getattr(client, name) for name in _AS_THEY_ARE},
        **{name: None if time is None else int(time.total_seconds()) for name, time in lifetimes.items()},
        "kind": kind_of(client),
        "scope": format_scope(client.scope),
        "translations": dict(client.translations),
        "secrets": tuple(map(SecretOut.of, client.secrets)),
    }


def scope_of(text: str) -> tuple[str, ...]:
    """The tokens of a scope. Raises `Invalid`."""
    try:
        return parse_scope(text)
    except InvalidScope:
        raise Invalid({"scope": "It holds characters that a scope may not hold."}) from None


def duration_of(seconds: int, name: str) -> timedelta:
    """So many seconds. Raises `Invalid` under the name."""
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise Invalid({name: "It is far too long."}) from None
