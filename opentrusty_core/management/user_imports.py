"""Importing users: many lines, each taken or refused with a reason, in batches that are each one transaction.

The same upload again changes nothing: who is there already is passed over, or with `update` brought up to date.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

import anyio

from opentrusty_core.domain.audit import Outcome
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.user_import import ImportStep
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.import_lines import ImportFormat
from opentrusty_core.management.import_run import ImportRun
from opentrusty_core.management.roles import Roles
from opentrusty_core.management.users import Users


class UserImports:
    """The use case of importing users."""

    def __init__(self, context: Context, users: Users, roles: Roles) -> None:
        self._context = context
        self._users = users
        self._roles = roles

    async def run(
        self,
        actor: Actor,
        tenant_id: str,
        upload: AsyncIterable[bytes],
        format_: ImportFormat,
        *,
        update: bool = False,
        dry_run: bool = False,
    ) -> AsyncIterator[ImportStep]:
        """Add the users that the lines of an upload describe, and say batch by batch what became of them.

        A line whose username is there already is skipped; with `update`, the email and the claims that it gives are
        set, and never a password, a status or a role. A dry run writes nothing and says what would have become of
        every line. Each batch is one transaction; what was written stays, whatever happens to the next ones.

        Raises:
            Denied: also later, where the actor loses the permission meanwhile.
            Invalid: a CSV without a header that fits.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        await self._context.store.tenant(tenant_id).tenant.get()
        run = ImportRun(self._context, self._users, self._roles, actor, tenant_id, updates=update, is_dry=dry_run)
        outcome = Outcome.FAILURE
        try:
            async for step in run.steps(upload, format_):
                yield step
            outcome = Outcome.SUCCESS
        finally:
            if not dry_run:
                with anyio.move_on_after(2, shield=True):
                    await run.summarise(format_, outcome)
