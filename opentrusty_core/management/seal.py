"""What sealing, verifying and letting go of an audit share: whose it is, and the MACs of its seal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from opentrusty_core.crypto.macs import NamedMacs
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.management.context import Context
from opentrusty_core.runtime import format_id
from opentrusty_core.storage import Ledger, Store

PLATFORM: Final = ""
"""Stands for the platform's own audit where another is named by its tenant's id."""
LOCK = "audit"
BUSY = "The audit is being sealed at this moment. Try again in a minute."
LAG = timedelta(minutes=5)
"""How old an event is when it is sealed: by then its transaction has ended, whoever's clock made its id."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Seal:
    """The MACs of one audit's segments and head, under a key that the database does not know."""

    def __init__(self, context: Context, tenant_id: str) -> None:
        self._macs = NamedMacs(context.master_keys, b"opentrusty audit seal")
        self._tenant = tenant_id.encode()

    def segment(self, segment: Segment) -> Segment:
        """The segment with its MAC."""
        return replace(segment, mac=self._macs.tag(b"segment", self._tenant, segment.content()))

    def head(self, head: Head) -> Head:
        """The head with its MAC."""
        return replace(head, mac=self._macs.tag(b"head", self._tenant, head.content()))

    def is_segment(self, segment: Segment) -> bool:
        """Whether the segment is as it was sealed."""
        return self._macs.verify(segment.mac, b"segment", self._tenant, segment.content()) and segment.is_consistent()

    def is_head(self, head: Head) -> bool:
        """Whether the head is as it was sealed."""
        return self._macs.verify(head.mac, b"head", self._tenant, head.content())

    def is_current(self, part: Segment | Head) -> bool:
        """Whether it says that it was sealed under the active master key."""
        return self._macs.is_current(part.mac)

    def missing_key(self, part: Segment | Head) -> str | None:
        """The id of the master key that it says it was sealed under, if that one is not here."""
        return self._macs.missing(part.mac)


def ledger_of(store: Store, tenant_id: str) -> Ledger:
    """The audit of a tenant, or the platform's, with its seal and its numbers."""
    return store.platform if tenant_id == PLATFORM else store.tenant(tenant_id)


def begun_by(event: AuditEvent) -> tuple[str, ...]:
    """The ids of the tenants whose audit was ever sealed, according to this event of the platform: one tells when the
    first seal is made, and when that event has had its time, the one which says so tells it again.
    """
    match event.type:
        case AuditType.SEAL_BEGUN:
            return (event.target,) if event.target is not None else ()
        case AuditType.AUDIT_EXPIRED:
            begun = event.details.get("begun", ())
            return tuple(str(id_) for id_ in begun) if isinstance(begun, list | tuple) else ()
        case _:
            return ()


async def due_before(context: Context) -> datetime:
    """What was made before this moment can be sealed, by this process's clock and by the database's."""
    now, theirs = context.runtime.now(), await context.store.clock()
    return min(now, theirs or now) - LAG


def id_at(moment: datetime) -> str:
    """An id that sorts before all that are made at the moment or later."""
    return format_id(max((moment - _EPOCH) // _MILLISECOND, 0), bytes(10))
