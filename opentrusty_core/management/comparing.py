"""What verifying an audit and letting go of it share: events read anew and compared with the digests of a segment."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime

import anyio.lowlevel

from opentrusty_core.domain.seal import Segment, digest
from opentrusty_core.domain.verdict import Damage, Finding, Part
from opentrusty_core.errors import StoreError, StoreUnavailable
from opentrusty_core.storage import Ledger, Written

BATCH = 250
_NOTHING: tuple[str | None, bytes] = (None, b"")


class Damaged(Exception):
    """The first thing that is not as it was sealed."""

    def __init__(self, damage: Damage, part: Part, id_: object = "", at: datetime | None = None) -> None:
        super().__init__(damage, part, id_)
        self.finding = Finding(damage=damage, part=part, id=str(id_), at=at)


async def sealed_events(ledger: Ledger, after: str, segment: Segment) -> AsyncGenerator[Written]:
    """The events behind the id `after` up to the end of a segment, each as it was sealed.

    Raises:
        Damaged: one was edited or removed, or there is another.
        StoreUnavailable: the store does not answer.
    """
    sealed = iter(segment.sealed())
    wanted, expected = next(sealed, _NOTHING)
    try:
        async with aclosing(written_between(ledger, after, segment.end_id)) as written:
            async for event in written:
                if wanted is None or event.id < wanted:
                    raise Damaged(Damage.INSERTED, Part.EVENT, event.id, event.at)
                if event.id > wanted:
                    raise Damaged(Damage.REMOVED, Part.EVENT, wanted)
                if digest(event.content) != expected:
                    raise Damaged(Damage.EDITED, Part.EVENT, event.id, event.at)
                yield event
                wanted, expected = next(sealed, _NOTHING)
    except StoreUnavailable:
        raise
    except StoreError:  # not even a row that can be read
        raise Damaged(Damage.EDITED, Part.EVENT, wanted) from None
    if wanted is not None:
        raise Damaged(Damage.REMOVED, Part.EVENT, wanted)


async def written_between(ledger: Ledger, after: str, last_id: str) -> AsyncGenerator[Written]:
    """Events behind the id `after` up to `last_id`; those before a row that cannot be read come before its error."""
    before, limit = f"{last_id} ", BATCH
    while True:
        try:
            batch = await ledger.seals.written(after, before, limit)
        except StoreUnavailable:
            raise
        except StoreError:
            if limit == 1:
                raise
            limit = 1
            continue
        await anyio.lowlevel.checkpoint()
        for event in batch:
            yield event
        if len(batch) < limit:
            return
        after = batch[-1].id
