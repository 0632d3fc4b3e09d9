"""What every tenant has without storing it, where an Admin Plane is deployed: the Admin Plane itself as a resource, and
the two applications that call it for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from opentrusty_core.config import Config
from opentrusty_core.domain.client import ApplicationType, AuthMethod, Client, GrantType
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.scope import OFFLINE_ACCESS, OPENID

ADMIN_SCOPE = "admin"
"""The scope of access tokens for the Admin Plane."""
CONSOLE_ID = "opentrusty-console"
CLI_ID = "opentrusty-cli"
RESERVED_CLIENT_IDS = frozenset({CONSOLE_ID, CLI_ID})
"""No stored client has one of these, configured or not."""

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_ALG = "ES256"
_SCOPE = (OPENID, "profile", "email", OFFLINE_ACCESS, ADMIN_SCOPE)


def builtin_resources(config: Config) -> tuple[Resource, ...]:
    """The Admin Plane, whose identifier is its address; nothing where none is deployed."""
    if config.admin_url is None:
        return ()
    scopes = {ADMIN_SCOPE: "Administer what you may administer"}
    return (Resource(identifier=config.admin_url, name="OpenTrusty administration", scopes=scopes),)


def builtin_clients(config: Config) -> Mapping[str, Client]:
    """The console and the command line by their ids, each where the addresses that it needs are configured."""
    if config.admin_url is None:
        return {}
    clients = [_cli()] if config.console_url is None else [_cli(), _console(config.console_url)]
    return {client.client_id: client for client in clients}


def _console(url: str) -> Client:
    return Client(
        client_id=CONSOLE_ID,
        client_name="OpenTrusty Console",
        client_uri=f"{url}/",
        token_endpoint_auth_method=AuthMethod.NONE,
        grant_types=(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
        redirect_uris=(f"{url}/callback", f"{url}/silent"),
        post_logout_redirect_uris=(f"{url}/",),
        allowed_origins=(url,),
        scope=_SCOPE,
        id_token_signed_response_alg=_ALG,
        skip_consent=True,
        created_at=_ALWAYS,
        updated_at=_ALWAYS,
    )


def _cli() -> Client:
    return Client(
        client_id=CLI_ID,
        client_name="OpenTrusty command line",
        application_type=ApplicationType.NATIVE,
        token_endpoint_auth_method=AuthMethod.NONE,
        grant_types=(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
        redirect_uris=("http://127.0.0.1/callback",),
        scope=_SCOPE,
        id_token_signed_response_alg=_ALG,
        created_at=_ALWAYS,
        updated_at=_ALWAYS,
    )
