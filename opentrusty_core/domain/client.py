"""Clients: applications registered in a tenant (RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from opentrusty_core.domain import language, redirect_uri
from opentrusty_core.domain.scope import STANDARD_SCOPES, Scope, is_scope_token
from opentrusty_core.domain.tenant import Lifetimes
from opentrusty_core.errors import Invalid

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
SIGNING_ALGORITHMS = ("RS256", "ES256")
TRANSLATABLE = ("client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri")
"""What people read or are led to, and so may be given in several languages (RFC 7591 §2.2)."""
MAX_SECRETS = 5
"""How many secrets of a client may be good at the same time."""
_DAY = timedelta(days=1)

# No token outlives its key's day in the JWKS after it signed; a tenant's own lifetimes keep to the same.
_LIFETIMES: Mapping[str, tuple[timedelta, timedelta]] = {
    "access_token_lifetime": (timedelta(seconds=30), _DAY),
    "id_token_lifetime": (timedelta(seconds=30), _DAY),
    "refresh_token_idle_lifetime": (timedelta(minutes=1), 366 * _DAY),
    "refresh_token_lifetime": (timedelta(minutes=1), 3660 * _DAY),
}


class AuthMethod(StrEnum):
    """How a client authenticates at the token endpoint (`token_endpoint_auth_method`)."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    NONE = "none"


class GrantType(StrEnum):
    """The grants that a client can be registered for."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant's name
    CLIENT_CREDENTIALS = "client_credentials"


class ApplicationType(StrEnum):
    """Whether redirects go to a web server or to a native application."""

    WEB = "web"
    NATIVE = "native"


class AccessTokenFormat(StrEnum):
    """A JWT that resource servers check offline (RFC 9068), or a handle that they introspect (RFC 7662)."""

    JWT = "jwt"
    OPAQUE = "opaque"


class ClientStatus(StrEnum):
    """Whether a client may do anything at all."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """A secret of the server's making, known by its SHA-256; `expires_at` bounds the overlap while secrets rotate."""

    hash: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None

    @property
    def id(self) -> str:
        """What to call it by: a digest of the hash, which leads back to neither."""
        return hashlib.sha256(b"client secret id" + self.hash).hexdigest()[:16]

    def is_live(self, now: datetime) -> bool:
        """Whether it still opens the door."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application; the names are those of RFC 7591 where it has one.

    Ours: `scope` is what it may ask for; `require_pkce` may be off for confidential clients only; `skip_consent`
    marks the tenant's own applications, whose people are not asked; `allowed_origins` are the web origins that may
    call token, userinfo and revocation from a browser; `resource_identifiers` are the resources that this client
    *is*, whose access tokens it may introspect; the lifetimes stand in for the tenant's where they are given;
    `translations` holds texts and links in other languages, as in `client_name#de` (RFC 7591 §2.2); `description`
    and `tags` are for administrators alone.
    """

    client_id: str
    client_name: str
    status: ClientStatus = ClientStatus.ACTIVE
    application_type: ApplicationType = ApplicationType.WEB
    token_endpoint_auth_method: AuthMethod = AuthMethod.BASIC
    secrets: tuple[ClientSecret, ...] = ()
    grant_types: tuple[GrantType, ...] = (GrantType.AUTHORIZATION_CODE,)
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    scope: Scope = STANDARD_SCOPES
    require_pkce: bool = True
    skip_consent: bool = False
    resource_identifiers: tuple[str, ...] = ()
    access_token_format: AccessTokenFormat = AccessTokenFormat.JWT
    access_token_signed_response_alg: str = "ES256"  # noqa: S105 - an algorithm's name
    id_token_signed_response_alg: str = "RS256"  # noqa: S105 - an algorithm's name
    default_max_age: int | None = None
    require_auth_time: bool = False
    access_token_lifetime: timedelta | None = None
    id_token_lifetime: timedelta | None = None
    refresh_token_idle_lifetime: timedelta | None = None
    refresh_token_lifetime: timedelta | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    translations: Mapping[str, str] = field(default_factory=dict)
    software_id: str | None = None
    software_version: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def is_active(self) -> bool:
        """Whether it may do anything at all."""
        return self.status is ClientStatus.ACTIVE

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method is AuthMethod.NONE

    def may(self, grant_type: GrantType) -> bool:
        """Whether it is registered for the grant."""
        return grant_type in self.grant_types

    @property
    def response_types(self) -> tuple[str, ...]:
        """What it may ask of the authorization endpoint: follows from its grant types (RFC 7591 §2.1)."""
        return ("code",) if self.may(GrantType.AUTHORIZATION_CODE) else ()

    def lifetimes(self, of_tenant: Lifetimes) -> Lifetimes:
        """The tenant's lifetimes with this client's own in their place; idle is never longer than absolute."""
        access, id_, idle = self.access_token_lifetime, self.id_token_lifetime, self.refresh_token_idle_lifetime
        if access is id_ is idle is self.refresh_token_lifetime is None:
            return of_tenant  # as it is for nearly every client, at every token
        lifetimes = replace(
            of_tenant,
            access_token=access or of_tenant.access_token,
            id_token=id_ or of_tenant.id_token,
            refresh_token_idle=idle or of_tenant.refresh_token_idle,
            refresh_token=self.refresh_token_lifetime or of_tenant.refresh_token,
        )
        return replace(lifetimes, refresh_token_idle=min(lifetimes.refresh_token_idle, lifetimes.refresh_token))

    def in_language(self, languages: Iterable[str]) -> Client:
        """The client with its texts and links in the first of the languages (BCP 47) in which there is one."""
        if not self.translations:
            return self
        wanted = tuple(languages)
        found = {name: language.look_up(self.translations, name, wanted) for name in TRANSLATABLE}
        texts: dict[str, Any] = {name: text for name, text in found.items() if text is not None}
        return replace(self, **texts)


