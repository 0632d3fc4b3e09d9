"""What somebody looks for in an audit: any combination of time, type, outcome, actor, target, client and address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent, AuditType, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """The events that fit all that is given: from `since` on, before `until`, of any of the `types` (none: of all)."""

    since: datetime | None = None
    until: datetime | None = None
    types: frozenset[AuditType] = frozenset()
    outcome: Outcome | None = None
    actor_id: str | None = None
    target: str | None = None
    client_id: str | None = None
    ip: str | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for more than a time."""
        given = (self.outcome, self.actor_id, self.target, self.client_id, self.ip)
        return bool(self.types) or any(value is not None for value in given)

    def fits(self, event: AuditEvent) -> bool:
        """Whether the event is one of those looked for."""
        return (
            (self.since is None or event.at >= self.since)
            and (self.until is None or event.at < self.until)
            and (not self.types or event.type in self.types)
            and self.outcome in {None, event.outcome}
            and self.actor_id in {None, event.actor_id}
            and self.target in {None, event.target}
            and self.client_id in {None, event.client_id}
            and self.ip in {None, event.origin.ip}
        )


EVERYTHING = AuditQuery()
