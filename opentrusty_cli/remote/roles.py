"""Roles, groups and declared accesses over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentrusty_cli.remote.api import Api, path
from opentrusty_cli.remote.reading import UNTOLD, read
from opentrusty_core.domain.authority import Authority, known_permissions
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.group import Group, Member
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import BUILTIN_ROLES, Assignment, Role, RoleScope
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Denied
from opentrusty_core.management import Actor, Administrator, GroupFields, NamedAccess, RoleFields


class RemoteCustomRoles:
    """Twin of `management.CustomRoles`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, actor: Actor, tenant_id: str, request: PageRequest) -> Page[Role | CustomRole]:
        return await self._api.page(self._api.of(tenant_id, "roles"), request, _role)

    async def get(self, actor: Actor, tenant_id: str, name: str) -> Role | CustomRole:
        return _role(await self._api.get(self._api.of(tenant_id, "roles", name)))

    async def create(self, actor: Actor, tenant_id: str, name: str, fields: RoleFields) -> CustomRole:
        return _own(await self._api.post(self._api.of(tenant_id, "roles"), {**fields, "name": name}))

    async def update(
        self, actor: Actor, tenant_id: str, name: str, fields: RoleFields, *, version: int | None = None
    ) -> CustomRole:
        return _own(await self._api.patch(self._api.of(tenant_id, "roles", name), fields, version))

    async def delete(self, actor: Actor, tenant_id: str, name: str, *, force: bool = False) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "roles", name), query={"force": force})


class RemoteRoles:
    """Twin of `management.Roles`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def builtin(self) -> tuple[Role, ...]:
        return tuple(BUILTIN_ROLES.values())

    async def of_principal(self, actor: Actor, tenant_id: str, principal: Principal) -> tuple[Assignment, ...]:
        return await self._api.all(f"{self._of(tenant_id, principal)}/roles", _assignment)

    async def authority(self, actor: Actor, tenant_id: str, principal: Principal) -> Authority:
        """Which role allows what is not told, but all that they allow together."""
        told = await self._api.get(f"{self._of(tenant_id, principal)}/permissions")
        roles = dict.fromkeys(told["roles"], told["permissions"])
        return Authority(is_active=True, roles=roles, platform_roles=frozenset(told["platform_roles"]))

    async def holders(self, actor: Actor, tenant_id: str, role: str, request: PageRequest) -> Page[Assignment]:
        return await self._api.page(self._api.of(tenant_id, "roles", role, "holders"), request, _assignment)

    async def platform_holders(self, actor: Actor, role: str, request: PageRequest) -> Page[Assignment]:
        return await self._api.page(path("platform", "roles", role, "holders"), request, _assignment)

    async def assign(self, actor: Actor, tenant_id: str, principal: Principal, role: str) -> bool:
        is_held = await self._is_held(actor, tenant_id, principal, role)
        await self._api.call("PUT", self._assignment(tenant_id, principal, role))
        return not is_held

    async def revoke(self, actor: Actor, tenant_id: str, principal: Principal, role: str) -> bool:
        is_held = await self._is_held(actor, tenant_id, principal, role)
        await self._api.call("DELETE", self._assignment(tenant_id, principal, role))
        return is_held

    async def _is_held(self, actor: Actor, tenant_id: str, principal: Principal, role: str) -> bool:
        if not _is_of_platform(role):
            return role in {it.role for it in await self.of_principal(actor, tenant_id, principal)}
        holders = self._api.pages(path("platform", "roles", role, "holders"), _assignment)
        return any([holder.principal == principal async for holder in holders])

    def _of(self, tenant_id: str, principal: Principal) -> str:
        return self._api.of(tenant_id, f"{principal.kind.value}s", principal.id)

    def _assignment(self, tenant_id: str, principal: Principal, role: str) -> str:
        if not _is_of_platform(role):
            return self._of(tenant_id, principal) + path("roles", role)
        home = self._api.tenant_names.get(tenant_id, tenant_id)
        return path("platform", "roles", role, "holders", home, principal.kind.value, principal.id)


class RemoteGroups:
    """Twin of `management.Groups`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, actor: Actor, tenant_id: str, request: PageRequest, *, search: str = "") -> Page[Group]:
        return await self._api.page(self._api.of(tenant_id, "groups"), request, _group, {"search": search})

    async def get(self, actor: Actor, tenant_id: str, id_or_name: str) -> Group:
        return _group(await self._api.get(self._api.of(tenant_id, "groups", id_or_name)))

    async def create(self, actor: Actor, tenant_id: str, fields: GroupFields) -> Group:
        return _group(await self._api.post(self._api.of(tenant_id, "groups"), fields))

    async def update(
        self, actor: Actor, tenant_id: str, group_id: str, fields: GroupFields, *, version: int | None = None
    ) -> Group:
        return _group(await self._api.patch(self._api.of(tenant_id, "groups", group_id), fields, version))

    async def delete(self, actor: Actor, tenant_id: str, group_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "groups", group_id))

    async def members(self, actor: Actor, tenant_id: str, group_id: str, request: PageRequest) -> Page[Member]:
        return await self._api.page(self._api.of(tenant_id, "groups", group_id, "members"), request, _member)

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str, request: PageRequest) -> Page[Group]:
        return await self._api.page(self._api.of(tenant_id, "users", user_id, "groups"), request, _group)

    async def add_members(
        self, actor: Actor, tenant_id: str, group_id: str, user_ids: Sequence[str]
    ) -> tuple[str, ...]:
        where = self._api.of(tenant_id, "groups", group_id, "members")
        return tuple((await self._api.post(where, {"user_ids": list(user_ids)}))["user_ids"])

    async def remove_member(self, actor: Actor, tenant_id: str, group_id: str, user_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "groups", group_id, "members", user_id))


