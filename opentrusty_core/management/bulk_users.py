"""Doing one thing to many users: each through the same rules as if it were done to them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.bulk import BulkAction, BulkRefusal, BulkStep
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.search import parse_search
from opentrusty_core.domain.user import User, UserStatus
from opentrusty_core.errors import Conflict, DomainError, Invalid
from opentrusty_core.management.actor import Actor, require_no_higher
from opentrusty_core.management.context import Context
from opentrusty_core.management.sessions import Sessions
from opentrusty_core.management.users import Users

STEP = 50
"""How many users a step is of."""
NEEDS = {
    BulkAction.DISABLE: Permission.USER_WRITE,
    BulkAction.ENABLE: Permission.USER_WRITE,
    BulkAction.DELETE: Permission.USER_WRITE,
    BulkAction.END_SESSIONS: Permission.SESSION_END,
}
"""The permission that each action needs, beside that of reading users."""


class BulkUsers:
    """The use case of doing one thing to many users."""

    def __init__(self, context: Context, users: Users, sessions: Sessions) -> None:
        self._context = context
        self._store = context.store
        self._users = users
        self._sessions = sessions

    async def run(
        self,
        actor: Actor,
        tenant_id: str,
        action: BulkAction,
        *,
        search: str = "",
        status: UserStatus | None = None,
        dry_run: bool = False,
    ) -> AsyncIterator[BulkStep]:
        """Do it to every user whom `Users.page` lists for the search and the status, one after the other, and say step
        by step how far it has come. The actor themselves are left out.

        What is refused for one keeps nobody else from it; what is done stays done. A dry run does nothing and says to
        how many it would be done, but for the last owner.

        Raises:
            Denied: also later, where the actor loses the permission meanwhile.
            Invalid: neither a search nor a status is given, or `search` is none.
        """
        actor.require(Permission.USER_READ, tenant_id)
        actor.require(NEEDS[action], tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        if not parse_search(search) and status is None:
            raise Invalid({"search": "Say whom: search for users, or name a status."})
        run_id = self._context.runtime.new_id()
        each = replace(actor, details={**actor.details, "bulk": run_id})
        totals = {"done": 0, "not_done": 0}
        outcome = Outcome.FAILURE
        try:
            async for users in self._matching(tenant_id, search, status):
                each = await self._context.renewed(each)
                each.require(NEEDS[action], tenant_id)
                refused = await self._step(each, tenant_id, action, users, dry_run)
                totals["not_done"] += len(refused)
                totals["done"] += len(users) - len(refused)
                yield BulkStep(refused=refused, **totals)
            outcome = Outcome.SUCCESS
        finally:
            if not dry_run:
                details = {"action": action, "search": search, "status": status, **totals}
                event = self._context.event(actor, AuditType.USERS_CHANGED, run_id, details)
                with anyio.move_on_after(2, shield=True):
                    await self._store.tenant(tenant_id).audit.append(replace(event, outcome=outcome))

    async def _matching(
        self, tenant_id: str, search: str, status: UserStatus | None
    ) -> AsyncIterator[tuple[User, ...]]:
        request: PageRequest | None = PageRequest(limit=STEP)
        while request is not None:
            page = await self._store.tenant(tenant_id).users.page(request, search=search, status=status)
            yield page.items
            request = None if page.next_after is None else PageRequest(limit=STEP, after=page.next_after)

    async def _step(
        self, actor: Actor, tenant_id: str, action: BulkAction, users: tuple[User, ...], dry_run: bool
    ) -> tuple[BulkRefusal, ...]:
        refused = []
        for user in users:
            try:
                await self._do(actor, tenant_id, action, user, dry_run)
            except DomainError as error:
                refused.append(BulkRefusal(user_id=user.id, username=user.username, reason=str(error)))
        return tuple(refused)

    async def _do(self, actor: Actor, tenant_id: str, action: BulkAction, user: User, dry_run: bool) -> None:
        if actor.id == user.id and actor.tenant_id == tenant_id:
            raise Conflict("That is you.")
        if dry_run:
            if action is not BulkAction.END_SESSIONS:
                await require_no_higher(actor, self._store, tenant_id, Principal.user(user.id))
            return
        match action:
            case BulkAction.DISABLE:
                await self._users.disable(actor, tenant_id, user.id)
            case BulkAction.ENABLE:
                await self._users.enable(actor, tenant_id, user.id)
            case BulkAction.DELETE:
                await self._users.delete(actor, tenant_id, user.id)
            case BulkAction.END_SESSIONS:
                await self._sessions.end_all(actor, tenant_id, user.id)
