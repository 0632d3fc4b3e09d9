"""The caller, as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import Model, Moment
from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.declared_access import ALLOWS
from opentrusty_core.domain.role import Permission
from opentrusty_core.management import Myself, NamedAccess


class Home(Model):
    """The tenant that the caller belongs to."""

    id: str
    name: str
    display_name: str


class OpenedTenant(Model):
    """A tenant that the caller may look into by an access that they declared."""

    id: str
    """The access's id."""
    tenant_id: str
    tenant: str
    """The tenant's name."""
    reason: str
    expires_at: Moment
    permissions: tuple[Permission, ...]
    """What it allows there: reading."""

    @classmethod
    def of(cls, named: NamedAccess) -> OpenedTenant:
        """As JSON."""
        access = named.access
        return cls(
            id=access.id,
            tenant_id=access.tenant_id,
            tenant=named.tenant_name,
            reason=access.reason,
            expires_at=access.expires_at,
            permissions=tuple(sorted(ALLOWS)),
        )


class MeOut(Model):
    """The caller, and what they may do."""

    kind: ActorKind
    id: str
    """The user's id, or the `client_id` of a service client."""
    username: str | None
    name: str | None
    """What to call them."""
    tenant: Home
    permissions: tuple[Permission, ...]
    """What holds in the caller's own tenant."""
    platform_permissions: tuple[Permission, ...]
    """What holds on the platform, and by that in every tenant."""
    accesses: tuple[OpenedTenant, ...]
    """The tenants that the caller may look into by an access that they declared."""

    @classmethod
    def of(cls, me: Myself) -> MeOut:
        """As JSON."""
        claimed = me.user.claims.get("name") if me.user else None
        called = me.client.client_name if me.client else claimed
        return cls(
            kind=me.actor.kind,
            id=me.actor.id or "",
            username=me.user.username if me.user else None,
            name=called if isinstance(called, str) else None,
            tenant=Home(id=me.tenant.id, name=me.tenant.name, display_name=me.tenant.display_name),
            permissions=tuple(sorted(me.actor.permissions)),
            platform_permissions=tuple(sorted(me.actor.platform_permissions)),
            accesses=tuple(map(OpenedTenant.of, me.accesses)),
        )
