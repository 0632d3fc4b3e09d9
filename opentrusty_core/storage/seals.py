"""How an audit is sealed and counted (see `domain.seal`): by one process at a time, after the events are written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.domain.statistics import Counted, CountKey
from opentrusty_core.domain.usage import Totals, Use
from opentrusty_core.storage.audit import Audit


@dataclass(frozen=True, slots=True)
class Written:
    """An event as it lies in the store.

    `content` are bytes that say everything of it, as the store has it: they change when anything of it does. `read`
    makes the event; it raises `StoreError` where that is damaged, or of a type that this version does not know.
    """

    id: str
    at: datetime
    type: str
    outcome: str
    actor_id: str | None
    target: str | None
    client_id: str | None
    ip: str | None
    content: bytes
    read: Callable[[], AuditEvent]


class Seals(Protocol):
    """The seal of one audit."""

    async def head(self) -> Head | None:
        """Where its chain ends; None where nothing is sealed yet."""
        ...

    async def last(self) -> Segment | None:
        """The segment that was sealed last."""
        ...

    async def covering(self, event_id: str) -> Segment | None:
        """The last segment that begins with this id or before it."""
        ...

    async def page(self, request: PageRequest) -> Page[Segment]:
        """Segments by the id of their first event."""
        ...

    async def written(self, after: str, before: str, limit: int) -> tuple[Written, ...]:
        """The next events whose ids lie between the two, by id."""
        ...

    async def seal(
        self,
        segment: Segment,
        head: Head,
        counted: Counted,
        *,
        chain: bytes | None,
        begun: AuditEvent | None = None,
        event: AuditEvent | None = None,
    ) -> bool:
        """Write the segment, in place of one with the same first event, the head and what was counted of the events
        that are new, for the platform too; all or nothing. Numbers of `KEEP_NUMBERS` ago go.

        False, and nothing is changed, where the head's chain is not `chain` (None: where there is a head), or begins
        elsewhere. `begun` is an event of the platform that goes with it, `event` one of this audit; one of the two at
        most. Not for use within a transaction.
        """
        ...

    async def renew_segment(self, segment: Segment, mac: bytes) -> bool:
        """Write this MAC in place of the segment's; False where the stored one is not the segment's."""
        ...

    async def renew_head(self, head: Head, mac: bytes) -> bool:
        """The same for the head."""
        ...

    async def expire(self, segment: Segment, head: Head, event: AuditEvent | None) -> bool:
        """Remove the first segment with all events up to its end, and write the head that begins after it.

        False, and nothing is changed, where the head's chain is not that of `head`.
        """
        ...


class Statistics(Protocol):
    """What was counted of one audit."""

    async def last_active(self, user_ids: Collection[str]) -> Mapping[str, date]:
        """The last active day of those who ever were."""
        ...

    async def counts(self, since: date, until: date) -> Mapping[CountKey, int]:
        """The numbers of these days, both among them; those that are nought may be missing."""
        ...

    async def most_used(self, since: date, until: date, limit: int) -> tuple[Use, ...]:
        """What was used most in these days together: by tokens, then by authorizations, then by id."""
        ...

    async def count_totals(self, now: datetime) -> None:
        """Count the users and clients that there are now; of a tenant."""
        ...

    async def totals(self) -> Totals | None:
        """What was counted so last; on the platform the sums, and the earliest of the moments."""
        ...


class Ledger(Protocol):
    """An audit with its seal and its numbers: a tenant's or the platform's."""

    @property
    def audit(self) -> Audit:
        """What happened."""
        ...

    @property
    def seals(self) -> Seals:
        """Its seal."""
        ...

    @property
    def statistics(self) -> Statistics:
        """Its numbers."""
        ...
