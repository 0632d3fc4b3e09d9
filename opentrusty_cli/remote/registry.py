"""Resources, keys, sessions and the health over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from opentrusty_cli.remote.api import Api, path
from opentrusty_cli.remote.reading import read
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import SigningKey
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun
from opentrusty_core.management import Actor, Check, SystemHealth


class RemoteResources:
    """Twin of `management.Resources`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(self, actor: Actor, tenant_id: str) -> tuple[Resource, ...]:
        return tuple([it async for it in self._api.pages(self._api.of(tenant_id, "resources"), _resource)])

    async def get(self, actor: Actor, tenant_id: str, identifier: str) -> Resource:
        return _resource(await self._api.get(self._api.of(tenant_id, "resources", identifier)))

    async def save(self, actor: Actor, tenant_id: str, resource: Resource, *, version: int | None = None) -> Resource:
        where = self._api.of(tenant_id, "resources", resource.identifier)
        body = {"name": resource.name, "scopes": dict(resource.scopes)}
        return _resource(await self._api.call("PUT", where, body, headers=_only_where(version)))

    async def delete(self, actor: Actor, tenant_id: str, identifier: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "resources", identifier))


class RemoteKeys:
    """Twin of `management.Keys`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(self, actor: Actor, tenant_id: str) -> tuple[SigningKey, ...]:
        return await self._api.all(self._api.of(tenant_id, "keys"), _key)

    async def get(self, actor: Actor, tenant_id: str, kid: str) -> SigningKey:
        return _key(await self._api.get(self._api.of(tenant_id, "keys", kid)))

    async def rotate(self, actor: Actor, tenant_id: str, alg: str) -> SigningKey:
        return _key(await self._api.post(self._api.of(tenant_id, "keys", "rotate"), {"alg": alg}))

    async def retire(self, actor: Actor, tenant_id: str, kid: str) -> SigningKey:
        return _key(await self._api.post(self._api.of(tenant_id, "keys", kid, "retire")))


class RemoteSessions:
    """Twin of `management.Sessions`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, actor: Actor, tenant_id: str, user_id: str, request: PageRequest) -> Page[Session]:
        return await self._api.page(self._api.of(tenant_id, "users", user_id, "sessions"), request, _session)

    async def get(self, actor: Actor, tenant_id: str, session_id: str) -> Session:
        return _session(await self._api.get(self._api.of(tenant_id, "sessions", session_id)))

    async def end(self, actor: Actor, tenant_id: str, session_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "sessions", session_id))

    async def end_all(self, actor: Actor, tenant_id: str, user_id: str) -> int:
        told = await self._api.call("DELETE", self._api.of(tenant_id, "users", user_id, "sessions"))
        return int(told["ended"])


class RemoteSystem:
    """Twin of `management.System`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def health(self, actor: Actor) -> SystemHealth:
        told = await self._api.get(path("system", "health"))
        database, keys, offset = told["database"], told["keys"], told["database"]["clock_offset_ms"]
        return SystemHealth(
            version=told["version"],
            at=datetime.fromisoformat(told["at"]),
            schema=database["schema_version"],
            latency=timedelta(milliseconds=database["latency_ms"]),
            clock_offset=None if offset is None else timedelta(milliseconds=offset),
            master_key_id=told["master_key_id"],
            keys=read(KeyCensus, keys),
            next_rotation_at=_moment(keys["next_rotation_at"]),
            last_maintenance=None if told["maintenance"] is None else read(MaintenanceRun, told["maintenance"]),
            audit_sealed_until=_moment(told["audit_sealed_until"]),
            backlog=told["backlog"],
            checks=tuple(read(Check, check, is_fine=check["status"] == "ok") for check in told["checks"]),
        )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _only_where(version: int | None) -> dict[str, str]:
    """The header that asks for the version that was read, 0 for none."""
    if version is None:
        return {}
    return {"if-match": f'"{version}"'} if version else {"if-none-match": "*"}


def _resource(data: dict[str, Any]) -> Resource:
    return read(Resource, data)


def _key(data: dict[str, Any]) -> SigningKey:
    return read(SigningKey, data, public_jwk=json.dumps(data["public_jwk"]), sealed_private=b"")


def _session(data: dict[str, Any]) -> Session:
    end = datetime.fromisoformat(data["expires_at"])  # whichever comes first
    return read(Session, data, handle_hash=b"", browser_hash=b"", idle_expires_at=end)
