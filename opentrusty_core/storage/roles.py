"""Who may do what: roles of the tenant's own, assignments, and accesses that were declared."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.departure import Departure
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Assignment


class Roles(Protocol):
    """The roles of a tenant's own."""

    async def add(self, role: CustomRole, event: AuditEvent) -> None:
        """Add it. Raises `Conflict` where the name is taken."""
        ...

    async def get(self, name: str) -> CustomRole | None:
        """The role of this name."""
        ...

    async def all(self) -> tuple[CustomRole, ...]:
        """Every role of the tenant's own, by name."""
        ...

    async def update(self, role: CustomRole, event: AuditEvent) -> None:
        """Replace version `role.version - 1`. Raises `NotFound`, or `Conflict` where another version stands there."""
        ...

    async def delete(self, name: str, event: AuditEvent, *, force: bool) -> None:
        """Remove it, with `force` from all who hold it too. Raises `NotFound`; `Conflict` where somebody holds it."""
        ...


class Assignments(Protocol):
    """Who holds which role in a tenant."""

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """Give the role; False, and no event, where the principal holds it already, or where it is a client or group
        that does not exist, or the role one of the tenant's own that does not.
        """
        ...

    async def revoke(self, principal: Principal, role: str, event: AuditEvent) -> bool:
        """Take the role; False, and no event, where the principal does not hold it."""
        ...

    async def of_principal(self, principal: Principal) -> tuple[Assignment, ...]:
        """The roles of a principal itself, by name."""
        ...

    async def of_role(self, role: str, request: PageRequest) -> Page[Assignment]:
        """Who holds the role themselves, by principal as text."""
        ...

    async def held_by(self, principal: Principal) -> Authority:
        """What a principal holds, itself and by its groups, in the tenant and beyond it, in one read."""
        ...

    async def remains(self, role: str, without: Departure) -> bool:
        """Whether after the departure an active user would still hold the role, themselves or by a group."""
        ...


class PlatformAssignments(Protocol):
    """Who holds which platform role; `Assignment.tenant_id`, or `home_id`, is the home of the principal."""

    async def assign(self, assignment: Assignment, event: AuditEvent) -> bool:
        """Give the role; False, and no event, where the principal holds it already, or is a client or group that does
        not exist.
        """
        ...

    async def assign_first(self, assignment: Assignment, event: AuditEvent) -> bool:
        """Give the role likewise, if nobody holds it: of many racers one gets True."""
        ...

    async def revoke(self, home_id: str, principal: Principal, role: str, event: AuditEvent) -> bool:
        """Take the role; False, and no event, where the principal does not hold it."""
        ...

    async def of_principal(self, home_id: str, principal: Principal) -> tuple[Assignment, ...]:
        """The platform roles of a principal itself, by name."""
        ...

    async def of_role(self, role: str, request: PageRequest) -> Page[Assignment]:
        """Who holds the platform role themselves, by home and principal as text."""
        ...

    async def remains(self, role: str, home_id: str, without: Departure) -> bool:
        """Whether after the departure an active user would still hold the role, themselves or by a group."""
        ...


class DeclaredAccesses(Protocol):
    """The accesses to tenants that principals of the platform declared; those that have expired leave."""

    async def declare(self, access: DeclaredAccess, event: AuditEvent, platform_event: AuditEvent) -> None:
        """Open the tenant; `event` goes into the tenant's audit, `platform_event` into the platform's."""
        ...

    async def get(self, access_id: str) -> DeclaredAccess | None:
        """The access with this id."""
        ...

    async def end(self, access: DeclaredAccess, now: datetime, event: AuditEvent, platform_event: AuditEvent) -> bool:
        """End it early; False, and no event, where it has ended or expired. The events go where they went before."""
        ...

    async def live(self, now: datetime, request: PageRequest) -> Page[DeclaredAccess]:
        """Those that open a tenant now, by id, the oldest first."""
        ...

    async def live_in(self, tenant_id: str, now: datetime, request: PageRequest) -> Page[DeclaredAccess]:
        """Those that open the tenant now, by id, the oldest first."""
        ...
