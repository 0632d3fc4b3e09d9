"""Names for the ids in audit events, for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from opentrusty_core.domain.audit import ActorKind, AuditEvent
from opentrusty_core.domain.audit_names import Names, ids_in
from opentrusty_core.domain.builtin import builtin_clients
from opentrusty_core.domain.role import Permission
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.tenant_lives import PLATFORM_TENANT


async def names_of(context: Context, actor: Actor, tenant_id: str, events: Iterable[AuditEvent]) -> Names:
    """The names that the actor may see of those whom these events of a tenant name, in one round trip; another two
    where somebody else acted: an administrator of the platform, whom the tenant may know by name, or one who is gone.
    """
    events = tuple(events)
    names = await names_of_ids(context, actor, tenant_id, ids_in(events))
    acted = {event.actor_id for event in events if event.actor_kind is ActorKind.USER}
    strangers = {id_ for id_ in acted if id_ is not None and id_ not in names.users}
    if not strangers or Permission.USER_READ not in actor.permissions_in(tenant_id):
        return names
    return replace(names, users={**await _of_platform(context, strangers), **names.users})


async def names_of_ids(context: Context, actor: Actor, tenant_id: str, ids: Collection[str]) -> Names:
    """The names that the actor may see of the users and clients of a tenant with these ids, in one round trip."""
    permissions = actor.permissions_in(tenant_id)
    names = await context.store.tenant(tenant_id).audit.names(ids)
    ours = {id_: client.client_name for id_, client in builtin_clients(context.config).items() if id_ in ids}
    users = await _of_directory(context, tenant_id, ids) if context.directory is not None else names.users
    return Names(
        users=users if Permission.USER_READ in permissions else {},
        clients={**names.clients, **ours} if Permission.CLIENT_READ in permissions else {},
    )


async def names_of_platform(context: Context, actor: Actor, events: Iterable[AuditEvent]) -> Names:
    """The same for events of the platform, whose people are its own tenant's, and whose targets often tenants."""
    ids = ids_in(events)
    home = await context.store.platform.tenants.find(PLATFORM_TENANT)
    people = await names_of_ids(context, actor, home.id, ids) if home is not None else Names()
    return Names(users=people.users, tenants=await names_of_tenants(context, actor, ids))


async def names_of_tenants(context: Context, actor: Actor, ids: Collection[str]) -> Mapping[str, str]:
    """The names of tenants by their ids, for those who may know which there are."""
    if Permission.TENANT_LIST not in actor.platform_permissions:
        return {}
    return (await context.store.platform.audit.names(ids)).tenants


async def _of_platform(context: Context, ids: Collection[str]) -> Mapping[str, str]:
    """The people of the platform's own tenant among these."""
    home = await context.store.platform.tenants.find(PLATFORM_TENANT)
    if home is None:
        return {}
    if context.directory is not None:
        return await _of_directory(context, home.id, ids)
    return (await context.store.tenant(home.id).audit.names(ids)).users


async def _of_directory(context: Context, tenant_id: str, ids: Collection[str]) -> Mapping[str, str]:
    """An embedder's own people, asked for one by one: their directory knows no other way."""
    if context.directory is None:
        return {}
    found = [await context.directory.get(tenant_id, id_) for id_ in sorted(ids)]
    return {user.id: user.username for user in found if user is not None}
