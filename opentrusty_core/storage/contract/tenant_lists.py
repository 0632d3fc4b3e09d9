"""What `storage.Tenants.page` promises: both orders, every search, every status, and all of them in pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.search import parse_search, tenant_entries
from opentrusty_core.domain.tenant import Tenant, TenantSort, TenantStatus
from opentrusty_core.errors import Invalid
from opentrusty_core.storage.contract.builders import a_tenant
from opentrusty_core.storage.contract.world import ALL, Contract, World

SUSPENDED = TenantStatus.SUSPENDED
TENANTS: list[dict[str, Any]] = [
    {"name": "acme", "display_name": "Acme Ltd."},
    {"name": "acme-emea", "display_name": "Acme Europe", "status": SUSPENDED},
    {"name": "z", "display_name": "Zoë & Söhne", "status": SUSPENDED},
    {"name": "globex", "display_name": "GLOBEX Acme-Trading"},
    {"name": "0", "display_name": '☃ "quoted" 書店'},
]
SEARCHES = ["", "a", "acme", "ACME ltd", "emea", "trading", "zoe", "soh", "\u2603", "quoted", "書", "acme glo", "cme"]


async def plant(world: World) -> list[Tenant]:
    """The tenants, two made at one moment, beside the two that are there."""
    planted = [world.here_tenant, world.there_tenant]
    for number, changes in enumerate(TENANTS):
        at = world.now - timedelta(minutes=number // 2)
        tenant = a_tenant(world.runtime, created_at=at, **changes)
        await world.store.tenant(tenant.id).tenant.create(tenant, world.event())
        planted.append(tenant)
    return planted


async def collected(world: World, limit: int, **how: Any) -> list[Tenant]:
    """A whole list, in pages of this length: every page but the last is full, and the last has something."""
    request, found = PageRequest(limit=limit), list[Tenant]()
    while True:
        page = await world.store.platform.tenants.page(request, **how)
        found += page.items
        if page.next_after is None:
            assert page.items or request.after is None
            return found
        assert len(page.items) == limit
        request = PageRequest(limit=limit, after=page.next_after)


def is_found(tenant: Tenant, terms: tuple[str, ...]) -> bool:
    """Whether every term begins something of the tenant's."""
    return all(any(entry.startswith(term) for entry in tenant_entries(tenant)) for term in terms)


class TestTenantLists(Contract):
    """`Tenants.page`."""

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("sort", TenantSort)
    async def test_tenants_come_in_every_order_found_by_every_search(
        self, world: World, sort: TenantSort, descending: bool
    ) -> None:
        """Of every status or of one, in pages of any length: the same list."""
        planted = await plant(world)
        for search in SEARCHES:
            for status in (None, TenantStatus.ACTIVE, SUSPENDED, TenantStatus.ERASING):
                terms = parse_search(search)
                wanted = [it for it in planted if is_found(it, terms) and status in {None, it.status}]
                wanted.sort(
                    key=lambda it: it.name if sort is TenantSort.NAME else (it.created_at, it.id), reverse=descending
                )
                for limit in (1, 2, len(planted), 200):
                    how: dict[str, Any] = {"search": search, "sort": sort, "descending": descending, "status": status}
                    assert await collected(world, limit, **how) == wanted

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("acm", {"acme", "acme-emea", "globex"}),
            ("emea", {"acme-emea"}),
            ("acme trad", {"globex"}),
            ("ZOE", {"z"}),
            ("書店", {"0"}),
            ("cme", set()),
        ],
    )
    async def test_a_tenant_is_found_by_the_words_of_its_names(
        self, world: World, search: str, found: set[str]
    ) -> None:
        """By the beginning of each, without case and accents; not by the middle of one."""
        await plant(world)
        page = await world.store.platform.tenants.page(ALL, search=search)
        assert {tenant.name for tenant in page.items} == found

    async def test_what_a_tenant_is_found_by_follows_it(self, world: World) -> None:
        """A new display name finds it, the old one does not."""
        tenants = world.store.platform.tenants
        renamed = replace(world.here_tenant, display_name="Renamed", version=2)
        assert (await tenants.page(ALL, search="renamed")).items == ()
        await world.here.tenant.update(renamed, world.event())
        assert (await tenants.page(ALL, search="renamed")).items == (renamed,)
        assert world.here_tenant not in (await tenants.page(ALL, search=world.here_tenant.display_name)).items

    async def test_a_cursor_of_another_order_is_refused(self, world: World) -> None:
        """So is a search that is none."""
        tenants = world.store.platform.tenants
        with pytest.raises(Invalid):
            await tenants.page(PageRequest(after="acme"), sort=TenantSort.CREATED_AT)
        with pytest.raises(Invalid):
            await tenants.page(ALL, search="a b c d e f g h i")
