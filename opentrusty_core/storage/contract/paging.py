"""What every list promises: `limit` at most, in key order, each once, to the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.storage.contract.builders import a_client, a_declared_access, a_tenant, an_assignment
from opentrusty_core.storage.contract.world import ALL, Contract, World

Keys = Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that pages, how to add to it under a key that sorts where the number does, and its key."""

    page: Callable[[World, PageRequest], Awaitable[Page[Any]]]
    add: Callable[[World, str], Awaitable[None]]
    key: Keys


async def _add_user(world: World, key: str) -> None:
    await world.user(id=key)


async def _add_client(world: World, key: str) -> None:
    await world.here.clients.add(a_client(world.runtime, client_id=key), world.event())


async def _add_session(world: World, key: str) -> None:
    await world.session("a-user", id=key)


async def _add_grant(world: World, key: str) -> None:
    session = await world.here.sessions.get("a-session") or await world.session("a-user", id="a-session")
    await world.issued(session, id=key)


async def _add_grant_to_client(world: World, key: str) -> None:
    client = a_client(world.runtime, client_id="a-client")
    await world.issued(await world.session(), client, id=key)


async def _add_holder(world: World, key: str) -> None:
    assignment = an_assignment(world.runtime, world.here_tenant.id, Principal.user(key))
    await world.here.assignments.assign(assignment, world.event())


async def _add_platform_holder(world: World, key: str) -> None:
    assignment = an_assignment(world.runtime, key, Principal.user("a-user"), role="platform_admin")
    await world.store.platform.assignments.assign(assignment, world.event())


async def _add_group(world: World, key: str) -> None:
    await world.group(name=key.replace("Z", "%"))  # a capital is none in the normal form


async def _add_member(world: World, key: str) -> None:
    group = await world.here.groups.get("a-group") or await world.group(id="a-group")
    user = await world.user(id=key)
    await world.here.groups.join(group.id, {user.id: world.event()}, world.now)


async def _add_group_of_user(world: World, key: str) -> None:
    user = await world.here.users.get("a-user") or await world.user(id="a-user")
    await world.group(id=key, members=(user.id,))


async def _add_access(world: World, key: str) -> None:
    tenant_id, user = world.here_tenant.id, Principal.user("a-user")
    access = a_declared_access(world.runtime, tenant_id, tenant_id, user, id=key)
    await world.store.platform.accesses.declare(access, world.event(), world.event())


async def _add_event(world: World, key: str) -> None:
    await world.there.audit.append(world.event(id=key))


async def _add_platform_event(world: World, key: str) -> None:
    await world.store.platform.audit.append(world.event(id=key))


async def _add_tenant(world: World, key: str) -> None:
    tenant = a_tenant(world.runtime, name=key)
    await world.store.tenant(tenant.id).tenant.create(tenant, world.event())


def _of_user(request: PageRequest) -> PageRequest:
    """A key of the test's own is a user's id; the list's cursor begins with the kind."""
    after = request.after
    return request if after is None or ":" in after else replace(request, after=str(Principal.user(after)))


