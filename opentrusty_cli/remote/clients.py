"""Clients, resources, keys and sessions over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from opentrusty_cli.remote.api import Api
from opentrusty_cli.remote.reading import UNTOLD, read
from opentrusty_core.domain.client import Client, ClientSecret
from opentrusty_core.domain.client_document import plain_value
from opentrusty_core.domain.client_kind import ClientKind
from opentrusty_core.domain.client_list import ClientSort
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.scope import Scope, format_scope
from opentrusty_core.domain.user import User
from opentrusty_core.management import Actor, ClientFields, ClientWithSecret
from opentrusty_core.preview import NothingIssued, TokenPreview
from opentrusty_core.storage import HeldGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSecret(ClientSecret):
    """A secret that is known by its id alone."""

    told_id: str

    @property
    def id(self) -> str:
        """What to call it by."""
        return self.told_id


class RemoteClients:
    """Twin of `management.Clients`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        *,
        search: str = "",
        sort: ClientSort = ClientSort.CLIENT_ID,
        descending: bool = False,
        kind: ClientKind | None = None,
    ) -> Page[Client]:
        query = {"search": search, "sort": f"{'-' if descending else ''}{sort}", "kind": kind}
        return await self._api.page(self._api.of(tenant_id, "clients"), request, _client, query)

    async def get(self, actor: Actor, tenant_id: str, client_id: str) -> Client:
        return _client(await self._api.get(self._api.of(tenant_id, "clients", client_id)))

    async def create(
        self,
        actor: Actor,
        tenant_id: str,
        fields: ClientFields,
        *,
        client_id: str | None = None,
        kind: ClientKind | None = None,
    ) -> ClientWithSecret:
        named = {"client_id": client_id, "kind": kind}
        body = {**_plain(fields), **{name: value for name, value in named.items() if value is not None}}
        return _with_secret(await self._api.post(self._api.of(tenant_id, "clients"), body))

    async def update(
        self, actor: Actor, tenant_id: str, client_id: str, fields: ClientFields, *, version: int | None = None
    ) -> Client:
        return _client(await self._api.patch(self._api.of(tenant_id, "clients", client_id), _plain(fields), version))

    async def rotate_secret(
        self, actor: Actor, tenant_id: str, client_id: str, *, overlap: timedelta = timedelta(0)
    ) -> ClientWithSecret:
        where = self._api.of(tenant_id, "clients", client_id, "rotate-secret")
        return _with_secret(await self._api.post(where, {"overlap": int(overlap.total_seconds())}))

    async def add_secret(
        self, actor: Actor, tenant_id: str, client_id: str, *, lifetime: timedelta | None = None
    ) -> ClientWithSecret:
        where = self._api.of(tenant_id, "clients", client_id, "secrets")
        return _with_secret(
            await self._api.post(where, {"lifetime": None if lifetime is None else int(lifetime.total_seconds())})
        )

    async def end_secret(self, actor: Actor, tenant_id: str, client_id: str, secret_id: str) -> Client:
        await self._api.call("DELETE", self._api.of(tenant_id, "clients", client_id, "secrets", secret_id))
        return await self.get(actor, tenant_id, client_id)

    async def disable(self, actor: Actor, tenant_id: str, client_id: str) -> Client:
        return _client(await self._api.post(self._api.of(tenant_id, "clients", client_id, "disable")))

    async def enable(self, actor: Actor, tenant_id: str, client_id: str) -> Client:
        return _client(await self._api.post(self._api.of(tenant_id, "clients", client_id, "enable")))

    async def delete(self, actor: Actor, tenant_id: str, client_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "clients", client_id))


class RemoteClientGrants:
    """Twin of `management.ClientGrants`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, actor: Actor, tenant_id: str, client_id: str, request: PageRequest) -> Page[HeldGrant]:
        return await self._api.page(self._api.of(tenant_id, "clients", client_id, "grants"), request, _held)

    async def revoke(self, actor: Actor, tenant_id: str, client_id: str, grant_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "clients", client_id, "grants", grant_id))

    async def revoke_all(self, actor: Actor, tenant_id: str, client_id: str) -> int:
        told = await self._api.post(self._api.of(tenant_id, "clients", client_id, "revoke-grants"))
        return int(told["revoked"])


class RemotePreviews:
    """Twin of `preview.Previews`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def tokens(
        self,
        actor: Actor,
        tenant_id: str,
        client_id: str,
        *,
        user_id: str | None = None,
        scope: Scope | None = None,
        claims: Mapping[str, object] | None = None,
    ) -> TokenPreview | NothingIssued:
        body = {"user_id": user_id, "scope": None if scope is None else format_scope(scope), "claims": claims}
        told = await self._api.post(self._api.of(tenant_id, "clients", client_id, "preview"), body)
        return read(NothingIssued, told) if told["issued"] is None else read(TokenPreview, told["issued"])


def _client(data: dict[str, Any]) -> Client:
    secrets = tuple(read(ToldSecret, secret, hash=b"", told_id=secret["id"]) for secret in data["secrets"])
    return read(Client, data, secrets=secrets)


def _with_secret(data: dict[str, Any]) -> ClientWithSecret:
    return ClientWithSecret(client=_client(data), secret=data["client_secret"])


def _held(data: dict[str, Any]) -> HeldGrant:
    name = data["username"]
    user = None if name is None else User(id=data["user_id"], username=name, created_at=UNTOLD, updated_at=UNTOLD)
    return HeldGrant(grant=read(Grant, data, acr="", amr=()), user=user)


def _plain(fields: ClientFields) -> dict[str, object]:
    return {name: plain_value(name, value) for name, value in fields.items()}
