"""What a user has allowed applications: seen and withdrawn by administrators."""

from __future__ import annotations

from dataclasses import replace

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import NotFound
from opentrusty_core.management.actor import Actor, require_no_higher
from opentrusty_core.management.context import Context


class Consents:
    """Use cases around consents. Each raises `NotFound` where there is no such user."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str) -> tuple[Consent, ...]:
        """What the user has allowed, by client id."""
        actor.require(Permission.USER_READ, tenant_id)
        await self._require_user(tenant_id, user_id)
        return await self._store.tenant(tenant_id).consents.of_user(user_id)

    async def withdraw(self, actor: Actor, tenant_id: str, user_id: str, client_id: str) -> None:
        """Forget what the user has allowed the client, and end every grant between the two, offline ones too.

        Raises:
            NotFound: no such user, or nothing between the two.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        await require_no_higher(actor, self._context.store, tenant_id, Principal.user(user_id))
        await self._require_user(tenant_id, user_id)
        event = replace(self._context.event(actor, AuditType.CONSENT_WITHDRAWN, user_id), client_id=client_id)
        now = self._context.runtime.now()
        if not await self._store.tenant(tenant_id).consents.withdraw(user_id, client_id, now, event):
            raise NotFound("There is no such consent.")

    async def _require_user(self, tenant_id: str, user_id: str) -> None:
        if await self._store.tenant(tenant_id).users.get(user_id) is None:
            raise NotFound("There is no such user.")
