"""What is written in groups: nobody is answered before the commit, nobody suffers for another, nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import pytest

from opentrusty_core.errors import StoreError, StoreUnavailable
from opentrusty_core.stores.sql.postgres.grouping import MAX_GROUP, Grouping


class Table:
    """Somewhere to write to; refuses what is marked bad, and writes when it is let."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.open = anyio.Event()
        self.error: Exception | None = None

    async def write(self, items: Sequence[str]) -> None:
        await self.open.wait()
        if self.error is not None:
            raise self.error
        if any(item.startswith("bad") for item in items):
            raise StoreError("refused")
        self.groups.append(list(items))


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def grouping(table: Table) -> Grouping[str]:
    return Grouping(table.write)


async def add_all(grouping: Grouping[str], items: Sequence[str], table: Table) -> dict[str, Exception | None]:
    """Add items that wait together; how each ended."""
    ends: dict[str, Exception | None] = {}

    async def add(item: str) -> None:
        try:
            await grouping.add(item)
        except StoreError as error:
            ends[item] = error
        else:
            ends[item] = None

    async with anyio.create_task_group() as tasks:
        for item in items:
            tasks.start_soon(add, item)
        await anyio.wait_all_tasks_blocked()
        assert ends == {}, "answered before the write"
        table.open.set()
    return ends


async def test_who_waits_together_is_written_together(grouping: Grouping[str], table: Table) -> None:
    ends = await add_all(grouping, ["a", "b", "c"], table)
    assert ends == dict.fromkeys("abc")
    assert sorted(item for group in table.groups for item in group) == ["a", "b", "c"]
    assert len(table.groups) <= 2


async def test_one_bad_item_fails_alone(grouping: Grouping[str], table: Table) -> None:
    ends = await add_all(grouping, ["a", "b", "bad", "c"], table)
    assert isinstance(ends.pop("bad"), StoreError)
    assert ends == dict.fromkeys("abc")


async def test_everybody_learns_that_the_database_is_gone(grouping: Grouping[str], table: Table) -> None:
    table.error = StoreUnavailable()
    ends = await add_all(grouping, ["a", "b", "c"], table)
    assert all(isinstance(error, StoreUnavailable) for error in ends.values())
    table.error = None
    await grouping.add("d")
    assert table.groups == [["d"]]


async def test_who_is_cancelled_takes_nobody_along(grouping: Grouping[str], table: Table) -> None:
    """Not even the first, whose coming began the group."""
    ended: list[str] = []

    async def add(item: str, scope: anyio.CancelScope) -> None:
        with scope:
            await grouping.add(item)
            ended.append(item)

    first, second = anyio.CancelScope(), anyio.CancelScope()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(add, "a", first)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(add, "b", second)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await anyio.wait_all_tasks_blocked()
        table.open.set()
    assert ended == ["b"]
    assert table.groups == [["a"], ["b"]]


async def test_closing_waits_for_what_was_added(grouping: Grouping[str], table: Table) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(grouping.add, "a")
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(grouping.close)
        await anyio.wait_all_tasks_blocked()
        assert table.groups == []
        table.open.set()
    assert table.groups == [["a"]]


async def test_groups_are_bounded(grouping: Grouping[str], table: Table) -> None:
    await add_all(grouping, [str(number) for number in range(MAX_GROUP + 2)], table)
    assert max(map(len, table.groups)) <= MAX_GROUP
    assert sum(map(len, table.groups)) == MAX_GROUP + 2
