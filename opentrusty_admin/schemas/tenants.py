"""Tenants as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Moment, PageQuery, Query, Text, Versioned
from opentrusty_admin.schemas.links import NewOwnerLink
from opentrusty_admin.schemas.tenant_settings import SettingsChanges, TenantSettingsOut
from opentrusty_admin.schemas.users import UserChanges
from opentrusty_core import Tenant
from opentrusty_core.domain.issuer_url import issuer_of
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.errors import Invalid
from opentrusty_core.management import GRACE, FirstOwner, MadeLink


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


class TenantQuery(PageQuery):
    """Which tenants."""

    search: str = Field(default="", max_length=254)
    """Words, each the beginning of a word of a name or display name."""
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name"
    status: TenantStatus | None = None


class DeletionQuery(Query):
    """How a tenant is deleted."""

    grace: int = Field(default=int(GRACE.total_seconds()), ge=0, le=366 * 86_400)
    """How many seconds it can be restored: from one day to 90, 30 by default."""


class AskedDomain(Model):
    """A domain that a tenant wants for its issuer."""

    domain: Text
    """A host name such as login.example.org."""


class ApprovedDomain(AskedDomain):
    """A domain that a tenant asked for, and which tenant."""

    tenant: Text
    """The tenant's name."""


class TenantChanges(Changes):
    """What of a tenant can be changed."""

    display_name: Text = UNSET
    settings: SettingsChanges = UNSET
    """The settings to change; those left out stay."""

    def to_patch(self) -> dict[str, object]:
        """What is said of settings, as a merge patch."""
        return self.settings.to_patch() if "settings" in self.model_fields_set else {}


class TenantOut(Versioned):
    """A tenant."""

    id: str
    name: str
    display_name: str
    status: TenantStatus
    issuer: str
    domain: str | None
    """Its own domain, where its issuer stands."""
    pending_domain: str | None
    """The domain that it asked for and that waits for an approval."""
    settings: TenantSettingsOut
    delete_at: Moment | None
    """When a deleted tenant is erased; until then it can be restored."""
    erased: Mapping[str, int] | None
    """How many records of each kind have been erased of a deleted tenant so far."""
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
            domain=tenant.domain,
            pending_domain=tenant.pending_domain,
            settings=TenantSettingsOut.of_settings(tenant.settings),
            delete_at=tenant.delete_at,
            erased=None if tenant.deletion is None else dict(tenant.deletion.erased),
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
