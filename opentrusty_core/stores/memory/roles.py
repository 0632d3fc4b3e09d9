"""Who may do what, in memory (see `storage.roles`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.departure import Departure, GroupLeft, HomeGone, RoleTaken, UserGone
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import BUILTIN_ROLES, Assignment
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.stores.memory.tables import Database, Tables, View, drop, page


class MemoryRoles:
    """See `storage.Roles`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def add(self, role: CustomRole, event: AuditEvent) -> None:
        """See `storage.Roles.add`."""
        async with self._view.write() as t:
            if role.name in t.roles:
                raise Conflict("The role's name is taken.")
            t.roles[role.name] = role
            t.audit[event.id] = event

    async def get(self, name: str) -> CustomRole | None:
        """See `storage.Roles.get`."""
        return self._view.read().roles.get(name)

    async def all(self) -> tuple[CustomRole, ...]:
        """See `storage.Roles.all`."""
        return tuple(sorted(self._view.read().roles.values(), key=lambda role: role.name))

    async def update(self, role: CustomRole, event: AuditEvent) -> None:
        """See `storage.Roles.update`."""
        async with self._view.write() as t:
            known = t.roles.get(role.name)
            if known is None:
                raise NotFound("There is no such role.")
            if known.version != role.version - 1:
                raise Conflict("The role was changed meanwhile.")
            t.roles[role.name] = role
            t.audit[event.id] = event

    async def delete(self, name: str, event: AuditEvent, *, force: bool) -> None:
        """See `storage.Roles.delete`."""
        async with self._view.write() as t:
            if name not in t.roles:
                raise NotFound("There is no such role.")
            if not force and any(it.role == name for it in t.assignments.values()):
                raise Conflict("Somebody holds the role.")
            del t.roles[name]
            drop(t.assignments, lambda it: it.role == name)
            t.audit[event.id] = event


class MemoryAssignments:
    """See `storage.Assignments`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.Assignments.assign`."""
        async with self._view.write() as t:
            held = (assignment.principal, assignment.role)
            known = assignment.role in BUILTIN_ROLES or assignment.role in t.roles
            if held in t.assignments or not known or not _exists(t, assignment.principal):
                return False
            t.assignments[held] = assignment
            t.audit[event.id] = event
            return True

    async def revoke(self, principal: Principal, role: str, event: AuditEvent) -> bool:
        """See `storage.Assignments.revoke`."""
        async with self._view.write() as t:
            if t.assignments.pop((principal, role), None) is None:
                return False
            t.audit[event.id] = event
            return True

    async def of_principal(self, principal: Principal) -> tuple[Assignment, ...]:
        """See `storage.Assignments.of_principal`."""
        return _of_principal(self._view.read().assignments.values(), principal)

    async def of_role(self, role: str, request: PageRequest) -> Page[Assignment]:
        """See `storage.Assignments.of_role`."""
        held = self._view.read().assignments.values()
        return page([it for it in held if it.role == role], lambda it: str(it.principal), request)

    async def held_by(self, principal: Principal) -> Authority:
        """See `storage.Assignments.held_by`."""
        t = self._view.read()
        own = {principal, *_groups_of(t, principal)}
        roles = {it.role: t.roles.get(it.role) for it in t.assignments.values() if it.principal in own}
        declared = self._view.database.declared_accesses.values()
        return Authority(
            is_active=_is_active(t, principal),
            roles={name: () if role is None else role.permission_names for name, role in roles.items()},
            platform_roles=frozenset(it.role for it in t.platform_assignments.values() if it.principal in own),
            accesses={
                it.tenant_id: it.expires_at
                for it in sorted(declared, key=lambda it: it.expires_at)
                if (it.home_id, it.principal) == (self._view.tenant_id, principal) and it.ended_at is None
            },
        )

    async def remains(self, role: str, without: Departure) -> bool:
        """See `storage.Assignments.remains`."""
        t = self._view.read()
        return _remains(t, [it.principal for it in t.assignments.values() if it.role == role], without)


