"""Whether a tenant serves: suspended and resumed, deleted and restored. What erases it in the end is `erasure`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.tenant import Deletion, Tenant, TenantStatus
from opentrusty_core.errors import Conflict, Invalid
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.owners import closing
from opentrusty_core.storage import TenantRepositories

PLATFORM_TENANT = "platform"
"""The name of the tenant that platform administrators belong to."""

GRACE = timedelta(days=30)
"""How long a deleted tenant can be restored, unless it is said otherwise."""


class TenantLives:
    """The part of `Tenants` about whether they serve."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def suspend(self, actor: Actor, tenant_id: str) -> Tenant:
        """Stop serving a tenant's people; nothing is lost.

        Raises:
            NotFound: no such tenant.
            Conflict: the platform's own tenant, the home of the last platform administrator, or one that is being
                deleted.
        """
        actor.require(Permission.TENANT_SUSPEND, tenant_id)
        _require_not_platform(await self._store.tenant(tenant_id).tenant.get())
        async with closing(self._store, tenant_id) as repos:
            return await self._set_status(repos, actor, TenantStatus.SUSPENDED)

    async def resume(self, actor: Actor, tenant_id: str) -> Tenant:
        """Serve a tenant's people again. Raises `NotFound`; `Conflict` for one that is being deleted."""
        actor.require(Permission.TENANT_SUSPEND, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            return await self._set_status(repos, actor, TenantStatus.ACTIVE)

    async def delete(self, actor: Actor, tenant_id: str, *, grace: timedelta = GRACE) -> Tenant:
        """Stop serving a tenant's people now, and erase it with everything of it after `grace` (1 to 90 days).

        Until then it can be restored; after that maintenance erases it and frees its name. The system alone may give no
        grace: then there is no way back at once. A tenant that is deleted again gets the new grace.

        Raises:
            Invalid: the grace is not acceptable.
            NotFound: no such tenant.
            Conflict: the platform's own tenant, or the home of the last platform administrator.
        """
        actor.require(Permission.TENANT_DELETE, tenant_id)
        if not (timedelta(days=1) <= grace <= timedelta(days=90) or (actor.is_system and grace == timedelta(0))):
            raise Invalid({"grace": "It lies between 1 and 90 days."})
        _require_not_platform(await self._store.tenant(tenant_id).tenant.get())
        async with closing(self._store, tenant_id) as repos:
            current, now = await repos.tenant.get(), self._context.runtime.now()
            if current.status is TenantStatus.ERASING:
                return current
            asked = Deletion(
                asked_at=current.deletion.asked_at if current.deletion else now,
                actor_kind=actor.kind,
                actor_id=actor.id,
                restores=current.deletion.restores if current.deletion else current.status,
            )
            status = TenantStatus.DELETING if grace else TenantStatus.ERASING
            tenant = self._next(current, status=status, delete_at=now + grace, deletion=asked)
            details = {"delete_at": tenant.delete_at.isoformat() if tenant.delete_at else None}
            await repos.tenant.update(tenant, self._context.event(actor, AuditType.TENANT_DELETED, tenant_id, details))
        return tenant

    async def restore(self, actor: Actor, tenant_id: str) -> Tenant:
        """Take a deletion back before its grace is over; a tenant that was suspended before is so again.

        Raises:
            NotFound: no such tenant.
            Conflict: its grace is over.
        """
        actor.require(Permission.TENANT_DELETE, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await repos.tenant.get()
            if current.deletion is None or current.delete_at is None:
                return current
            if current.status is TenantStatus.ERASING or current.delete_at <= self._context.runtime.now():
                raise Conflict("The grace is over: the tenant is being erased.")
            tenant = self._next(current, status=current.deletion.restores, delete_at=None, deletion=None)
            await repos.tenant.update(tenant, self._context.event(actor, AuditType.TENANT_RESTORED, tenant_id))
        return tenant

    async def _set_status(self, repos: TenantRepositories, actor: Actor, status: TenantStatus) -> Tenant:
        current = await repos.tenant.get()
        if current.status is status:
            return current
        if current.is_ending:
            raise Conflict("The tenant is being deleted. Restore it first.")
        tenant = self._next(current, status=status)
        event = self._context.event(actor, AuditType.TENANT_UPDATED, tenant.id, {"status": status.value})
        await repos.tenant.update(tenant, event)
        return tenant

    def _next(self, tenant: Tenant, **changes: Any) -> Tenant:
        return replace(tenant, updated_at=self._context.runtime.now(), version=tenant.version + 1, **changes)


def _require_not_platform(tenant: Tenant) -> None:
    if tenant.name == PLATFORM_TENANT:
        raise Conflict("The platform's own tenant always serves: nobody could bring it back.")
