"""A tenant read for a manifest: the sections that it speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.group import group_name_normal
from opentrusty_core.domain.page import MAX_PAGE, Page, PageRequest
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import BUILTIN_ROLES, RoleScope
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.clients import Clients
from opentrusty_core.management.custom_roles import CustomRoles
from opentrusty_core.management.groups import Groups
from opentrusty_core.management.manifests.steps import State
from opentrusty_core.management.resources import Resources
from opentrusty_core.management.roles import Roles
from opentrusty_core.management.tenants import Tenants

T = TypeVar("T")
EVERYTHING = frozenset({"resources", "clients", "roles", "groups"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """The use cases that manifests are read and carried out by."""

    tenants: Tenants
    resources: Resources
    clients: Clients
    custom_roles: CustomRoles
    roles: Roles
    groups: Groups


async def read_state(actor: Actor, tenant: Tenant, sections: Iterable[str], use_cases: UseCases) -> State:
    """The sections of the tenant; what is not asked for is not read, and so needs no permission. The resources and
    roles are always: clients are checked against the ones, and groups and clients against the others.
    """
    wanted, tenant_id = set(sections), tenant.id
    clients, groups = use_cases.clients, use_cases.groups
    roles: dict[str, CustomRole] = {}
    held: dict[Principal, tuple[str, ...]] = {}
    if wanted & {"roles", "clients", "groups"}:
        async for role in _all(partial(use_cases.custom_roles.page, actor, tenant_id)):
            if isinstance(role, CustomRole):
                roles[role.name] = role
    if wanted & {"clients", "groups"}:
        held = await _held(actor, tenant_id, roles, use_cases.roles)
    return State(
        tenant=tenant,
        resources={it.identifier: it for it in await use_cases.resources.list(actor, tenant_id)},
        clients={it.client_id: it async for it in _all(partial(clients.page, actor, tenant_id))}
        if "clients" in wanted
        else {},
        roles=roles,
        groups={group_name_normal(it.name): it async for it in _all(partial(groups.page, actor, tenant_id))}
        if "groups" in wanted
        else {},
        held=held,
    )


async def _held(actor: Actor, tenant_id: str, own: Iterable[str], use_cases: Roles) -> dict[Principal, tuple[str, ...]]:
    """The roles of the tenant that clients and groups hold, by name."""
    held: defaultdict[Principal, list[str]] = defaultdict(list)
    builtin = (role.name for role in BUILTIN_ROLES.values() if role.scope is RoleScope.TENANT)
    for role in sorted({*builtin, *own}):
        async for assignment in _all(partial(use_cases.holders, actor, tenant_id, role)):
            if assignment.principal.kind is PrincipalKind.USER:
                break  # principals come in the order of their kinds, and there may be very many users
            held[assignment.principal].append(role)
    return {principal: tuple(roles) for principal, roles in held.items()}


async def _all(page: Callable[[PageRequest], Awaitable[Page[T]]]) -> AsyncIterator[T]:
    """Every item of a list."""
    request = PageRequest(limit=MAX_PAGE)
    while True:
        got = await page(request)
        for item in got.items:
            yield item
        if got.next_after is None:
            return
        request = PageRequest(limit=MAX_PAGE, after=got.next_after)
