"""Tenants as JSON."""

from __future__ import annotations

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, Text, Versioned
from opentrusty_admin.schemas.links import NewOwnerLink
from opentrusty_admin.schemas.users import UserChanges
from opentrusty_core import Tenant
from opentrusty_core.domain.issuer_url import issuer_of
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.errors import Invalid
from opentrusty_core.management import FirstOwner, MadeLink


class NewOwner(UserChanges):
    """The user who owns a new tenant."""

    username: Text
    password: Text | None = None
    """Without one the owner is invited: the answer has the link by which they choose it."""
    invitation: NewOwnerLink | None = None
    """How the link is made; not beside a password."""

    def to_first_owner(self) -> FirstOwner | None:
        """The owner with their password, as the use case takes them; None where they are to be invited.

        Raises:
            Invalid: there is a password, and an invitation beside it.
        """
        if self.password is None:
            return None
        if self.invitation is not None:
            raise Invalid({"invitation": "The owner has a password: leave it out, or this."})
        return {"fields": self.to_domain(), "password": self.password}


class NewTenant(Model):
    """A tenant to be made."""

    name: Text
    """Stands in its issuer and never changes."""
    display_name: Text | None = None
    owner: NewOwner


class OwnerLink(Model):
    """The invitation of a new tenant's owner, as it is seen once."""

    user_id: str
    url: str
    """Shown this once: hand it to the owner. Its secret stands behind the `#`."""
    expires_at: Moment


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


class MadeTenantOut(TenantOut):
    """A new tenant."""

    owner_link: OwnerLink | None
    """Null where the owner was given a password."""

    @classmethod
    def of_made(cls, tenant: Tenant, auth_url: str, invitation: MadeLink | None) -> MadeTenantOut:
        """As JSON."""
        link = None
        if invitation is not None:
            link = OwnerLink(user_id=invitation.user.id, url=invitation.url, expires_at=invitation.link.expires_at)
        return cls(**TenantOut.of(tenant, auth_url).model_dump(), owner_link=link)
