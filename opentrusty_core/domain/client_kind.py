"""Kinds of applications: what somebody who registers one says first, and the fields that follow from it.

A kind is no field of a client. It is read from the fields, so that it cannot contradict them: `kind_of` gives back the
kind whose `defaults_of` a client began with, as long as nobody has made another kind of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypedDict
from urllib.parse import urlsplit

from opentrusty_core.domain.client import ApplicationType, AuthMethod, Client, GrantType
from opentrusty_core.domain.scope import Scope


class ClientKind(StrEnum):
    """What kind of application it is (RFC 6749 §2.1, RFC 8252, RFC 9700 §2)."""

    WEB = "web"
    SINGLE_PAGE = "single_page"
    NATIVE = "native"
    MACHINE = "machine"


class KindFields(TypedDict, total=False):
    """The fields of a client that follow from its kind."""

    application_type: ApplicationType
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[GrantType, ...]
    allowed_origins: tuple[str, ...]
    scope: Scope


_PEOPLE = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)


def defaults_of(kind: ClientKind, *, redirect_uris: Iterable[str] = ()) -> KindFields:
    """The fields that a client of this kind begins with; PKCE is demanded of every client by default.

    - web: a server keeps a secret; people sign in with a code.
    - single page: a script in a browser keeps none, and calls the token endpoint from the origins that it is
      redirected to.
    - native: an app on a device keeps none, and is redirected to a loopback address or a scheme of its own.
    - machine: speaks for itself only; of scopes it begins with none, as the standard ones tell of people.
    """
    match kind:
        case ClientKind.WEB:
            return {
                "application_type": ApplicationType.WEB,
                "token_endpoint_auth_method": AuthMethod.BASIC,
                "grant_types": _PEOPLE,
            }
        case ClientKind.SINGLE_PAGE:
            return {
                "application_type": ApplicationType.WEB,
                "token_endpoint_auth_method": AuthMethod.NONE,
                "grant_types": _PEOPLE,
                "allowed_origins": tuple(dict.fromkeys(filter(None, map(_origin, redirect_uris)))),
            }
        case ClientKind.NATIVE:
            return {
                "application_type": ApplicationType.NATIVE,
                "token_endpoint_auth_method": AuthMethod.NONE,
                "grant_types": _PEOPLE,
            }
        case ClientKind.MACHINE:
            return {
                "application_type": ApplicationType.WEB,
                "token_endpoint_auth_method": AuthMethod.BASIC,
                "grant_types": (GrantType.CLIENT_CREDENTIALS,),
                "scope": (),
            }


def kind_of(client: Client) -> ClientKind:
    """What kind of application a client is, by its fields."""
    if not client.may(GrantType.AUTHORIZATION_CODE):
        return ClientKind.MACHINE
    if client.application_type is ApplicationType.NATIVE:
        return ClientKind.NATIVE
    return ClientKind.SINGLE_PAGE if client.is_public else ClientKind.WEB


def _origin(uri: str) -> str | None:
    """The origin of a web address; None for what is none, which the check of redirect URIs tells of."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts.scheme in {"http", "https"} else None
