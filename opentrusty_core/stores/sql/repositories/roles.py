"""Who may do what, in SQL (see `storage.roles`)."""

from __future__ import annotations

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
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Database, Rows, Unstorable
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.rows import ASSIGNMENT, DECLARED_ACCESS, ROLE, event_params


class SqlRoles(Repository):
    """See `storage.Roles`."""

    async def add(self, role: CustomRole, event: AuditEvent) -> None:
        """See `storage.Roles.add`."""
        if not await self._add("add_role", event, **ROLE.params(role)):
            raise Conflict("The role's name is taken.")

    async def get(self, name: str) -> CustomRole | None:
        """See `storage.Roles.get`."""
        return first(ROLE, await self._find("get_role", name=name))

    async def all(self) -> tuple[CustomRole, ...]:
        """See `storage.Roles.all`."""
        return tuple(ROLE.read(row) for row in await self._find("own_roles"))

    async def update(self, role: CustomRole, event: AuditEvent) -> None:
        """See `storage.Roles.update`."""
        if await self._add("update_role", event, **ROLE.params(role)):
            return
        if await self.get(role.name) is None:
            raise NotFound("There is no such role.")
        raise Conflict("The role was changed meanwhile.")

    async def delete(self, name: str, event: AuditEvent, *, force: bool) -> None:
        """See `storage.Roles.delete`."""
        params = self._params(name=name)

        async def body(database: Database) -> None:
            if not await database.run("lock_role", params):
                raise NotFound("There is no such role.")
            if await database.run("take_from_all", params) and not force:
                raise Conflict("Somebody holds the role.")
            await database.run("delete_role", params)
            await database.append(self._params(event))

        try:
            await self._database.unit(body)
        except Unstorable:
            raise NotFound("There is no such role.") from None


class SqlAssignments(Repository):
    """See `storage.Assignments`."""

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.Assignments.assign`."""
        params = _existing(assignment.principal) | ASSIGNMENT.params(assignment)
        own_role = None if assignment.role in BUILTIN_ROLES else assignment.role
        return bool(await self._add("assign_role", event, own_role=own_role, **params))

    async def revoke(self, principal: Principal, role: str, event: AuditEvent) -> bool:
        """See `storage.Assignments.revoke`."""
        return bool(await self._find("revoke_role", event, role=role, **_params(principal)))

    async def of_principal(self, principal: Principal) -> tuple[Assignment, ...]:
        """See `storage.Assignments.of_principal`."""
        return tuple(ASSIGNMENT.read(row) for row in await self._find("roles_of_principal", **_params(principal)))

    async def of_role(self, role: str, request: PageRequest) -> Page[Assignment]:
        """See `storage.Assignments.of_role`."""
        kind, _, id_ = (request.after or "").partition(":")
        params: Params = {"role": role, "after_kind": kind, "after_id": id_}
        return await self._page("holders_of_role", ASSIGNMENT, lambda it: str(it.principal), request, **params)

    async def held_by(self, principal: Principal) -> Authority:
        """See `storage.Assignments.held_by`."""
        params = _params(principal) | _existing(principal) | {"user_id": _id(principal, PrincipalKind.USER)}
        return _authority(await self._find("held_by", **params))

    async def remains(self, role: str, without: Departure) -> bool:
        """See `storage.Assignments.remains`."""
        return bool(await self._find("role_remains", role=role, **_without(self._tenant_id, without)))


class SqlPlatformAssignments(Repository):
    """See `storage.PlatformAssignments`."""

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.assign`."""
        params = _existing(assignment.principal) | ASSIGNMENT.params(assignment)
        return bool(await self._add("assign_platform_role", event, **params))

    async def assign_first(self, assignment: Assignment, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.assign_first`."""
        params = _existing(assignment.principal) | ASSIGNMENT.params(assignment)
        params = self._params(lock_name=f"first {assignment.role}", **params)

        async def body(database: Database) -> bool:
            if not await database.run("assign_first", params):
                return False
            await database.append(self._params(event))
            return True

        return await self._database.unit(body)

    async def revoke(self, home_id: str, principal: Principal, role: str, event: AuditEvent) -> bool:
        """See `storage.PlatformAssignments.revoke`."""
        return bool(await self._find("revoke_platform_role", event, home=home_id, role=role, **_params(principal)))

    async def of_principal(self, home_id: str, principal: Principal) -> tuple[Assignment, ...]:
        """See `storage.PlatformAssignments.of_principal`."""
        rows = await self._find("platform_roles_of_principal", home=home_id, **_params(principal))
        return tuple(ASSIGNMENT.read(row) for row in rows)

    async def of_role(self, role: str, request: PageRequest) -> Page[Assignment]:
        """See `storage.PlatformAssignments.of_role`."""
        home, _, rest = (request.after or "").partition("/")  # which sorts before all that a tenant's id holds
        kind, _, id_ = rest.partition(":")
        params: Params = {"role": role, "after_home": home, "after_kind": kind, "after_id": id_}
        return await self._page(
            "holders_of_platform_role", ASSIGNMENT, lambda it: f"{it.tenant_id}/{it.principal}", request, **params
        )

    async def remains(self, role: str, home_id: str, without: Departure) -> bool:
        """See `storage.PlatformAssignments.remains`."""
        return bool(await self._find("platform_role_remains", role=role, home=home_id, **_without(home_id, without)))


