"""What the protocol works with, in one frozen value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from opentrusty_core.crypto.jws import VerifiedCache
from opentrusty_core.crypto.refresh import RefreshTokens
from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Origin, Outcome
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.scope import Scope
from opentrusty_core.domain.user import User
from opentrusty_core.protocol.cache import Remembered, Watch
from opentrusty_core.protocol.issuer import Issuer, Issuers
from opentrusty_core.runtime import Runtime
from opentrusty_core.storage import Directory, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsContext:
    """For whom and what an embedder's claims are asked: `use` is `id_token`, `access_token` or `userinfo`; no `user`
    for machines.
    """

    tenant: str
    use: str
    client: Client
    user: User | None
    scope: Scope


ExtraClaims = Callable[[ClaimsContext], Awaitable[Mapping[str, object]]]
"""An embedder's own claims. They are added to ours and can never replace one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The collaborators of every grant and endpoint."""

    store: Store
    runtime: Runtime
    watch: Watch
    issuers: Issuers
    clients: Remembered[tuple[str, str], Client]
    refresh_tokens: RefreshTokens
    directory: Directory | None = None
    extra_claims: ExtraClaims | None = None
    builtin_clients: Mapping[str, Client] = field(default_factory=dict)
    verified: VerifiedCache = field(default_factory=VerifiedCache)

    async def client(self, issuer: Issuer, client_id: str) -> Client | None:
        """The active client, at most a second old."""
        return await self.client_of(issuer.tenant_id, client_id)

    async def client_of(self, tenant_id: str, client_id: str) -> Client | None:
        """The active client of the tenant with this id; a built-in one goes before what is stored."""
        if client_id in self.builtin_clients:
            return self.builtin_clients[client_id]
        client = await self.clients.get(
            (tenant_id, client_id), lambda _: self.store.tenant(tenant_id).clients.get(client_id)
        )
        return client if client is not None and client.is_active else None

    def event(
        self,
        type_: AuditType,
        origin: Origin,
        *,
        client_id: str | None = None,
        user_id: str | None = None,
        target: str | None = None,
        failure: str | None = None,
        **details: object,
    ) -> AuditEvent:
        """An audit event of now; `failure` is a short fixed word for why it was refused."""
        kind = ActorKind.USER if user_id else ActorKind.CLIENT if client_id else ActorKind.ANONYMOUS
        return AuditEvent(
            id=self.runtime.new_id(),
            at=self.runtime.now(),
            type=type_,
            outcome=Outcome.FAILURE if failure else Outcome.SUCCESS,
            actor_kind=kind,
            actor_id=user_id or client_id,
            target=target,
            client_id=client_id,
            reason=failure,
            origin=origin,
            details=details,
        )
