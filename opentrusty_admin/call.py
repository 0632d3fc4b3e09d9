"""A request as its operation sees it: who calls, on which tenant, with what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Generic
from typing import TypeVar as PlainTypeVar

from typing_extensions import TypeVar

from opentrusty_admin.schemas.base import Listing, Model, NoQuery, PageQuery, Query
from opentrusty_admin.stream import Upload, received
from opentrusty_core import Actor, Management, Provider, Settings
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_server.http import Request
from opentrusty_server.lifecycle import Lifecycle
from opentrusty_server.pages.render import Pages

B = TypeVar("B", default=None)
Q = TypeVar("Q", bound=Query, default=NoQuery)
T = PlainTypeVar("T")
M = PlainTypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The collaborators of every operation."""

    provider: Provider
    settings: Settings
    lifecycle: Lifecycle
    pages: Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B, Q]):
    """A request that may be answered: its caller is known, its permission held, its body and query are what they
    should be.

    `tenant_id` is that of the tenant which the path names, empty where it names none; `path` are the path's other
    parameters; `version` is what If-Match asks for, None where it asks for nothing.
    """

    plane: Plane
    operation_id: str
    actor: Actor
    tenant_id: str = ""
    path: Mapping[str, str]
    body: B
    query: Q
    version: int | None = None
    request: Request

    @property
    def management(self) -> Management:
        """The use cases."""
        return self.plane.provider.management

    async def upload(self) -> AsyncIterator[bytes]:
        """The body of an `Upload` piece by piece, once all of it is here.

        Raises:
            HttpError: it is too long (413) or too slow (408).
        """
        if not isinstance(self.body, Upload):
            raise TypeError(f"{self.operation_id} declares no upload")
        return await received(self.request, self.body.most)

    @property
    def page(self) -> PageRequest:
        """The page that is asked for. Raises `Invalid` for a cursor that is not of this list."""
        query = self.query
        if not isinstance(query, PageQuery):
            raise TypeError(f"{self.operation_id} declares no page")
        after = None
        if query.cursor is not None:
            after = self.plane.provider.cursors.open(query.cursor, *self._list)
        return PageRequest(limit=query.limit, after=after)

    def listing(self, page: Page[T], of: Callable[[T], M]) -> Listing[M]:
        """The page as it is answered, its cursor good for this very list only."""
        cursor = None
        if page.next_after is not None:
            cursor = self.plane.provider.cursors.seal(page.next_after, *self._list)
        return Listing(items=tuple(of(item) for item in page.items), next_cursor=cursor)

    @property
    def _list(self) -> tuple[str, ...]:
        """What makes this list this list: operation, tenant, path, and the query but for where and how long."""
        query = self.query.model_dump(exclude={"cursor", "limit"}, mode="json")
        asked = (f"{name}={value!r}" for name, value in sorted(query.items()))
        return (self.operation_id, self.tenant_id, *(f"{k}={v}" for k, v in sorted(self.path.items())), *asked)