class MemoryPlatformAssignments:
    """See `storage.PlatformAssignments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.assign`."""
        async with self._database.writing():
            return self._assign(assignment, event)

    async def assign_first(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.assign_first`."""
        async with self._database.writing():
            return not self._held(assignment.role) and self._assign(assignment, event)

    async def revoke(self, home_id: str, principal: Principal, role: str, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.revoke`."""
        async with self._database.writing():
            if self._of(home_id).platform_assignments.pop((principal, role), None) is None:
                return False
            self._database.platform_audit[event.id] = event
            return True

    async def of_principal(self, home_id: str, principal: Principal) -> tuple[Assignment, ...]:
        """See `storage.PlatformAssignments.of_principal`."""
        return _of_principal(self._of(home_id).platform_assignments.values(), principal)

    async def of_role(self, role: str, request: PageRequest) -> Page[Assignment]:
        """See `storage.PlatformAssignments.of_role`."""
        return page(self._held(role), lambda it: f"{it.tenant_id}/{it.principal}", request)

    async def remains(self, role: str, home_id: str, without: Departure) -> bool:
        """See `storage.PlatformAssignments.remains`."""
        held = self._held(role)
        elsewhere = [it for it in held if it.tenant_id != home_id]
        return _remains(self._of(home_id), [it.principal for it in held if it.tenant_id == home_id], without) or any(
            _remains(self._of(it.tenant_id), [it.principal], None) for it in elsewhere
        )

    def _of(self, home_id: str) -> Tables:
        return self._database.tenants.get(home_id) or Tables()

    def _held(self, role: str) -> list[Assignment]:
        held = (it for tables in self._database.tenants.values() for it in tables.platform_assignments.values())
        return [it for it in held if it.role == role]

    def _assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        t = self._database.tenants.setdefault(assignment.tenant_id, Tables())
        held = (assignment.principal, assignment.role)
        if held in t.platform_assignments or not _exists(t, assignment.principal):
            return False
        t.platform_assignments[held] = assignment
        self._database.platform_audit[event.id] = event
        return True


class MemoryDeclaredAccesses:
    """See `storage.DeclaredAccesses`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def declare(self, access: DeclaredAccess, event: AuditEvent, platform_event: AuditEvent) -> None:
        """See `storage.DeclaredAccesses.declare`."""
        async with self._database.writing():
            self._save(access, event, platform_event)

    async def get(self, access_id: str) -> DeclaredAccess | None:
        """See `storage.DeclaredAccesses.get`."""
        return self._database.declared_accesses.get(access_id)

    async def end(self, access: DeclaredAccess, now: datetime, event: AuditEvent, platform_event: AuditEvent) -> bool:
        """See `storage.DeclaredAccesses.end`."""
        async with self._database.writing():
            known = self._database.declared_accesses.get(access.id)
            if known is None or not known.is_live(now):
                return False
            self._save(replace(known, ended_at=now), event, platform_event)
            return True

    async def live(self, now: datetime, request: PageRequest) -> Page[DeclaredAccess]:
        """See `storage.DeclaredAccesses.live`."""
        declared = self._database.declared_accesses.values()
        return page([it for it in declared if it.is_live(now)], lambda it: it.id, request)

    async def live_in(self, tenant_id: str, now: datetime, request: PageRequest) -> Page[DeclaredAccess]:
        """See `storage.DeclaredAccesses.live_in`."""
        declared = self._database.declared_accesses.values()
        found = [it for it in declared if it.tenant_id == tenant_id and it.is_live(now)]
        return page(found, lambda it: it.id, request)

    def _save(self, access: DeclaredAccess, event: AuditEvent, platform_event: AuditEvent) -> None:
        self._database.declared_accesses[access.id] = access
        self._database.tenants.setdefault(access.tenant_id, Tables()).audit[event.id] = event
        self._database.platform_audit[platform_event.id] = platform_event


def _exists(t: Tables, principal: Principal) -> bool:
    """Whether it can hold a role; a user always can, as an embedder's directory may keep them."""
    match principal.kind:
        case PrincipalKind.USER:
            return True
        case PrincipalKind.GROUP:
            return principal.id in t.groups
        case PrincipalKind.CLIENT:
            return principal.id in t.clients


def _is_active(t: Tables, principal: Principal) -> bool:
    match principal.kind:
        case PrincipalKind.USER:
            return (user := t.users.get(principal.id)) is not None and user.is_active
        case PrincipalKind.GROUP:
            return principal.id in t.groups
        case PrincipalKind.CLIENT:
            return (client := t.clients.get(principal.id)) is not None and client.is_active


def _groups_of(t: Tables, principal: Principal) -> Iterable[Principal]:
    if principal.kind is PrincipalKind.USER:
        yield from (Principal.group(group_id) for group_id, user_id in t.memberships if user_id == principal.id)


def _of_principal(held: Iterable[Assignment], principal: Principal) -> tuple[Assignment, ...]:
    return tuple(sorted((it for it in held if it.principal == principal), key=lambda it: it.role))


def _remains(t: Tables, principals: Iterable[Principal], without: Departure | None) -> bool:
    for principal in principals:
        if without == HomeGone() or without == RoleTaken(principal=principal):
            continue
        if principal.kind is PrincipalKind.USER:
            user_ids = {principal.id}
        else:
            user_ids = {
                user_id
                for group_id, user_id in t.memberships
                if Principal.group(group_id) == principal and without != GroupLeft(group_id=group_id, user_id=user_id)
            }
        if any(without != UserGone(user_id=it) and _is_active(t, Principal.user(it)) for it in user_ids):
            return True
    return False
