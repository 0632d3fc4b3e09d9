"""Users over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from opentrusty_cli.remote.api import Api
from opentrusty_cli.remote.reading import read
from opentrusty_core.domain.bulk import BulkAction, BulkRefusal, BulkStep
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.user import User, UserSort, UserStatus
from opentrusty_core.domain.user_import import ImportStep, LineOutcome, LineReport
from opentrusty_core.management import Actor, ImportFormat, UserFields

PART: Final = 32 * 1024 * 1024
"""Bytes of JSON Lines that are sent in one request; the Admin Plane takes twice as many."""
_MEDIA_TYPES = {ImportFormat.JSONL: "application/x-ndjson", ImportFormat.CSV: "text/csv"}


class RemoteUsers:
    """Twin of `management.Users`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        *,
        search: str = "",
        sort: UserSort | None = None,
        descending: bool = False,
        status: UserStatus | None = None,
    ) -> Page[User]:
        order = None if sort is None else f"{'-' if descending else ''}{sort}"
        query = {"search": search, "sort": order, "status": status}
        return await self._api.page(self._api.of(tenant_id, "users"), request, _user, query)

    async def get(self, actor: Actor, tenant_id: str, id_or_identifier: str) -> User:
        return _user(await self._api.get(self._api.of(tenant_id, "users", id_or_identifier)))

    async def create(self, actor: Actor, tenant_id: str, fields: UserFields, *, password: str | None = None) -> User:
        return _user(await self._api.post(self._api.of(tenant_id, "users"), {**fields, "password": password}))

    async def update(
        self, actor: Actor, tenant_id: str, user_id: str, fields: UserFields, *, version: int | None = None
    ) -> User:
        return _user(await self._api.patch(self._api.of(tenant_id, "users", user_id), fields, version))

    async def set_password(
        self, actor: Actor, tenant_id: str, user_id: str, password: str, *, must_change: bool = False
    ) -> None:
        where = self._api.of(tenant_id, "users", user_id, "password")
        await self._api.call("PUT", where, {"password": password, "must_change": must_change})

    async def disable(self, actor: Actor, tenant_id: str, user_id: str) -> User:
        return _user(await self._api.post(self._api.of(tenant_id, "users", user_id, "disable")))

    async def enable(self, actor: Actor, tenant_id: str, user_id: str) -> User:
        return _user(await self._api.post(self._api.of(tenant_id, "users", user_id, "enable")))

    async def unlock(self, actor: Actor, tenant_id: str, user_id: str) -> bool:
        return bool((await self._api.post(self._api.of(tenant_id, "users", user_id, "unlock")))["unlocked"])

    async def delete(self, actor: Actor, tenant_id: str, user_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "users", user_id))


class RemoteConsents:
    """Twin of `management.Consents`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str) -> tuple[Consent, ...]:
        def consent(data: dict[str, Any]) -> Consent:
            return read(Consent, data, user_id=user_id)

        return await self._api.all(self._api.of(tenant_id, "users", user_id, "consents"), consent)

    async def withdraw(self, actor: Actor, tenant_id: str, user_id: str, client_id: str) -> None:
        await self._api.call("DELETE", self._api.of(tenant_id, "users", user_id, "consents", client_id))


class RemoteUserExports:
    """Twin of `management.UserExports`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def lines(
        self, actor: Actor, tenant_id: str, *, search: str = "", status: UserStatus | None = None
    ) -> AsyncIterator[bytes]:
        query = {"search": search, "status": status}
        async for piece in self._api.stream("GET", self._api.of(tenant_id, "user-export"), query=query):
            yield piece

    async def person(self, actor: Actor, tenant_id: str, user_id: str) -> AsyncIterator[bytes]:
        async for piece in self._api.stream("GET", self._api.of(tenant_id, "users", user_id, "export")):
            yield piece


class RemoteBulkUsers:
    """Twin of `management.BulkUsers`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def run(
        self,
        actor: Actor,
        tenant_id: str,
        action: BulkAction,
        *,
        search: str = "",
        status: UserStatus | None = None,
        dry_run: bool = False,
    ) -> AsyncIterator[BulkStep]:
        body = {"action": action, "search": search, "status": status, "dry_run": dry_run}
        refused: list[BulkRefusal] = []
        async for line in self._api.lines("POST", self._api.of(tenant_id, "user-bulk"), body=json.dumps(body).encode()):
            if line["type"] == "refused":
                refused.append(read(BulkRefusal, line))
                continue
            yield BulkStep(refused=tuple(refused), done=line["done"], not_done=line["not_done"])
            refused = []


class RemoteUserImports:
    """Twin of `management.UserImports`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def run(
        self,
        actor: Actor,
        tenant_id: str,
        upload: AsyncIterable[bytes],
        format_: ImportFormat,
        *,
        update: bool = False,
        dry_run: bool = False,
    ) -> AsyncIterator[ImportStep]:
        """JSON Lines are sent in parts, so that they may be of any length."""
        where = self._api.of(tenant_id, "user-imports")
        query = {"update": update, "dry_run": dry_run, "every_line": True}
        before = dict.fromkeys(LineOutcome, 0)
        first = 0
        async for part, lines in _parts(upload, format_):
            with part:
                reports: list[LineReport] = []
                totals = before
                media_type = _MEDIA_TYPES[format_]
                answer = self._api.lines("POST", where, query=query, body=part, content_type=media_type)
                async for line in answer:
                    if "line" in line:
                        outcome, number = LineOutcome(line["type"]), first + line["line"]
                        reports.append(read(LineReport, line, outcome=outcome, line=number))
                        continue
                    totals = {outcome: before[outcome] + line[outcome.value] for outcome in LineOutcome}
                    yield ImportStep(reports=tuple(reports), totals=totals)
                    reports = []
            before, first = totals, first + lines


async def _parts(upload: AsyncIterable[bytes], format_: ImportFormat) -> AsyncIterator[tuple[IO[bytes], int]]:
    """Whole lines, and how many; of a CSV all that there is, as its records may go over lines."""
    part, size, lines, sent = _file(), 0, 0, False
    async for chunk in upload:
        rest = chunk
        if format_ is ImportFormat.JSONL and size + len(chunk) > PART and b"\n" in chunk:
            head, _, rest = chunk.rpartition(b"\n")
            part.write(head + b"\n")
            yield part, lines + head.count(b"\n") + 1
            part, size, lines, sent = _file(), 0, 0, True
        part.write(rest)
        size, lines = size + len(rest), lines + rest.count(b"\n")
    if size or not sent:
        yield part, lines
    else:
        part.close()


def _file() -> IO[bytes]:
    file: IO[bytes] = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - closed by whoever reads it
    return file


def _user(data: dict[str, Any]) -> User:
    return read(User, data)
