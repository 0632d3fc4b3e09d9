"""The end of deleted tenants: when their grace is over, everything of theirs goes, in small batches, for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import MAX_PAGE
from opentrusty_core.domain.tenant import Tenant, TenantStatus
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context

SETTLED = timedelta(seconds=30)
"""How long a tenant must not have been served before it is erased: no request of before is still under way then."""
_SYSTEM = Actor.system()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What a run erased: tenants to the end, records by kind; `finished` is False where the time ran out."""

    tenants: int = 0
    records: Mapping[str, int] = field(default_factory=dict)
    finished: bool = True


class Erasure:
    """Erases the tenants whose end has come. One process at a time may do so."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def erase_due(self, is_over: Callable[[], bool], batch: int) -> Erased:
        """Erase in batches of `batch` records until none is due or `is_over` says so, but one batch at least.

        What is left is the next run's: how far it came stands in the tenant's own record.
        """
        ended, records, now = 0, Counter[str](), self._context.runtime.now()
        for due in await self._store.platform.tenants.due(now, limit=MAX_PAGE):
            if due.deletion is None or due.deletion.asked_at + SETTLED > now:
                continue
            tenant = await self._begun(due)
            while tenant is not None and (gone := await self._store.platform.tenants.erase(tenant.id, batch=batch)):
                records += Counter(gone)
                if is_over():
                    return Erased(tenants=ended, records=records, finished=False)
            ended += tenant is not None and await self._forget(tenant)
        return Erased(tenants=ended, records=records)

    async def _begun(self, tenant: Tenant) -> Tenant | None:
        """The tenant past its point of no return; None where somebody was quicker to restore it."""
        if tenant.status is TenantStatus.ERASING:
            return tenant
        now, version = self._context.runtime.now(), tenant.version + 1
        erasing = replace(tenant, status=TenantStatus.ERASING, updated_at=now, version=version)
        details = {"status": erasing.status.value}
        event = self._context.event(_SYSTEM, AuditType.TENANT_UPDATED, tenant.id, details)
        try:
            await self._store.tenant(tenant.id).tenant.update(erasing, event)
        except (Conflict, NotFound):
            return None
        return erasing

    async def _forget(self, tenant: Tenant) -> bool:
        """The record itself goes, its name is free, and the platform's audit keeps what there was."""
        asked = (await self._store.tenant(tenant.id).tenant.get()).deletion
        details: dict[str, object] = {"name": tenant.name, "display_name": tenant.display_name}
        if asked is not None:
            details |= {"asked_at": asked.asked_at.isoformat(), "asked_by": asked.actor_id or asked.actor_kind.value}
            details["erased"] = dict(sorted(asked.erased.items()))
        event = self._context.event(_SYSTEM, AuditType.TENANT_ERASED, tenant.id, details)
        return await self._store.platform.tenants.forget(tenant.id, event)
