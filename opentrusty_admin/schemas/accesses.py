"""Declared accesses as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import Model, Moment, Text
from opentrusty_admin.schemas.roles import PrincipalOut
from opentrusty_core.management import NamedAccess


class NewAccess(Model):
    """Which tenant to look into, and why."""

    tenant: Text
    """The tenant's name."""
    reason: Text
    """At least ten characters; stands in the tenant's audit and in the platform's."""


class AccessOut(Model):
    """A platform administrator may read in a tenant."""

    id: str
    tenant: str
    """The name of the tenant that is looked into."""
    home: str
    """The name of the tenant that who looks belongs to."""
    principal: PrincipalOut
    principal_name: str | None
    """What to call who looks: a username or a client's name; null where they are gone."""
    reason: str
    declared_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, named: NamedAccess) -> AccessOut:
        """As JSON."""
        access = named.access
        return cls(
            id=access.id,
            tenant=named.tenant_name,
            home=named.home_name,
            principal=PrincipalOut.of(access.principal),
            principal_name=named.principal_name,
            reason=access.reason,
            declared_at=access.declared_at,
            expires_at=access.expires_at,
        )
