"""Events that came late: written when all around them was sealed, as by a server whose clock was minutes slow.

Nobody can tell one from an event that a stranger put there, so nothing takes it in by itself: verifying names it as
inserted until somebody has looked at it and answers for it. Then it is put beside the events of the segment in whose
time it lies, under that segment's MAC; the chain stays as it is. Who did so and why is an event, sealed as any other,
and verifying asks that what it names be there: an older version of the segment cannot make it vanish again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.seal import TERM_BYTES, Head, Segment, digest, terms_of
from opentrusty_core.domain.statistics import Counted, Tally
from opentrusty_core.errors import Conflict, Invalid, NotFound, StoreError
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.comparing import written_between
from opentrusty_core.management.context import Context
from opentrusty_core.management.seal import BUSY, LOCK, PLATFORM, Seal, ledger_of
from opentrusty_core.management.sealing import Broken
from opentrusty_core.storage import Written

_SEGMENTS = 10
_NOT_LATE = "No event with this id came late."
_REASON = range(10, 501)
_ID_LENGTH = 26
_MAX_LATE = 1000
"""How many events may stand beside those of one segment."""


class LateEvents:
    """Those of one audit."""

    def __init__(self, context: Context, tenant_id: str) -> None:
        self._context = context
        self._tenant_id = tenant_id
        self._ledger = ledger_of(context.store, tenant_id)
        self._seal = Seal(context, tenant_id)

    async def find(self) -> AsyncIterator[AuditEvent]:
        """All of them by id. Raises `Broken` where a segment is not as it was sealed."""
        end_id, request = "", PageRequest(limit=_SEGMENTS)
        while True:
            page = await self._ledger.seals.page(request)
            for segment in page.items:
                if not self._seal.is_segment(segment):
                    raise Broken("The seal is not ours.")
                own = {id_ for id_, _ in segment.sealed()}
                async with aclosing(written_between(self._ledger, end_id, segment.end_id)) as events:
                    async for event in events:
                        if event.id not in own:
                            yield event.read()
                end_id = segment.end_id
            if page.next_after is None:
                return
            request = PageRequest(limit=_SEGMENTS, after=page.next_after)

    async def accept(self, actor: Actor, event_id: str, reason: str) -> AuditEvent:
        """Answer for one; the event that says so.

        Raises:
            Invalid: the reason has not from 10 to 500 printable characters.
            NotFound: no such event came late.
            Conflict: the audit is being sealed at this moment.
            Broken: the seal is not as it was made.
        """
        if len(reason) not in _REASON or not reason.isprintable():
            raise Invalid({"reason": f"Use {_REASON.start} to {_REASON.stop - 1} printable characters."})
        async with self._context.store.exclusive(LOCK) as alone:
            if not alone:
                raise Conflict(BUSY)
            head, segment = await self._around(event_id)
            return await self._accept(actor, await self._written(segment, event_id), segment, head, reason)

    async def _around(self, event_id: str) -> tuple[Head, Segment]:
        """The head, and the segment in whose time the event lies, or the first."""
        head = await self._ledger.seals.head()
        if head is None or event_id > head.last_id or len(event_id) != _ID_LENGTH or not event_id.isalnum():
            raise NotFound(_NOT_LATE)
        first = (await self._ledger.seals.page(PageRequest(limit=1))).items
        segment = await self._ledger.seals.covering(event_id) or next(iter(first), None)
        if segment is None or not self._seal.is_head(head) or not self._seal.is_segment(segment):
            raise Broken("The seal is not ours.")
        if len(segment.late) >= _MAX_LATE:
            raise Conflict(f"{_MAX_LATE} events of this time came late and were accepted: there is no room for more.")
        return head, segment

    async def _written(self, segment: Segment, event_id: str) -> Written:
        if event_id not in {id_ for id_, _ in segment.sealed()}:
            async with aclosing(written_between(self._ledger, event_id[:-1], event_id)) as events:
                async for event in events:
                    if event.id == event_id:
                        return event
        raise NotFound(_NOT_LATE)

    async def _accept(self, actor: Actor, late: Written, segment: Segment, head: Head, reason: str) -> AuditEvent:
        digested = digest(late.content).hex()
        known = {segment.terms[at : at + TERM_BYTES] for at in range(0, len(segment.terms), TERM_BYTES)}
        terms = terms_of(late.type, late.outcome, late.actor_id, late.target, late.client_id, late.ip)
        amended = replace(
            segment,
            late=tuple(sorted((*segment.late, f"{late.id}:{digested}"))),
            terms=b"".join(sorted({*known, *terms})),
        )
        details = {"reason": reason, "type": late.type, "digest": digested}
        event = self._context.event(actor, AuditType.AUDIT_ACCEPTED, late.id, details)
        sealed, counted = self._seal.segment(amended), await self._counted(late)
        if not await self._ledger.seals.seal(sealed, self._seal.head(head), counted, chain=head.chain, event=event):
            raise Conflict(BUSY)
        return event

    async def _counted(self, late: Written) -> Counted:
        if self._tenant_id == PLATFORM:
            return Counted()
        tally = Tally()
        with suppress(StoreError):
            tally.add(late.read())
        return tally.counted(await self._ledger.statistics.last_active(tally.people))
