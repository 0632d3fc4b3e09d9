"""What is remembered of the store between requests, and how it is known to be true still.

Serving processes remember tenants, clients and keys for as long as nobody changes them. Twice a second they ask the
store in one cheap read of which tenants something was changed, and forget what they know of those: what an
administrator disables stops within a second. So a request costs the same among ten tenants and among ten thousand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from opentrusty_core.errors import StoreError
from opentrusty_core.runtime import Runtime
from opentrusty_core.storage import Store

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_AGE = 1.0
"""Seconds that a remembered record may stand in for one that was changed."""
_ASK_EVERY = MAX_AGE / 2
KEPT = 60.0
"""Seconds after which a record is read anew though nobody said that it changed: somebody may have used SQL."""
_MANY = 10_000


class Watch:
    """Hears what has changed. Moments are counted in answers of the store that named somebody."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self.runtime = runtime
        self._cursor: int | None = None
        self._asked_at = -MAX_AGE
        self._asking = False
        self._moment = 0
        self._forgotten = 0  # the moment before which nothing is known
        self._changed: dict[str, int] = {}  # by tenant, at which moment

    async def moment(self, now: float) -> int:
        """The present moment; changes that are older than `MAX_AGE` have been heard. Raises `StoreUnavailable`."""
        age = now - self._asked_at
        if age >= MAX_AGE or (age >= _ASK_EVERY and not self._asking):
            await self._ask(now)
        return self._moment

    def has_changed(self, tenant_id: str, since: int) -> bool:
        """Whether something of the tenant may have changed after this moment."""
        return since < self._forgotten or self._changed.get(tenant_id, 0) > since

    async def _ask(self, now: float) -> None:
        since, self._asking = self._cursor, True
        try:
            changes = await self._store.platform.changes(since)
        except StoreError:  # whatever database answers next, it may have lost or gained something
            self._forget()
            raise
        finally:
            self._asking = False
        if since is not None and changes.cursor < since:
            self._forget()
            self._cursor = changes.cursor
        else:
            self._cursor = max(changes.cursor, self._cursor or 0)
        self._asked_at = max(self._asked_at, now)
        if changes.tenants:
            self._moment += 1
            if len(self._changed) + len(changes.tenants) > _MANY:
                self._forget()
            self._changed |= dict.fromkeys(changes.tenants, self._moment)

    def _forget(self) -> None:
        self._moment += 1
        self._forgotten = self._moment
        self._changed.clear()


@dataclass(frozen=True, slots=True)
class _Held(Generic[V]):
    value: V
    tenant_id: str
    moment: int
    read_at: float


class Remembered(Generic[K, V]):
    """Records of tenants that were read; `tenant_of` says whose one is. What was not found is asked for again each
    time.

    `kept`: seconds after which a record is read anew in any case.
    """

    def __init__(
        self,
        watch: Watch,
        size: int,
        tenant_of: Callable[[K, V], str],
        *,
        kept: float = KEPT,
    ) -> None:
        self._watch = watch
        self._size = size
        self._tenant_of = tenant_of
        self._kept = kept
        self._values: dict[K, _Held[V]] = {}

    async def get(self, key: K, load: Callable[[V | None], Awaitable[V | None]], *, anew: bool = False) -> V | None:
        """The record, from memory where it is known not to have changed and is not asked for `anew`; `load` is given
        the stale one, if any, so that work done on an unchanged record is kept.
        """
        now = self._watch.runtime.monotonic()
        moment = await self._watch.moment(now)
        held = self._values.get(key)
        if (
            held is not None
            and not anew
            and now - held.read_at < self._kept
            and not self._watch.has_changed(held.tenant_id, held.moment)
        ):
            return held.value
        value = await load(held.value if held else None)
        if value is None:
            self._values.pop(key, None)
            return None
        if key not in self._values and len(self._values) >= self._size:
            del self._values[next(iter(self._values))]
        # As old as the question: the answer may be older than its arrival.
        self._values[key] = _Held(value, self._tenant_of(key, value), moment, now)
        return value
