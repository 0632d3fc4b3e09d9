"""Deleting a tenant: it stops at once, can be restored for a while, and then goes with everything of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import PLATFORM_TENANT, Actor, Management
from tests.management.place import EVERYTHING, SYSTEM, Place

ADMINISTRATOR = Actor(
    kind=ActorKind.USER, id="p", tenant_id="platform", platform_permissions=PLATFORM_ADMIN.permissions
)


async def names(management: Management) -> list[str]:
    return [tenant.name for tenant in (await management.tenants.page(SYSTEM, EVERYTHING)).items]


async def test_a_deleted_tenant_serves_nobody_and_comes_back_as_it_was(acme: Place) -> None:
    tenants, tenant_id = acme.management.tenants, acme.tenant.id
    deleted = await tenants.delete(await acme.actor(acme.owner), tenant_id)
    assert (deleted.status, deleted.is_active, deleted.is_ending) == (TenantStatus.DELETING, False, True)
    assert deleted.delete_at == acme.runtime.now() + timedelta(days=30)
    acme.runtime.advance(days=30, seconds=-1)
    await acme.management.maintenance.maintain()
    restored = await tenants.restore(ADMINISTRATOR, tenant_id)
    assert (restored.status, restored.delete_at, restored.deletion) == (TenantStatus.ACTIVE, None, None)
    assert await acme.management.users.get(SYSTEM, tenant_id, acme.plain.id) == acme.plain
    types = [event.type for event in await acme.events(AuditType.TENANT_DELETED, AuditType.TENANT_RESTORED)]
    assert types == [AuditType.TENANT_DELETED, AuditType.TENANT_RESTORED]


async def test_a_tenant_that_was_suspended_is_restored_suspended(acme: Place) -> None:
    """Deleting and restoring is no way around a suspension, however often."""
    tenants, tenant_id = acme.management.tenants, acme.tenant.id
    await tenants.suspend(ADMINISTRATOR, tenant_id)
    for grace in (3, 2):
        deleted = await tenants.delete(ADMINISTRATOR, tenant_id, grace=timedelta(days=grace))
        assert deleted.delete_at == acme.runtime.now() + timedelta(days=grace)
    for change in (tenants.suspend, tenants.resume):
        with pytest.raises(Conflict):
            await change(ADMINISTRATOR, tenant_id)
    for _ in range(2):
        assert (await tenants.restore(ADMINISTRATOR, tenant_id)).status is TenantStatus.SUSPENDED


@pytest.mark.case("I3")
async def test_after_its_grace_everything_goes_and_the_platform_remembers_how_much(acme: Place, globex: Place) -> None:
    management, tenant_id = acme.management, acme.tenant.id
    await acme.grant(acme.plain, await acme.session(acme.plain), "offline_access")
    await management.tenants.delete(await acme.actor(acme.owner), tenant_id, grace=timedelta(days=1))
    acme.runtime.advance(days=1)
    with pytest.raises(Conflict, match="grace is over"):
        await management.tenants.restore(ADMINISTRATOR, tenant_id)
    report = await management.maintenance.maintain(batch=2)
    assert (report.finished, report.tenants_erased, report.erased["users"]) == (True, 1, 3)
    assert await names(management) == ["globex"]
    with pytest.raises(NotFound):
        await management.tenants.get(SYSTEM, tenant_id)
    repos = acme.store.tenant(tenant_id)
    assert await repos.users.get(acme.plain.id) is None
    assert (await repos.audit.page(EVERYTHING)).items == ()
    query = AuditQuery(types=frozenset({AuditType.TENANT_ERASED}))
    (event,) = (await management.audit.platform_page(SYSTEM, EVERYTHING, query)).items
    assert event.target == tenant_id
    assert event.details["name"] == "acme"
    assert event.details["asked_by"] == acme.owner.id
    assert event.details["erased"] == dict(sorted(report.erased.items()))
    assert len(await management.keys.list(SYSTEM, globex.tenant.id)) == 2
    assert (await management.tenants.create(SYSTEM, "acme")).id != tenant_id


async def test_an_erasure_goes_on_where_the_run_before_had_to_stop(acme: Place) -> None:
    """A run without time erases one batch; what it counted is not lost."""
    management, tenant_id = acme.management, acme.tenant.id
    await management.tenants.delete(SYSTEM, tenant_id, grace=timedelta(0))
    acme.runtime.advance(seconds=30)
    erased = 0
    for _ in range(3):
        report = await management.maintenance.maintain(budget=timedelta(0), batch=1)
        assert (report.finished, report.tenants_erased, sum(report.erased.values())) == (False, 0, 1)
        erased += 1
    deletion = (await management.tenants.get(SYSTEM, tenant_id)).deletion
    assert deletion is not None
    assert sum(deletion.erased.values()) == erased
    report = await management.maintenance.maintain()
    assert (report.finished, report.tenants_erased) == (True, 1)
    (event,) = (await management.audit.platform_page(SYSTEM, EVERYTHING)).items
    counts = event.details["erased"]
    assert isinstance(counts, dict)
    assert sum(counts.values()) == erased + sum(report.erased.values())


async def test_without_grace_there_is_no_way_back_at_once(acme: Place) -> None:
    """But nothing is erased while a request of before may still be under way."""
    management, tenant_id = acme.management, acme.tenant.id
    gone = await management.tenants.delete(SYSTEM, tenant_id, grace=timedelta(0))
    assert gone.status is TenantStatus.ERASING
    with pytest.raises(Conflict):
        await management.tenants.restore(SYSTEM, tenant_id)
    with pytest.raises(Conflict):
        await management.tenants.update(SYSTEM, tenant_id, display_name="Still here")
    assert await management.tenants.delete(SYSTEM, tenant_id) == gone
    acme.runtime.advance(seconds=29)
    assert (await management.maintenance.maintain()).erased == {}
    acme.runtime.advance(seconds=1)
    assert (await management.maintenance.maintain()).tenants_erased == 1


async def test_a_tenant_that_ends_gets_no_keys(acme: Place, globex: Place) -> None:
    """Making them costs, and nobody would use them."""
    await acme.management.tenants.delete(SYSTEM, acme.tenant.id)
    report = await acme.management.maintenance.maintain()
    assert (report.tenants, report.keys_made) == (1, 1)


@pytest.mark.parametrize("days", [0, 0.9, 90.1, -1])
async def test_people_give_a_grace_of_a_day_to_ninety(acme: Place, days: float) -> None:
    with pytest.raises(Invalid) as refused:
        await acme.management.tenants.delete(ADMINISTRATOR, acme.tenant.id, grace=timedelta(days=days))
    assert refused.value.fields.keys() == {"grace"}


async def test_an_administrator_of_the_tenant_does_not_delete_it(acme: Place) -> None:
    actor = await acme.actor(acme.admin)
    for use_case in (acme.management.tenants.delete, acme.management.tenants.restore):
        with pytest.raises(Denied):
            await use_case(actor, acme.tenant.id)


@pytest.mark.case("J7")
async def test_the_platform_always_has_an_administrator(acme: Place) -> None:
    """Neither its own tenant nor the home of its last administrator is deleted or suspended."""
    management = acme.management
    boss = await management.bootstrap.first_administrator(SYSTEM)
    assert boss.tenant.name == PLATFORM_TENANT
    tenants = management.tenants
    for change in (tenants.delete, tenants.suspend):
        with pytest.raises(Conflict, match="always serves"):
            await change(SYSTEM, boss.tenant.id)
    await management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), PLATFORM_ADMIN.name)
    await management.roles.revoke(SYSTEM, boss.tenant.id, Principal.user(boss.user.id), PLATFORM_ADMIN.name)
    for change in (tenants.delete, tenants.suspend):
        with pytest.raises(Conflict, match="last platform administrator"):
            await change(SYSTEM, acme.tenant.id)
    await management.roles.assign(SYSTEM, boss.tenant.id, Principal.user(boss.user.id), PLATFORM_ADMIN.name)
    await tenants.delete(SYSTEM, acme.tenant.id)
