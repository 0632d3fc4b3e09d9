"""Tenants: made, found, configured, suspended, deleted and restored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypedDict

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.builtin import CONSOLE_ID, builtin_clients
from opentrusty_core.domain.one_time_link import LinkKind
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_OWNER, Assignment, Permission
from opentrusty_core.domain.tenant import Deletion, Tenant, TenantSettings, TenantSort, TenantStatus, name_problems
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.keys import Keys
from opentrusty_core.management.links import Links, MadeLink
from opentrusty_core.management.owners import closing
from opentrusty_core.management.tenant_settings import display_name_problems, require, settings_problems
from opentrusty_core.management.user_fields import UserFields
from opentrusty_core.management.users import NewUser, Users
from opentrusty_core.storage import TenantRepositories

PLATFORM_TENANT = "platform"
"""The name of the tenant that platform administrators belong to."""

GRACE = timedelta(days=30)
"""How long a deleted tenant can be restored, unless it is said otherwise."""


class FirstOwner(TypedDict):
    """The user who owns a new tenant."""

    fields: UserFields
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedOwner:
    """A new tenant, and the invitation of its first owner; its `url` is seen only here."""

    tenant: Tenant
    invitation: MadeLink


class Tenants:
    """Use cases around tenants."""

    def __init__(self, context: Context, keys: Keys, users: Users, links: Links) -> None:
        self._context = context
        self._store = context.store
        self._keys = keys
        self._users = users
        self._links = links

    async def create(
        self,
        actor: Actor,
        name: str,
        display_name: str | None = None,
        *,
        settings: TenantSettings | None = None,
        owner: FirstOwner | None = None,
    ) -> Tenant:
        """Add a tenant with its first key and its owner; only the system may leave the owner for later.

        Raises:
            Invalid: the name, a setting or the owner is not acceptable.
            Conflict: the name is taken.
        """
        actor.require_platform(Permission.TENANT_CREATE)
        if owner is None and not actor.is_system:
            raise Invalid({"owner": "A tenant needs an owner."})
        tenant = self._new(name, display_name, settings)
        policy = tenant.settings.password_policy
        first = await self._users.prepare(owner["fields"], owner["password"], policy) if owner else None
        await self._write(actor, tenant, first)
        return tenant

    async def create_with_invitation(
        self,
        actor: Actor,
        name: str,
        display_name: str | None = None,
        *,
        owner: UserFields,
        settings: TenantSettings | None = None,
        lifetime: timedelta | None = None,
        mailed: bool = False,
    ) -> InvitedOwner:
        """The same, but the owner chooses their own password: they have none before, and get an invitation.

        The invitation leads on to the console, where there is one; for `lifetime` and `mailed` see `Links`.

        Raises:
            Invalid: the name, a setting, the owner or the lifetime is not acceptable.
            Conflict: the name is taken.
        """
        actor.require_platform(Permission.TENANT_CREATE)
        tenant = self._new(name, display_name, settings)
        first = await self._users.prepare(owner, None, tenant.settings.password_policy)
        console = CONSOLE_ID if CONSOLE_ID in builtin_clients(self._context.config) else None
        kind = LinkKind.INVITATION
        invitation = self._links.prepare(actor, tenant, first.user, kind, lifetime, mailed=mailed, client_id=console)
        await self._write(actor, tenant, first, invitation)
        return InvitedOwner(tenant=tenant, invitation=invitation)

    async def page(
        self,
        actor: Actor,
        request: PageRequest,
        *,
        search: str = "",
        sort: TenantSort = TenantSort.NAME,
        descending: bool = False,
        status: TenantStatus | None = None,
    ) -> Page[Tenant]:
        """Tenants of this status, sorted; with `search` those of whose names some words begin as its words do.

        Raises:
            Invalid: the search or the cursor is none.
        """
        actor.require_platform(Permission.TENANT_LIST)
        return await self._store.platform.tenants.page(
            request, search=search, sort=sort, descending=descending, status=status
        )

    async def get(self, actor: Actor, tenant_id: str) -> Tenant:
        """The tenant with this id. Raises `NotFound`."""
        self._require_read(actor, tenant_id)
        return await self._store.tenant(tenant_id).tenant.get()

    async def find(self, actor: Actor, name: str) -> Tenant:
        """The tenant of this name. Raises `NotFound`, for a tenant that the actor may not see too."""
        tenant = await self._store.platform.tenants.find(name)
        if tenant is None:
            raise NotFound("There is no such tenant.")
        self._require_read(actor, tenant.id)
        return tenant

    async def enter(self, actor: Actor, name: str, *permissions: Permission) -> str:
        """The id of the tenant of this name, where the actor holds one of the permissions.

        Raises:
            NotFound: no such tenant, or one that the actor could not know of.
            Denied: the actor lacks the permissions there.
        """
        tenant = await self._store.platform.tenants.find(name)
        if tenant is None:
            raise NotFound("There is no such tenant.")
        if actor.permissions_in(tenant.id).isdisjoint(permissions):
            actor.require(permissions[0], tenant.id)
        return tenant.id

    async def update(
        self,
        actor: Actor,
        tenant_id: str,
        *,
        display_name: str | None = None,
        settings: TenantSettings | None = None,
        version: int | None = None,
    ) -> Tenant:
        """Change the name shown and the settings, not the name in URLs; `version` is the one that the caller saw.

        Raises:
            Invalid: a setting is not acceptable.
            NotFound: no such tenant.
            ChangedMeanwhile: another version stands there.
        """
        actor.require(Permission.TENANT_CONFIGURE, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await repos.tenant.get()
            if version not in {None, current.version}:
                raise ChangedMeanwhile("The tenant has changed meanwhile. Read it again.")
            if current.status is TenantStatus.ERASING:
                raise Conflict("The tenant is being erased.")
            tenant = self._next(
                current,
                display_name=current.display_name if display_name is None else display_name.strip(),
                settings=settings or current.settings,
            )
            require(_problems(tenant))
            await repos.tenant.update(tenant, self._context.event(actor, AuditType.TENANT_UPDATED, tenant_id))
        return tenant

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

    def _new(self, name: str, display_name: str | None, settings: TenantSettings | None) -> Tenant:
        now = self._context.runtime.now()
        tenant = Tenant(
            id=self._context.runtime.new_id(),
            name=name,
            display_name=name if display_name is None else display_name.strip(),
            settings=settings or TenantSettings(),
            created_at=now,
            updated_at=now,
        )
        require(name_problems(name) | _problems(tenant))
        return tenant

    async def _write(
        self, actor: Actor, tenant: Tenant, owner: NewUser | None, invitation: MadeLink | None = None
    ) -> None:
        event, now = self._context.event, tenant.created_at
        key = await self._keys.first(tenant.id, now)
        async with self._store.transaction(tenant.id) as repos:
            await repos.tenant.create(tenant, event(actor, AuditType.TENANT_CREATED, tenant.id, {"name": tenant.name}))
            await repos.signing_keys.add(key, self._keys.made_event(actor, key))
            if owner is not None:
                await self._users.add(repos, actor, owner)
                principal = Principal.user(owner.user.id)
                owns = Assignment(tenant_id=tenant.id, principal=principal, role=TENANT_OWNER.name, assigned_at=now)
                details = {"principal": "user", "role": TENANT_OWNER.name}
                assigned = event(actor, AuditType.ROLE_ASSIGNED, owner.user.id, details)
                await repos.assignments.assign(owns, assigned)
            if invitation is not None:
                await self._links.add(repos, actor, invitation)

    def _require_read(self, actor: Actor, tenant_id: str) -> None:
        if Permission.TENANT_LIST not in actor.platform_permissions:
            actor.require(Permission.TENANT_READ, tenant_id)


def _require_not_platform(tenant: Tenant) -> None:
    if tenant.name == PLATFORM_TENANT:
        raise Conflict("The platform's own tenant always serves: nobody could bring it back.")


def _problems(tenant: Tenant) -> dict[str, str]:
    return display_name_problems(tenant.display_name) | settings_problems(tenant.settings)
