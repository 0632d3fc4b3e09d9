"""What `storage.Clients.page` promises: every order, every search, every kind, and all of them in pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opentrusty_core.domain.client import ApplicationType, AuthMethod, Client, GrantType
from opentrusty_core.domain.client_kind import ClientKind, kind_of
from opentrusty_core.domain.client_list import ClientSort, is_found, name_key
from opentrusty_core.domain.page import Key, PageRequest, dump_key
from opentrusty_core.domain.search import parse_search
from opentrusty_core.errors import Invalid
from opentrusty_core.storage.contract.world import ALL, Contract, World

_PUBLIC: dict[str, Any] = {"token_endpoint_auth_method": AuthMethod.NONE, "secrets": ()}
APPLICATIONS: list[dict[str, Any]] = [
    {"client_id": "shop", "client_name": "Web Shop", "tags": ("team:sales",)},
    {
        "client_id": "Shop-2",
        "client_name": "Éclair shop",
        "translations": {"client_name#de": "Laden", "tos_uri#de": "x"},
    },
    {"client_id": "b", "client_name": "web shop", **_PUBLIC},
    {"client_id": "native", "client_name": "Pocket", "application_type": ApplicationType.NATIVE, **_PUBLIC},
    {"client_id": "job", "client_name": "Nightly job", "grant_types": (GrantType.CLIENT_CREDENTIALS,)},
    {"client_id": "zz", "client_name": "Job-Center", "tags": ("team:sales", "old")},
]
SEARCHES = [
    "",
    "shop",
    "SHO",
    "web shop",
    "eclair",
    "lad",
    "tos",
    "team:s",
    "job",
    "center",
    "job team",
    "x",
    'sh "',
    "nobody",
]


async def plant(world: World) -> list[Client]:
    """The applications, two of them registered at the same moment."""
    planted = []
    for number, changes in enumerate(APPLICATIONS):
        at = world.now - timedelta(minutes=number // 2)
        planted.append(await world.client(**changes, created_at=at, updated_at=at))
    return planted


def key_of(client: Client, sort: ClientSort) -> tuple[Any, str]:
    """Where a client stands in an order."""
    values = {
        ClientSort.CLIENT_ID: client.client_id,
        ClientSort.CLIENT_NAME: name_key(client),
        ClientSort.CREATED_AT: client.created_at,
    }
    return values[sort], client.client_id


async def collected(world: World, limit: int, **how: Any) -> list[Client]:
    """A whole list, in pages of this length: every page but the last is full, and the last has something."""
    request, found = PageRequest(limit=limit), list[Client]()
    while True:
        page = await world.here.clients.page(request, **how)
        found += page.items
        if page.next_after is None:
            assert page.items or request.after is None
            return found
        assert len(page.items) == limit
        request = PageRequest(limit=limit, after=page.next_after)


class TestClientLists(Contract):
    """`Clients.page`."""

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("sort", ClientSort)
    async def test_clients_come_in_every_order_found_by_every_search(
        self, world: World, sort: ClientSort, descending: bool
    ) -> None:
        """Of every kind or of one, in pages of any length: the same list."""
        planted = await plant(world)
        for search in SEARCHES:
            for kind in (None, *ClientKind):
                terms = parse_search(search)
                wanted = [it for it in planted if is_found(it, terms) and kind in {None, kind_of(it)}]
                wanted.sort(key=lambda it: key_of(it, sort), reverse=descending)
                for limit in (1, 2, len(planted), 200):
                    how: dict[str, Any] = {"search": search, "sort": sort, "descending": descending, "kind": kind}
                    assert await collected(world, limit, **how) == wanted

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("sho", {"shop", "Shop-2", "b"}),
            ("eclair", {"Shop-2"}),
            ("laden", {"Shop-2"}),
            ("job", {"job", "zz"}),
            ("center", {"zz"}),
            ("team:sales shop", {"shop"}),
            ("hop", set()),
        ],
    )
    async def test_a_client_is_found_by_its_id_names_and_tags(self, world: World, search: str, found: set[str]) -> None:
        """By the beginning of each word, in any language and without accents; not by the middle of one."""
        await plant(world)
        page = await world.here.clients.page(ALL, search=search)
        assert {client.client_id for client in page.items} == found

    async def test_what_a_client_is_found_by_follows_it(self, world: World) -> None:
        """Name, kind and tags change; a client that is gone is not found."""
        client = await world.client(client_id="one", client_name="First")
        changed = replace(client, client_name="Second", tags=("new",), version=2, **_PUBLIC)
        await world.here.clients.update(changed, world.event())
        page = world.here.clients.page
        assert (await page(ALL, search="first")).items == ()
        for how in ({"search": "second"}, {"search": "new"}, {"search": "one"}, {"kind": ClientKind.SINGLE_PAGE}):
            assert (await page(ALL, **how)).items == (changed,)
        await world.here.clients.delete("one", world.event())
        assert (await page(ALL, search="second")).items == ()
        assert (await page(ALL, kind=ClientKind.SINGLE_PAGE)).items == ()

    async def test_a_page_begins_where_the_one_before_ended_though_that_client_is_gone(self, world: World) -> None:
        """A cursor is a place, not a client."""
        planted = await plant(world)
        ordered = sorted(planted, key=lambda it: key_of(it, ClientSort.CLIENT_NAME))
        first = await world.here.clients.page(PageRequest(limit=2), sort=ClientSort.CLIENT_NAME)
        assert first.next_after == dump_key(Key(name_key(ordered[1]), ordered[1].client_id))
        await world.here.clients.delete(ordered[1].client_id, world.event())
        rest = await world.here.clients.page(
            PageRequest(limit=200, after=first.next_after), sort=ClientSort.CLIENT_NAME
        )
        assert list(rest.items) == ordered[2:]

    @pytest.mark.case("J5")
    @pytest.mark.parametrize("sort", [ClientSort.CLIENT_NAME, ClientSort.CREATED_AT])
    async def test_a_cursor_of_another_kind_is_none(self, world: World, sort: ClientSort) -> None:
        """It says where no page of this list ended."""
        with pytest.raises(Invalid):
            await world.here.clients.page(PageRequest(after="nothing"), sort=sort)
        with pytest.raises(Invalid):
            await world.here.clients.page(ALL, search="x" * 300)
