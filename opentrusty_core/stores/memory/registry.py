"""The tenant's own record, clients, resources, keys and the audit in memory (see `storage.registry`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.client_kind import ClientKind, kind_of
from opentrusty_core.domain.client_list import ClientSort, is_found, name_key
from opentrusty_core.domain.page import BY_MOMENT, BY_TEXT, Key, Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.search import parse_search
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.errors import ChangedMeanwhile, Conflict, NotFound
from opentrusty_core.stores.memory.tables import View, drop, drop_grants, drop_roles, page, sorted_page

_ONE_EACH = {KeyStatus.ANNOUNCED, KeyStatus.ACTIVE}
_STATUS_BEFORE = {
    KeyStatus.ACTIVE: KeyStatus.ANNOUNCED,
    KeyStatus.RETIRING: KeyStatus.ACTIVE,
    KeyStatus.RETIRED: KeyStatus.RETIRING,
}


class MemoryTenantRecord:
    """See `storage.TenantRecord`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def create(self, tenant: Tenant, event: AuditEvent) -> None:
        """See `storage.TenantRecord.create`."""
        async with self._view.write() as t:
            others = (tables.tenant for tables in self._view.database.tenants.values())
            if t.tenant is not None or any(other is not None and other.name == tenant.name for other in others):
                raise Conflict("The tenant exists already.")
            t.tenant = tenant
            t.audit[event.id] = event

    async def get(self) -> Tenant:
        """See `storage.TenantRecord.get`."""
        tenant = self._view.read().tenant
        if tenant is None:
            raise NotFound("There is no such tenant.")
        return tenant

    async def update(self, tenant: Tenant, event: AuditEvent) -> None:
        """See `storage.TenantRecord.update`."""
        async with self._view.write() as t:
            if t.tenant is None:
                raise NotFound("There is no such tenant.")
            if t.tenant.version != tenant.version - 1:
                raise ChangedMeanwhile("The tenant has changed meanwhile. Read it again.")
            others = (tables.tenant for id_, tables in self._view.database.tenants.items() if id_ != tenant.id)
            if tenant.domain is not None and tenant.domain in {it.domain for it in others if it is not None}:
                raise Conflict("The domain belongs to another tenant.")
            t.tenant = tenant
            t.audit[event.id] = event


