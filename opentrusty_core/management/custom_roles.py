"""A tenant's own roles: named sets of permissions, none of which goes beyond what its maker holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypedDict

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.custom_role import MAX_ROLES, CustomRole, validated_role_name
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import BUILTIN_ROLES, TENANT_PERMISSIONS, Permission, Role, RoleScope
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Denied, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.storage import TenantRepositories

MAX_DESCRIPTION = 1000


class RoleFields(TypedDict, total=False):
    """The fields of a role that can be written."""

    description: str
    permissions: Sequence[str]


class CustomRoles:
    """Use cases around the roles of a tenant's own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def page(self, actor: Actor, tenant_id: str, request: PageRequest) -> Page[Role | CustomRole]:
        """The roles that can be held in the tenant, built-in ones too, by name."""
        actor.require(Permission.ROLE_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await repos.tenant.get()
        named: dict[str, Role | CustomRole] = {role.name: role for role in await repos.roles.all()}
        named |= {role.name: role for role in BUILTIN_ROLES.values() if role.scope is RoleScope.TENANT}
        following = sorted(name for name in named if request.after is None or name > request.after)
        shown = following[: request.limit]
        last = shown[-1] if len(following) > len(shown) else None
        return Page(items=tuple(named[name] for name in shown), next_after=last)

    async def get(self, actor: Actor, tenant_id: str, name: str) -> Role | CustomRole:
        """The role of this name that can be held in the tenant. Raises `NotFound`."""
        actor.require(Permission.ROLE_READ, tenant_id)
        builtin = BUILTIN_ROLES.get(name)
        if builtin is not None and builtin.scope is RoleScope.TENANT:
            await self._store.tenant(tenant_id).tenant.get()
            return builtin
        return await _existing(self._store.tenant(tenant_id), name)

    async def create(self, actor: Actor, tenant_id: str, name: str, fields: RoleFields) -> CustomRole:
        """Make a role of the tenant's own.

        Raises:
            Invalid: the name or a field is not acceptable.
            Conflict: the name is taken, or the tenant has as many roles as it may have.
            Denied: a permission is one that the actor lacks.
        """
        actor.require(Permission.ROLE_WRITE, tenant_id)
        now = self._context.runtime.now()
        blank = CustomRole(name=validated_role_name(name), created_at=now, updated_at=now)
        role = _with_fields(blank, fields)
        _require_held(actor, tenant_id, role)
        async with self._store.transaction(tenant_id) as repos:
            await repos.tenant.get()
            if len(await repos.roles.all()) >= MAX_ROLES:
                raise Conflict(f"The tenant has {MAX_ROLES} roles of its own already, which is the most.")
            await repos.roles.add(role, self._event(actor, AuditType.ROLE_CREATED, role))
        return role

    async def update(
        self, actor: Actor, tenant_id: str, name: str, fields: RoleFields, *, version: int | None = None
    ) -> CustomRole:
        """Change the fields given; all who hold the role have what it says from the next request on.

        Raises:
            Invalid: a field is not acceptable.
            NotFound: no such role of the tenant's own.
            ChangedMeanwhile: another version stands there.
            Denied: the role has, or is to have, a permission that the actor lacks.
        """
        actor.require(Permission.ROLE_WRITE, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, name)
            if version not in {None, current.version}:
                raise ChangedMeanwhile("The role has changed meanwhile. Read it again.")
            changed = _with_fields(current, fields)
            _require_held(actor, tenant_id, current, changed)
            role = replace(changed, updated_at=self._context.runtime.now(), version=current.version + 1)
            await repos.roles.update(role, self._event(actor, AuditType.ROLE_UPDATED, role))
        return role

    async def delete(self, actor: Actor, tenant_id: str, name: str, *, force: bool = False) -> None:
        """Remove a role of the tenant's own; with `force` also where somebody holds it, who then holds it no more.

        Raises:
            NotFound: no such role of the tenant's own.
            Conflict: somebody holds it.
            Denied: the role has a permission that the actor lacks.
        """
        actor.require(Permission.ROLE_WRITE, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, name)
            _require_held(actor, tenant_id, current)
            await repos.roles.delete(name, self._event(actor, AuditType.ROLE_DELETED, current), force=force)

    def _event(self, actor: Actor, type_: AuditType, role: CustomRole) -> AuditEvent:
        return self._context.event(actor, type_, role.name, {"permissions": list(role.permission_names)})


async def _existing(repos: TenantRepositories, name: str) -> CustomRole:
    role = await repos.roles.get(name)
    if role is None:
        raise NotFound("There is no such role.")
    return role


def _with_fields(role: CustomRole, fields: RoleFields) -> CustomRole:
    problems = dict(role_problems(fields))
    if problems:
        raise Invalid(problems)
    description = fields.get("description", role.description)
    if "permissions" not in fields:
        return replace(role, description=description)
    return replace(role, description=description, permission_names=tuple(sorted(set(fields["permissions"]))))


def role_problems(fields: RoleFields) -> Iterator[tuple[str, str]]:
    """What is not acceptable of the fields of a role, by name."""
    yield from ((name, "There is no such field.") for name in fields if name not in RoleFields.__annotations__)
    description = fields.get("description", "")
    if len(description) > MAX_DESCRIPTION or not description.isprintable():
        yield "description", f"Use at most {MAX_DESCRIPTION} printable characters."
    names = {permission.value for permission in TENANT_PERMISSIONS}
    for name in fields.get("permissions", ()):
        if name not in names:
            yield "permissions", f"There is no permission {name[:100]!r} in a tenant."


def _require_held(actor: Actor, tenant_id: str, *roles: CustomRole) -> None:
    """Who changes a role changes what its holders may do: nobody gives or takes a permission that they lack."""
    allowed = frozenset[Permission]().union(*(role.permissions for role in roles))
    if lacking := sorted(allowed - actor.grantable_in(tenant_id)):
        raise Denied(f"The role is about permissions that you lack: {', '.join(lacking)}.")
