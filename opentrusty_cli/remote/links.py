"""One-time links over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from opentrusty_cli.remote.api import Api
from opentrusty_cli.remote.reading import read
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.user import User
from opentrusty_core.management import Actor, MadeLink, UserFields


def terms(lifetime: timedelta | None, mailed: bool) -> dict[str, object]:
    """What is said of every link."""
    return {"lifetime": None if lifetime is None else int(lifetime.total_seconds()), "mailed": mailed}


class RemoteLinks:
    """Twin of `management.Links`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def invite(
        self,
        actor: Actor,
        tenant_id: str,
        fields: UserFields,
        *,
        lifetime: timedelta | None = None,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        link = {**terms(lifetime, mailed), "client_id": client_id}
        return _made(await self._api.post(self._api.of(tenant_id, "invitations"), {**fields, "link": link}))

    async def invite_again(
        self,
        actor: Actor,
        tenant_id: str,
        user_id: str,
        *,
        lifetime: timedelta | None = None,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        where = self._api.of(tenant_id, "users", user_id, "invitation")
        return _made(await self._api.post(where, {**terms(lifetime, mailed), "client_id": client_id}))

    async def start_reset(
        self,
        actor: Actor,
        tenant_id: str,
        user_id: str,
        *,
        lifetime: timedelta | None = None,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        where = self._api.of(tenant_id, "users", user_id, "password-reset")
        return _made(await self._api.post(where, {**terms(lifetime, mailed), "client_id": client_id}))

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str) -> OneTimeLink | None:
        told = await self._api.get(self._api.of(tenant_id, "users", user_id, "link"))
        return None if told["link"] is None else _link(told["link"], user_id)

    async def withdraw(self, actor: Actor, tenant_id: str, user_id: str) -> bool:
        told = await self._api.call("DELETE", self._api.of(tenant_id, "users", user_id, "link"))
        return bool(told["withdrawn"])


def _made(data: dict[str, Any]) -> MadeLink:
    user = read(User, data["user"])
    return MadeLink(user=user, link=_link(data, user.id), url=data["url"])


def _link(data: dict[str, Any], user_id: str) -> OneTimeLink:
    return read(OneTimeLink, data, hash=b"", user_id=user_id)
