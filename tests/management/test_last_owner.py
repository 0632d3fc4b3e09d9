"""The last owner and the last administrator stay, whichever way somebody could leave; groups count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
import pytest

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.errors import Conflict
from opentrusty_core.management import Management
from tests.management.place import PASSWORD, SYSTEM, Place

OWNER = TENANT_OWNER.name
Leave = Callable[[Management, str, str, str], Awaitable[object]]  # with the ids of tenant, group and user

WAYS: dict[str, Leave] = {
    "the group loses the role": lambda m, t, g, u: m.roles.revoke(SYSTEM, t, Principal.group(g), OWNER),
    "the group is removed": lambda m, t, g, u: m.groups.delete(SYSTEM, t, g),
    "the member is put out": lambda m, t, g, u: m.groups.remove_member(SYSTEM, t, g, u),
    "the member is disabled": lambda m, t, g, u: m.users.disable(SYSTEM, t, u),
    "the member is removed": lambda m, t, g, u: m.users.delete(SYSTEM, t, u),
}


async def owners_group(acme: Place, *members: str) -> str:
    """The id of a group that owns the tenant, in place of the first owner."""
    group = await acme.management.groups.create(SYSTEM, acme.tenant.id, {"name": "Owners"})
    await acme.management.groups.add_members(SYSTEM, acme.tenant.id, group.id, members)
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.group(group.id), OWNER)
    await acme.management.roles.revoke(SYSTEM, acme.tenant.id, Principal.user(acme.owner.id), OWNER)
    return group.id


@pytest.mark.case("J7")
@pytest.mark.parametrize("way", WAYS)
async def test_an_owner_by_a_group_is_an_owner(acme: Place, way: str) -> None:
    """As the last one they stay; with another one, whoever that is by, they may go."""
    group_id, leave = await owners_group(acme, acme.plain.id), WAYS[way]
    ids = (acme.tenant.id, group_id, acme.plain.id)
    with pytest.raises(Conflict, match="owner of the tenant"):
        await leave(acme.management, *ids)
    assert TENANT_OWNER.permissions == (await acme.actor(acme.plain)).permissions
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.admin.id), OWNER)
    await leave(acme.management, *ids)


@pytest.mark.case("J7")
async def test_a_client_an_empty_group_and_a_disabled_user_are_no_owners(acme: Place) -> None:
    """Somebody has to be able to sign in."""
    management, tenant_id = acme.management, acme.tenant.id
    await management.users.disable(SYSTEM, tenant_id, acme.admin.id)
    group = await management.groups.create(SYSTEM, tenant_id, {"name": "Empty"})
    for principal in (Principal.client("web"), Principal.user(acme.admin.id), Principal.group(group.id)):
        await management.roles.assign(SYSTEM, tenant_id, principal, OWNER)
    await management.groups.add_members(SYSTEM, tenant_id, group.id, [acme.admin.id])
    with pytest.raises(Conflict):
        await management.roles.revoke(SYSTEM, tenant_id, Principal.user(acme.owner.id), OWNER)
    await management.roles.revoke(SYSTEM, tenant_id, Principal.client("web"), OWNER)
    await management.users.enable(SYSTEM, tenant_id, acme.admin.id)
    await management.roles.revoke(SYSTEM, tenant_id, Principal.user(acme.owner.id), OWNER)


@pytest.mark.case("J7")
@pytest.mark.parametrize("way", WAYS)
async def test_an_administrator_by_a_group_is_an_administrator(management: Management, way: str) -> None:
    boss = await management.bootstrap.first_administrator(SYSTEM)
    tenant_id, user = boss.tenant.id, Principal.user(boss.user.id)
    group = await management.groups.create(SYSTEM, tenant_id, {"name": "Administrators"})
    await management.groups.add_members(SYSTEM, tenant_id, group.id, [boss.user.id])
    await management.roles.assign(SYSTEM, tenant_id, Principal.group(group.id), PLATFORM_ADMIN.name)
    await management.roles.revoke(SYSTEM, tenant_id, user, PLATFORM_ADMIN.name)
    other = await management.users.create(SYSTEM, tenant_id, {"username": "other"}, password=PASSWORD)
    await management.roles.assign(SYSTEM, tenant_id, Principal.user(other.id), OWNER)

    async def leave() -> None:
        if way == "the group loses the role":
            await management.roles.revoke(SYSTEM, tenant_id, Principal.group(group.id), PLATFORM_ADMIN.name)
        else:
            await WAYS[way](management, tenant_id, group.id, boss.user.id)

    with pytest.raises(Conflict, match="platform administrator"):
        await leave()
    await management.roles.assign(SYSTEM, tenant_id, Principal.user(other.id), PLATFORM_ADMIN.name)
    await leave()


@pytest.mark.case("J7")
async def test_of_all_who_leave_at_once_in_every_way_one_stays(acme: Place) -> None:
    group_id = await owners_group(acme, acme.plain.id)
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.admin.id), OWNER)

    async def leave(way: Leave, user_id: str) -> None:
        with suppress(Conflict):
            await way(acme.management, acme.tenant.id, group_id, user_id)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(leave, WAYS["the member is disabled"], acme.admin.id)
        tasks.start_soon(leave, WAYS["the member is put out"], acme.plain.id)
        tasks.start_soon(leave, WAYS["the group loses the role"], acme.plain.id)
        tasks.start_soon(leave, WAYS["the group is removed"], acme.plain.id)
    active = [await acme.management.users.get(SYSTEM, acme.tenant.id, it.id) for it in (acme.admin, acme.plain)]
    owning = [
        user for user in active if user.is_active and (await acme.actor(user)).permissions == TENANT_OWNER.permissions
    ]
    assert len(owning) >= 1
