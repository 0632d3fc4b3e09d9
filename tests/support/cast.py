"""Who appears in the world of the protocol's tests: the clients, resources, users and keys of each tenant."""

from __future__ import annotations

from functools import cache
from typing import Any

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.crypto.signing import new_signing_key
from opentrusty_core.domain.client import (
    AccessTokenFormat,
    ApplicationType,
    AuthMethod,
    Client,
    ClientSecret,
    GrantType,
    validated,
)
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.scope import STANDARD_SCOPES
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.user import User
from tests.support.runtime import START, FakeRuntime

AUTH_URL = "https://auth.example"
ISSUER = f"{AUTH_URL}/t/acme"
ORDERS = "https://api.example/orders"
STOCK = "https://api.example/stock"
API_SCOPES = ("orders:read", "orders:write", "stock:read")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
STATE = "state-1"
NONCE = "nonce-1"
ALICE, BOB = "alice-id", "bob-id"
ALGORITHMS = ("ES256", "RS256")

_entropy = FakeRuntime(seed="master")
MASTER = MasterKeys.parse(MasterKeys.generate(_entropy.token_bytes), _entropy.token_bytes)


@cache
def signing_key(tenant_id: str, alg: str, status: KeyStatus = KeyStatus.ACTIVE) -> SigningKey:
    """A key of the tenant, made once a process: an RSA key takes its time."""
    return new_signing_key(alg, status, tenant_id, START, START, MASTER)


def secret_of(client_id: str) -> str:
    """The secret of a client, the same in both tenants."""
    return new_handle(Handle.CLIENT_SECRET, FakeRuntime(seed=client_id).token_bytes)


def _client(client_id: str, method: AuthMethod = AuthMethod.BASIC, **fields: Any) -> Client:
    secret = ClientSecret(hash=hash_handle(Handle.CLIENT_SECRET, secret_of(client_id)), created_at=START)
    defaults: dict[str, Any] = {
        "grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
        "redirect_uris": (f"https://{client_id}.example/cb",),
        "scope": (*STANDARD_SCOPES, *API_SCOPES),
        "skip_consent": True,
    }
    client = Client(
        client_id=client_id,
        client_name=f"The {client_id}",
        token_endpoint_auth_method=method,
        secrets=() if method is AuthMethod.NONE else (secret,),
        created_at=START,
        updated_at=START,
        **(defaults | fields),
    )
    return validated(client)


_MACHINE: dict[str, Any] = {"grant_types": (GrantType.CLIENT_CREDENTIALS,), "redirect_uris": ()}

CLIENTS: tuple[Client, ...] = (
    _client(
        "web",
        redirect_uris=("https://web.example/cb", "https://web.example/other?keep=1"),
        post_logout_redirect_uris=("https://web.example/bye", "https://web.example/bye?keep=1"),
    ),
    _client("web2"),
    _client("post", AuthMethod.POST),
    _client("spa", AuthMethod.NONE, allowed_origins=("https://spa.example",), id_token_signed_response_alg="ES256"),
    _client(
        "native",
        AuthMethod.NONE,
        application_type=ApplicationType.NATIVE,
        redirect_uris=("http://127.0.0.1/cb", "com.example.app:/cb"),
    ),
    _client("partner", skip_consent=False),
    _client("legacy", require_pkce=False),
    _client("codeonly", grant_types=(GrantType.AUTHORIZATION_CODE,)),
    _client("frugal", scope=("openid", "email")),
    _client("es", id_token_signed_response_alg="ES256", access_token_signed_response_alg="RS256"),
    _client(
        "opaque",
        access_token_format=AccessTokenFormat.OPAQUE,
        grant_types=(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.CLIENT_CREDENTIALS),
    ),
    _client("machine", scope=("orders:read", "orders:write"), **_MACHINE),
    _client("api", scope=(), resource_identifiers=(ORDERS,), **_MACHINE),
)

RESOURCES = (
    Resource(identifier=ORDERS, name="Orders", scopes={"orders:read": "Read orders", "orders:write": "Change orders"}),
    Resource(identifier=STOCK, name="Stock", scopes={"stock:read": "Read the stock"}),
)

USERS = (
    User(
        id=ALICE,
        username="alice",
        email="alice@example.com",
        email_verified=True,
        claims={
            "name": "Alice Liddell",
            "given_name": "Alice",
            "family_name": "Liddell",
            "birthdate": "1852-05-04",
            "address": {"formatted": "Christ Church\nOxford"},
            "phone_number": "+441865000000",
            "phone_number_verified": False,
        },
        created_at=START,
        updated_at=START,
    ),
    User(id=BOB, username="bob", created_at=START, updated_at=START),
)