class MemoryClients:
    """See `storage.Clients`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def add(self, client: Client, event: AuditEvent) -> None:
        """See `storage.Clients.add`."""
        async with self._view.write() as t:
            if client.client_id in t.clients:
                raise Conflict("The client id is taken.")
            t.clients[client.client_id] = client
            t.audit[event.id] = event

    async def get(self, client_id: str) -> Client | None:
        """See `storage.Clients.get`."""
        return self._view.read().clients.get(client_id)

    async def update(self, client: Client, event: AuditEvent) -> None:
        """See `storage.Clients.update`."""
        async with self._view.write() as t:
            known = t.clients.get(client.client_id)
            if known is None:
                raise NotFound("There is no such client.")
            if known.version != client.version - 1:
                raise ChangedMeanwhile("The client has changed meanwhile. Read it again.")
            t.clients[client.client_id] = client
            t.audit[event.id] = event

    async def delete(self, client_id: str, event: AuditEvent) -> None:
        """See `storage.Clients.delete`."""
        async with self._view.write() as t:
            if t.clients.pop(client_id, None) is None:
                raise NotFound("There is no such client.")
            drop_grants(t, lambda grant: grant.client_id == client_id)
            drop(t.access_tokens, lambda token: token.client_id == client_id)
            drop(t.consents, lambda consent: consent.client_id == client_id)
            drop_roles(t, Principal.client(client_id))
            t.audit[event.id] = event

    async def page(
        self,
        request: PageRequest,
        *,
        search: str = "",
        sort: ClientSort = ClientSort.CLIENT_ID,
        descending: bool = False,
        kind: ClientKind | None = None,
    ) -> Page[Client]:
        """See `storage.Clients.page`."""
        terms = parse_search(search)
        clients = self._view.read().clients.values()
        found = [it for it in clients if kind in {None, kind_of(it)} and is_found(it, terms)]
        match sort:
            case ClientSort.CLIENT_ID:
                return page(found, lambda it: it.client_id, request, descending=descending)
            case ClientSort.CLIENT_NAME:
                return sorted_page(
                    found, lambda it: Key(name_key(it), it.client_id), request, BY_TEXT, descending=descending
                )
            case ClientSort.CREATED_AT:
                return sorted_page(
                    found, lambda it: Key(it.created_at, it.client_id), request, BY_MOMENT, descending=descending
                )

    async def allows_origin(self, origin: str) -> bool:
        """See `storage.Clients.allows_origin`."""
        clients = self._view.read().clients.values()
        return any(client.is_active and origin in client.allowed_origins for client in clients)


class MemoryResources:
    """See `storage.Resources`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def save(self, resource: Resource, event: AuditEvent, *, replaces: int | None = None) -> Resource:
        """See `storage.Resources.save`."""
        async with self._view.write() as t:
            known = t.resources.get(resource.identifier)
            version = known.version if known is not None else 0
            if replaces not in {None, version}:
                raise ChangedMeanwhile("The resource has changed meanwhile. Read it again.")
            for other in t.resources.values():
                if other.identifier != resource.identifier and other.scopes.keys() & resource.scopes.keys():
                    raise Conflict("Another resource has one of these scopes.")
            saved = replace(resource, version=version + 1)
            t.resources[resource.identifier] = saved
            t.audit[event.id] = event
            return saved

    async def delete(self, identifier: str, event: AuditEvent) -> None:
        """See `storage.Resources.delete`."""
        async with self._view.write() as t:
            if t.resources.pop(identifier, None) is None:
                raise NotFound("There is no such resource.")
            t.audit[event.id] = event

    async def all(self) -> tuple[Resource, ...]:
        """See `storage.Resources.all`."""
        return tuple(sorted(self._view.read().resources.values(), key=lambda resource: resource.identifier))


class MemorySigningKeys:
    """See `storage.SigningKeys`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def all(self) -> tuple[SigningKey, ...]:
        """See `storage.SigningKeys.all`."""
        return tuple(sorted(self._view.read().signing_keys.values(), key=lambda key: key.kid))

    async def add(self, key: SigningKey, event: AuditEvent) -> bool:
        """See `storage.SigningKeys.add`."""
        async with self._view.write() as t:
            if not _one_each([*t.signing_keys.values(), key]):
                return False
            t.signing_keys[key.kid] = key
            t.audit[event.id] = event
            return True

    async def step(self, keys: tuple[SigningKey, ...], event: AuditEvent) -> bool:
        """See `storage.SigningKeys.step`."""
        async with self._view.write() as t:
            for key in keys:
                known = t.signing_keys.get(key.kid)
                if known is None or known.status is not _STATUS_BEFORE.get(key.status):
                    return False
            stepped = t.signing_keys | {
                key.kid: replace(key, sealed_private=t.signing_keys[key.kid].sealed_private) for key in keys
            }
            if not _one_each(stepped.values()):
                return False
            t.signing_keys = stepped
            t.audit[event.id] = event
            return True

    async def reseal(self, key: SigningKey, sealed_private: bytes) -> bool:
        """See `storage.SigningKeys.reseal`."""
        async with self._view.write() as t:
            known = t.signing_keys.get(key.kid)
            if known is None or known.sealed_private != key.sealed_private:
                return False
            t.signing_keys[key.kid] = replace(known, sealed_private=sealed_private)
            return True


def _one_each(keys: Iterable[SigningKey]) -> bool:
    """Whether no two keys of an algorithm are both announced or both active."""
    held = Counter((key.alg, key.status) for key in keys if key.status in _ONE_EACH)
    return all(count == 1 for count in held.values())
