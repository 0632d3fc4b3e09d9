"""What is the memory store's own: how its writers take turns."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from opentrusty_core.domain.page import BY_TEXT, Key, PageRequest
from opentrusty_core.errors import StoreUnavailable
from opentrusty_core.storage import Store
from opentrusty_core.storage.contract.world import World
from opentrusty_core.stores.memory import MemoryStore, tables
from opentrusty_core.stores.memory.tables import sorted_page
from tests.support.builders import a_user


@pytest.fixture
async def world() -> World:
    store: Store = MemoryStore()  # mypy proves here that it is one
    return await World.of(store)


async def test_readers_see_what_was_committed(world: World) -> None:
    """What a transaction has written so far is nobody else's to see."""
    user = await world.user()
    async with world.store.transaction(world.here_tenant.id) as repos:
        await repos.users.update(replace(user, username="changed", version=2), world.event())
        assert await world.here.users.get(user.id) == user
    assert await world.here.users.get(user.id) != user


async def test_writers_wait_for_a_transaction(world: World) -> None:
    """A write that comes meanwhile is done afterwards, and neither of the two is lost."""
    inside, outside = a_user(world.runtime), a_user(world.runtime)
    async with anyio.create_task_group() as tasks, world.store.transaction(world.here_tenant.id) as repos:
        tasks.start_soon(world.here.users.add, outside, world.event())
        await anyio.wait_all_tasks_blocked()
        assert await world.here.users.get(outside.id) is None
        await repos.users.add(inside, world.event())
    assert await world.here.users.get(inside.id) == inside
    assert await world.here.users.get(outside.id) == outside


async def test_patience_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that never ends makes the store unavailable for writers, not hang them."""
    monkeypatch.setattr(tables, "PATIENCE", 0.01)
    user = a_user(world.runtime)

    async def add() -> None:
        with pytest.raises(StoreUnavailable):
            await world.here.users.add(user, world.event())

    async with world.store.transaction(world.here_tenant.id), anyio.create_task_group() as tasks:
        tasks.start_soon(add)
    await world.here.users.add(user, world.event())


async def test_a_transaction_is_written_through_its_own_repositories(world: World) -> None:
    """Writing past it in the same task could only wait for itself: that is a mistake, and said at once."""
    async with world.store.transaction(world.here_tenant.id):
        with pytest.raises(RuntimeError):
            await world.user()
    await world.user()


@pytest.mark.parametrize("descending", [False, True])
def test_a_sorted_list_pages_though_values_are_equal(descending: bool) -> None:
    """Every item once, in one total order and the other way round exactly against it."""
    items = [Key(value, id_) for value in ("b", "a", "") for id_ in ("2", "1", "3")]
    seen: list[Key[str]] = []
    after: str | None = None
    while True:
        got = sorted_page(items, lambda it: it, PageRequest(limit=2, after=after), BY_TEXT, descending=descending)
        seen += got.items
        after = got.next_after
        if after is None:
            break
        assert len(got.items) == 2
    assert seen == sorted(items, reverse=descending)
