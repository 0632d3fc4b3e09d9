"""Who holds which role: given and taken, never beyond what the giver holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.departure import RoleTaken
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import BUILTIN_ROLES, TENANT_OWNER, Assignment, Permission, Role, RoleScope
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.owners import departing
from opentrusty_core.management.principal_names import PrincipalNames, names_of_principals


class Roles:
    """Use cases around the holding of roles, by users, groups and clients."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def builtin(self) -> tuple[Role, ...]:
        """The roles that every tenant and the platform have."""
        return tuple(BUILTIN_ROLES.values())

    async def of_principal(self, actor: Actor, tenant_id: str, principal: Principal) -> tuple[Assignment, ...]:
        """The roles of a principal itself, in its tenant and on the platform, by name. Raises `NotFound`."""
        actor.require(Permission.ROLE_READ, tenant_id)
        await self._require(tenant_id, principal)
        tenant = await self._store.tenant(tenant_id).assignments.of_principal(principal)
        return (*tenant, *await self._store.platform.assignments.of_principal(tenant_id, principal))

    async def authority(self, actor: Actor, tenant_id: str, principal: Principal) -> Authority:
        """What a principal holds, itself and by its groups, and so may do. Raises `NotFound`."""
        actor.require(Permission.ROLE_READ, tenant_id)
        await self._require(tenant_id, principal)
        return await self._store.tenant(tenant_id).assignments.held_by(principal)

    async def holders(self, actor: Actor, tenant_id: str, role: str, request: PageRequest) -> Page[Assignment]:
        """Who holds a role in the tenant, by principal. Raises `NotFound` for a role that is not a tenant's."""
        actor.require(Permission.ROLE_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        if (await self._role(tenant_id, role)).scope is not RoleScope.TENANT:
            raise NotFound("It is a role of the platform.")
        return await self._store.tenant(tenant_id).assignments.of_role(role, request)

    async def platform_holders(self, actor: Actor, role: str, request: PageRequest) -> Page[Assignment]:
        """Who holds a role on the platform, by home and principal. Raises `NotFound` for a role that is not its."""
        actor.require_platform(Permission.PLATFORM_ROLE_ASSIGN)
        if role not in BUILTIN_ROLES or BUILTIN_ROLES[role].scope is not RoleScope.PLATFORM:
            raise NotFound("It is not a role of the platform.")
        return await self._store.platform.assignments.of_role(role, request)

    async def platform_names(self, actor: Actor, holders: Collection[Assignment]) -> PrincipalNames:
        """What these holders of roles of the platform are called, and their homes."""
        actor.require_platform(Permission.PLATFORM_ROLE_ASSIGN)
        return await names_of_principals(self._context, [(it.tenant_id, it.principal) for it in holders])

    async def assign(self, actor: Actor, tenant_id: str, principal: Principal, role: str) -> bool:
        """Give a principal of the tenant a role; False where they hold it already.

        Raises:
            NotFound: no such principal or role.
            Denied: the role holds permissions that the actor lacks.
        """
        granted = await self._changeable(actor, tenant_id, principal, role)
        now = self._context.runtime.now()
        assignment = Assignment(tenant_id=tenant_id, principal=principal, role=role, assigned_at=now)
        event = self._event(actor, AuditType.ROLE_ASSIGNED, tenant_id, principal, granted)
        if granted.scope is RoleScope.PLATFORM:
            return await self._store.platform.assignments.assign(assignment, event)
        return await self._store.tenant(tenant_id).assignments.assign(assignment, event)

    async def revoke(self, actor: Actor, tenant_id: str, principal: Principal, role: str) -> bool:
        """Take a role from a principal of the tenant; False where they do not hold it.

        Raises:
            NotFound: no such principal or role.
            Denied: the role holds permissions that the actor lacks.
            Conflict: the last owner of the tenant, or the last platform administrator.
        """
        taken = await self._changeable(actor, tenant_id, principal, role)
        event = self._event(actor, AuditType.ROLE_REVOKED, tenant_id, principal, taken)
        departure = RoleTaken(principal=principal)
        if taken.scope is RoleScope.PLATFORM:
            async with departing(self._store, tenant_id, departure, {role}):
                return await self._store.platform.assignments.revoke(tenant_id, principal, role, event)
        if role != TENANT_OWNER.name:
            return await self._store.tenant(tenant_id).assignments.revoke(principal, role, event)
        async with departing(self._store, tenant_id, departure, {role}):
            return await self._store.tenant(tenant_id).assignments.revoke(principal, role, event)

    async def _changeable(self, actor: Actor, tenant_id: str, principal: Principal, name: str) -> Role:
        """The role, where the actor may give it to the principal and take it away. Raises as `assign`."""
        role = await self.grantable(actor, tenant_id, name)
        await self._require(tenant_id, principal)
        return role

    async def grantable(self, actor: Actor, tenant_id: str, name: str) -> Role:
        """The role, where the actor may give and take it, for use cases that give it beside something else.

        Raises:
            NotFound: no such role.
            Denied: the role holds permissions that the actor lacks.
        """
        if name in BUILTIN_ROLES and BUILTIN_ROLES[name].scope is RoleScope.PLATFORM:
            actor.require_platform(Permission.PLATFORM_ROLE_ASSIGN)
            role, held = BUILTIN_ROLES[name], actor.platform_permissions
        else:
            actor.require(Permission.ROLE_ASSIGN, tenant_id)
            role, held = await self._role(tenant_id, name), actor.grantable_in(tenant_id)
        if not role.permissions <= held:
            raise Denied("The role holds permissions that you lack.")
        return role

    async def _role(self, tenant_id: str, name: str) -> Role:
        if name in BUILTIN_ROLES:
            return BUILTIN_ROLES[name]
        own = await self._store.tenant(tenant_id).roles.get(name)
        if own is None:
            raise NotFound(f"There is no such role. Use one of {', '.join(BUILTIN_ROLES)}, or one of the tenant's own.")
        return own.role

    async def _require(self, tenant_id: str, principal: Principal) -> None:
        repos = self._store.tenant(tenant_id)
        get: Callable[[str], Awaitable[object | None]] = {
            PrincipalKind.USER: repos.users.get,
            PrincipalKind.GROUP: repos.groups.get,
            PrincipalKind.CLIENT: repos.clients.get,
        }[principal.kind]
        if await get(principal.id) is None:
            raise NotFound(f"There is no such {principal.kind.value}.")

    def _event(self, actor: Actor, type_: AuditType, tenant_id: str, principal: Principal, role: Role) -> AuditEvent:
        details = {"principal": principal.kind.value, "role": role.name}
        if role.scope is RoleScope.PLATFORM:
            details["tenant_id"] = tenant_id
        return self._context.event(actor, type_, principal.id, details)
