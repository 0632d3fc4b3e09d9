"""What an administrator may say of a client (RFC 7591 §2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TypedDict

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
    """The fields of a client that can be written; all others are the server's."""

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
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    contacts: tuple[str, ...]


def with_fields(
    client: Client, fields: ClientFields, resources: tuple[Resource, ...], settings: TenantSettings
) -> Client:
    """The client with the fields set and everything checked anew, also what did not change.

    A client that no longer authenticates loses its secrets.

    Raises:
        Invalid: one sentence for each field that is unknown or not acceptable.
    """
    problems = {name: "There is no such field." for name in fields if name not in ClientFields.__annotations__}
    if problems:
        raise Invalid(problems)
    client = replace(client, **fields)
    if client.is_public:
        client = replace(client, secrets=())
    try:
        validated(client)
    except Invalid as error:
        problems |= error.fields
    if unknown := sorted(set(client.scope) - permitted_scopes(resources, settings)):
        problems.setdefault("scope", f"The tenant knows no scope {', '.join(unknown)}, or does not allow it.")
    usable = {resource.identifier for resource in permitted(resources, settings)}
    if foreign := sorted(set(client.resource_identifiers) - usable):
        problems["resource_identifiers"] = f"The tenant has no resource {', '.join(foreign)}, or does not allow it."
    if len(client.contacts) > 20 or not all(1 <= len(text) <= 200 and text.isprintable() for text in client.contacts):
        problems["contacts"] = "Use at most 20 texts of 1 to 200 printable characters."
    if problems:
        raise Invalid(problems)
    return client
