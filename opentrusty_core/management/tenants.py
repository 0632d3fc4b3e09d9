"""Tenants: made, found, configured; for their ends see `tenant_lives`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypedDict

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.builtin import CONSOLE_ID, builtin_clients
from opentrusty_core.domain.one_time_link import LinkKind
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_OWNER, Assignment, Permission
from opentrusty_core.domain.settings_document import patched
from opentrusty_core.domain.tenant import Tenant, TenantSettings, TenantSort, TenantStatus, name_problems
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.keys import Keys
from opentrusty_core.management.links import Links, MadeLink
from opentrusty_core.management.tenant_lives import TenantLives
from opentrusty_core.management.tenant_settings import display_name_problems, require, settings_problems
from opentrusty_core.management.user_fields import UserFields
from opentrusty_core.management.users import NewUser, Users
from opentrusty_core.storage import TenantRepositories


class FirstOwner(TypedDict):
    """The user who owns a new tenant."""

    fields: UserFields
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedOwner:
    """A new tenant, and the invitation of its first owner; its `url` is seen only here."""

    tenant: Tenant
    invitation: MadeLink


class Tenants(TenantLives):
    """Use cases around tenants."""

    def __init__(self, context: Context, keys: Keys, users: Users, links: Links) -> None:
        super().__init__(context)
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
            name = current.display_name if display_name is None else display_name.strip()
            return await self._change(
                repos, actor, current, version, display_name=name, settings=settings or current.settings
            )

    async def configure(
        self,
        actor: Actor,
        tenant_id: str,
        patch: Mapping[str, object],
        *,
        display_name: str | None = None,
        version: int | None = None,
    ) -> Tenant:
        """Change the settings that the merge patch names (see `domain.settings_document`), and the name shown where one
        is given, in one step.

        Raises:
            Invalid: a setting is unknown or not acceptable.
            NotFound: no such tenant.
            Conflict: the tenant changed meanwhile, or is being erased.
        """
        actor.require(Permission.TENANT_CONFIGURE, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await repos.tenant.get()
            name = current.display_name if display_name is None else display_name.strip()
            settings = patched(current.settings, patch)
            return await self._change(repos, actor, current, version, display_name=name, settings=settings)

    async def drafted(self, actor: Actor, tenant_id: str, patch: Mapping[str, object]) -> Tenant:
        """The tenant as `configure` would make it; nothing is written.

        Raises:
            Invalid: a setting is unknown or not acceptable.
            NotFound: no such tenant.
        """
        current = await self.get(actor, tenant_id)
        draft = replace(current, settings=patched(current.settings, patch))
        require(_problems(draft))
        return draft

    async def _change(
        self, repos: TenantRepositories, actor: Actor, current: Tenant, version: int | None, **changes: Any
    ) -> Tenant:
        if version not in {None, current.version}:
            raise ChangedMeanwhile("The tenant has changed meanwhile. Read it again.")
        if current.status is TenantStatus.ERASING:
            raise Conflict("The tenant is being erased.")
        tenant = self._next(current, **changes)
        require(_problems(tenant))
        await repos.tenant.update(tenant, self._context.event(actor, AuditType.TENANT_UPDATED, tenant.id))
        return tenant

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


def _problems(tenant: Tenant) -> dict[str, str]:
    return display_name_problems(tenant.display_name) | settings_problems(tenant.settings)
