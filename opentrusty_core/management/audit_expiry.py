"""What of an audit has had its time goes, segment by segment from its beginning; the chain begins after it.

Only what is still as it was sealed goes: no damage is forgotten by waiting. An event says which segment went and where
its chain ended, and the MAC of the head says where the chain begins now; so verifying tells what had its time from what
somebody cut off. A day is looked at once it is over, by the slower of this process's clock and the database's.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.domain.verdict import Anchor
from opentrusty_core.errors import StoreError, StoreUnavailable
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.comparing import Damaged, sealed_events
from opentrusty_core.management.context import Context
from opentrusty_core.management.seal import LOCK, PLATFORM, Seal, begun_by, due_before, ledger_of
from opentrusty_core.management.sealing import Broken
from opentrusty_core.storage import Ledger, Written

_FIRST = PageRequest(limit=1)
_SYSTEM = Actor.system()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryReport:
    """What went: so many events. `refused` are the ids of tenants whose audit is not as it was sealed, `PLATFORM` for
    the platform's own; `finished` is False where the time ran out.
    """

    finished: bool = True
    events: int = 0
    refused: tuple[str, ...] = ()


class AuditExpiry:
    """The walk through every audit, once a day."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._platform = context.store.platform

    async def expire_all(self, deadline: float) -> ExpiryReport:
        """Let go of what has had its time, until the runtime's monotonic clock passes `deadline`."""
        today = (await due_before(self._context)).replace(hour=0, minute=0, second=0, microsecond=0)
        if await self._platform.expired_until() == today:
            return ExpiryReport()
        async with self._context.store.exclusive(LOCK) as alone:
            if not alone:
                return ExpiryReport()
            return await _Walk(self._context, today, deadline).through_all()


class _Walk:
    """One walk, on the day that began at `today`."""

    def __init__(self, context: Context, today: datetime, deadline: float) -> None:
        self._context = context
        self._platform = context.store.platform
        self._today = today
        self._deadline = deadline
        self._events = 0
        self._refused: list[str] = []

    async def through_all(self) -> ExpiryReport:
        """Through the platform's audit and those of all tenants. A day on which one was refused is not over."""
        finished = await self._through(PLATFORM, None)
        request: PageRequest | None = PageRequest(limit=MAX_PAGE)
        while request is not None and finished:
            page = await self._platform.tenants.page(request)
            for tenant in page.items:
                finished = finished and await self._through(tenant.id, tenant.settings.audit_days)
            request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None
        if finished and not self._refused:
            await self._platform.note_expired(self._today)
        return ExpiryReport(finished=finished, events=self._events, refused=tuple(self._refused))

    async def _through(self, tenant_id: str, own_days: int | None) -> bool:
        """Through one audit; whether to its end."""
        audit = _Audit(self._context, tenant_id, own_days or self._context.config.audit_days)
        try:
            while (gone := await audit.expire_first(self._today)) is not None:
                self._events += gone
                if self._context.runtime.monotonic() >= self._deadline:
                    return False
        except StoreUnavailable:
            raise
        except (Damaged, StoreError):
            self._refused.append(tenant_id)
        return self._context.runtime.monotonic() < self._deadline


class _Audit:
    """One audit, whose events are kept for `days` days."""

    def __init__(self, context: Context, tenant_id: str, days: int) -> None:
        self._context = context
        self._tenant_id = tenant_id
        self._days = days
        self._ledger: Ledger = ledger_of(context.store, tenant_id)
        self._seal = Seal(context, tenant_id)

    async def expire_first(self, today: datetime) -> int | None:
        """Let the first segment go; how many events that was, None where it has not had its time.

        Raises:
            Broken, Damaged: it is not as it was sealed.
        """
        segment = next(iter((await self._ledger.seals.page(_FIRST)).items), None)
        if segment is None or segment.last_at >= today - timedelta(days=self._days):
            return None
        head = await self._ledger.seals.head()
        if head is None or not self._seal.is_head(head) or not self._seal.is_segment(segment):
            raise Broken("The seal is not ours.")
        if segment.number != head.first_number:
            raise Broken("The segments before this one are gone.")
        await self._expire(segment, head)
        return len(segment.event_ids)

    async def _expire(self, segment: Segment, head: Head) -> None:
        begun: list[str] = []
        is_worth_telling = False
        async with aclosing(sealed_events(self._ledger, "", segment)) as events:
            async for event in events:
                is_worth_telling = is_worth_telling or event.type != AuditType.AUDIT_EXPIRED
                begun += await self._still_begun(event)
        told = self._event(segment, begun) if is_worth_telling or begun else None
        begins = self._seal.head(replace(head, first_number=head.first_number + 1))
        if not await self._ledger.seals.expire(segment, begins, told):
            raise StoreUnavailable("Another process seals the audit.")

    async def _still_begun(self, event: Written) -> list[str]:
        """The tenants whose seal began according to this event, and still is: the platform is to remember that."""
        if self._tenant_id != PLATFORM or event.type not in {AuditType.SEAL_BEGUN, AuditType.AUDIT_EXPIRED}:
            return []
        store = self._context.store
        return [id_ for id_ in begun_by(event.read()) if await store.tenant(id_).seals.head() is not None]

    def _event(self, segment: Segment, begun: list[str]) -> AuditEvent:
        details: dict[str, object] = {
            "days": self._days,
            "segment": segment.number,
            "events": len(segment.event_ids),
            "first_at": segment.first_at.isoformat(),
            "last_at": segment.last_at.isoformat(),
            "anchor": str(Anchor(event_id=segment.last_id, chain=segment.chain_after)),
        }
        if begun:
            details["begun"] = begun
        return self._context.event(_SYSTEM, AuditType.AUDIT_EXPIRED, self._tenant_id or "platform", details)
