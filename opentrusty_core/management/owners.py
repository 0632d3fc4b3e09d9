"""A tenant always has an owner, and the platform an administrator: who is the last one can't leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER, Assignment
from opentrusty_core.errors import Conflict
from opentrusty_core.storage import Store, TenantRepositories

_ADMINISTRATOR = PLATFORM_ADMIN.name


@asynccontextmanager
async def leaving(store: Store, tenant_id: str, user_id: str) -> AsyncIterator[TenantRepositories]:
    """A transaction of the tenant in which the user may stop being an owner and a platform administrator.

    Two that leave at once could each take the other for the one who stays, so only one leaves at a time.

    Raises:
        Conflict: nobody would be left, or another is leaving at this moment.
    """
    async with AsyncExitStack() as alone:
        if _holds(await store.platform.assignments.of_user(tenant_id, user_id), PLATFORM_ADMIN.name):
            await alone.enter_async_context(leaving_platform(store, tenant_id, user_id))
        if _holds(await store.tenant(tenant_id).assignments.of_user(user_id), TENANT_OWNER.name):
            # The id's last letter spreads tenants over a few locks: a lock may be a file that stays.
            await alone.enter_async_context(_one_at_a_time(store, f"owners-{tenant_id[-1]}"))
            owners = await store.tenant(tenant_id).assignments.of_role(TENANT_OWNER.name)
            if not await _anyone_else(store, owners, tenant_id, user_id):
                raise Conflict("The user is the last owner of the tenant. Give the role to another user first.")
        yield await alone.enter_async_context(store.transaction(tenant_id))


@asynccontextmanager
async def leaving_platform(store: Store, tenant_id: str, user_id: str) -> AsyncIterator[None]:
    """A block in which the user may stop being a platform administrator, one user at a time.

    Raises:
        Conflict: nobody would be left, or another is leaving at this moment.
    """
    async with _one_at_a_time(store, "platform-administrators"):
        administrators = await store.platform.assignments.of_role(PLATFORM_ADMIN.name)
        if not await _anyone_else(store, administrators, tenant_id, user_id):
            raise Conflict("The user is the last platform administrator. Give the role to another user first.")
        yield


@asynccontextmanager
async def closing(store: Store, tenant_id: str) -> AsyncIterator[TenantRepositories]:
    """A transaction of the tenant in which it may stop serving, and so its people stop administering the platform.

    Raises:
        Conflict: no platform administrator would be left, or another is leaving at this moment.
    """
    async with AsyncExitStack() as alone:
        if any(holder.tenant_id == tenant_id for holder in await store.platform.assignments.of_role(_ADMINISTRATOR)):
            await alone.enter_async_context(_one_at_a_time(store, "platform-administrators"))
            administrators = await store.platform.assignments.of_role(_ADMINISTRATOR)
            others = tuple(holder for holder in administrators if holder.tenant_id != tenant_id)
            if not await _anyone_else(store, others, tenant_id, ""):
                raise Conflict("The last platform administrator belongs to the tenant. Give the role to another first.")
        yield await alone.enter_async_context(store.transaction(tenant_id))


@asynccontextmanager
async def _one_at_a_time(store: Store, name: str) -> AsyncIterator[None]:
    async with store.exclusive(name) as alone:
        if not alone:
            raise Conflict("Somebody else is changing the same roles at this moment. Try again.")
        yield


async def _anyone_else(store: Store, holders: tuple[Assignment, ...], tenant_id: str, user_id: str) -> bool:
    """Whether another holder exists who can sign in."""
    for holder in holders:
        if (holder.tenant_id, holder.user_id) != (tenant_id, user_id):
            user = await store.tenant(holder.tenant_id).users.get(holder.user_id)
            if user is not None and user.is_active:
                return True
    return False


def _holds(assignments: tuple[Assignment, ...], role: str) -> bool:
    return any(assignment.role == role for assignment in assignments)
