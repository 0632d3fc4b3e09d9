"""Groups of users that carry roles: to join one is to get its roles, to leave it is to lose them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypedDict

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.departure import GroupLeft, RoleTaken
from opentrusty_core.domain.group import MAX_JOINING, Group, Member, group_name, group_name_normal
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import ChangedMeanwhile, Invalid, NotFound
from opentrusty_core.management.actor import Actor, require_grantable
from opentrusty_core.management.context import Context
from opentrusty_core.management.owners import leaving
from opentrusty_core.storage import TenantRepositories

MAX_DESCRIPTION = 1000


class GroupFields(TypedDict, total=False):
    """The fields of a group that can be written."""

    name: str
    description: str


class Groups:
    """Use cases around groups and their members."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def page(self, actor: Actor, tenant_id: str, request: PageRequest, *, search: str = "") -> Page[Group]:
        """Groups by name; with `search`, those whose name begins so, however it is written."""
        actor.require(Permission.GROUP_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await repos.tenant.get()
        return await repos.groups.page(request, prefix=group_name_normal(search))

    async def get(self, actor: Actor, tenant_id: str, id_or_name: str) -> Group:
        """The group with this id, else of this name. Raises `NotFound`."""
        actor.require(Permission.GROUP_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        found = await repos.groups.get(id_or_name) or await repos.groups.find(group_name_normal(id_or_name))
        if found is None:
            raise NotFound("There is no such group.")
        return found

    async def create(self, actor: Actor, tenant_id: str, fields: GroupFields) -> Group:
        """Make a group without members and roles.

        Raises:
            Invalid: a field is not acceptable.
            Conflict: the name is taken.
        """
        actor.require(Permission.GROUP_WRITE, tenant_id)
        if "name" not in fields:
            raise Invalid({"name": "It is missing."})
        now = self._context.runtime.now()
        group = _with_fields(Group(id=self._context.runtime.new_id(), name="", created_at=now, updated_at=now), fields)
        async with self._store.transaction(tenant_id) as repos:
            await repos.tenant.get()
            await repos.groups.add(group, self._event(actor, AuditType.GROUP_CREATED, group))
        return group

    async def update(
        self, actor: Actor, tenant_id: str, group_id: str, fields: GroupFields, *, version: int | None = None
    ) -> Group:
        """Change the fields given.

        Raises:
            Invalid: a field is not acceptable.
            NotFound: no such group.
            ChangedMeanwhile: another version stands there.
            Conflict: the name is taken.
        """
        actor.require(Permission.GROUP_WRITE, tenant_id)
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, group_id)
            if version not in {None, current.version}:
                raise ChangedMeanwhile("The group has changed meanwhile. Read it again.")
            now = self._context.runtime.now()
            group = replace(_with_fields(current, fields), updated_at=now, version=current.version + 1)
            await repos.groups.update(group, self._event(actor, AuditType.GROUP_UPDATED, group))
        return group

    async def delete(self, actor: Actor, tenant_id: str, group_id: str) -> None:
        """Remove a group; its members lose its roles.

        Raises:
            NotFound: no such group.
            Denied: the group holds permissions that the actor lacks.
            Conflict: nobody would be left as owner of the tenant, or as platform administrator.
        """
        group = await self._changeable(actor, tenant_id, group_id)
        async with leaving(self._store, tenant_id, RoleTaken(principal=Principal.group(group_id))) as repos:
            await repos.groups.delete(group_id, self._event(actor, AuditType.GROUP_DELETED, group))

    async def members(self, actor: Actor, tenant_id: str, group_id: str, request: PageRequest) -> Page[Member]:
        """The members of a group by user id. Raises `NotFound`."""
        actor.require(Permission.GROUP_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await _existing(repos, group_id)
        return await repos.groups.members(group_id, request)

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str, request: PageRequest) -> Page[Group]:
        """The groups of which a user is a member, by id. Raises `NotFound`."""
        actor.require(Permission.GROUP_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        if await repos.users.get(user_id) is None:
            raise NotFound("There is no such user.")
        return await repos.groups.of_user(user_id, request)

    async def add_members(
        self, actor: Actor, tenant_id: str, group_id: str, user_ids: Sequence[str]
    ) -> tuple[str, ...]:
        """Add users, at most 200 at a time; the ids of those who were no members before.

        Raises:
            Invalid: there is none, or there are more.
            NotFound: no such group, or not every user exists; then nobody joins.
            Denied: the group holds permissions that the actor lacks.
        """
        group = await self._changeable(actor, tenant_id, group_id)
        if not 1 <= len(user_ids) <= MAX_JOINING:
            raise Invalid({"user_ids": f"Name 1 to {MAX_JOINING} users."})
        joining = {it: self._member_event(actor, AuditType.GROUP_JOINED, group, it) for it in sorted(set(user_ids))}
        now = self._context.runtime.now()
        return await self._store.tenant(tenant_id).groups.join(group_id, joining, now)

    async def remove_member(self, actor: Actor, tenant_id: str, group_id: str, user_id: str) -> None:
        """Remove a member.

        Raises:
            NotFound: no such group, or the user is no member of it.
            Denied: the group holds permissions that the actor lacks.
            Conflict: nobody would be left as owner of the tenant, or as platform administrator.
        """
        group = await self._changeable(actor, tenant_id, group_id)
        event = self._member_event(actor, AuditType.GROUP_LEFT, group, user_id)
        async with leaving(self._store, tenant_id, GroupLeft(group_id=group_id, user_id=user_id)) as repos:
            if not await repos.groups.leave(group_id, user_id, event):
                raise NotFound("The user is no member of the group.")

    async def _changeable(self, actor: Actor, tenant_id: str, group_id: str) -> Group:
        """The group, where the actor may say who has its roles. Raises `NotFound` or `Denied`."""
        actor.require(Permission.GROUP_WRITE, tenant_id)
        repos = self._store.tenant(tenant_id)
        group = await _existing(repos, group_id)
        held = await repos.assignments.held_by(Principal.group(group_id))
        if held.roles:
            actor.require(Permission.ROLE_ASSIGN, tenant_id)
        if held.platform_roles:
            actor.require_platform(Permission.PLATFORM_ROLE_ASSIGN)
        require_grantable(actor, tenant_id, held, "The group holds permissions that you lack.")
        return group

    def _event(self, actor: Actor, type_: AuditType, group: Group) -> AuditEvent:
        return self._context.event(actor, type_, group.id, {"name": group.name})

    def _member_event(self, actor: Actor, type_: AuditType, group: Group, user_id: str) -> AuditEvent:
        return self._context.event(actor, type_, user_id, {"group_id": group.id, "group": group.name})


async def _existing(repos: TenantRepositories, group_id: str) -> Group:
    group = await repos.groups.get(group_id)
    if group is None:
        raise NotFound("There is no such group.")
    return group


def _with_fields(group: Group, fields: GroupFields) -> Group:
    problems = dict(group_problems(fields))
    name = group.name
    try:
        name = group_name(fields["name"]) if "name" in fields else group.name
    except Invalid as error:
        problems |= error.fields
    if problems:
        raise Invalid(problems)
    return replace(group, name=name, description=fields.get("description", group.description))


def group_problems(fields: GroupFields) -> Iterator[tuple[str, str]]:
    """What is not acceptable of the fields of a group, by name."""
    yield from ((name, "There is no such field.") for name in fields if name not in GroupFields.__annotations__)
    description = fields.get("description", "")
    if len(description) > MAX_DESCRIPTION or not description.isprintable():
        yield "description", f"Use at most {MAX_DESCRIPTION} printable characters."
