"""The first platform administrator: one, once."""

from __future__ import annotations

import anyio
import pytest

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.domain.audit import AuditType, Origin
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.errors import Conflict, Invalid
from opentrusty_core.management import Bootstrapped, Management, actor_of_user
from opentrusty_core.storage import Store
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, make_management
from tests.support.runtime import START, FakeRuntime


async def test_the_first_administrator_runs_the_platform_and_owns_its_tenant(
    store: Store, management: Management
) -> None:
    made = await management.bootstrap.first_administrator(SYSTEM, "root", email="root@example.org")
    assert (made.tenant.name, made.user.username, made.user.email) == ("platform", "root", "root@example.org")
    assert len(made.password) >= 20
    actor = await actor_of_user(store, made.tenant.id, made.user.id, Origin(), START)
    assert actor.platform_permissions == PLATFORM_ADMIN.permissions
    assert actor.permissions == TENANT_OWNER.permissions
    (event,) = (await management.audit.platform_page(SYSTEM, EVERYTHING)).items
    assert (event.type, event.target) == (AuditType.ROLE_ASSIGNED, made.user.id)


async def test_the_password_signs_in_and_can_be_given(store: Store, management: Management) -> None:
    made = await management.bootstrap.first_administrator(SYSTEM, password=PASSWORD)
    assert made.password == PASSWORD
    credential = await store.tenant(made.tenant.id).passwords.get(made.user.id)
    assert credential is not None
    assert credential.encoded.startswith("$argon2id$")


@pytest.mark.case("J7")
async def test_a_second_one_is_refused_and_changes_nothing(store: Store, management: Management) -> None:
    made = await management.bootstrap.first_administrator(SYSTEM)
    with pytest.raises(Conflict, match="exists already"):
        await management.bootstrap.first_administrator(SYSTEM, "second")
    users = await management.users.page(SYSTEM, made.tenant.id, EVERYTHING)
    assert [user.username for user in users.items] == ["admin"]


@pytest.mark.case("J7")
@pytest.mark.parametrize("same_name", [True, False])
async def test_of_64_racers_one_becomes_the_administrator(
    store: Store, master_keys: MasterKeys, same_name: bool
) -> None:
    places = [make_management(store, FakeRuntime(seed=str(number)), master_keys) for number in range(64)]
    made: list[Bootstrapped] = []
    refused: list[Conflict] = []

    async def race(number: int) -> None:
        name = "admin" if same_name else f"admin-{number}"
        try:
            made.append(await places[number].bootstrap.first_administrator(SYSTEM, name))
        except Conflict as error:
            refused.append(error)

    async with anyio.create_task_group() as group:
        for number in range(64):
            group.start_soon(race, number)
    assert (len(made), len(refused)) == (1, 63)
    management = places[0]
    (holder,) = (await management.roles.platform_holders(SYSTEM, PLATFORM_ADMIN.name, EVERYTHING)).items
    assert holder.principal.id == made[0].user.id
    users = await management.users.page(SYSTEM, made[0].tenant.id, EVERYTHING)
    assert [user.id for user in users.items] == [made[0].user.id], "who lost leaves nobody behind"
    assert len((await management.tenants.page(SYSTEM, EVERYTHING)).items) == 1


async def test_a_bad_password_makes_no_administrator(management: Management) -> None:
    with pytest.raises(Invalid):
        await management.bootstrap.first_administrator(SYSTEM, password="short")
    assert (await management.roles.platform_holders(SYSTEM, PLATFORM_ADMIN.name, EVERYTHING)).items == ()
    await management.bootstrap.first_administrator(SYSTEM, password=PASSWORD)
