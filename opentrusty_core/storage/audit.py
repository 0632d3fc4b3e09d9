"""The audit of a tenant, or of the platform: written by every verb that changes something, read by those who may."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.audit_query import EVERYTHING, AuditQuery
from opentrusty_core.domain.page import Page, PageRequest


class Audit(Protocol):
    """Events in the order of their ids, which is that of time: an id is made at its event's `at`, to a second."""

    async def append(self, event: AuditEvent) -> None:
        """Write an event down; it is durable when this returns. Events that wait together may be committed together."""
        ...

    async def get(self, event_id: str) -> AuditEvent | None:
        """One event."""
        ...

    async def page(
        self, request: PageRequest, query: AuditQuery = EVERYTHING, *, descending: bool = False
    ) -> Page[AuditEvent]:
        """The events that fit the query by id, the oldest first, or the newest."""
        ...

    async def names(self, ids: Collection[str]) -> Names:
        """The names of the users and clients with these ids, or for the platform of the tenants; what is none of them
        is left out.
        """
        ...
