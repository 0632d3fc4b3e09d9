"""Whose the ids in audit events are, in words; what is gone by now stays an id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentrusty_core.domain.audit import ActorKind, AuditEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names by id: usernames of users, `client_name`s of clients, names of tenants."""

    users: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, str] = field(default_factory=dict)
    tenants: Mapping[str, str] = field(default_factory=dict)

    def of_actor(self, event: AuditEvent) -> str | None:
        """Who did it."""
        if event.actor_id is None:
            return None
        return (self.clients if event.actor_kind is ActorKind.CLIENT else self.users).get(event.actor_id)

    def of_target(self, event: AuditEvent) -> str | None:
        """What it was done to, where that is a user, a client or a tenant: ids are never another kind's."""
        if event.target is None:
            return None
        tables = (self.users, self.clients, self.tenants)
        return next((names[event.target] for names in tables if event.target in names), None)

    def of_client(self, event: AuditEvent) -> str | None:
        """Through which client."""
        return None if event.client_id is None else self.clients.get(event.client_id)


def ids_in(events: Iterable[AuditEvent]) -> frozenset[str]:
    """Everything in the events that may be the id of a user, a client or a tenant."""
    return frozenset(
        id_ for event in events for id_ in (event.actor_id, event.target, event.client_id) if id_ is not None
    )