class SqlDeclaredAccesses(Repository):
    """See `storage.DeclaredAccesses`."""

    async def declare(self, access: DeclaredAccess, event: AuditEvent, platform_event: AuditEvent) -> None:
        """See `storage.DeclaredAccesses.declare`."""

        async def body(database: Database) -> None:
            await database.run("declare_access", DECLARED_ACCESS.params(access))
            await self._append_both(database, access, event, platform_event)

        await self._database.unit(body)

    async def get(self, access_id: str) -> DeclaredAccess | None:
        """See `storage.DeclaredAccesses.get`."""
        return first(DECLARED_ACCESS, await self._find("get_access", access_id=access_id))

    async def end(self, access: DeclaredAccess, now: datetime, event: AuditEvent, platform_event: AuditEvent) -> bool:
        """See `storage.DeclaredAccesses.end`."""

        async def body(database: Database) -> bool:
            if not await database.run("end_access", {"access_id": access.id, "now": now}):
                return False
            await self._append_both(database, access, event, platform_event)
            return True

        return await self._database.unit(body)

    async def live(self, now: datetime, request: PageRequest) -> Page[DeclaredAccess]:
        """See `storage.DeclaredAccesses.live`."""
        return await self._page("live_accesses", DECLARED_ACCESS, lambda it: it.id, request, now=now)

    async def live_in(self, tenant_id: str, now: datetime, request: PageRequest) -> Page[DeclaredAccess]:
        """See `storage.DeclaredAccesses.live_in`."""
        return await self._page(
            "live_accesses_in", DECLARED_ACCESS, lambda it: it.id, request, now=now, opened=tenant_id
        )

    async def _append_both(
        self, database: Database, access: DeclaredAccess, event: AuditEvent, platform_event: AuditEvent
    ) -> None:
        await database.append(event_params(event) | {"tenant_id": access.tenant_id})
        await database.append(self._params(platform_event))


def _params(principal: Principal) -> Params:
    return {"principal_kind": principal.kind.value, "principal_id": principal.id}


def _existing(principal: Principal) -> Params:
    """What has to exist for the principal to hold a role: a user may be an embedder's directory's."""
    return {
        "client_id": _id(principal, PrincipalKind.CLIENT),
        "group_id": _id(principal, PrincipalKind.GROUP),
    }


def _id(principal: Principal, kind: PrincipalKind) -> str | None:
    return principal.id if principal.kind is kind else None


def _authority(rows: Rows) -> Authority:
    """The rows of `held_by`: what it is, a name, a role's permissions, an access's end."""
    return Authority(
        is_active=any(what == "is" and status == "active" for what, status, _, _ in rows),
        roles={name: tuple((own or "").split()) for what, name, own, _ in rows if what == "role"},
        platform_roles=frozenset(name for what, name, _, _ in rows if what == "platform"),
        accesses={tenant_id: end for what, tenant_id, _, end in rows if what == "access"},
    )


def _without(home_id: str, departure: Departure) -> Params:
    """Who does not count: ids that nobody has where the departure is another."""
    names = ("without_home", "without_user", "without_group", "without_member", "left_group", "left_user")
    params = dict.fromkeys(names, "")
    match departure:
        case HomeGone():
            return params | {"without_home": home_id}
        case UserGone(user_id=user_id):
            return params | {"without_user": user_id, "without_member": user_id}
        case RoleTaken(principal=Principal(kind=PrincipalKind.USER, id=user_id)):
            return params | {"without_user": user_id}
        case RoleTaken(principal=Principal(kind=PrincipalKind.GROUP, id=group_id)):
            return params | {"without_group": group_id}
        case RoleTaken():
            return params  # a client does not count anyway
        case GroupLeft(group_id=group_id, user_id=user_id):
            return params | {"left_group": group_id, "left_user": user_id}
