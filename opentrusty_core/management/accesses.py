"""Declared access: a platform administrator states a reason, and may read in one tenant for an hour.

Both audits say so, the tenant's and the platform's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.declared_access import LIFETIME, MAX_REASON, MIN_REASON, DeclaredAccess
from opentrusty_core.domain.page import MAX_PAGE, Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import Denied, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.principal_names import names_of_principals


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """A principal of the platform, by its home."""

    home_id: str
    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAccess:
    """A declared access with the names of its tenants, the one that it opens and the home of who looks in, and what
    the latter is called, if they are still there.
    """

    access: DeclaredAccess
    tenant_name: str
    home_name: str
    principal_name: str | None


class Accesses:
    """Use cases around declared accesses."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def declare(
        self, actor: Actor, tenant_id: str, reason: str, *, to: Administrator | None = None
    ) -> NamedAccess:
        """Open the tenant to the actor for an hour, reading only; the system says `to` whom, and nobody else does.

        Raises:
            Invalid: the reason is no reason, or it is not said to whom.
            NotFound: no such tenant.
            Denied: who gets the access is no platform administrator.
        """
        actor.require_platform(Permission.ACCESS_DECLARE)
        administrator = await self._administrator(actor, to)
        stated = _validated_reason(reason)
        await self._store.tenant(tenant_id).tenant.get()
        now = self._context.runtime.now()
        access = DeclaredAccess(
            id=self._context.runtime.new_id(),
            tenant_id=tenant_id,
            home_id=administrator.home_id,
            principal=administrator.principal,
            reason=stated,
            declared_at=now,
            expires_at=now + LIFETIME,
        )
        await self._store.platform.accesses.declare(access, *self._events(actor, AuditType.ACCESS_DECLARED, access))
        (named,) = await self._named((access,))
        return named

    async def end(self, actor: Actor, access_id: str) -> None:
        """End an access early. Raises `NotFound` where there is none, or not any more."""
        actor.require_platform(Permission.ACCESS_DECLARE)
        access = await self._store.platform.accesses.get(access_id)
        now = self._context.runtime.now()
        if access is None or not await self._store.platform.accesses.end(
            access, now, *self._events(actor, AuditType.ACCESS_ENDED, access)
        ):
            raise NotFound("There is no such access.")

    async def live(self, actor: Actor, request: PageRequest) -> Page[NamedAccess]:
        """Every access that opens a tenant now, the oldest first."""
        actor.require_platform(Permission.ACCESS_DECLARE)
        page = await self._store.platform.accesses.live(self._context.runtime.now(), request)
        return Page(items=await self._named(page.items), next_after=page.next_after)

    async def live_in(self, actor: Actor, tenant_id: str, request: PageRequest) -> Page[NamedAccess]:
        """Those that open the tenant now, the oldest first: for its owner."""
        actor.require(Permission.ACCESS_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        page = await self._store.platform.accesses.live_in(tenant_id, self._context.runtime.now(), request)
        return Page(items=await self._named(page.items), next_after=page.next_after)

    async def own(self, actor: Actor) -> tuple[NamedAccess, ...]:
        """Those by which the actor may look into tenants now, the oldest first of each."""
        now, found = self._context.runtime.now(), list[DeclaredAccess]()
        for tenant_id in sorted(actor.accesses):
            request: PageRequest | None = PageRequest(limit=MAX_PAGE)
            while request is not None:
                page = await self._store.platform.accesses.live_in(tenant_id, now, request)
                found += [it for it in page.items if (it.home_id, it.principal) == (actor.tenant_id, actor.principal)]
                request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None
        return await self._named(found)

    async def _administrator(self, actor: Actor, to: Administrator | None) -> Administrator:
        if to is None and actor.tenant_id is not None and actor.principal is not None:
            return Administrator(home_id=actor.tenant_id, principal=actor.principal)
        if to is None:
            raise Invalid({"to": "Say which platform administrator gets the access."})
        if not actor.is_system:
            raise Denied("Nobody declares an access for somebody else.")
        held = await self._store.tenant(to.home_id).assignments.held_by(to.principal)
        if Permission.ACCESS_DECLARE not in held.platform_permissions:
            raise Denied(f"The {to.principal.kind.value} is no platform administrator.")
        return to

    async def _named(self, accesses: Collection[DeclaredAccess]) -> tuple[NamedAccess, ...]:
        who = [(it.home_id, it.principal) for it in accesses]
        names = await names_of_principals(self._context, who, {it.tenant_id for it in accesses})
        return tuple(
            NamedAccess(
                access=it,
                tenant_name=names.tenants.get(it.tenant_id, ""),
                home_name=names.tenants.get(it.home_id, ""),
                principal_name=names.principals.get((it.home_id, it.principal)),
            )
            for it in accesses
        )

    def _events(self, actor: Actor, type_: AuditType, access: DeclaredAccess) -> tuple[AuditEvent, AuditEvent]:
        """For the tenant's audit, and for the platform's."""
        details = {
            "access_id": access.id,
            "reason": access.reason,
            "principal": access.principal.kind.value,
            "home_id": access.home_id,
            "expires_at": access.expires_at.isoformat(),
        }
        target = access.principal.id
        event = self._context.event(actor, type_, target, details)
        return event, self._context.event(actor, type_, target, {**details, "tenant_id": access.tenant_id})


def _validated_reason(reason: str) -> str:
    stated = " ".join(reason.split())
    if not MIN_REASON <= len(stated) <= MAX_REASON or not stated.isprintable():
        raise Invalid({"reason": f"State a reason of {MIN_REASON} to {MAX_REASON} printable characters."})
    return stated
