"""The seal of an audit: what shows afterwards that an event was edited, removed or inserted.

Writers insert plain rows and know nothing of it. The sealer comes minutes later and puts the events, in the order of
their ids, into a hash chain: each link is SHA-256 over the link before and the digest of an event. The chain is kept in
*segments* of up to a thousand events of one day, with the id and digest of each, so that the very event is named that
does not fit. Every segment carries a MAC under a key that the database does not know, and so does the *head*, which
says where the chain ends, so that nothing can be cut off there. The last segment grows until it is full. A MAC begins
with the id of the master key that it was made under (8 bytes).

A segment tells in its `terms` what can be found in it: a search skips those that cannot hold an answer, and no index
has to be kept while events are written.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

MAX_EVENTS = 1000
"""How many events a segment holds at most."""
MAX_SPAN = timedelta(days=1)
"""How far apart the first and the last event of a segment may be; what has had its time goes segment by segment."""
LINK_BYTES = 32
ORIGIN = bytes(LINK_BYTES)
"""What stands before the first link."""
TERM_BYTES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Sealed events. `event_ids` and `digests` (32 bytes each) are in the order of the chain, which leads from the link
    `chain_before` to `chain_after`; `terms` are those of all its events, sorted, one after the other.

    `late` are events that were written when all around them was sealed, and that somebody answers for: not in the
    chain, under the MAC. Each is its id and its digest in hexadecimal digits, with a colon between.
    """

    first_id: str
    last_id: str
    number: int
    first_at: datetime
    last_at: datetime
    sealed_at: datetime
    chain_before: bytes
    chain_after: bytes
    mac: bytes
    terms: bytes
    event_ids: tuple[str, ...]
    digests: bytes
    late: tuple[str, ...] = ()

    @property
    def late_ids(self) -> tuple[str, ...]:
        """The ids of the events that came late."""
        return tuple(entry.partition(":")[0] for entry in self.late)

    @property
    def end_id(self) -> str:
        """The last id of all its events, those that came late among them."""
        return max((self.last_id, *self.late_ids))

    def sealed(self) -> list[tuple[str, bytes]]:
        """All its events by id: each with its digest."""
        ats = range(0, len(self.digests), LINK_BYTES)
        events = [(id_, self.digests[at : at + LINK_BYTES]) for id_, at in zip(self.event_ids, ats, strict=True)]
        if self.late:
            late = (entry.partition(":") for entry in self.late)
            events = sorted(events + [(id_, bytes.fromhex(digested)) for id_, _, digested in late])
        return events

    def content(self) -> bytes:
        """The bytes that the MAC is made over: everything that `chain_after` does not follow from."""
        moments = [moment.isoformat() for moment in (self.first_at, self.last_at, self.sealed_at)]
        links = [self.chain_before.hex(), self.chain_after.hex()]
        values = [self.number, self.first_id, self.last_id, *moments, *links, self.terms.hex(), self.event_ids]
        return json.dumps([*values, self.late] if self.late else values).encode()

    def is_consistent(self) -> bool:
        """Whether its digests lead from the one link to the other, one for each of its ids, which are in order."""
        ids, count = self.event_ids, len(self.event_ids)
        return (
            count > 0
            and len(self.digests) == count * LINK_BYTES
            and (ids[0], ids[-1]) == (self.first_id, self.last_id)
            and all(before < after for before, after in pairwise(ids))
            and linked(self.chain_before, self.digests) == self.chain_after
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a chain ends: at segment `number` with the event `last_id` and the link `chain`.

    It begins at segment `first_number`, what was before has had its time. Events made before `reached_at` are all in.
    """

    number: int
    first_number: int
    last_id: str
    chain: bytes
    reached_at: datetime
    mac: bytes

    def content(self) -> bytes:
        """The bytes that the MAC is made over."""
        values = [self.number, self.first_number, self.last_id, self.chain.hex(), self.reached_at.isoformat()]
        return json.dumps(values).encode()


def digest(content: bytes) -> bytes:
    """The digest of an event, which `content` says all of."""
    return hashlib.sha256(content).digest()


def linked(chain: bytes, digests: bytes) -> bytes:
    """The link at the end of a chain that goes on with these digests."""
    for at in range(0, len(digests), LINK_BYTES):
        chain = hashlib.sha256(chain + digests[at : at + LINK_BYTES]).digest()
    return chain


def terms_of(
    type_: str, outcome: str, actor_id: str | None, target: str | None, client_id: str | None, ip: str | None
) -> Iterator[bytes]:
    """The terms of an event."""
    yield term("type", type_)
    yield term("outcome", outcome)
    for kind, value in (("actor", actor_id), ("target", target), ("client", client_id), ("ip", ip)):
        if value is not None:
            yield term(kind, value)


@lru_cache(maxsize=4096)
def term(kind: str, value: str) -> bytes:
    """Three bytes that stand for a value that events are searched by. Two values may share them, by chance."""
    checksum = zlib.crc32(f"{kind} {value}".encode("utf-8", "surrogatepass"))
    return (checksum & 0xFFFFFF).to_bytes(TERM_BYTES)
