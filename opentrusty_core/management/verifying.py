"""Verifying an audit: everything is read and computed anew, in a stream, and compared with its seal."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime, timedelta

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.seal import LINK_BYTES, ORIGIN, Head, Segment, linked
from opentrusty_core.domain.verdict import Anchor, Damage, Finding, Part, Verdict
from opentrusty_core.errors import Invalid, StoreError, StoreUnavailable
from opentrusty_core.management.comparing import Damaged, sealed_events
from opentrusty_core.management.context import Context
from opentrusty_core.management.seal import PLATFORM, Seal, due_before, ledger_of
from opentrusty_core.management.sealing import begun_seals

SEGMENTS = 10
OVERDUE = timedelta(days=1)
"""For how long events may wait to be sealed before that is a finding."""
_AFTER_ALL = "\U0010ffff"
Progress = Callable[[int], None]
"""Is told from time to time how many events were verified."""


async def verify(context: Context, tenant_id: str, anchor: Anchor | None, progress: Progress | None) -> Verdict:
    """What became of an audit since it was sealed. Raises as `verification`."""
    verdict = None
    async for step in verification(context, tenant_id, anchor):
        if isinstance(step, Verdict):
            verdict = step
        elif progress is not None:
            progress(step)
    if verdict is None:
        raise AssertionError("a verification ends with its verdict")
    return verdict


async def verification(context: Context, tenant_id: str, anchor: Anchor | None) -> AsyncIterator[int | Verdict]:
    """How many events were verified so far, and in the end what became of the audit since it was sealed.

    What looks wrong is looked at twice: it may be sealed meanwhile.

    Raises:
        Invalid: what the anchor stands for has had its time.
    """
    reading = _Verification(context, tenant_id, anchor)
    async for events in reading.read():
        yield events
    if reading.finding is not None:
        reading = _Verification(context, tenant_id, anchor)
        async for events in reading.read():
            yield events
    yield reading.verdict()


class _Verification:
    """One reading of one audit, which has come to the segment `number`, the event `last_id` and the link `chain`."""

    def __init__(self, context: Context, tenant_id: str, anchor: Anchor | None) -> None:
        self._context = context
        self._tenant_id = tenant_id
        self._ledger = ledger_of(context.store, tenant_id)
        self._seal = Seal(context, tenant_id)
        self._anchor = anchor
        self._number: int | None = None
        self._chain: bytes | None = None
        self._last_id = self._end_id = self._begins_id = ""
        self._late: set[str] = set()
        self._segments = self._events = 0
        self._anchored = anchor is None
        self._expired_segments = 0
        self._begins_at: datetime | None = None
        self._unsealed_since: datetime | None = None
        self.finding: Finding | None = None

    async def read(self) -> AsyncGenerator[int]:
        """Read it all, or up to a finding; how many events so far."""
        try:
            async for events in self._read_segments():
                yield events
            await self._check_end()
            self._unsealed_since = await self._waiting()
        except Damaged as found:
            self.finding = found.finding

    def verdict(self) -> Verdict:
        """What was read."""
        intact = self._chain is not None and self.finding is None
        return Verdict(
            events=self._events,
            segments=self._segments,
            expired_segments=self._expired_segments,
            begins_at=self._begins_at,
            anchor=Anchor(event_id=self._last_id, chain=self._chain) if intact and self._chain is not None else None,
            unsealed_since=self._unsealed_since,
            finding=self.finding,
        )

    async def _read_segments(self) -> AsyncGenerator[int]:
        head = await self._head()
        if head is not None and self._seal.is_head(head):
            self._number = self._expired_segments = head.first_number - 1
            self._chain = ORIGIN if head.first_number == 1 else None
        request: PageRequest | None = PageRequest(limit=SEGMENTS)
        while request is not None:
            try:
                page = await self._ledger.seals.page(request)
            except StoreUnavailable:
                raise
            except StoreError:
                raise Damaged(Damage.EDITED, Part.SEGMENT, (self._number or 0) + 1) from None
            for segment in page.items:
                await self._read_segment(segment)
                yield self._events
            request = PageRequest(limit=SEGMENTS, after=page.next_after) if page.next_after is not None else None

    async def _read_segment(self, segment: Segment) -> None:
        expected = segment.number if self._number is None else self._number + 1
        self._require(segment, Part.SEGMENT, is_sealed=self._seal.is_segment(segment), number=expected)
        if segment.number < expected:
            raise Damaged(Damage.INSERTED, Part.SEGMENT, segment.number)
        if segment.number > expected:
            raise Damaged(Damage.REMOVED, Part.SEGMENT, expected)
        if self._chain not in {None, segment.chain_before}:  # the one before is an older version of itself
            raise Damaged(Damage.EDITED, Part.SEGMENT, expected - 1)
        if self._anchor is not None and segment.first_id <= self._anchor.event_id <= segment.last_id:
            _check_anchor(self._anchor, segment)
            self._anchored = True
        if self._anchor is not None and not self._segments and self._anchor.event_id < segment.first_id:
            raise Invalid({"anchor": "What it stands for has had its time. Take a newer one."})
        self._begins_at, self._begins_id = self._begins_at or segment.first_at, self._begins_id or segment.first_id
        await self._compare(segment)
        self._number, self._chain, self._last_id = segment.number, segment.chain_after, segment.last_id
        self._segments += 1

    async def _compare(self, segment: Segment) -> None:
        """The events up to the end of a segment with what it says of them."""
        self._late.update(segment.late_ids)
        async with aclosing(sealed_events(self._ledger, self._end_id, segment)) as events:
            async for event in events:
                self._events += 1
                if event.type == AuditType.AUDIT_ACCEPTED:
                    self._check_accepted(event.target or "")
        self._end_id = segment.end_id

    def _check_accepted(self, event_id: str) -> None:
        """That what once was accepted is still there: an older version of its segment would not tell of it."""
        is_kept = event_id >= self._begins_id or not self._expired_segments
        if is_kept and event_id not in self._late:
            raise Damaged(Damage.REMOVED, Part.EVENT, event_id)

    def _require(self, part: Segment | Head, kind: Part, *, is_sealed: bool, number: object = "") -> None:
        """That the segment or head is as it was sealed."""
        if (key_id := self._seal.missing_key(part)) is not None:
            raise Damaged(Damage.UNVERIFIABLE, kind, key_id)
        if not is_sealed:
            raise Damaged(Damage.EDITED, kind, number)

    async def _check_end(self) -> None:
        """That the chain ends where its head says, and has gone through the anchor."""
        head = await self._head()
        if head is not None:
            self._check_head(head)
        elif self._segments or (self._tenant_id != PLATFORM and self._tenant_id in await begun_seals(self._context)):
            raise Damaged(Damage.REMOVED, Part.HEAD)
        if self._anchor is not None and not self._anchored:
            raise Damaged(Damage.REMOVED, Part.EVENT, self._anchor.event_id)

    def _check_head(self, head: Head) -> None:
        self._require(head, Part.HEAD, is_sealed=self._seal.is_head(head))
        if not self._segments and head.first_number == head.number + 1:  # all of it has had its time
            self._number, self._chain, self._last_id = head.number, head.chain, head.last_id
        if self._number is None or head.number > self._number:
            raise Damaged(Damage.REMOVED, Part.SEGMENT, (self._number or 0) + 1)
        if (head.number, head.chain) != (self._number, self._chain):
            raise Damaged(Damage.EDITED, Part.HEAD)

    async def _waiting(self) -> datetime | None:
        """Since when events wait to be sealed."""
        waiting = await self._ledger.seals.written(self._last_id, _AFTER_ALL, 1)
        if not waiting:
            if self._chain is None and self._tenant_id != PLATFORM:  # not even the tenant's creation is there
                raise Damaged(Damage.UNSEALED, Part.HEAD)
            return None
        if waiting[0].at < await due_before(self._context) - OVERDUE:
            raise Damaged(Damage.UNSEALED, Part.EVENT, waiting[0].id, waiting[0].at)
        return waiting[0].at

    async def _head(self) -> Head | None:
        try:
            return await self._ledger.seals.head()
        except StoreUnavailable:
            raise
        except StoreError:
            raise Damaged(Damage.EDITED, Part.HEAD) from None


def _check_anchor(anchor: Anchor, segment: Segment) -> None:
    """That the chain went through the anchor."""
    if anchor.event_id not in segment.event_ids:
        raise Damaged(Damage.REMOVED, Part.EVENT, anchor.event_id)
    upto = (segment.event_ids.index(anchor.event_id) + 1) * LINK_BYTES
    if linked(segment.chain_before, segment.digests[:upto]) != anchor.chain:
        raise Damaged(Damage.EDITED, Part.SEGMENT, segment.number)
