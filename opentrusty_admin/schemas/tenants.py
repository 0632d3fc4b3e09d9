"""Tenants as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, Text, Versioned
from opentrusty_admin.schemas.users import UserChanges
from opentrusty_core import Tenant
from opentrusty_core.domain.issuer_url import issuer_of
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.management import FirstOwner


class NewOwner(UserChanges):
    """The user who owns a new tenant."""

    username: Text
    password: Text

    def to_first_owner(self) -> FirstOwner:
        """The owner, as the use case takes it."""
        return {"fields": self.to_domain(), "password": self.password}


class NewTenant(Model):
    """A tenant to be made."""

    name: Text
    """Stands in its issuer and never changes."""
    display_name: Text | None = None
    owner: NewOwner


class TenantChanges(Changes):
    """What of a tenant can be changed here; its settings are changed where they are."""

    display_name: Text = UNSET


class TenantOut(Versioned):
    """A tenant."""

    id: str
    name: str
    display_name: str
    status: TenantStatus
    issuer: str
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, tenant: Tenant, auth_url: str) -> TenantOut:
        """As JSON."""
        return cls(
            id=tenant.id,
            name=tenant.name,
            display_name=tenant.display_name,
            status=tenant.status,
            issuer=issuer_of(auth_url, tenant),
            created_at=tenant.created_at,
            updated_at=tenant.updated_at,
            version=tenant.version,
        )
