"""Things that are written in groups: those that wait at the same time go together, and each waits for its commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from opentrusty_core.errors import StoreUnavailable

T = TypeVar("T")

MAX_GROUP = 500


class Grouping(Generic[T]):
    """One group is written at a time; what comes meanwhile makes the next."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, item: T) -> None:
        """Write an item; returns when it is committed, or raises what the write of it raised."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.append((item, done))
        if self._task is None:
            self._task = loop.create_task(self._drain())  # of its own: who waits may be cancelled, the others not
        await done

    async def close(self) -> None:
        """Return when everything that was added is written."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
                await self._write_group(group)
        finally:
            self._task = None

    async def _write_group(self, group: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        try:
            await self._write([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it is handed to those who wait
            if len(group) > 1 and not isinstance(error, StoreUnavailable):
                for one in group:  # one of them is bad: the others must not suffer
                    await self._write_group([one])
                return
            for _, done in group:
                if not done.done():
                    done.set_exception(error)
            return
        for _, done in group:
            if not done.done():
                done.set_result(None)
