"""Who the actor is, in their own eyes: what everybody who is known may ask."""

from __future__ import annotations

from dataclasses import dataclass

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import User
from opentrusty_core.errors import NotFound
from opentrusty_core.management.accesses import Accesses, NamedAccess
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Myself:
    """The actor with their home, and the accesses that they declared; `user` is the store's own record, None where a
    `Directory` keeps it.
    """

    actor: Actor
    tenant: Tenant
    user: User | None
    client: Client | None
    accesses: tuple[NamedAccess, ...]


class Me:
    """The use case of everybody."""

    def __init__(self, context: Context, accesses: Accesses) -> None:
        self._store = context.store
        self._accesses = accesses

    async def get(self, actor: Actor) -> Myself:
        """The actor themselves. Raises `NotFound` for the system, which has no home."""
        if actor.tenant_id is None or actor.id is None:
            raise NotFound("You belong to no tenant.")
        repos = self._store.tenant(actor.tenant_id)
        return Myself(
            actor=actor,
            tenant=await repos.tenant.get(),
            user=await repos.users.get(actor.id) if actor.kind is ActorKind.USER else None,
            client=await repos.clients.get(actor.id) if actor.kind is ActorKind.CLIENT else None,
            accesses=await self._accesses.own(actor) if actor.accesses else (),
        )
