"""What an administrator may say of a client (RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypedDict

from opentrusty_core.domain.builtin import ADMIN_SCOPE
from opentrusty_core.domain.client import (
    AccessTokenFormat,
    ApplicationType,
    AuthMethod,
    Client,
    GrantType,
    validated,
)
from opentrusty_core.domain.resource import Resource, permitted, permitted_scopes
from opentrusty_core.domain.scope import Scope
from opentrusty_core.domain.tenant import TenantSettings
from opentrusty_core.errors import Invalid


class ClientFields(TypedDict, total=False):
    """The fields of a client that can be written; all others are the server's.

    `response_types` and `subject_type` have one acceptable value each; naming it is no mistake, and changes nothing.
    """

    client_name: str
    application_type: ApplicationType
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[GrantType, ...]
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    scope: Scope
    require_pkce: bool
    skip_consent: bool
    resource_identifiers: tuple[str, ...]
    access_token_format: AccessTokenFormat
    access_token_signed_response_alg: str
    id_token_signed_response_alg: str
    default_max_age: int | None
    require_auth_time: bool
    access_token_lifetime: timedelta | None
    id_token_lifetime: timedelta | None
    refresh_token_idle_lifetime: timedelta | None
    refresh_token_lifetime: timedelta | None
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    contacts: tuple[str, ...]
    translations: Mapping[str, str]
    software_id: str | None
    software_version: str | None
    description: str | None
    tags: tuple[str, ...]
    response_types: tuple[str, ...]
    subject_type: str


SUBJECT_TYPE = "public"
_IMPLIED = ("response_types", "subject_type")
_KEYS = "Clients authenticate by a secret; keys of theirs are not used."
_NO_OBJECTS = "Request objects are not supported: send the parameters themselves."
_NO_ENCRYPTION = "Nothing is encrypted for clients; TLS does it."
NOT_SUPPORTED: Mapping[str, str] = {
    **dict.fromkeys(("jwks", "jwks_uri", "token_endpoint_auth_signing_alg"), _KEYS),
    **dict.fromkeys(
        (
            *("request_uris", "request_object_signing_alg"),
            *("request_object_encryption_alg", "request_object_encryption_enc"),
        ),
        _NO_OBJECTS,
    ),
    **dict.fromkeys(
        (
            *("id_token_encrypted_response_alg", "id_token_encrypted_response_enc"),
            *("userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc"),
        ),
        _NO_ENCRYPTION,
    ),
    "userinfo_signed_response_alg": "Userinfo is plain JSON.",
    "sector_identifier_uri": "Subjects are public: every client sees the same `sub`.",
    "default_acr_values": "A password is the only way to sign in, so there is nothing to choose from.",
    "initiate_login_uri": "Sign-in is begun by the application only.",
    "software_statement": "Software statements are not read.",
}
"""Metadata that the specifications name and nothing here would act on: refused, rather than kept for show."""


def with_fields(
    client: Client,
    fields: ClientFields,
    resources: tuple[Resource, ...],
    settings: TenantSettings,
    builtin: tuple[Resource, ...] = (),
) -> Client:
    """The client with the fields set and everything checked anew, also what did not change.

    A client that no longer authenticates loses its secrets. `builtin` are the resources that are not stored.

    Raises:
        Invalid: one sentence for each field that is unknown or not acceptable.
    """
    if unknown := dict(_unknown_fields(fields)):
        raise Invalid(unknown)
    given: dict[str, Any] = {name: value for name, value in fields.items() if name not in _IMPLIED}
    client = replace(client, **given)
    if client.is_public:
        client = replace(client, secrets=())
    problems = dict(_implied_problems(client, fields))
    try:
        validated(client)
    except Invalid as error:
        problems |= error.fields
    if unknown_scopes := sorted(set(client.scope) - permitted_scopes((*builtin, *resources), settings)):
        problems.setdefault("scope", f"The tenant knows no scope {', '.join(unknown_scopes)}, or does not allow it.")
    if ADMIN_SCOPE in client.scope and client.skip_consent and client.may(GrantType.AUTHORIZATION_CODE):
        problems["skip_consent"] = f"A client with the scope {ADMIN_SCOPE} asks the people whose authority it takes."
    usable = {resource.identifier for resource in permitted(resources, settings)}
    if foreign := sorted(set(client.resource_identifiers) - usable):
        problems["resource_identifiers"] = f"The tenant has no resource {', '.join(foreign)}, or does not allow it."
    if problems:
        raise Invalid(problems)
    return client


def _unknown_fields(fields: ClientFields) -> Iterator[tuple[str, str]]:
    for name in fields:
        if name not in ClientFields.__annotations__:
            yield name, NOT_SUPPORTED.get(name, "There is no such field.")


def _implied_problems(client: Client, fields: ClientFields) -> Iterator[tuple[str, str]]:
    if "response_types" in fields and tuple(fields["response_types"]) != client.response_types:
        implied = " ".join(client.response_types) or "none"
        yield "response_types", f"It follows from the grant types, which make it: {implied}."
    if fields.get("subject_type", SUBJECT_TYPE) != SUBJECT_TYPE:
        yield "subject_type", "Only public is supported: every client sees the same `sub`."
