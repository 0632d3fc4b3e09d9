"""One of everything in a tenant, so that the tests of foreign ids have an id for each parameter of a path."""

from __future__ import annotations

from opentrusty_core import Resource, Tenant
from opentrusty_core.domain.page import PageRequest
from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import SYSTEM


async def ids_of(world: AdminWorld, tenant: Tenant) -> dict[str, str]:
    """An id of the tenant's for each name of a path's parameter."""
    management, repos = world.auth.provider.management, world.auth.store.tenant(tenant.id)
    user = await world.person("planted", "tenant_owner", tenant=tenant)
    await world.token("planted", tenant)  # a session and a grant
    made = await management.clients.create(
        SYSTEM, tenant.id, {"client_name": "Planted", "redirect_uris": ("https://planted.example/cb",)}
    )
    client = await management.clients.add_secret(SYSTEM, tenant.id, made.client.client_id)
    api = Resource(identifier="urn:planted", name="Planted")
    await management.resources.save(SYSTEM, tenant.id, api)
    (session,) = (await repos.sessions.of_user(user.id, world.auth.runtime.now(), PageRequest())).items
    (grant,) = (await repos.grants.of_user(user.id, world.auth.runtime.now(), PageRequest())).items
    return {
        "user_id": user.id,
        "client_id": client.client.client_id,
        "secret_id": client.client.secrets[0].id,
        "grant_id": grant.id,
        "identifier": api.identifier,
        "session_id": session.id,
        "kid": (await repos.signing_keys.all())[0].kid,
    }
