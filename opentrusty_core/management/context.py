"""What every use case works with, in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opentrusty_core.config import Config
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.signing_key import KeyPolicy
from opentrusty_core.management.actor import Actor, renewed
from opentrusty_core.runtime import Runtime
from opentrusty_core.storage import Directory, Store

_OF_CLIENTS = {
    AuditType.CLIENT_CREATED,
    AuditType.CLIENT_UPDATED,
    AuditType.CLIENT_DELETED,
    AuditType.CLIENT_SECRET_ROTATED,
    AuditType.CLIENT_SECRET_ADDED,
    AuditType.CLIENT_SECRET_ENDED,
    AuditType.CLIENT_GRANTS_REVOKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The collaborators of every use case."""

    store: Store
    runtime: Runtime
    config: Config
    passwords: Passwords
    master_keys: MasterKeys
    key_policy: KeyPolicy
    directory: Directory | None = None

    async def renewed(self, actor: Actor) -> Actor:
        """See `actor.renewed`."""
        return await renewed(actor, self.store, self.directory, self.runtime.now())

    def event(
        self, actor: Actor, type_: AuditType, target: str, details: Mapping[str, object] | None = None
    ) -> AuditEvent:
        """An audit event of now; never put a secret into `details`."""
        return AuditEvent(
            id=self.runtime.new_id(),
            at=self.runtime.now(),
            type=type_,
            actor_kind=actor.kind,
            actor_id=actor.id,
            target=target,
            client_id=target if type_ in _OF_CLIENTS else None,
            origin=actor.origin,
            details={**actor.details, **(details or {})},
        )
