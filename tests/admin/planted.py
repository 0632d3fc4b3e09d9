"""One of everything in a tenant, so that the tests of foreign ids have an id for each parameter of a path."""

from __future__ import annotations

from opentrusty_core import Resource, Tenant
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN
from opentrusty_core.management import Administrator
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
    await management.custom_roles.create(SYSTEM, tenant.id, "planted", {"permissions": ["user:read"]})
    group = await management.groups.create(SYSTEM, tenant.id, {"name": "Planted"})
    await management.groups.add_members(SYSTEM, tenant.id, group.id, [user.id])
    administrator = Administrator(home_id=tenant.id, principal=Principal.user(user.id))
    await management.roles.assign(SYSTEM, tenant.id, administrator.principal, PLATFORM_ADMIN.name)
    opened = await management.accesses.declare(SYSTEM, world.acme.id, "To have one of everything", to=administrator)
    domain = f"login.{tenant.name}.example"
    await management.domains.ask(SYSTEM, tenant.id, domain)
    return {
        "domain": domain,
        "role": "planted",
        "group_id": group.id,
        "access_id": opened.access.id,
        "home": tenant.name,
        "kind": administrator.principal.kind.value,
        "id": administrator.principal.id,
        "user_id": user.id,
        "client_id": client.client.client_id,
        "secret_id": client.client.secrets[0].id,
        "grant_id": grant.id,
        "identifier": api.identifier,
        "session_id": session.id,
        "event_id": (await repos.audit.page(PageRequest(limit=1))).items[0].id,
        "kid": (await repos.signing_keys.all())[0].kid,
    }
