"""Tenants over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from opentrusty_cli.remote.api import Api, path
from opentrusty_cli.remote.links import terms
from opentrusty_cli.remote.reading import UNTOLD, read
from opentrusty_core.domain.one_time_link import LinkKind, OneTimeLink
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.settings_document import document_of
from opentrusty_core.domain.tenant import Tenant, TenantSettings, TenantSort, TenantStatus
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Invalid
from opentrusty_core.management import GRACE, Actor, FirstOwner, InvitedOwner, MadeLink, UserFields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class RemoteTenants:
    """Twin of `management.Tenants`. `issuers` has those of all tenants seen, by their ids."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.issuers: dict[str, str] = {}

    async def page(
        self,
        actor: Actor,
        request: PageRequest,
        *,
        search: str = "",
        sort: TenantSort = TenantSort.NAME,
        descending: bool = False,
        status: TenantStatus | None = None,
    ) -> Page[Tenant]:
        query = {"search": search, "sort": f"{'-' if descending else ''}{sort}", "status": status}
        return await self._api.page(path("tenants"), request, self.seen, query)

    async def find(self, actor: Actor, name: str) -> Tenant:
        return self.seen(await self._api.get(path("tenants", name)))

    async def create(
        self, actor: Actor, name: str, display_name: str | None = None, *, owner: FirstOwner | None = None
    ) -> Tenant:
        if owner is None:
            raise Invalid({"owner": "A tenant needs an owner."})
        first = {**owner["fields"], "password": owner["password"]}
        return self.seen(await self._create(name, display_name, first))

    async def create_with_invitation(
        self,
        actor: Actor,
        name: str,
        display_name: str | None = None,
        *,
        owner: UserFields,
        lifetime: timedelta | None = None,
        mailed: bool = False,
    ) -> InvitedOwner:
        made = await self._create(name, display_name, {**owner, "invitation": terms(lifetime, mailed)})
        link = made["owner_link"]
        user = read(User, owner, id=link["user_id"], created_at=UNTOLD, updated_at=UNTOLD)
        kind = LinkKind.INVITATION
        told = read(OneTimeLink, link, hash=b"", id="", kind=kind, user_id=user.id, created_at=UNTOLD)
        return InvitedOwner(tenant=self.seen(made), invitation=MadeLink(user=user, link=told, url=link["url"]))

    async def update(
        self,
        actor: Actor,
        tenant_id: str,
        *,
        display_name: str | None = None,
        settings: TenantSettings | None = None,
        version: int | None = None,
    ) -> Tenant:
        body: dict[str, object] = {} if display_name is None else {"display_name": display_name}
        if settings is not None:
            body["settings"] = document_of(settings)
        return self.seen(await self._api.patch(self._api.of(tenant_id), body, version))

    async def configure(
        self, actor: Actor, tenant_id: str, patch: Mapping[str, object], *, version: int | None = None
    ) -> Tenant:
        return self.seen(await self._api.patch(self._api.of(tenant_id), {"settings": patch}, version))

    async def suspend(self, actor: Actor, tenant_id: str) -> Tenant:
        return self.seen(await self._api.post(self._api.of(tenant_id, "suspend")))

    async def resume(self, actor: Actor, tenant_id: str) -> Tenant:
        return self.seen(await self._api.post(self._api.of(tenant_id, "resume")))

    async def delete(self, actor: Actor, tenant_id: str, *, grace: timedelta = GRACE) -> Tenant:
        query = {"grace": int(grace.total_seconds())}
        return self.seen(await self._api.call("DELETE", self._api.of(tenant_id), query=query))

    async def restore(self, actor: Actor, tenant_id: str) -> Tenant:
        return self.seen(await self._api.post(self._api.of(tenant_id, "restore")))

    def seen(self, data: dict[str, Any]) -> Tenant:
        """The tenant; its name and its issuer are remembered."""
        tenant = read(Tenant, data, deletion=None)
        self._api.tenant_names[tenant.id] = tenant.name
        self.issuers[tenant.id] = data["issuer"]
        return tenant

    async def _create(self, name: str, display_name: str | None, owner: object) -> dict[str, Any]:
        made: dict[str, Any] = await self._api.post(
            path("tenants"), {"name": name, "display_name": display_name, "owner": owner}
        )
        return made


class RemoteDomains:
    """Twin of `management.Domains`."""

    def __init__(self, api: Api, tenants: RemoteTenants) -> None:
        self._api = api
        self._tenants = tenants

    async def waiting(self, actor: Actor, request: PageRequest) -> Page[Tenant]:
        return await self._api.page(path("platform", "domains"), request, self._tenants.seen)

    async def ask(self, actor: Actor, tenant_id: str, domain: str) -> Tenant:
        return self._tenants.seen(await self._api.post(self._api.of(tenant_id, "domains"), {"domain": domain}))

    async def approve(self, actor: Actor, tenant_id: str, domain: str) -> Tenant:
        name = self._api.tenant_names.get(tenant_id, tenant_id)
        return self._tenants.seen(await self._api.post(path("platform", "domains"), {"domain": domain, "tenant": name}))

    async def remove(self, actor: Actor, tenant_id: str, domain: str) -> Tenant:
        return self._tenants.seen(await self._api.call("DELETE", self._api.of(tenant_id, "domains", domain)))
