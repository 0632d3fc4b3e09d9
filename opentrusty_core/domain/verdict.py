"""What verifying an audit finds: that all is as it was sealed, or the first thing that is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opentrusty_core.domain.seal import LINK_BYTES


class Damage(StrEnum):
    """What happened to it."""

    EDITED = "edited"
    REMOVED = "removed"
    INSERTED = "inserted"
    UNVERIFIABLE = "unverifiable"
    """The master key that it was sealed under is not configured."""
    UNSEALED = "unsealed"
    """Nothing has sealed the events for longer than it takes."""


class Part(StrEnum):
    """What a finding is about."""

    EVENT = "event"
    SEGMENT = "segment"
    HEAD = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first thing that is not as it was sealed: an event by its id, a segment by its number, or the head.

    Of what is unverifiable, `id` is that of the master key.
    """

    damage: Damage
    part: Part
    id: str = ""
    at: datetime | None = None

    @property
    def sentence(self) -> str:
        """What it means, for people."""
        if self.damage is Damage.UNSEALED:
            since = f" since {self.at:%Y-%m-%d %H:%M} UTC" if self.at else ""
            return f"Nothing was sealed{since}: maintenance does not run, or what it made was removed."
        if self.damage is Damage.UNVERIFIABLE:
            return f"The seal was made under master key {self.id}, which is not configured: nothing can be said of it."
        match self.part:
            case Part.EVENT:
                at = f", of {self.at:%Y-%m-%d %H:%M:%S} UTC," if self.at else ""
                return f"The event {self.id}{at} was {self.damage.value}."
            case Part.SEGMENT:
                return f"Segment {self.id} of the seal was {self.damage.value}."
            case Part.HEAD:
                return f"The head of the seal was {self.damage.value}: events at the end may be missing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where a chain ended at some time, to be kept where nobody reaches who can write to the database."""

    event_id: str
    chain: bytes

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """The anchor that was written so. Raises `ValueError`."""
        event_id, _, chain = text.partition(":")
        if not event_id or len(chain) != 2 * LINK_BYTES:
            raise ValueError("not an anchor")
        return cls(event_id=event_id, chain=bytes.fromhex(chain))

    def __str__(self) -> str:
        return f"{self.event_id}:{self.chain.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was verified of an audit: so many sealed events in so many segments, up to `anchor`, without a finding or
    up to it. `unsealed_since` is the time of the first event that waits to be sealed.

    It begins at `begins_at`; before that, `expired_segments` have had their time.
    """

    events: int
    segments: int
    expired_segments: int = 0
    begins_at: datetime | None = None
    anchor: Anchor | None
    unsealed_since: datetime | None
    finding: Finding | None

    @property
    def is_intact(self) -> bool:
        """Whether all is as it was sealed."""
        return self.finding is None
