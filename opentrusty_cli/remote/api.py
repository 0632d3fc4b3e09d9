"""Calls to the Admin Plane as one login: JSON there and back, pages, uploads, and problems as errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from typing import IO, Any, Final, TypeVar
from urllib.parse import quote, urlencode

from opentrusty_cli.errors import NotSignedIn
from opentrusty_cli.remote import oauth
from opentrusty_cli.remote.http import Answer, Body, Http
from opentrusty_cli.remote.logins import Login, Logins
from opentrusty_cli.remote.problems import error_of
from opentrusty_core.domain.page import MAX_PAGE, Page, PageRequest
from opentrusty_core.errors import OpenTrustyError, StoreUnavailable
from opentrusty_core.runtime import Runtime

T = TypeVar("T")

_EARLY: Final = timedelta(seconds=15)
"""How long before its end a token is renewed: a request takes a while."""
_JSON: Final = {"content-type": "application/json"}

Query = Mapping[str, object]


class Api:
    """The operations of an Admin Plane, by their paths below `/api/v1`.

    Args:
        http: sends requests.
        logins: where a login that was refreshed is written down.
        login: who calls.
        runtime: time and entropy.
    """

    def __init__(self, http: Http, logins: Logins, login: Login, runtime: Runtime) -> None:
        self._http = http
        self._logins = logins
        self._runtime = runtime
        self.login = login
        self.tenant_names: dict[str, str] = {}
        """The names of tenants by their ids: paths have names, records have ids."""

    def of(self, tenant_id: str, *parts: str) -> str:
        """The path of something of a tenant, which is named by its id or by its name."""
        return path("tenants", self.tenant_names.get(tenant_id, tenant_id), *parts)

    async def get(self, where: str, query: Query | None = None) -> Any:
        """What an operation shows."""
        return await self.call("GET", where, query=query)

    async def post(self, where: str, body: object = None) -> Any:
        """What an operation made or did. Sent again where the answer is lost, it is done once."""
        headers = {"idempotency-key": self._runtime.new_id()}
        try:
            return await self.call("POST", where, body, headers=headers)
        except StoreUnavailable:
            return await self.call("POST", where, body, headers=headers)

    async def patch(self, where: str, body: object, version: int | None = None) -> Any:
        """What something has become; `version` is the one that was read."""
        return await self.call("PATCH", where, body, headers={} if version is None else {"if-match": f'"{version}"'})

    async def page(
        self, where: str, request: PageRequest, of: Callable[[dict[str, Any]], T], query: Query | None = None
    ) -> Page[T]:
        """A page of a list."""
        wanted = {**(query or {}), "limit": request.limit, "cursor": request.after}
        listing = await self.get(where, wanted)
        return Page(items=tuple(map(of, listing["items"])), next_after=listing["next_cursor"])

    async def all(self, where: str, of: Callable[[dict[str, Any]], T]) -> tuple[T, ...]:
        """A list that comes in one page."""
        return tuple(map(of, (await self.get(where))["items"]))

    async def pages(self, where: str, of: Callable[[dict[str, Any]], T]) -> AsyncIterator[T]:
        """A list with all its pages."""
        request: PageRequest | None = PageRequest(limit=MAX_PAGE)
        while request is not None:
            page = await self.page(where, request, of)
            for item in page.items:
                yield item
            request = None if page.next_after is None else PageRequest(limit=MAX_PAGE, after=page.next_after)

    async def call(
        self,
        method: str,
        where: str,
        body: object = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer of an operation, None where it has nothing to say. Raises what its use case does."""
        data = None if body is None else json.dumps(body).encode()
        sent = {**(_JSON if data is not None else {}), **(headers or {})}
        url = self._url(where, query)
        answer = await self._authorized(lambda more: self._http.send(method, url, {**sent, **more}, data))
        return None if answer.status == 204 else answer.json()

    async def stream(
        self,
        method: str,
        where: str,
        *,
        query: Query | None = None,
        body: Body = None,
        content_type: str = "application/json",
    ) -> AsyncIterator[bytes]:
        """The pieces of a long answer, as they come. Raises what its use case does."""
        url, sent = self._url(where, query), {} if body is None else {"content-type": content_type}
        if hasattr(body, "seek"):
            sent["content-length"] = str(_length(body))  # type: ignore[arg-type]
        headers = sent | await self._bearer()
        async with self._http.stream(method, url, headers, body) as answer:
            if isinstance(answer, Answer):
                raise error_of(answer)
            async for piece in answer:
                yield piece

    async def lines(self, method: str, where: str, **more: Any) -> AsyncIterator[Any]:
        """The lines of such an answer, of JSON each. Raises `StoreUnavailable` where it was cut off."""
        held, last = b"", None
        async for piece in self.stream(method, where, **more):
            *ended, held = (held + piece).split(b"\n")
            for line in ended:
                last = json.loads(line)
                yield last
        if last is None or last.get("type") != "done":
            raise StoreUnavailable("The answer was cut off: what was told so far is done. Run it again for the rest.")

    def _url(self, where: str, query: Query | None) -> str:
        given = {name: _text(value) for name, value in (query or {}).items() if value not in {None, ""}}
        return f"{self.login.admin_url}/api/v1{where}" + (f"?{urlencode(given)}" if given else "")

    async def _authorized(self, send: Callable[[Mapping[str, str]], Awaitable[Answer]]) -> Answer:
        """A good answer; a token that is refused before its time is renewed once."""
        token = await self._token()
        answer = await send({"authorization": f"Bearer {token}"})
        if answer.status == 401 and self.login.refresh_token is not None:
            renewed = await self._token(refused=token)
            answer = await send({"authorization": f"Bearer {renewed}"})
        if answer.status == 401:
            raise NotSignedIn(f"{error_of(answer)} Sign in again: {self.login.again}")
        if not answer.is_good:
            raise error_of(answer)
        return answer

    async def _bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {await self._token()}"}

    async def _token(self, *, refused: str | None = None) -> str:
        """An access token that is good for a while; other processes wait while this one renews it."""
        if self._is_usable(self.login, refused):
            return self.login.access_token
        with self._logins.lock():
            known = self._logins.known().logins.get(self.login.name, self.login)
            if not self._is_usable(known, refused):
                known = await oauth.refresh(self._http, known, self._runtime.now())
                self._logins.replaced(known)
        self.login = known
        return known.access_token

    def _is_usable(self, login: Login, refused: str | None) -> bool:
        return login.access_token != refused and self._runtime.now() < login.expires_at - _EARLY


def path(*parts: str) -> str:
    """The path that these parts name."""
    if any(part in {".", ".."} for part in parts):
        raise OpenTrustyError("Nothing can be named by dots alone over HTTP.")  # RFC 3986 §5.2.4 removes them
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _length(file: IO[bytes]) -> int:
    length = file.seek(0, 2)
    file.seek(0)
    return length
