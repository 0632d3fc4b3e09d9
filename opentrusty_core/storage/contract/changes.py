"""What `storage.Platform.changes` promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.errors import Conflict
from opentrusty_core.storage.contract.builders import (
    a_client,
    a_consent,
    a_resource,
    a_session,
    a_signing_key,
    a_user,
)
from opentrusty_core.storage.contract.world import Contract, World


class Listener:
    """A process that serves: it asks on from where it stopped."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cursor: int | None = None

    async def hears(self) -> frozenset[str]:
        """The tenants that are named since it asked last."""
        changes = await self._world.store.platform.changes(self._cursor)
        assert self._cursor is None or changes.cursor >= self._cursor
        self._cursor = changes.cursor
        return changes.tenants


class TestChanges(Contract):
    """`Platform.changes`."""

    async def test_who_asks_first_hears_of_nothing(self, world: World) -> None:
        """Whoever remembers nothing has nothing to forget."""
        assert await Listener(world).hears() == frozenset()

    async def test_every_change_of_what_is_remembered_is_heard(self, world: World) -> None:
        """The tenant's record, its clients, resources and keys: added, replaced, removed."""
        listener = Listener(world)
        await listener.hears()
        here, client, resource = world.here, a_client(world.runtime), a_resource(world.runtime)
        key = a_signing_key(world.runtime, status=KeyStatus.ANNOUNCED, alg="ES512")
        suspended = replace(world.here_tenant, status=TenantStatus.SUSPENDED, version=world.here_tenant.version + 1)
        for change in (
            here.tenant.update(suspended, world.event()),
            here.clients.add(client, world.event()),
            here.clients.update(replace(client, version=client.version + 1), world.event()),
            here.clients.delete(client.client_id, world.event()),
            here.resources.save(resource, world.event()),
            here.resources.save(replace(resource, name="Else"), world.event()),
            here.resources.delete(resource.identifier, world.event()),
            here.signing_keys.add(key, world.event()),
            here.signing_keys.step((replace(key, status=KeyStatus.ACTIVE, activated_at=world.now),), world.event()),
        ):
            await change
            assert await listener.hears() >= {world.here_tenant.id}
            assert world.there_tenant.id not in await listener.hears()

    async def test_what_is_not_remembered_makes_no_noise(self, world: World) -> None:
        """People come and sign in all the time."""
        listener, user = Listener(world), a_user(world.runtime)
        await listener.hears()
        await world.here.users.add(user, world.event())
        await world.here.sessions.start(a_session(world.runtime, user.id), world.event())
        await world.here.consents.save(a_consent(world.runtime, user.id, "a-client"), world.event())
        assert await listener.hears() == frozenset()

    async def test_a_change_is_heard_when_it_is_committed(self, world: World) -> None:
        """Not lost, though somebody asked, and others changed something, while its transaction was open."""
        listener = Listener(world)
        await listener.hears()
        async with world.store.transaction(world.here_tenant.id) as repos:
            await repos.clients.add(a_client(world.runtime), world.event())
            assert world.here_tenant.id not in await listener.hears()
        assert world.here_tenant.id in await listener.hears()

    async def test_what_is_rolled_back_is_not_heard(self, world: World) -> None:
        """Neither is what was refused."""
        listener, known = Listener(world), a_client(world.runtime)
        await world.here.clients.add(known, world.event())
        await listener.hears()
        await listener.hears()
        with pytest.raises(Conflict):
            await world.here.clients.add(known, world.event())

        async def refused_half_way() -> None:
            async with world.store.transaction(world.here_tenant.id) as repos:
                await repos.clients.add(a_client(world.runtime), world.event())
                await repos.clients.add(known, world.event())

        with pytest.raises(Conflict):
            await refused_half_way()
        assert await listener.hears() == frozenset()

    async def test_old_changes_are_purged_and_new_ones_heard(self, world: World) -> None:
        """Nothing grows without end."""
        listener, client = Listener(world), a_client(world.runtime)
        await listener.hears()
        await world.here.clients.add(client, world.event())
        await listener.hears()
        world.advance(hours=2)
        while sum((await world.store.platform.purge(world.now, batch=100)).values()):
            pass
        await world.here.clients.update(replace(client, version=client.version + 1), world.event())
        assert world.here_tenant.id in await listener.hears()