LISTINGS = {
    "users": Listing(page=lambda w, r: w.here.users.page(r), add=_add_user, key=lambda it: it.id),
    "clients": Listing(page=lambda w, r: w.here.clients.page(r), add=_add_client, key=lambda it: it.client_id),
    "sessions": Listing(
        page=lambda w, r: w.here.sessions.of_user("a-user", w.now, r), add=_add_session, key=lambda it: it.id
    ),
    "grants": Listing(
        page=lambda w, r: w.here.grants.of_user("a-user", w.now, r), add=_add_grant, key=lambda it: it.id
    ),
    "grants to a client": Listing(
        page=lambda w, r: w.here.grants.of_client("a-client", w.now, r),
        add=_add_grant_to_client,
        key=lambda it: it.grant.id,
    ),
    "holders": Listing(
        page=lambda w, r: w.here.assignments.of_role("tenant_admin", _of_user(r)),
        add=_add_holder,
        key=lambda it: it.principal.id,
    ),
    "groups": Listing(page=lambda w, r: w.here.groups.page(r), add=_add_group, key=lambda it: it.name),
    "members": Listing(
        page=lambda w, r: w.here.groups.members("a-group", r), add=_add_member, key=lambda it: it.user.id
    ),
    "groups of a user": Listing(
        page=lambda w, r: w.here.groups.of_user("a-user", r), add=_add_group_of_user, key=lambda it: it.id
    ),
    "live accesses": Listing(
        page=lambda w, r: w.store.platform.accesses.live(w.now, r), add=_add_access, key=lambda it: it.id
    ),
    "live accesses to a tenant": Listing(
        page=lambda w, r: w.store.platform.accesses.live_in(w.here_tenant.id, w.now, r),
        add=_add_access,
        key=lambda it: it.id,
    ),
    "platform holders": Listing(
        page=lambda w, r: w.store.platform.assignments.of_role("platform_admin", r),
        add=_add_platform_holder,
        key=lambda it: it.tenant_id,
    ),
    "audit": Listing(page=lambda w, r: w.there.audit.page(r), add=_add_event, key=lambda it: it.id),
    "platform audit": Listing(
        page=lambda w, r: w.store.platform.audit.page(r), add=_add_platform_event, key=lambda it: it.id
    ),
    "tenants": Listing(page=lambda w, r: w.store.platform.tenants.page(r), add=_add_tenant, key=lambda it: it.name),
}
# In the order of their bytes, in which a locale would not sort them.
KEYS = ["a-0", "a0", "a1", "a10", "a9", "aa", "b-0"]


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
class TestPaging(Contract):
    """Every list pages by the last key of the page before."""

    async def test_pages_put_together_are_the_list(self, world: World, listing: Listing) -> None:
        """In order, each item once, no page longer than the limit, and the last one says that it is."""
        for key in reversed(KEYS):
            await listing.add(world, key)
        whole = (await listing.page(world, ALL)).items
        keys = [listing.key(item) for item in whole]
        assert [key for key in keys if key in KEYS] == KEYS
        assert keys == sorted(keys)
        for limit in (1, 2, len(whole) - 1, len(whole), len(whole) + 1):
            pages = [await listing.page(world, PageRequest(limit=limit))]
            while pages[-1].next_after is not None:
                pages.append(await listing.page(world, PageRequest(limit=limit, after=pages[-1].next_after)))
            assert tuple(item for page in pages for item in page.items) == whole
            assert {len(page.items) for page in pages[:-1]} <= {limit}
            assert 1 <= len(pages[-1].items) <= limit

    async def test_a_page_begins_after_its_cursor(self, world: World, listing: Listing) -> None:
        """Also where the item of the cursor is gone or never was; after the last there is an empty page."""
        for key in KEYS:
            await listing.add(world, key)
        page = await listing.page(world, PageRequest(limit=2, after="a11"))
        assert [listing.key(item) for item in page.items] == ["a9", "aa"]
        page = await listing.page(world, PageRequest(limit=2, after="zzz"))
        assert page == Page(items=(), next_after=None)

    async def test_what_is_added_meanwhile_repeats_nothing(self, world: World, listing: Listing) -> None:
        """A new item before the cursor is not seen, one behind it is."""
        for key in KEYS[:4]:
            await listing.add(world, key)
        first = await listing.page(world, PageRequest(limit=2))
        assert first.next_after is not None
        await listing.add(world, "Z")
        await listing.add(world, "zz")
        rest = await listing.page(world, PageRequest(limit=200, after=first.next_after))
        keys = [listing.key(item) for item in rest.items]
        assert "Z" not in keys
        assert "zz" in keys
        assert not {listing.key(item) for item in first.items} & set(keys)
