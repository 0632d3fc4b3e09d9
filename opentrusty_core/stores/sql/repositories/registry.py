"""The tenant's own record, clients, resources, keys and audit in SQL (see `storage.registry`)."""

from __future__ import annotations

import json
from dataclasses import replace

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.search import tenant_entries
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.errors import ChangedMeanwhile, Conflict, NotFound
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Database, Taken
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.repositories.client_lists import SqlClientLists, list_params
from opentrusty_core.stores.sql.repositories.terms import dump_entries
from opentrusty_core.stores.sql.rows import CLIENT, RESOURCE, SIGNING_KEY, TENANT

_STATUS_BEFORE = {
    KeyStatus.RETIRED: KeyStatus.RETIRING,
    KeyStatus.RETIRING: KeyStatus.ACTIVE,
    KeyStatus.ACTIVE: KeyStatus.ANNOUNCED,
}
"""In the order of writing: a key leaves its place before another takes it."""


def _tenant_params(tenant: Tenant) -> Params:
    return {"terms": dump_entries(tenant_entries(tenant)), **TENANT.params(tenant)}


class SqlTenantRecord(Repository):
    """See `storage.TenantRecord`."""

    async def create(self, tenant: Tenant, event: AuditEvent) -> None:
        """See `storage.TenantRecord.create`."""
        if not await self._add("create_tenant", event, **_tenant_params(tenant)):
            raise Conflict("The tenant exists already.")

    async def get(self) -> Tenant:
        """See `storage.TenantRecord.get`."""
        tenant = first(TENANT, await self._find("get_tenant"))
        if tenant is None:
            raise NotFound("There is no such tenant.")
        return tenant

    async def update(self, tenant: Tenant, event: AuditEvent) -> None:
        """See `storage.TenantRecord.update`."""
        try:
            updated = await self._add("update_tenant", event, **_tenant_params(tenant))
        except Taken:
            raise Conflict("The domain belongs to another tenant.") from None
        if not updated:
            await self.get()
            raise ChangedMeanwhile("The tenant has changed meanwhile. Read it again.")


class SqlClients(SqlClientLists):
    """See `storage.Clients`."""

    async def add(self, client: Client, event: AuditEvent) -> None:
        """See `storage.Clients.add`."""
        if not await self._add("add_client", event, **_client_params(client)):
            raise Conflict("The client id is taken.")

    async def get(self, client_id: str) -> Client | None:
        """See `storage.Clients.get`."""
        return first(CLIENT, await self._find("get_client", client_id=client_id))

    async def update(self, client: Client, event: AuditEvent) -> None:
        """See `storage.Clients.update`."""
        if await self._add("update_client", event, **_client_params(client)):
            return
        if await self.get(client.client_id) is None:
            raise NotFound("There is no such client.")
        raise ChangedMeanwhile("The client has changed meanwhile. Read it again.")

    async def delete(self, client_id: str, event: AuditEvent) -> None:
        """See `storage.Clients.delete`."""
        if not await self._find("delete_client", event, client_id=client_id):
            raise NotFound("There is no such client.")

    async def allows_origin(self, origin: str) -> bool:
        """See `storage.Clients.allows_origin`."""
        return bool(await self._find("client_of_origin", origin=origin))


class SqlResources(Repository):
    """See `storage.Resources`."""

    async def save(self, resource: Resource, event: AuditEvent, *, replaces: int | None = None) -> Resource:
        """See `storage.Resources.save`."""
        first_version = RESOURCE.params(replace(resource, version=1))
        params = self._params(event, scopes=json.dumps(list(resource.scopes)), replaces=replaces, **first_version)

        async def body(database: Database) -> Resource:
            saved = await database.run("save_resource", params)
            version: int = saved[0][0] if saved else 0
            if replaces is not None and version != replaces + 1:
                raise ChangedMeanwhile("The resource has changed meanwhile. Read it again.")
            if len(await database.run("claim_scopes", params)) < len(resource.scopes):
                raise Conflict("Another resource has one of these scopes.")
            await database.append(self._params(event))
            return replace(resource, version=version)

        return await self._database.unit(body)

    async def delete(self, identifier: str, event: AuditEvent) -> None:
        """See `storage.Resources.delete`."""
        if not await self._find("delete_resource", event, identifier=identifier):
            raise NotFound("There is no such resource.")

    async def all(self) -> tuple[Resource, ...]:
        """See `storage.Resources.all`."""
        return tuple(RESOURCE.read(row) for row in await self._find("resources"))


class SqlSigningKeys(Repository):
    """See `storage.SigningKeys`."""

    async def all(self) -> tuple[SigningKey, ...]:
        """See `storage.SigningKeys.all`."""
        return tuple(SIGNING_KEY.read(row) for row in await self._find("signing_keys"))

    async def add(self, key: SigningKey, event: AuditEvent) -> bool:
        """See `storage.SigningKeys.add`."""
        return bool(await self._add("add_signing_key", event, **SIGNING_KEY.params(key)))

    async def reseal(self, key: SigningKey, sealed_private: bytes) -> bool:
        """See `storage.SigningKeys.reseal`."""
        params = {"kid": key.kid, "before": key.sealed_private, "sealed_private": sealed_private}
        return bool(await self._find("reseal_signing_key", **params))

    async def step(self, keys: tuple[SigningKey, ...], event: AuditEvent) -> bool:
        """See `storage.SigningKeys.step`."""
        steps = [(key, before) for status, before in _STATUS_BEFORE.items() for key in keys if key.status is status]
        if len(steps) < len(keys):
            return False  # no status comes before announced

        async def body(database: Database) -> None:
            for key, before in steps:
                params = self._params(status_before=before.value, **SIGNING_KEY.params(key))
                if not await database.run("step_signing_key", params):
                    raise Taken("Another process stepped the keys.")
            await database.together(("note_change", self._params(event)), ("append_event", self._params(event)))

        try:
            await self._database.unit(body)
        except Taken:
            return False
        return True


def _client_params(client: Client) -> Params:
    return {"origins": json.dumps(client.allowed_origins), **list_params(client), **CLIENT.params(client)}
