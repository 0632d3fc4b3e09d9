"""The health of a deployment, as its operators ask for it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.master_key import older_keys

MOST_COUNTED = 10_000
"""How far a backlog is counted: more is too much in any case."""
LATE = timedelta(minutes=15)
"""How long ago the last maintenance may have ended: every Auth Plane runs it each minute, for five at most."""
SLOW = timedelta(milliseconds=250)
MAX_CLOCK_OFFSET = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: whether it is as it should be, and in a sentence how it is."""

    name: str
    is_fine: bool
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemHealth:
    """How the deployment is. `latency` is that of one question to the database; `clock_offset` how far its clock and
    this one's differ, None where it has none; `next_rotation_at` when the first key anywhere is to be followed by its
    successor; `backlog` what waits for maintenance, counted up to `MOST_COUNTED` of each kind.
    """

    version: str
    at: datetime
    schema: str | None
    latency: timedelta
    clock_offset: timedelta | None
    master_key_id: str
    keys: KeyCensus
    next_rotation_at: datetime | None
    last_maintenance: MaintenanceRun | None
    audit_sealed_until: datetime | None
    backlog: Mapping[str, int]
    checks: tuple[Check, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether everything is as it should be."""
        return all(check.is_fine for check in self.checks)


@lru_cache(maxsize=1)
def version() -> str:
    """The version of OpenTrusty that runs; `unknown` where it was not installed."""
    try:
        return importlib.metadata.version("opentrusty-core")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


class System:
    """Use cases around the deployment as a whole."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def health(self, actor: Actor) -> SystemHealth:
        """Database, master key, keys, maintenance and what waits for it.

        Raises:
            StoreUnavailable: the database does not answer: nothing else can be told.
        """
        actor.require_platform(Permission.PLATFORM_HEALTH_READ)
        runtime, upkeep = self._context.runtime, self._store.platform.upkeep
        started = runtime.monotonic()
        schema = await self._store.schema()
        latency = timedelta(seconds=runtime.monotonic() - started)
        now, keys = runtime.now(), await upkeep.keys()
        health = SystemHealth(
            version=version(),
            at=now,
            schema=schema,
            latency=latency,
            clock_offset=await self._clock_offset(),
            master_key_id=self._context.master_keys.key_id,
            keys=keys,
            next_rotation_at=self._next_rotation(keys),
            last_maintenance=await upkeep.last_run(),
            audit_sealed_until=await self._store.platform.sealed_until(),
            backlog=await upkeep.backlog(now, limit=MOST_COUNTED),
        )
        master_key = self._master_key(await upkeep.master_key())
        return replace(health, checks=(*_checks(health), master_key, await self._older_master_keys()))

    async def _clock_offset(self) -> timedelta | None:
        """What lies between the question and its answer agrees; the database tells its time to the second."""
        before = self._context.runtime.now()
        theirs = await self._store.clock()
        after = self._context.runtime.now()
        if theirs is None:
            return None
        return max(before - theirs - timedelta(seconds=1), theirs - after, timedelta(0))

    def _next_rotation(self, keys: KeyCensus) -> datetime | None:
        oldest, lifetime = keys.oldest_active_at, self._context.key_policy.lifetime
        due = [keys.next_at, oldest + lifetime if oldest is not None else None]
        return min((at for at in due if at is not None), default=None)

    async def _older_master_keys(self) -> Check:
        needed = await older_keys(self._store, self._context.master_keys)
        finding = "Nothing needs another master key than the active one."
        if needed is not None:
            finding = f"{needed.finding} {needed.advice}"
        return Check(name="older_master_keys", is_fine=needed is None, finding=finding)

    def _master_key(self, remembered: str | None) -> Check:
        is_fine = remembered in self._context.master_keys.key_ids
        finding = f"It is key {remembered}." if is_fine else f"The database is sealed under another key, {remembered}."
        return Check(name="master_key", is_fine=is_fine, finding=finding)


def _checks(health: SystemHealth) -> Iterator[Check]:
    milliseconds = health.latency.total_seconds() * 1000
    yield Check(name="database", is_fine=health.latency <= SLOW, finding=f"It answers in {milliseconds:.1f} ms.")
    offset = health.clock_offset or timedelta(0)
    agrees = offset <= MAX_CLOCK_OFFSET
    apart = f"It is {offset.total_seconds():.0f} seconds from the database's."
    yield Check(name="clock", is_fine=agrees, finding="It agrees with the database's." if agrees else apart)
    yield _keys(health)
    yield _maintenance(health)
    yield _backlog(health)


def _keys(health: SystemHealth) -> Check:
    due = health.next_rotation_at
    if due is not None and due + LATE < health.at:
        return Check(name="keys", is_fine=False, finding=f"A key was to be rotated on {due:%Y-%m-%d %H:%M} UTC.")
    counts = f"{health.keys.active} active, {health.keys.announced} announced, {health.keys.retiring} retiring"
    return Check(name="keys", is_fine=True, finding=f"{counts}.")


def _maintenance(health: SystemHealth) -> Check:
    run = health.last_maintenance
    if run is None:
        return Check(name="maintenance", is_fine=False, finding="It has never come to an end.")
    minutes = int((health.at - run.ended_at).total_seconds() // 60)
    if run.ended_at + LATE < health.at:
        return Check(name="maintenance", is_fine=False, finding=f"It last came to an end {minutes} minutes ago.")
    if run.audits_refused:
        finding = f"{run.audits_refused} audits are no longer as they were sealed: run `opentrusty audit verify`."
        return Check(name="maintenance", is_fine=False, finding=finding)
    return Check(name="maintenance", is_fine=True, finding=f"It last came to an end {minutes} minutes ago.")


def _backlog(health: SystemHealth) -> Check:
    """What became due since a run ended waits for the next; only what no run gets done is too much."""
    too_many = sorted(kind for kind, count in health.backlog.items() if count >= MOST_COUNTED)
    if too_many:
        finding = f"Maintenance does not keep up with {', '.join(too_many)}."
        return Check(name="backlog", is_fine=False, finding=finding)
    return Check(name="backlog", is_fine=True, finding=f"{sum(health.backlog.values())} records wait for maintenance.")
