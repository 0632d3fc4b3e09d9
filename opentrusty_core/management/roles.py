"""Who holds which role: given and taken, never beyond what the giver holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.role import BUILTIN_ROLES, PLATFORM_ADMIN, Assignment, Permission, Role, RoleScope
from opentrusty_core.errors import Denied, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.owners import leaving, leaving_platform


class Roles:
    """Use cases around roles and their assignments."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def all(self) -> tuple[Role, ...]:
        """Every role that there is."""
        return tuple(BUILTIN_ROLES.values())

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str) -> tuple[Assignment, ...]:
        """The roles of a user in their tenant and on the platform, by name. Raises `NotFound`."""
        actor.require(Permission.ROLE_READ, tenant_id)
        await self._require_user(tenant_id, user_id)
        tenant = await self._store.tenant(tenant_id).assignments.of_user(user_id)
        return (*tenant, *await self._store.platform.assignments.of_user(tenant_id, user_id))

    async def holders(self, actor: Actor, tenant_id: str, role: str) -> tuple[Assignment, ...]:
        """Who holds a role in the tenant. Raises `Invalid` for a role that is not a tenant's."""
        actor.require(Permission.ROLE_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        if _role(role).scope is not RoleScope.TENANT:
            raise Invalid({"role": "It is a role of the platform."})
        return await self._store.tenant(tenant_id).assignments.of_role(role)

    async def platform_holders(self, actor: Actor, role: str) -> tuple[Assignment, ...]:
        """Who holds a role on the platform. Raises `Invalid` for a role that is not the platform's."""
        actor.require_platform(Permission.PLATFORM_ROLE_ASSIGN)
        if _role(role).scope is not RoleScope.PLATFORM:
            raise Invalid({"role": "It is a role of a tenant."})
        return await self._store.platform.assignments.of_role(role)

    async def assign(self, actor: Actor, tenant_id: str, user_id: str, role: str) -> bool:
        """Give a user of the tenant a role; False where they hold it already.

        Raises:
            Invalid: no such role.
            NotFound: no such user.
            Denied: the role holds permissions that the actor lacks.
        """
        granted = _role(role)
        _require_may_change(actor, tenant_id, granted)
        await self._require_user(tenant_id, user_id)
        now = self._context.runtime.now()
        assignment = Assignment(tenant_id=tenant_id, user_id=user_id, role=role, assigned_at=now)
        event = self._event(actor, AuditType.ROLE_ASSIGNED, tenant_id, user_id, granted)
        if granted.scope is RoleScope.PLATFORM:
            return await self._store.platform.assignments.assign(assignment, event)
        return await self._store.tenant(tenant_id).assignments.assign(assignment, event)

    async def revoke(self, actor: Actor, tenant_id: str, user_id: str, role: str) -> bool:
        """Take a role from a user of the tenant; False where they do not hold it.

        Raises:
            Invalid: no such role.
            NotFound: no such user.
            Denied: the role holds permissions that the actor lacks.
            Conflict: the last owner of the tenant, or the last platform administrator.
        """
        taken = _role(role)
        _require_may_change(actor, tenant_id, taken)
        await self._require_user(tenant_id, user_id)
        event = self._event(actor, AuditType.ROLE_REVOKED, tenant_id, user_id, taken)
        if taken.scope is RoleScope.PLATFORM:
            async with self._leaving_platform(tenant_id, user_id, taken):
                return await self._store.platform.assignments.revoke(tenant_id, user_id, role, event)
        if Permission.OWNER_ASSIGN not in taken.permissions:
            return await self._store.tenant(tenant_id).assignments.revoke(user_id, role, event)
        async with leaving(self._store, tenant_id, user_id) as repos:
            return await repos.assignments.revoke(user_id, role, event)

    @asynccontextmanager
    async def _leaving_platform(self, tenant_id: str, user_id: str, role: Role) -> AsyncIterator[None]:
        held = await self._store.platform.assignments.of_user(tenant_id, user_id)
        if role is not PLATFORM_ADMIN or role.name not in {assignment.role for assignment in held}:
            yield
            return
        async with leaving_platform(self._store, tenant_id, user_id):
            yield

    async def _require_user(self, tenant_id: str, user_id: str) -> None:
        if await self._store.tenant(tenant_id).users.get(user_id) is None:
            raise NotFound("There is no such user.")

    def _event(self, actor: Actor, type_: AuditType, tenant_id: str, user_id: str, role: Role) -> AuditEvent:
        details = {"tenant_id": tenant_id} if role.scope is RoleScope.PLATFORM else {}
        return self._context.event(actor, type_, user_id, {"role": role.name, **details})


def _role(name: str) -> Role:
    if name not in BUILTIN_ROLES:
        raise Invalid({"role": f"Use one of {', '.join(BUILTIN_ROLES)}."})
    return BUILTIN_ROLES[name]


def _require_may_change(actor: Actor, tenant_id: str, role: Role) -> None:
    """Nobody gives or takes a permission that they lack."""
    if role.scope is RoleScope.PLATFORM:
        actor.require_platform(Permission.PLATFORM_ROLE_ASSIGN)
        held = actor.platform_permissions
    else:
        actor.require(Permission.ROLE_ASSIGN, tenant_id)
        held = actor.permissions_in(tenant_id)
    if not role.permissions <= held:
        raise Denied("The role holds permissions that you lack.")
