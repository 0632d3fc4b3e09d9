"""Maintenance: nothing grows without end, keys step through their life. One process at a time does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.upkeep import MaintenanceRun
from opentrusty_core.management.audit_expiry import AuditExpiry
from opentrusty_core.management.context import Context
from opentrusty_core.management.erasure import Erasure
from opentrusty_core.management.keys import Keys
from opentrusty_core.management.sealing import Sealing

LOCK = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceReport:
    """What a run did. `ran` is False where another process was at it; `finished` is False where the time ran out.

    `audits_refused` are the ids of tenants whose audit is no longer as it was sealed (empty: the platform's own).
    """

    ran: bool
    finished: bool
    tenants: int = 0
    keys_made: int = 0
    keys_changed: int = 0
    events_sealed: int = 0
    audits_refused: tuple[str, ...] = ()
    purged: Mapping[str, int] = field(default_factory=dict)
    tenants_erased: int = 0
    erased: Mapping[str, int] = field(default_factory=dict)


class Maintenance:
    """The maintenance task: any serving process may run it, or `opentrusty maintain` from cron."""

    def __init__(self, context: Context, keys: Keys, sealing: Sealing, expiry: AuditExpiry, erasure: Erasure) -> None:
        self._context = context
        self._store = context.store
        self._keys = keys
        self._sealing = sealing
        self._expiry = expiry
        self._erasure = erasure

    async def maintain(self, *, budget: timedelta = timedelta(minutes=5), batch: int = 1000) -> MaintenanceReport:
        """Step every tenant's keys, seal the audit and let go of what it has kept long enough, purge in batches of
        `batch` rows a table, erase the tenants whose grace is over, until done or `budget` is spent.

        What a spent budget leaves is the next run's: what was done costs nothing to find done.
        """
        deadline, started_at = self._context.runtime.monotonic() + budget.total_seconds(), self._context.runtime.now()
        async with self._store.exclusive(LOCK) as alone:
            if not alone:
                return MaintenanceReport(ran=False, finished=False)
            tenants, made, changed, keys_finished = await self._step_keys(deadline)
            seal = await self._sealing.seal_all(deadline)
            expiry = await self._expiry.expire_all(deadline)
            purged, purge_finished = await self._purge(deadline, batch)
            if expiry.events:
                purged = {**purged, "audit_events": expiry.events}
            erased = await self._erasure.erase_due(lambda: self._is_over(deadline), batch)
            report = MaintenanceReport(
                ran=True,
                finished=all(
                    (keys_finished, seal.finished or not seal.ran, expiry.finished, purge_finished, erased.finished)
                ),
                tenants=tenants,
                keys_made=made,
                keys_changed=changed,
                events_sealed=seal.events,
                audits_refused=tuple(sorted({*seal.refused, *expiry.refused})),
                purged=purged,
                tenants_erased=erased.tenants,
                erased=erased.records,
            )
            await self._note(report, started_at)
        return report

    async def _note(self, report: MaintenanceReport, started_at: datetime) -> None:
        """What those who look after the deployment are told of the run."""
        run = MaintenanceRun(
            started_at=started_at,
            ended_at=self._context.runtime.now(),
            finished=report.finished,
            keys_made=report.keys_made,
            keys_changed=report.keys_changed,
            events_sealed=report.events_sealed,
            audits_refused=len(report.audits_refused),
            purged=report.purged,
            erased=report.erased,
        )
        await self._store.platform.upkeep.note_run(run)

    async def _step_keys(self, deadline: float) -> tuple[int, int, int, bool]:
        tenants = made = changed = 0
        request: PageRequest | None = PageRequest(limit=MAX_PAGE)
        while request is not None:
            page = await self._store.platform.tenants.page(request)
            for tenant in page.items:
                if self._is_over(deadline):
                    return tenants, made, changed, False
                if tenant.is_ending:
                    continue
                steps = await self._keys.step(tenant.id)
                tenants, made, changed = tenants + 1, made + steps.made, changed + steps.changed
            request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None
        return tenants, made, changed, True

    async def _purge(self, deadline: float, batch: int) -> tuple[Mapping[str, int], bool]:
        """At least one batch, so that a budget spent on keys still lets nothing grow without end."""
        purged: Counter[str] = Counter()
        while True:
            removed = await self._store.platform.purge(self._context.runtime.now(), batch=batch)
            purged.update({table: count for table, count in removed.items() if count})
            if not any(count >= batch for count in removed.values()):
                return dict(purged), True
            if self._is_over(deadline):
                return dict(purged), False

    def _is_over(self, deadline: float) -> bool:
        return self._context.runtime.monotonic() >= deadline
