"""What administrators keep: the tenant's own record, clients, resources, keys."""

from __future__ import annotations

from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.client_kind import ClientKind
from opentrusty_core.domain.client_list import ClientSort
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.signing_key import SigningKey
from opentrusty_core.domain.tenant import Tenant


class TenantRecord(Protocol):
    """The one record of the tenant itself."""

    async def create(self, tenant: Tenant, event: AuditEvent) -> None:
        """Add it. Raises `Conflict` where the name or id is taken."""
        ...

    async def get(self) -> Tenant:
        """Read it. Raises `NotFound`."""
        ...

    async def update(self, tenant: Tenant, event: AuditEvent) -> None:
        """Replace version `tenant.version - 1`. Raises `NotFound`, `ChangedMeanwhile` where another stands there, or
        `Conflict` where another tenant has its domain.
        """
        ...


class Clients(Protocol):
    """The applications of a tenant."""

    async def add(self, client: Client, event: AuditEvent) -> None:
        """Register it. Raises `Conflict` where the id is taken."""
        ...

    async def get(self, client_id: str) -> Client | None:
        """The client, secrets' hashes included."""
        ...

    async def update(self, client: Client, event: AuditEvent) -> None:
        """Replace version `client.version - 1`. Raises `NotFound`, or `ChangedMeanwhile` where another stands there."""
        ...

    async def delete(self, client_id: str, event: AuditEvent) -> None:
        """Remove it with its grants, what hangs from them, and consents. Raises `NotFound`."""
        ...

    async def page(
        self,
        request: PageRequest,
        *,
        search: str = "",
        sort: ClientSort = ClientSort.CLIENT_ID,
        descending: bool = False,
        kind: ClientKind | None = None,
    ) -> Page[Client]:
        """The clients of this kind whom every term of `search` finds (see `domain.client_list`), sorted; names sort by
        their `name_key`. Raises `Invalid` where `search` or the cursor is none.
        """
        ...

    async def allows_origin(self, origin: str) -> bool:
        """Whether any active client of the tenant has registered this web origin."""
        ...


class Resources(Protocol):
    """The APIs of a tenant and their scopes."""

    async def save(self, resource: Resource, event: AuditEvent, *, replaces: int | None = None) -> Resource:
        """Add or replace it; as it is now, with its version: 1, or the next after the one that was there.

        `replaces` is the version that has to be there, 0 where none may be. Raises `ChangedMeanwhile` where it is not
        so, and `Conflict` where another resource has one of its scopes.
        """
        ...

    async def delete(self, identifier: str, event: AuditEvent) -> None:
        """Remove it. Raises `NotFound`."""
        ...

    async def all(self) -> tuple[Resource, ...]:
        """Every resource, by identifier."""
        ...


class SigningKeys(Protocol):
    """The keys of a tenant. At most one key of an algorithm is active: the database sees to it."""

    async def all(self) -> tuple[SigningKey, ...]:
        """Every key, retired ones too, by `kid`."""
        ...

    async def add(self, key: SigningKey, event: AuditEvent) -> bool:
        """Add it; False, and nothing is changed, where another of its algorithm already holds its status of
        announced or active.
        """
        ...

    async def step(self, keys: tuple[SigningKey, ...], event: AuditEvent) -> bool:
        """Write the new states together; False, and nothing is changed, where another process stepped them already.

        A key is replaced only where its stored status is the one before: active for retiring, announced for active,
        and so on. Its sealed half stays as it is stored.
        """
        ...

    async def reseal(self, key: SigningKey, sealed_private: bytes) -> bool:
        """Write the sealed half anew; False where the stored one is not the key's."""
        ...
