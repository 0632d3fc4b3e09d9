"""What recognising people works with, in one frozen value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Origin, Outcome
from opentrusty_core.domain.client import Client
from opentrusty_core.runtime import Runtime
from opentrusty_core.signin.throttling import Limits
from opentrusty_core.storage import Directory, Store

ClientLookup = Callable[[str, str], Awaitable[Client | None]]
"""The active client with this tenant's id and `client_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The collaborators of every step."""

    store: Store
    runtime: Runtime
    passwords: Passwords
    client: ClientLookup
    directory: Directory | None = None
    limits: Limits = field(default_factory=Limits)

    def event(
        self,
        type_: AuditType,
        origin: Origin,
        *,
        user_id: str | None = None,
        target: str | None = None,
        client_id: str | None = None,
        failure: str | None = None,
        **details: object,
    ) -> AuditEvent:
        """An audit event of now. What was typed never goes in: people type passwords where names belong."""
        return AuditEvent(
            id=self.runtime.new_id(),
            at=self.runtime.now(),
            type=type_,
            outcome=Outcome.FAILURE if failure else Outcome.SUCCESS,
            actor_kind=ActorKind.USER if user_id else ActorKind.ANONYMOUS,
            actor_id=user_id,
            target=target,
            client_id=client_id,
            reason=failure,
            origin=origin,
            details=details,
        )
