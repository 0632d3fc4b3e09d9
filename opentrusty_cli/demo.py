"""What `opentrusty dev` makes to try things with: two tenants, each with an owner, a plain user and three clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentrusty_core.domain.client import ApplicationType, AuthMethod, Client, GrantType
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.domain.scope import STANDARD_SCOPES
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.management import Actor, ClientFields, Management, UserFields
from opentrusty_core.management.password_policy import generate_password

CALLBACKS = ("http://localhost:9999/callback", "http://127.0.0.1:9999/callback")
AFTER_LOGOUT = ("http://localhost:9999/", "http://127.0.0.1:9999/")
ORIGINS = ("http://localhost:9999", "http://127.0.0.1:9999")
TENANTS = {"acme": "Acme", "globex": "Globex"}

Credentials = dict[str, Any]
"""The part of the ready file that no URL enters into: who can sign in, and by what."""


async def make_demo(management: Management, actor: Actor, entropy: Callable[[int], bytes]) -> Credentials:
    """Make everything; returns the credentials, secrets included, that are shown nowhere else.

    `acme_id` beside them tells which database they belong to.
    """
    admin = await management.bootstrap.first_administrator(actor)
    tenants = [await _tenant(management, actor, entropy, name, display) for name, display in TENANTS.items()]
    return {
        "acme_id": (await management.tenants.find(actor, "acme")).id,
        "platform_admin": {
            "tenant": admin.tenant.name,
            "username": admin.user.username,
            "password": admin.password,
            "roles": [PLATFORM_ADMIN.name, TENANT_OWNER.name],
        },
        "tenants": tenants,
    }


async def _tenant(
    management: Management, actor: Actor, entropy: Callable[[int], bytes], name: str, display_name: str
) -> Credentials:
    domain = f"{name}.example"
    owner: UserFields = {
        "username": "owner",
        "email": f"owner@{domain}",
        "email_verified": True,
        "claims": {"name": f"Olivia Owner ({display_name})", "given_name": "Olivia", "family_name": "Owner"},
    }
    password = generate_password(entropy)
    tenant = await management.tenants.create(actor, name, display_name, owner={"fields": owner, "password": password})
    users = [
        await _plain_user(management, actor, tenant, domain, generate_password(entropy)),
        {"username": "owner", "password": password, "roles": [TENANT_OWNER.name]},
    ]
    api = Resource(
        identifier=f"https://api.{domain}",
        name=f"{display_name} orders",
        scopes={"orders:read": "See your orders", "orders:write": "Place and change orders for you"},
    )
    await management.resources.save(actor, tenant.id, api)
    clients = [await _client(management, actor, tenant, *client) for client in _clients(display_name, api)]
    return {"tenant": name, "users": users, "clients": clients}


async def _plain_user(management: Management, actor: Actor, tenant: Tenant, domain: str, password: str) -> Credentials:
    alice: UserFields = {
        "username": "alice",
        "email": f"alice@{domain}",
        "email_verified": True,
        "claims": {
            "name": "Alice Example",
            "given_name": "Alice",
            "family_name": "Example",
            "nickname": "al",
            "middle_name": "Ada",
            "profile": f"https://{domain}/people/alice",
            "picture": f"https://{domain}/people/alice.jpg",
            "website": f"https://alice.{domain}",
            "gender": "female",
            "birthdate": "1990-04-01",
            "zoneinfo": "Europe/Berlin",
            "locale": "en",
            "phone_number": "+49 30 1234567",
            "phone_number_verified": True,
            "address": {"street_address": "1 Example Street", "locality": "Berlin", "country": "DE"},
        },
    }
    await management.users.create(actor, tenant.id, alice, password=password)
    return {"username": "alice", "password": password, "roles": []}


def _clients(display_name: str, api: Resource) -> tuple[tuple[str, ClientFields], ...]:
    web: ClientFields = {
        "client_name": f"{display_name} Shop",
        "grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
        "redirect_uris": CALLBACKS,
        "post_logout_redirect_uris": AFTER_LOGOUT,
        "scope": (*STANDARD_SCOPES, *api.scopes),
    }
    public: ClientFields = {
        **web,
        "client_name": f"{display_name} App",
        "application_type": ApplicationType.NATIVE,
        "token_endpoint_auth_method": AuthMethod.NONE,
        "allowed_origins": ORIGINS,
    }
    machine: ClientFields = {
        "client_name": f"{display_name} Nightly job",
        "grant_types": (GrantType.CLIENT_CREDENTIALS,),
        "scope": tuple(api.scopes),
        "resource_identifiers": (api.identifier,),
    }
    return (("web", web), ("app", public), ("machine", machine))


async def _client(
    management: Management, actor: Actor, tenant: Tenant, client_id: str, fields: ClientFields
) -> Credentials:
    made = await management.clients.create(actor, tenant.id, fields, client_id=client_id)
    client: Client = made.client
    return {
        "client_id": client.client_id,
        "client_secret": made.secret,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": [grant.value for grant in client.grant_types],
    }
