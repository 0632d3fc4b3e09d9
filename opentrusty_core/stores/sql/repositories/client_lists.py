"""Lists of clients in SQL: in their orders, and those whom a search finds (see `storage.Clients.page`)."""

from __future__ import annotations

from opentrusty_core.domain.client import Client
from opentrusty_core.domain.client_kind import ClientKind, kind_of
from opentrusty_core.domain.client_list import ClientSort, entries_of, name_key
from opentrusty_core.domain.page import BY_MOMENT, BY_TEXT, Key, Page, PageRequest
from opentrusty_core.domain.search import parse_search
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.repositories.base import Repository
from opentrusty_core.stores.sql.repositories.terms import dump_entries
from opentrusty_core.stores.sql.repositories.user_lists import range_of
from opentrusty_core.stores.sql.rows import CLIENT

_ORDERS = {
    ClientSort.CLIENT_ID: ("page_clients", "find_clients"),
    ClientSort.CLIENT_NAME: ("page_clients_by_name", "find_clients_by_name"),
    ClientSort.CREATED_AT: ("page_clients_by_age", "find_clients_by_age"),
}
"""For each order the query of all clients, and that of those whom a search finds."""


class SqlClientLists(Repository):
    """See `storage.Clients.page`."""

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
        name = _ORDERS[sort][1 if terms else 0]
        params: Params = {"kind": kind or "", **(range_of(terms) if terms else {})}
        match sort:
            case ClientSort.CLIENT_ID:
                return await self._page(name, CLIENT, lambda it: it.client_id, request, descending=descending, **params)
            case ClientSort.CLIENT_NAME:
                return await self._sorted_page(
                    name,
                    CLIENT,
                    lambda it: Key(name_key(it), it.client_id),
                    request,
                    BY_TEXT,
                    descending=descending,
                    **params,
                )
            case ClientSort.CREATED_AT:
                return await self._sorted_page(
                    name,
                    CLIENT,
                    lambda it: Key(it.created_at, it.client_id),
                    request,
                    BY_MOMENT,
                    descending=descending,
                    **params,
                )


def list_params(client: Client) -> Params:
    """What a client is listed and found by."""
    return {"kind": kind_of(client).value, "name_key": name_key(client), "terms": dump_entries(entries_of(client))}
