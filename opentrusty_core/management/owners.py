"""A tenant always has an owner, and the platform an administrator: who is the last one can't leave, whichever way.

An owner is an active user who holds the role themselves or by a group.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

from opentrusty_core.domain.departure import GroupLeft, HomeGone, RoleTaken, UserGone
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.errors import Conflict
from opentrusty_core.storage import Store, TenantRepositories

Departure = UserGone | RoleTaken | GroupLeft
_KEPT = frozenset({TENANT_OWNER.name, PLATFORM_ADMIN.name})


@asynccontextmanager
async def leaving(store: Store, tenant_id: str, departure: Departure) -> AsyncIterator[TenantRepositories]:
    """A transaction of the tenant in which a departure may happen.

    Raises:
        Conflict: nobody would be left, or another is leaving at this moment.
    """
    async with departing(store, tenant_id, departure), store.transaction(tenant_id) as repos:
        yield repos


@asynccontextmanager
async def departing(
    store: Store, tenant_id: str, departure: Departure, roles: Collection[str] = _KEPT
) -> AsyncIterator[None]:
    """A block in which a departure from the roles may happen.

    Two that leave at once could each take the other for the one who stays, so only one leaves at a time.

    Raises:
        Conflict: nobody would be left, or another is leaving at this moment.
    """
    held = await store.tenant(tenant_id).assignments.held_by(_subject(departure))
    async with AsyncExitStack() as alone:
        if PLATFORM_ADMIN.name in held.platform_roles & frozenset(roles):
            await alone.enter_async_context(_one_at_a_time(store, "platform-administrators"))
            if not await store.platform.assignments.remains(PLATFORM_ADMIN.name, tenant_id, departure):
                raise Conflict(_last(departure, "platform administrator"))
        if TENANT_OWNER.name in held.roles.keys() & frozenset(roles):
            # The id's last letter spreads tenants over a few locks: a lock may be a file that stays.
            await alone.enter_async_context(_one_at_a_time(store, f"owners-{tenant_id[-1]}"))
            if not await store.tenant(tenant_id).assignments.remains(TENANT_OWNER.name, departure):
                raise Conflict(_last(departure, "owner of the tenant"))
        yield


@asynccontextmanager
async def closing(store: Store, tenant_id: str) -> AsyncIterator[TenantRepositories]:
    """A transaction of the tenant in which it may stop serving, and so its people stop administering the platform.

    Raises:
        Conflict: no platform administrator would be left, or another is leaving at this moment.
    """
    async with AsyncExitStack() as alone:
        if await _is_home_of_administrators(store, tenant_id):
            await alone.enter_async_context(_one_at_a_time(store, "platform-administrators"))
            if not await store.platform.assignments.remains(PLATFORM_ADMIN.name, tenant_id, HomeGone()):
                raise Conflict("The last platform administrator belongs to the tenant. Give the role to another first.")
        yield await alone.enter_async_context(store.transaction(tenant_id))


@asynccontextmanager
async def _one_at_a_time(store: Store, name: str) -> AsyncIterator[None]:
    async with store.exclusive(name) as alone:
        if not alone:
            raise Conflict("Somebody else is changing the same roles at this moment. Try again.")
        yield


async def _is_home_of_administrators(store: Store, tenant_id: str) -> bool:
    request: PageRequest | None = PageRequest(limit=MAX_PAGE)
    while request is not None:
        page = await store.platform.assignments.of_role(PLATFORM_ADMIN.name, request)
        if any(holder.tenant_id == tenant_id for holder in page.items):
            return True
        request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None
    return False


def _subject(departure: Departure) -> Principal:
    """Whose roles are at stake."""
    match departure:
        case UserGone(user_id=user_id):
            return Principal.user(user_id)
        case RoleTaken(principal=principal):
            return principal
        case GroupLeft(group_id=group_id):
            return Principal.group(group_id)


def _last(departure: Departure, role: str) -> str:
    match departure:
        case UserGone() | RoleTaken(principal=Principal(kind="user")):
            return f"The user is the last {role}. Give the role to another user first."
        case _:
            return f"Nobody would be left as {role}. Give the role to another user first."
