"""What is remembered between requests is what is stored, a second ago at most."""

from __future__ import annotations

import anyio
import pytest

from opentrusty_core.errors import StoreUnavailable
from opentrusty_core.protocol.cache import KEPT, MAX_AGE, Remembered, Watch
from opentrusty_core.storage import Changes
from opentrusty_core.stores.memory import MemoryStore
from tests.support.runtime import FakeRuntime


class Told:
    """A store whose answers are given; each question is written down."""

    def __init__(self) -> None:
        self.answers: list[Changes | Exception] = []
        self.asked: list[int | None] = []
        self.hold: anyio.Event | None = None
        self.platform = self

    async def changes(self, since: int | None) -> Changes:
        self.asked.append(since)
        answer = self.answers.pop(0) if self.answers else Changes(cursor=since or 1, tenants=frozenset())
        if self.hold is not None:
            await self.hold.wait()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Remembering:
    """A cache of what tenants have, and how often each was read."""

    def __init__(self) -> None:
        self.runtime, self.store = FakeRuntime(), Told()
        self.cache: Remembered[str, str] = Remembered(
            Watch(self.store, self.runtime),  # type: ignore[arg-type] # all that it asks of a store
            2,
            lambda key, _: key,
        )
        self.reads: list[str] = []

    async def get(self, tenant: str) -> str | None:
        async def load(stale: str | None) -> str | None:
            self.reads.append(tenant)
            return f"{tenant} {len(self.reads)}"

        return await self.cache.get(tenant, load)

    def tell(self, cursor: int, *tenants: str) -> None:
        self.store.answers.append(Changes(cursor=cursor, tenants=frozenset(tenants)))


@pytest.fixture
def it() -> Remembering:
    return Remembering()


async def test_what_nobody_changes_is_read_once(it: Remembering) -> None:
    """The store is asked twice a second whether anything changed, however many ask for something."""
    for _ in range(4):
        await it.get("a")
        await it.get("b")
        it.runtime.advance(seconds=MAX_AGE / 2)
    assert it.reads == ["a", "b"]
    assert it.store.asked == [None, 1, 1, 1]


async def test_what_changed_is_read_anew_and_nothing_else(it: Remembering) -> None:
    await it.get("a")
    await it.get("b")
    it.runtime.advance(seconds=MAX_AGE)
    it.tell(7, "a")
    assert (await it.get("a"), await it.get("b"), await it.get("a")) == ("a 3", "b 2", "a 3")
    it.runtime.advance(seconds=MAX_AGE)
    assert await it.get("a") == "a 3"
    assert it.store.asked == [None, 1, 7]


async def test_a_change_that_is_heard_while_something_is_read_is_not_lost(it: Remembering) -> None:
    """What was read may be older than the change."""
    reading, told = anyio.Event(), anyio.Event()

    async def slow(_: str | None) -> str:
        reading.set()
        await told.wait()
        return "old"

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(it.cache.get, "a", slow)
        await reading.wait()
        it.runtime.advance(seconds=MAX_AGE)
        it.tell(7, "a")
        await it.get("b")
        told.set()
    assert await it.get("a") == "a 2"


async def test_who_comes_while_the_store_is_asked_waits_only_where_they_must(it: Remembering) -> None:
    await it.get("a")
    it.runtime.advance(seconds=MAX_AGE / 2)
    it.store.hold = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(it.get, "a")
        await anyio.wait_all_tasks_blocked()
        assert await it.get("a") == "a 1"
        assert it.store.asked == [None, 1]
        it.runtime.advance(seconds=MAX_AGE / 2)
        tasks.start_soon(it.get, "a")
        await anyio.wait_all_tasks_blocked()
        assert it.store.asked == [None, 1, 1], "a second old: it asks for itself"
        it.store.hold.set()


async def test_a_database_that_fails_is_not_made_up_for_by_memory(it: Remembering) -> None:
    """R4: and what answers after it may be another one."""
    await it.get("a")
    it.runtime.advance(seconds=MAX_AGE)
    it.store.answers.append(StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        await it.get("a")
    assert await it.get("a") == "a 2"


async def test_a_cursor_that_falls_means_another_database(it: Remembering) -> None:
    """A replica that lost the last transactions numbers others alike."""
    it.tell(50)
    await it.get("a")
    it.runtime.advance(seconds=MAX_AGE)
    it.tell(40)
    assert await it.get("a") == "a 2"
    it.runtime.advance(seconds=MAX_AGE)
    await it.get("a")
    assert it.store.asked == [None, 50, 40]


async def test_nothing_is_kept_for_longer_than_a_minute(it: Remembering) -> None:
    await it.get("a")
    it.runtime.advance(seconds=KEPT - 0.01)
    assert await it.get("a") == "a 1"
    it.runtime.advance(seconds=0.01)
    assert await it.get("a") == "a 2"


async def test_it_holds_no_more_than_it_may(it: Remembering) -> None:
    for tenant in ("a", "b", "c", "b", "a"):
        await it.get(tenant)
    assert it.reads == ["a", "b", "c", "a"]


async def test_what_is_not_found_is_not_remembered() -> None:
    runtime = FakeRuntime()
    cache: Remembered[str, str] = Remembered(Watch(MemoryStore(), runtime), 2, lambda key, _: key)
    answers: list[str | None] = ["here", None, "again"]

    async def load(_: str | None) -> str | None:
        return answers.pop(0)

    assert [await cache.get("a", load, anew=True) for _ in range(3)] == ["here", None, "again"]
