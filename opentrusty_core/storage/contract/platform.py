"""What `storage.Tenants`, `Platform` and `Store` promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.storage.contract.builders import a_resource, a_signing_key
from opentrusty_core.storage.contract.world import Contract, World
from opentrusty_core.storage.outcomes import TenantCatalogue

case = pytest.mark.case


class TestTenants(Contract):
    """`Tenants`."""

    async def test_a_tenant_is_found_by_name(self, world: World) -> None:
        """To the letter; a suspended one too."""
        suspended = replace(world.here_tenant, status=TenantStatus.SUSPENDED, version=2)
        await world.here.tenant.update(suspended, world.event())
        tenants = world.store.platform.tenants
        assert await tenants.find(suspended.name) == suspended
        assert await tenants.find(world.there_tenant.name) == world.there_tenant
        for name in (suspended.name.upper(), suspended.id, "", "nobody"):
            assert await tenants.find(name) is None
            assert await tenants.load(name) is None

    async def test_a_tenant_is_loaded_with_its_keys_and_resources(self, world: World) -> None:
        """Keys that are not retired and all resources, in order, and nothing of another tenant's."""
        statuses = [KeyStatus.RETIRED, KeyStatus.RETIRING, KeyStatus.ACTIVE, KeyStatus.ANNOUNCED]
        keys = [a_signing_key(world.runtime, status=status) for status in statuses]
        resources = [a_resource(world.runtime) for _ in range(3)]
        for key in keys:
            await world.here.signing_keys.add(key, world.event())
        for resource in resources:
            await world.here.resources.save(resource, world.event())
        await world.there.signing_keys.add(a_signing_key(world.runtime), world.event())
        await world.there.resources.save(a_resource(world.runtime), world.event())
        assert await world.store.platform.tenants.load(world.here_tenant.name) == TenantCatalogue(
            tenant=world.here_tenant,
            signing_keys=tuple(sorted(keys[1:], key=lambda key: key.kid)),
            resources=tuple(sorted(resources, key=lambda resource: resource.identifier)),
        )

    async def test_a_tenant_may_have_nothing_yet(self, world: World) -> None:
        """A catalogue without keys and resources."""
        assert await world.store.platform.tenants.load(world.here_tenant.name) == TenantCatalogue(
            tenant=world.here_tenant, signing_keys=(), resources=()
        )


class TestStore(Contract):
    """`Platform` and `Store`: the master key, names that one process holds, and the care of the database."""

    @case("R15")
    async def test_the_first_master_key_is_remembered(self, world: World) -> None:
        """Every later claim is answered with the one that is remembered."""
        assert await world.store.platform.claim_master_key("first") == "first"
        assert await world.store.platform.claim_master_key("second") == "first"

    @case("R15")
    async def test_a_master_key_is_replaced_by_who_knows_it(self, world: World) -> None:
        """Where another is remembered, or none: False, and nothing is changed."""
        platform = world.store.platform
        assert await platform.replace_master_key("first", "second") is False
        assert await platform.claim_master_key("first") == "first"
        assert await platform.replace_master_key("other", "second") is False
        assert await platform.claim_master_key("third") == "first"
        assert await platform.replace_master_key("first", "second") is True
        assert await platform.claim_master_key("third") == "second"

    async def test_a_name_is_held_by_one_at_a_time(self, world: World) -> None:
        """Who comes second is told so at once; another name is free; at the end of the block so is this one."""
        async with world.store.exclusive("a name") as first:
            assert first is True
            async with world.store.exclusive("a name") as second, world.store.exclusive("another name") as other:
                assert (second, other) == (False, True)
            async with world.store.exclusive("a name") as third:
                assert third is False

        async def fail() -> None:
            async with world.store.exclusive("a name") as again:
                assert again is True
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        async with world.store.exclusive("a name") as at_last:
            assert at_last is True

    async def test_work_goes_on_while_a_name_is_held(self, world: World) -> None:
        """A name is no transaction: inside its block everything can be written, in a transaction too."""
        async with world.store.exclusive("a name") as alone:
            assert alone
            user = await world.user()
            async with world.store.transaction(world.here_tenant.id) as repos:
                await repos.users.update(replace(user, version=2), world.event())
        assert await world.here.users.get(user.id) == replace(user, version=2)

    @case("R17")
    async def test_a_schema_is_brought_up_once(self, world: World) -> None:
        """A second migration has nothing to do, loses nothing, and the store says that it is ready."""
        assert await world.store.migrate() == ()
        await world.store.check()
        assert await world.here.tenant.get() == world.here_tenant
