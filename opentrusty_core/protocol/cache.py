"""A small memory that forgets after a second, so that what an administrator disables stops within a second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from opentrusty_core.runtime import Runtime

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_AGE = 1.0
"""Seconds that a cached record may stand in for the stored one."""


class Remembered(Generic[K, V]):
    """Keeps what `load` found for at most `MAX_AGE` seconds; what it did not find is asked for again each time.

    The value before is offered to `load`'s caller through `refresh`, so that work done on an unchanged record is kept.
    """

    def __init__(self, runtime: Runtime, size: int) -> None:
        self._runtime = runtime
        self._size = size
        self._values: dict[K, tuple[float, V]] = {}

    async def get(self, key: K, load: Callable[[V | None], Awaitable[V | None]], *, anew: bool = False) -> V | None:
        """The value, from memory while it is fresh and not asked for `anew`; `load` is given the stale one, if any."""
        started = self._runtime.monotonic()
        held = self._values.get(key)
        if held is not None and not anew and started - held[0] < MAX_AGE:
            return held[1]
        value = await load(held[1] if held else None)
        if value is None:
            self._values.pop(key, None)
            return None
        if key not in self._values and len(self._values) >= self._size:
            del self._values[next(iter(self._values))]
        self._values[key] = (started, value)  # as old as the question: the answer may be older than its arrival
        return value
