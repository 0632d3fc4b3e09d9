"""Tenants: made, found, configured, suspended."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import TENANT_OWNER, Assignment, Permission
from opentrusty_core.domain.tenant import Tenant, TenantSettings, TenantStatus, name_problems
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.keys import Keys
from opentrusty_core.management.tenant_settings import display_name_problems, require, settings_problems
from opentrusty_core.management.user_fields import UserFields
from opentrusty_core.management.users import Users

PLATFORM_TENANT = "platform"
"""The name of the tenant that platform administrators belong to."""


class FirstOwner(TypedDict):
    """The user who owns a new tenant."""

    fields: UserFields
    password: str


class Tenants:
    """Use cases around tenants."""

    def __init__(self, context: Context, keys: Keys, users: Users) -> None:
        self._context = context
        self._store = context.store
        self._keys = keys
        self._users = users

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
        key = await self._keys.first(tenant.id, now)
        policy = tenant.settings.password_policy
        first = await self._users.prepare(owner["fields"], owner["password"], policy) if owner else None
        event = self._context.event
        async with self._store.transaction(tenant.id) as repos:
            await repos.tenant.create(tenant, event(actor, AuditType.TENANT_CREATED, tenant.id, {"name": tenant.name}))
            await repos.signing_keys.add(key, self._keys.made_event(actor, key))
            if first is not None:
                await self._users.add(repos, actor, first)
                owns = Assignment(tenant_id=tenant.id, user_id=first.user.id, role=TENANT_OWNER.name, assigned_at=now)
                assigned = event(actor, AuditType.ROLE_ASSIGNED, first.user.id, {"role": TENANT_OWNER.name})
                await repos.assignments.assign(owns, assigned)
        return tenant

    async def page(self, actor: Actor, request: PageRequest) -> Page[Tenant]:
        """Tenants by name."""
        actor.require_platform(Permission.TENANT_LIST)
        return await self._store.platform.tenants.page(request)

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

    async def enter(self, actor: Actor, name: str, permission: Permission) -> str:
        """The id of the tenant of this name, where the actor may do this.

        Raises:
            NotFound: no such tenant, or one that the actor could not know of.
            Denied: the actor lacks the permission there.
        """
        tenant = await self._store.platform.tenants.find(name)
        if tenant is None:
            raise NotFound("There is no such tenant.")
        actor.require(permission, tenant.id)
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
            tenant = replace(
                current,
                display_name=current.display_name if display_name is None else display_name.strip(),
                settings=settings or current.settings,
                updated_at=self._context.runtime.now(),
                version=current.version + 1,
            )
            require(_problems(tenant))
            await repos.tenant.update(tenant, self._context.event(actor, AuditType.TENANT_UPDATED, tenant_id))
        return tenant

    async def suspend(self, actor: Actor, tenant_id: str) -> Tenant:
        """Stop serving a tenant's people; nothing is lost. Raises `NotFound`; `Conflict` for the platform's tenant."""
        return await self._set_status(actor, tenant_id, TenantStatus.SUSPENDED)

    async def resume(self, actor: Actor, tenant_id: str) -> Tenant:
        """Serve a tenant's people again. Raises `NotFound`."""
        return await self._set_status(actor, tenant_id, TenantStatus.ACTIVE)

    async def _set_status(self, actor: Actor, tenant_id: str, status: TenantStatus) -> Tenant:
        actor.require(Permission.TENANT_SUSPEND, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await repos.tenant.get()
            if current.status is status:
                return current
            if current.name == PLATFORM_TENANT:
                raise Conflict("The platform's own tenant cannot be suspended: nobody could resume it.")
            now = self._context.runtime.now()
            tenant = replace(current, status=status, updated_at=now, version=current.version + 1)
            event = self._context.event(actor, AuditType.TENANT_UPDATED, tenant_id, {"status": status.value})
            await repos.tenant.update(tenant, event)
        return tenant

    def _require_read(self, actor: Actor, tenant_id: str) -> None:
        if Permission.TENANT_LIST not in actor.platform_permissions:
            actor.require(Permission.TENANT_READ, tenant_id)


def _problems(tenant: Tenant) -> dict[str, str]:
    return display_name_problems(tenant.display_name) | settings_problems(tenant.settings)
