"""Names for the ids in audit events, for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.audit_names import Names, ids_in
from opentrusty_core.domain.builtin import builtin_clients
from opentrusty_core.domain.role import Permission
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.tenant_lives import PLATFORM_TENANT


async def names_of(context: Context, actor: Actor, tenant_id: str, events: Iterable[AuditEvent]) -> Names:
    """The names that the actor may see of those whom these events of a tenant name, in one round trip."""
    ids, permissions = ids_in(events), actor.permissions_in(tenant_id)
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
    people = await names_of(context, actor, home.id, events) if home is not None else Names()
    tenants = await context.store.platform.audit.names(ids)
    is_known = Permission.TENANT_LIST in actor.platform_permissions
    return Names(users=people.users, tenants=tenants.tenants if is_known else {})


async def _of_directory(context: Context, tenant_id: str, ids: Collection[str]) -> Mapping[str, str]:
    """An embedder's own people, asked for one by one: their directory knows no other way."""
    if context.directory is None:
        return {}
    found = [await context.directory.get(tenant_id, id_) for id_ in sorted(ids)]
    return {user.id: user.username for user in found if user is not None}
