"""Sealing the audit (see `domain.seal`) and counting its events: one walk, in which each event is read once.

One process at a time does it, in the maintenance task; no writer waits for it or knows of it. An event that is written
later than `seal.LAG` after its time lies where all is sealed already: it is not taken in, and verifying names it as
inserted. That takes a clock that is minutes off, or a stranger with a hand in the database; the two look the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import anyio.lowlevel

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.seal import Head
from opentrusty_core.domain.statistics import Counted
from opentrusty_core.errors import StoreError, StoreUnavailable
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.growing import Growing
from opentrusty_core.management.seal import LOCK, PLATFORM, Seal, begun_by, due_before, id_at, ledger_of
from opentrusty_core.storage import Ledger

BATCH = 250
"""How many events are read and hashed before the other tasks of the process have their turn."""
TENANTS = 1000
"""How many tenants are asked after at once."""
_MOVES_TOTALS = ("user", "client.", "tenant.created")
"""How the types of events begin after which there may be more users or clients, or fewer."""
_SYSTEM = Actor.system()


class Broken(StoreError):
    """The seal so far is not what we made: to seal more would hide what was done to it. Verifying tells what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReport:
    """What a walk did. `refused` are the ids of tenants whose seal is broken, `PLATFORM` for the platform's own;
    `finished` is False where the time ran out.
    """

    ran: bool
    finished: bool
    events: int = 0
    refused: tuple[str, ...] = ()


class Sealing:
    """The walk through every audit."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def seal_all(self, deadline: float) -> SealReport:
        """Seal what is due in every audit, until the runtime's monotonic clock passes `deadline`."""
        async with self._context.store.exclusive(LOCK) as alone:
            if not alone:
                return SealReport(ran=False, finished=False)
            return await _Walk(self._context, await due_before(self._context), deadline).through_all()


class _Walk:
    """One walk, which seals what was made before `due`."""

    def __init__(self, context: Context, due: datetime, deadline: float) -> None:
        self._context = context
        self._platform = context.store.platform
        self._due = due
        self._deadline = deadline
        self._begun: frozenset[str] | None = None
        self._sealed = 0

    async def through_all(self) -> SealReport:
        """Through the platform's audit and those of all tenants."""
        refused: list[str] = []
        async for tenant_id in self._waiting():
            try:
                finished = await self._through(tenant_id)
            except StoreUnavailable:
                raise
            except StoreError:
                refused.append(tenant_id)
            else:
                if not finished:
                    return SealReport(ran=True, finished=False, events=self._sealed, refused=tuple(refused))
        await self._platform.note_sealed(self._due)
        return SealReport(ran=True, finished=True, events=self._sealed, refused=tuple(refused))

    async def _waiting(self) -> AsyncIterator[str]:
        yield PLATFORM
        request: PageRequest | None = PageRequest(limit=TENANTS)
        while request is not None:
            page = await self._platform.unsealed(request, id_at(self._due))
            for tenant_id in page.items:
                yield tenant_id
            request = PageRequest(limit=TENANTS, after=page.next_after) if page.next_after is not None else None

    async def _through(self, tenant_id: str) -> bool:
        """Through one audit; whether to its end. Raises `Broken`."""
        chain = _Chain(self._context, tenant_id)
        if not await chain.resume() and tenant_id != PLATFORM:
            chain.begun = await self._beginning(tenant_id)
        totals_moved = False
        while True:
            batch = await chain.ledger.seals.written(chain.growing.last_id, id_at(self._due), BATCH)
            totals_moved = totals_moved or any(event.type.startswith(_MOVES_TOTALS) for event in batch)
            for event in batch:
                if not chain.growing.has_room(event.at):
                    self._sealed += await chain.write()
                    chain.growing = chain.growing.next()
                chain.growing.add(event)
            at_end = len(batch) < BATCH
            if at_end or self._context.runtime.monotonic() >= self._deadline:
                self._sealed += await chain.write(reached_at=self._due if at_end else None)
                if totals_moved and tenant_id != PLATFORM:
                    await chain.ledger.statistics.count_totals(self._context.runtime.now())
                return at_end
            await anyio.lowlevel.checkpoint()

    async def _beginning(self, tenant_id: str) -> AuditEvent:
        """What the platform's audit says of a chain that begins, so that one cannot vanish and begin anew."""
        if self._begun is None:
            self._begun = await begun_seals(self._context)
        if tenant_id in self._begun:
            raise Broken("The seal of this audit is gone.")
        return self._context.event(_SYSTEM, AuditType.SEAL_BEGUN, tenant_id)


class _Chain:
    """The chain of one audit: where it ends, and the segment that grows there. `begun` goes with its first segment."""

    def __init__(self, context: Context, tenant_id: str) -> None:
        self._context = context
        self._tenant_id = tenant_id
        self._seal = Seal(context, tenant_id)
        self._head: Head | None = None
        self.ledger: Ledger = ledger_of(context.store, tenant_id)
        self.growing = Growing()
        self.begun: AuditEvent | None = None

    async def resume(self) -> bool:
        """Go on where it ends; False where it has not begun. Raises `Broken`."""
        head, last = await self.ledger.seals.head(), await self.ledger.seals.last()
        if head is None:
            if last is not None:
                raise Broken("The head is gone.")
            return False
        if not self._seal.is_head(head):
            raise Broken("The head is not ours.")
        if last is None:
            if head.first_number != head.number + 1:  # else all of it has had its time
                raise Broken("The segments are gone.")
        elif not self._seal.is_segment(last) or (last.number, last.chain_after) != (head.number, head.chain):
            raise Broken("The last segment is not the one that the head tells of.")
        self._head, self.growing = head, Growing.after(head, last)
        return True

    async def write(self, *, reached_at: datetime | None = None) -> int:
        """Seal what has come to the growing segment; how many events that was."""
        growing, before = self.growing, self._head
        if not growing.fresh:
            return 0
        segment = self._seal.segment(growing.segment(self._context.runtime.now()))
        reached_at = reached_at or segment.last_at
        head = Head(
            number=segment.number,
            first_number=before.first_number if before is not None else segment.number,
            last_id=segment.last_id,
            chain=segment.chain_after,
            reached_at=max(reached_at, before.reached_at) if before is not None else reached_at,
            mac=b"",
        )
        head = self._seal.head(head)
        counted = Counted()
        if self._tenant_id != PLATFORM:
            counted = growing.tally.counted(await self.ledger.statistics.last_active(growing.tally.people))
        chain = before.chain if before is not None else None
        if not await self.ledger.seals.seal(segment, head, counted, chain=chain, begun=self.begun):
            raise StoreUnavailable("Another process seals the audit.")
        self._head, self.begun = head, None
        return growing.fresh


async def begun_seals(context: Context) -> frozenset[str]:
    """The ids of the tenants whose audit was ever sealed, as the platform's audit has them."""
    query, ids = AuditQuery(types=frozenset({AuditType.SEAL_BEGUN, AuditType.AUDIT_EXPIRED})), set[str]()
    request: PageRequest | None = PageRequest(limit=MAX_PAGE)
    while request is not None:
        page = await context.store.platform.audit.page(request, query)
        ids.update(id_ for event in page.items for id_ in begun_by(event))
        request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None
    return frozenset(ids)