class RemoteAccesses:
    """Twin of `management.Accesses`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def declare(
        self, actor: Actor, tenant_id: str, reason: str, *, to: Administrator | None = None
    ) -> NamedAccess:
        """Over HTTP everybody declares for themselves. Raises `Denied` where it is for somebody else."""
        if to is not None and to.principal.id != (await self._api.get("/me"))["id"]:
            raise Denied("You declare an access for yourself only; another's is declared on the database.")
        tenant = self._api.tenant_names.get(tenant_id, tenant_id)
        return _access(await self._api.post(path("platform", "accesses"), {"tenant": tenant, "reason": reason}))

    async def end(self, actor: Actor, access_id: str) -> None:
        await self._api.call("DELETE", path("platform", "accesses", access_id))

    async def live(self, actor: Actor, request: PageRequest) -> Page[NamedAccess]:
        return await self._api.page(path("platform", "accesses"), request, _access)

    async def live_in(self, actor: Actor, tenant_id: str, request: PageRequest) -> Page[NamedAccess]:
        return await self._api.page(self._api.of(tenant_id, "accesses"), request, _access)


def _is_of_platform(role: str) -> bool:
    return role in BUILTIN_ROLES and BUILTIN_ROLES[role].scope is RoleScope.PLATFORM


def _role(data: dict[str, Any]) -> Role | CustomRole:
    if not data["is_builtin"]:
        return _own(data)
    return read(Role, data, permissions=known_permissions(data["permissions"]))


def _own(data: dict[str, Any]) -> CustomRole:
    return read(CustomRole, data, permission_names=tuple(data["permissions"]))


def _assignment(data: dict[str, Any]) -> Assignment:
    return read(Assignment, data, tenant_id=data["home_id"])


def _group(data: dict[str, Any]) -> Group:
    return read(Group, data)


def _member(data: dict[str, Any]) -> Member:
    user = read(User, data, id=data["user_id"], created_at=UNTOLD, updated_at=UNTOLD)
    return read(Member, data, user=user)


def _access(data: dict[str, Any]) -> NamedAccess:
    access = read(DeclaredAccess, data, tenant_id="", home_id="")
    return read(NamedAccess, data, access=access, tenant_name=data["tenant"], home_name=data["home"])