def validated(client: Client) -> Client:
    """The client, if every field is acceptable and they go together.

    Raises:
        Invalid: one sentence for each field that is not.
    """
    problems = dict(_problems(client))
    if problems:
        raise Invalid(problems)
    return client


def _problems(client: Client) -> Iterator[tuple[str, str]]:
    if not _CLIENT_ID.fullmatch(client.client_id):
        yield "client_id", "Use 1 to 128 letters, digits and . _ ~ -, starting with a letter or digit."
    if not is_text(client.client_name, 200):
        yield "client_name", "Use 1 to 200 printable characters."
    if not all(is_scope_token(token) for token in client.scope):
        yield "scope", "It holds characters that a scope may not hold."
    for name in ("access_token_signed_response_alg", "id_token_signed_response_alg"):
        if getattr(client, name) not in SIGNING_ALGORITHMS:
            yield name, f"Use one of {', '.join(SIGNING_ALGORITHMS)}."
    if client.default_max_age is not None and client.default_max_age < 0:
        yield "default_max_age", "It is a number of seconds, 0 or more."
    yield from _lifetime_problems(client)
    yield from _grant_problems(client)
    yield from _uri_problems(client)
    yield from _text_problems(client)


def _lifetime_problems(client: Client) -> Iterator[tuple[str, str]]:
    for name, (least, most) in _LIFETIMES.items():
        lifetime = getattr(client, name)
        if lifetime is not None and not least <= lifetime <= most:
            yield name, f"It lies between {least.total_seconds():.0f} and {most.total_seconds():.0f} seconds."
    idle, absolute = client.refresh_token_idle_lifetime, client.refresh_token_lifetime
    if idle is not None and absolute is not None and idle > absolute:
        yield "refresh_token_idle_lifetime", "It is no longer than refresh_token_lifetime."


def _grant_problems(client: Client) -> Iterator[tuple[str, str]]:
    code = client.may(GrantType.AUTHORIZATION_CODE)
    if not client.grant_types:
        yield "grant_types", "A client needs at least one grant type."
    elif client.may(GrantType.REFRESH_TOKEN) and not code:
        yield "grant_types", "refresh_token needs authorization_code beside it."
    elif client.may(GrantType.CLIENT_CREDENTIALS) and client.is_public:
        yield "grant_types", "client_credentials needs a client that authenticates."
    if code and not client.redirect_uris:
        yield "redirect_uris", "The authorization code grant needs at least one redirect URI."
    if client.is_public and not client.require_pkce:
        yield "require_pkce", "A public client always uses PKCE."
    if client.is_public and client.secrets:
        yield "token_endpoint_auth_method", "A client that does not authenticate has no secret."


def _uri_problems(client: Client) -> Iterator[tuple[str, str]]:
    native = client.application_type is ApplicationType.NATIVE
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        uris: tuple[str, ...] = getattr(client, name)
        if len(uris) > 100:
            yield name, "No more than 100."
        for uri in uris:
            if problem := redirect_uri.registration_error(uri, native=native):
                yield name, f"{uri!r}: {problem}"
    for origin in client.allowed_origins:
        if problem := redirect_uri.origin_error(origin):
            yield "allowed_origins", f"{origin!r}: {problem}"
    for name in ("client_uri", "logo_uri", "policy_uri", "tos_uri"):
        uri = getattr(client, name)
        if uri is not None and (problem := redirect_uri.web_error(uri)):
            yield name, problem


def _text_problems(client: Client) -> Iterator[tuple[str, str]]:
    if len(client.contacts) > 20 or not all(is_text(text, 200) for text in client.contacts):
        yield "contacts", "Use at most 20 texts of 1 to 200 printable characters."
    if len(client.tags) > 20 or not all(is_text(tag, 50) for tag in client.tags):
        yield "tags", "Use at most 20 tags of 1 to 50 printable characters."
    for name, longest in (("software_id", 200), ("software_version", 200), ("description", 1000)):
        value = getattr(client, name)
        if value is not None and not is_text(value, longest):
            yield name, f"Use 1 to {longest} printable characters."
    if len(client.translations) > 200:
        yield "translations", "No more than 200."
    if len({key.lower() for key in client.translations}) < len(client.translations):
        yield "translations", "A language is named once, in upper or in lower case."
    for key, text in client.translations.items():
        if problem := _translation_problem(key, text):
            yield "translations", f"{key!r}: {problem}"


def _translation_problem(key: str, text: str) -> str | None:
    name, _, tag = key.partition("#")
    if name not in TRANSLATABLE or not language.is_tag(tag):
        return f"Name one of {', '.join(TRANSLATABLE)}, then # and a language, as in client_name#de."
    if name == "client_name":
        return None if is_text(text, 200) else "Use 1 to 200 printable characters."
    return redirect_uri.web_error(text)


def is_text(text: str, longest: int) -> bool:
    """Whether it has 1 to `longest` characters, all printable."""
    return 1 <= len(text) <= longest and text.isprintable()
