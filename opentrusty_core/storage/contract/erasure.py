"""What `storage.Tenants` promises of the end of a tenant: all of it goes, in small batches, nothing of another's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.tenant import Deletion, Tenant, TenantStatus
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import an_assignment
from opentrusty_core.storage.contract.planted import Planted, plant
from opentrusty_core.storage.contract.visible import visible
from opentrusty_core.storage.contract.world import ALL, MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import Taken

case = pytest.mark.case


async def end(world: World, status: TenantStatus, at: datetime | None, *, there: bool = False) -> Tenant:
    """Give this tenant an end, or the other."""
    tenant = world.there_tenant if there else world.here_tenant
    asked = Deletion(asked_at=world.now, actor_kind=ActorKind.USER, actor_id="u", restores=TenantStatus.SUSPENDED)
    ended = replace(tenant, status=status, version=2, delete_at=at, deletion=asked)
    await (world.there if there else world.here).tenant.update(ended, world.event())
    return ended


async def erase(world: World, *, batch: int = 1000) -> Counter[str]:
    """What went until nothing was left, at most `batch` records at a time."""
    total: Counter[str] = Counter()
    while gone := await world.store.platform.tenants.erase(world.here_tenant.id, batch=batch):
        assert 0 < sum(gone.values()) <= batch
        total += Counter(gone)
    return total


class TestErasure(Contract):
    """`Tenants.due`, `Tenants.erase` and `Tenants.forget`."""

    async def test_a_deletion_is_remembered_in_all_its_parts(self, world: World) -> None:
        """And taken back in all of them."""
        ended = await end(world, TenantStatus.DELETING, world.now + timedelta(days=30))
        assert await world.here.tenant.get() == ended
        assert await world.store.platform.tenants.find(ended.name) == ended
        await world.here.tenant.update(replace(world.here_tenant, version=3), world.event())
        assert await world.here.tenant.get() == replace(world.here_tenant, version=3)

    async def test_what_is_due_is_due_from_its_moment_on_and_in_order(self, world: World) -> None:
        """The earliest first, no more than asked for, and nobody who has no end."""
        tenants = world.store.platform.tenants
        assert await tenants.due(world.now + timedelta(days=9999), limit=10) == ()
        later = await end(world, TenantStatus.DELETING, world.now + timedelta(days=2))
        sooner = await end(world, TenantStatus.ERASING, world.now + timedelta(days=1), there=True)
        assert later.delete_at is not None
        assert sooner.delete_at is not None
        assert await tenants.due(sooner.delete_at - MICROSECOND, limit=10) == ()
        assert await tenants.due(sooner.delete_at, limit=10) == (sooner,)
        assert await tenants.due(later.delete_at, limit=10) == (sooner, later)
        assert await tenants.due(later.delete_at, limit=1) == (sooner,)

    @case("I3")
    async def test_everything_of_the_tenant_goes_and_nothing_of_another(self, world: World) -> None:
        """In batches of three, counted; the platform roles of its people too, and its full bucket."""
        planted = await plant(world)
        await self.plant_around(world, planted)
        known = planted.known
        empty = await visible(world.store.tenant("never-was"), known, world.now)
        others = await visible(world.there, known, world.now)
        assert await visible(world.here, known, world.now) != empty
        await end(world, TenantStatus.ERASING, world.now)
        gone = await erase(world, batch=3)
        erased = await world.here.tenant.get()
        assert erased.deletion is not None
        assert erased.deletion.erased == gone
        for kind in (
            "users",
            "passwords",
            "clients",
            "sessions",
            "grants",
            "signing_keys",
            "throttles",
            "roles",
            "groups",
        ):
            assert gone[kind] >= 1, kind
        event = world.event()
        assert await world.store.platform.tenants.forget(erased.id, event) is True
        assert await visible(world.here, known, world.now) == empty
        assert await visible(world.there, known, world.now) == others
        assert await world.here.throttles.take((planted.bucket,), world.now) == Taken()
        held = await world.store.platform.assignments.of_role("platform_admin", ALL)
        assert [it.tenant_id for it in held.items] == [world.there_tenant.id]
        assert (await world.store.platform.audit.page(ALL)).items[-1] == event

    async def plant_around(self, world: World, planted: Planted) -> None:
        """Namesakes in the other tenant, and platform roles of both."""
        await world.there.users.add(planted.user, world.event())
        await world.there.clients.add(planted.client, world.event())
        await world.there.sessions.start(planted.session, world.event())
        for home in (world.here_tenant, world.there_tenant):
            held = an_assignment(world.runtime, home.id, Principal.user(planted.user.id), role="platform_admin")
            await world.store.platform.assignments.assign(held, world.event())

    @case("I3")
    async def test_a_name_is_free_when_its_tenant_is_forgotten(self, world: World) -> None:
        """Not before; and who takes it is somebody else."""
        await end(world, TenantStatus.ERASING, world.now)
        await erase(world)
        successor = replace(world.here_tenant, id=world.runtime.new_id())
        with pytest.raises(Conflict):
            await world.store.tenant(successor.id).tenant.create(successor, world.event())
        assert await world.store.platform.tenants.forget(world.here_tenant.id, world.event()) is True
        await world.store.tenant(successor.id).tenant.create(successor, world.event())
        with pytest.raises(NotFound):
            await world.here.tenant.get()
        assert await world.store.platform.tenants.find(successor.name) == successor

    @pytest.mark.parametrize("status", [TenantStatus.ACTIVE, TenantStatus.SUSPENDED, TenantStatus.DELETING])
    async def test_nothing_is_erased_of_a_tenant_that_can_come_back(self, world: World, status: TenantStatus) -> None:
        """Nor of one that never was; and neither is forgotten."""
        user = await world.user()
        await end(world, status, world.now)
        tenants = world.store.platform.tenants
        for tenant_id in (world.here_tenant.id, "never-was", ""):
            with pytest.raises(Conflict):
                await tenants.erase(tenant_id, batch=10)
            assert await tenants.forget(tenant_id, world.event()) is False
        assert await world.here.users.get(user.id) == user
        assert (await world.store.platform.audit.page(ALL)).items == ()
