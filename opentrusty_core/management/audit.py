"""The audit, read by those who may; nobody writes it but the use cases themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta

from opentrusty_core.domain.audit import AuditEvent, AuditType, Outcome
from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.audit_query import EVERYTHING, AuditQuery
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.verdict import Anchor, Verdict
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.audit_export import ExportFormat, asked_for, lines_of
from opentrusty_core.management.audit_names import names_of, names_of_platform
from opentrusty_core.management.context import Context
from opentrusty_core.management.late_events import LateEvents
from opentrusty_core.management.seal import PLATFORM
from opentrusty_core.management.sealing import Sealing, SealReport
from opentrusty_core.management.verifying import Progress, verification, verify

_AN_HOUR = timedelta(hours=1)


class Audit:
    """Use cases around the audit."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def note_denied(self, actor: Actor, operation: str) -> None:
        """Write into the actor's own tenant that they asked for what they may not do."""
        if actor.tenant_id is None:
            return
        event = self._context.event(actor, AuditType.REQUEST_REFUSED, operation)
        refused = replace(event, outcome=Outcome.FAILURE, reason="permission missing")
        await self._store.tenant(actor.tenant_id).audit.append(refused)

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        query: AuditQuery = EVERYTHING,
        *,
        descending: bool = False,
    ) -> Page[AuditEvent]:
        """The events of a tenant that fit the query by id, the oldest first, or the newest."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await self._store.tenant(tenant_id).audit.page(request, query, descending=descending)

    async def names(self, actor: Actor, tenant_id: str, events: Iterable[AuditEvent]) -> Names:
        """Names for the ids in some events of a tenant, as far as the actor may read users and clients."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await names_of(self._context, actor, tenant_id, events)

    async def export(
        self,
        actor: Actor,
        tenant_id: str,
        query: AuditQuery = EVERYTHING,
        format_: ExportFormat = ExportFormat.JSON_LINES,
    ) -> AsyncIterator[bytes]:
        """The events of a tenant that fit the query, the oldest first, as a stream; that they were exported is one."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        audit = self._store.tenant(tenant_id).audit
        await self._store.tenant(tenant_id).tenant.get()
        await audit.append(self._exported(actor, tenant_id, query, format_))

        async def page(request: PageRequest) -> Page[AuditEvent]:
            (await self._context.renewed(actor)).require(Permission.AUDIT_READ, tenant_id)
            return await audit.page(request, query)

        async for piece in lines_of(page, format_):
            yield piece

    async def get(self, actor: Actor, tenant_id: str, event_id: str) -> AuditEvent:
        """One event of a tenant. Raises `NotFound`."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        return _existing(await self._store.tenant(tenant_id).audit.get(event_id))

    async def platform_page(
        self, actor: Actor, request: PageRequest, query: AuditQuery = EVERYTHING, *, descending: bool = False
    ) -> Page[AuditEvent]:
        """The events of the platform that fit the query by id, the oldest first, or the newest."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return await self._store.platform.audit.page(request, query, descending=descending)

    async def platform_names(self, actor: Actor, events: Iterable[AuditEvent]) -> Names:
        """Names for the ids in some events of the platform."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return await names_of_platform(self._context, actor, events)

    async def platform_export(
        self, actor: Actor, query: AuditQuery = EVERYTHING, format_: ExportFormat = ExportFormat.JSON_LINES
    ) -> AsyncIterator[bytes]:
        """The events of the platform that fit the query, as `export` gives those of a tenant."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        audit = self._store.platform.audit
        await audit.append(self._exported(actor, None, query, format_))

        async def page(request: PageRequest) -> Page[AuditEvent]:
            (await self._context.renewed(actor)).require_platform(Permission.PLATFORM_AUDIT_READ)
            return await audit.page(request, query)

        async for piece in lines_of(page, format_):
            yield piece

    async def platform_get(self, actor: Actor, event_id: str) -> AuditEvent:
        """One event of the platform. Raises `NotFound`."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return _existing(await self._store.platform.audit.get(event_id))

    async def seal(self, actor: Actor, *, budget: timedelta = _AN_HOUR) -> SealReport:
        """Seal what is due in every audit, as maintenance does, until done or `budget` is spent; the system's alone."""
        if not actor.is_system:
            raise Denied("Only OpenTrusty itself seals its audit.")
        deadline = self._context.runtime.monotonic() + budget.total_seconds()
        return await Sealing(self._context).seal_all(deadline)

    async def late(self, actor: Actor, tenant_id: str | None) -> AsyncIterator[AuditEvent]:
        """The events of a tenant, or of the platform (None), that came late and nobody has answered for; the system's
        alone. Raises `StoreError` where the seal is not as it was made: verify first.
        """
        ledger = await self._ledger(actor, tenant_id)
        async for event in LateEvents(self._context, ledger).find():
            yield event

    async def accept(self, actor: Actor, tenant_id: str | None, event_id: str, reason: str) -> AuditEvent:
        """Answer for one of them, so that it counts as sealed; the event that says so. The system's alone.

        Raises:
            Invalid: the reason has not from 10 to 500 printable characters.
            NotFound: no such event came late.
            Conflict: the audit is being sealed at this moment.
            StoreError: the seal is not as it was made: verify first.
        """
        ledger = await self._ledger(actor, tenant_id)
        return await LateEvents(self._context, ledger).accept(actor, event_id, reason)

    async def verify(
        self, actor: Actor, tenant_id: str, *, anchor: Anchor | None = None, progress: Progress | None = None
    ) -> Verdict:
        """What became of a tenant's audit since it was sealed: intact, or the first thing that is not.

        `anchor` is one that an earlier verdict gave: the audit then has to go on from it.

        Raises:
            Invalid: what the anchor stands for has had its time.
        """
        actor.require(Permission.AUDIT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await verify(self._context, tenant_id, anchor, progress)

    async def verification(
        self, actor: Actor, tenant_id: str, *, anchor: Anchor | None = None
    ) -> AsyncIterator[int | Verdict]:
        """The same as a stream: how many events were verified so far, and in the end the verdict. Raises `Invalid`."""
        actor.require(Permission.AUDIT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        async for step in verification(self._context, tenant_id, anchor):
            yield step

    async def platform_verify(
        self, actor: Actor, *, anchor: Anchor | None = None, progress: Progress | None = None
    ) -> Verdict:
        """What became of the platform's audit, as `verify` says it."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        return await verify(self._context, PLATFORM, anchor, progress)

    async def platform_verification(
        self, actor: Actor, *, anchor: Anchor | None = None
    ) -> AsyncIterator[int | Verdict]:
        """The same as a stream, as `verification` gives it."""
        actor.require_platform(Permission.PLATFORM_AUDIT_READ)
        async for step in verification(self._context, PLATFORM, anchor):
            yield step

    async def _ledger(self, actor: Actor, tenant_id: str | None) -> str:
        """Whose audit the system asks for."""
        if not actor.is_system:
            raise Denied("Only who has the master key answers for events that came late.")
        if tenant_id is None:
            return PLATFORM
        await self._store.tenant(tenant_id).tenant.get()
        return tenant_id

    def _exported(self, actor: Actor, tenant_id: str | None, query: AuditQuery, format_: ExportFormat) -> AuditEvent:
        details = {"format": format_.value, "query": asked_for(query)}
        return self._context.event(actor, AuditType.AUDIT_EXPORTED, tenant_id or "platform", details)


def _existing(event: AuditEvent | None) -> AuditEvent:
    if event is None:
        raise NotFound("There is no such event.")
    return event
