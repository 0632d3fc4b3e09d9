"""A segment of an audit in the making."""

from __future__ import annotations

import contextlib
from datetime import datetime

from opentrusty_core.domain.seal import (
    MAX_EVENTS,
    MAX_SPAN,
    ORIGIN,
    TERM_BYTES,
    Head,
    Segment,
    digest,
    linked,
    terms_of,
)
from opentrusty_core.domain.statistics import COUNTED_TYPES, Tally
from opentrusty_core.errors import StoreError
from opentrusty_core.storage import Written


class Growing:
    """Takes events in order and counts them; `last_id` is that of the last event in the chain so far."""

    def __init__(self, number: int = 1, chain: bytes = ORIGIN, last_id: str = "") -> None:
        self.number = number
        self.last_id = last_id
        self.chain = chain
        self.tally = Tally()
        self.fresh = 0
        """How many events it has taken in since it was last sealed."""
        self._chain_before = chain
        self._first_at: datetime | None = None
        self._last_at: datetime | None = None
        self._ids: list[str] = []
        self._digests: list[bytes] = []
        self._terms: set[bytes] = set()
        self._late: tuple[str, ...] = ()

    @staticmethod
    def after(head: Head | None, last: Segment | None) -> Growing:
        """The last segment, which goes on where its time is not over, or the one after the head."""
        if head is None:
            return Growing()
        growing = Growing(head.number + 1, head.chain, head.last_id)
        if last is not None and len(last.event_ids) < MAX_EVENTS:
            growing._resume(last)
        return growing

    def has_room(self, at: datetime) -> bool:
        """Whether an event of this moment may be added."""
        return self._first_at is None or (len(self._ids) < MAX_EVENTS and at < self._first_at + MAX_SPAN)

    def add(self, event: Written) -> None:
        """Take in the next event."""
        digested = digest(event.content)
        self.chain = linked(self.chain, digested)
        self.last_id = event.id
        self.fresh += 1
        self._first_at = self._first_at or event.at
        self._last_at = max(self._last_at or event.at, event.at)
        self._ids.append(event.id)
        self._digests.append(digested)
        self._terms.update(terms_of(event.type, event.outcome, event.actor_id, event.target, event.client_id, event.ip))
        if event.type in COUNTED_TYPES:
            with contextlib.suppress(StoreError):  # damaged before it was sealed: it says nothing that can be counted
                self.tally.add(event.read())

    def segment(self, now: datetime) -> Segment:
        """The segment as it is now, without its MAC."""
        if self._first_at is None or self._last_at is None:
            raise ValueError("an empty segment is none")
        return Segment(
            first_id=self._ids[0],
            last_id=self.last_id,
            number=self.number,
            first_at=self._first_at,
            last_at=self._last_at,
            sealed_at=now,
            chain_before=self._chain_before,
            chain_after=self.chain,
            mac=b"",
            terms=b"".join(sorted(self._terms)),
            event_ids=tuple(self._ids),
            digests=b"".join(self._digests),
            late=self._late,
        )

    def next(self) -> Growing:
        """The segment that follows this one."""
        return Growing(self.number + 1, self.chain, self.last_id)

    def _resume(self, last: Segment) -> None:
        self.number = last.number
        self._chain_before = last.chain_before
        self._first_at, self._last_at = last.first_at, last.last_at
        self._ids, self._digests, self._late = list(last.event_ids), [last.digests], last.late
        self._terms = {last.terms[at : at + TERM_BYTES] for at in range(0, len(last.terms), TERM_BYTES)}
