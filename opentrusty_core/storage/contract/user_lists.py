"""What `storage.Users.page` and `count` promise: every order, every search, and all of them in pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from opentrusty_core.domain.page import Key, PageRequest, dump_key
from opentrusty_core.domain.search import begun_by, parse_search
from opentrusty_core.domain.user import User, UserSort, UserStatus, normalised
from opentrusty_core.errors import Invalid
from opentrusty_core.storage.contract.world import ALL, Contract, World

case = pytest.mark.case
DISABLED = UserStatus.DISABLED

PEOPLE: list[dict[str, Any]] = [
    {"username": "anna", "email": "schmidt@example.org", "claims": {"given_name": "Anna", "family_name": "Schmidt"}},
    {"username": "ben", "email": None, "claims": {"name": "Ben Anna-Maria"}, "status": DISABLED},
    {"username": "Schmidt", "email": "anna@example.org", "claims": {}},
    {"username": "carl", "email": "carl@schmidt.example", "claims": {"name": "Carl van Schmidt"}, "status": DISABLED},
    {"username": "annabel", "email": "annabel@example.org", "claims": {"name": "Annabel Annason", "nickname": "Anna"}},
    {"username": "zoe", "email": None, "claims": {"name": "Zoë O'Schmidt", "nickname": "☃"}},
    {"username": "1", "email": "1@example.org", "claims": {"name": "ANNA", "zoneinfo": "Schmidt"}},
    {
        "username": "d",
        "email": None,
        "claims": {"given_name": "Ån", "address": {"locality": "Anna"}},
        "status": DISABLED,
    },
]
SEARCHES = [
    "",
    "a",
    "an",
    "anna",
    "ANNA schmidt",
    "schmidt",
    "anna@",
    "schm ann",
    "zoe",
    "1",
    "nobody",
    "\u2603",
    "an ]",
    'an "',
    "an -",
]


async def plant(world: World) -> list[User]:
    """The people; ids in another order than their names."""
    return [await world.user(**changes) for changes in PEOPLE]


async def collected(world: World, limit: int, **how: Any) -> list[User]:
    """A whole list, in pages of this length: every page but the last is full, and the last has something."""
    users: list[User] = []
    after = None
    while True:
        page = await world.here.users.page(PageRequest(limit=limit, after=after), **how)
        users += page.items
        after = page.next_after
        if after is None:
            return users
        assert len(page.items) == limit


def found_by(users: list[User], search: str, status: UserStatus | None = None) -> list[User]:
    """Whom a search should find."""
    terms = parse_search(search)
    return [it for it in users if status in {None, it.status} and all(begun_by(term, it) for term in terms)]


def by_email(user: User) -> tuple[bool, str, str]:
    """The order by email, who has none last."""
    return user.email is None, normalised(user.email or "-"), user.id


def by_email_descending(user: User) -> tuple[bool, str, str]:
    """The order against it, to be reversed."""
    return user.email is not None, normalised(user.email or "-"), user.id


ORDERS: dict[tuple[UserSort, bool], Callable[[User], Any]] = {
    (UserSort.CREATED_AT, False): lambda user: user.id,
    (UserSort.CREATED_AT, True): lambda user: user.id,
    (UserSort.USERNAME, False): lambda user: normalised(user.username),
    (UserSort.USERNAME, True): lambda user: normalised(user.username),
    (UserSort.EMAIL, False): by_email,
    (UserSort.EMAIL, True): by_email_descending,
}


class TestSortingUsers(Contract):
    """`Users.page` with an order."""

    @pytest.mark.parametrize("status", [None, UserStatus.ACTIVE, DISABLED])
    @pytest.mark.parametrize(("sort", "descending"), ORDERS)
    async def test_every_order_pages_through_whom_a_search_finds(
        self, world: World, sort: UserSort, descending: bool, status: UserStatus | None
    ) -> None:
        """Each once, whatever the length of the pages, of the status that is asked for."""
        users = await plant(world)
        for search in SEARCHES:
            expected = sorted(found_by(users, search, status), key=ORDERS[sort, descending], reverse=descending)
            for limit in (1, 2, 3, 200):
                how = {"search": search, "sort": sort, "descending": descending, "status": status}
                assert await collected(world, limit, **how) == expected, (search, limit)

    async def test_without_an_order_the_oldest_come_first(self, world: World) -> None:
        """Unless a search has an order of its own; the cursor is the id, so that one may begin anywhere."""
        users = sorted(await plant(world), key=lambda user: user.id)
        assert list((await world.here.users.page(ALL)).items) == users
        assert list((await world.here.users.page(ALL, descending=True)).items) == users[::-1]
        page = await world.here.users.page(PageRequest(limit=2, after=users[1].id))
        assert (list(page.items), page.next_after) == (users[2:4], users[3].id)
        page = await world.here.users.page(PageRequest(limit=2, after=users[4].id), search="a", status=DISABLED)
        assert all(user.id > users[4].id for user in page.items)

    async def test_a_cursor_stands_where_its_user_stood(self, world: World) -> None:
        """Though they are gone or have another name now."""
        users = sorted(await plant(world), key=ORDERS[UserSort.USERNAME, False])
        first = await world.here.users.page(PageRequest(limit=3), sort=UserSort.USERNAME)
        await world.here.users.delete(users[2].id, world.event())
        rest = await world.here.users.page(PageRequest(after=first.next_after), sort=UserSort.USERNAME)
        assert list(rest.items) == users[3:]

    @case("J5")
    @pytest.mark.parametrize("how", [{"sort": UserSort.USERNAME}, {"sort": UserSort.EMAIL}, {"search": "a"}], ids=str)
    async def test_what_is_no_cursor_is_refused(self, world: World, how: dict[str, Any]) -> None:
        """Whatever it is."""
        for after in ("", "an-id", "' OR 1=1 --"):
            with pytest.raises(Invalid):
                await world.here.users.page(PageRequest(after=after), **how)
        assert (await world.here.users.page(PageRequest(after=dump_key(Key("x", "y"))), **how)).items == ()


class TestFindingUsers(Contract):
    """`Users.page` and `count` with a search."""

    @pytest.mark.parametrize("status", [None, UserStatus.ACTIVE])
    async def test_a_search_lists_by_what_it_matches(self, world: World, status: UserStatus | None) -> None:
        """The exact first; everybody once, though several things of theirs begin so, whatever the length of pages."""
        users = await plant(world)
        for search in SEARCHES[1:]:
            term = parse_search(search)[0]
            expected = sorted(found_by(users, search, status), key=lambda it: (min(begun_by(term, it)), it.id))
            for limit in (1, 2, 3, 200):
                assert await collected(world, limit, search=search, status=status) == expected, (search, limit)
        exact = await world.user(username="ann", email=None)
        assert (await world.here.users.page(ALL, search="ann", status=status)).items[0] == exact

    @case("J5")
    async def test_a_search_picks_usernames_and_emails(self, world: World) -> None:
        """In normal form; what means something to a database's pattern means itself here."""
        named = await world.user(username="Alice", email=None)
        mailed = await world.user(username="someone", email="Alice@example.org")
        await world.user(username="malice", email="m@alice.example")
        percent, under = await world.user(username="al%ice"), await world.user(username="al_ice")
        star, slash = await world.user(username="al*ice"), await world.user(username="al\\ice")

        async def found(search: str) -> set[str]:
            return {user.id for user in (await world.here.users.page(ALL, search=search)).items}

        assert await found("alice") == {named.id, mailed.id}
        assert await found("al%") == {percent.id}
        assert await found("al_") == {under.id}
        assert await found("al*") == {star.id}
        assert await found("al\\") == {slash.id}
        assert await found("alice@example.org") == {mailed.id}
        assert await found("nobody") == set()
        assert len(await found("")) == 7

    async def test_the_words_of_names_follow_their_user(self, world: World) -> None:
        """Changed with them, gone with them; a user who is refused leaves none."""
        user = await world.user(claims={"name": "Grace Brewster Hopper"})
        other = await world.user(claims={"name": "Grace Kelly"})
        late = replace(user, claims={"name": "Ada"}, version=5)
        with pytest.raises(Exception, match="changed"):
            await world.here.users.update(late, world.event())
        assert (await world.here.users.page(ALL, search="ada")).items == ()
        changed = replace(user, claims={"name": "Grace Murray Hopper"}, version=2)
        await world.here.users.update(changed, world.event())
        assert (await world.here.users.page(ALL, search="brewster")).items == ()
        assert (await world.here.users.page(ALL, search="murray hop")).items == (changed,)
        await world.here.users.delete(user.id, world.event())
        assert (await world.here.users.page(ALL, search="grace")).items == (other,)
        assert (await world.here.users.page(ALL, search="grace", sort=UserSort.USERNAME)).items == (other,)
        again = await world.user(id=user.id, claims={"name": "Grace"})
        both = tuple(sorted((again, other), key=lambda it: it.id))
        assert (await world.here.users.page(ALL, search="grace")).items == both

    async def test_names_may_hold_anything(self, world: World) -> None:
        """What no database takes for text is no part of a word, and harms nobody."""
        claims = {"name": "a\ud800bc \0 Zed\0dy", "given_name": 7, "family_name": "x" * 1000, "nickname": " - "}
        user = await world.user(username="odd", claims=claims)
        for search in ("a", "bc", "zed", "dy", "x" * 200):
            assert (await world.here.users.page(ALL, search=search)).items == (user,)
        many = await world.user(username="many", claims={"name": " ".join(f"w{number:03}" for number in range(400))})
        assert (await world.here.users.page(ALL, search="w000")).items == (many,)

    async def test_a_count_is_exact_up_to_its_bound(self, world: World) -> None:
        """And one more than it where there are more."""
        users = await plant(world)
        for search in SEARCHES:
            for status in (None, UserStatus.ACTIVE, DISABLED):
                expected = len(found_by(users, search, status))
                assert await world.here.users.count(search=search, status=status) == expected, (search, status)
        assert await world.here.users.count(most=3) == 4
        assert await world.here.users.count(most=2, status=DISABLED) == 3
        assert await world.here.users.count(most=len(users)) == len(users)
        assert await world.here.users.count(search="a", most=2) == 3
        assert await world.there.users.count() == 0

    async def test_too_many_are_not_sorted(self, world: World) -> None:
        """They are not even looked at: the answer says to search more narrowly. As found they can all be listed."""
        users = await plant(world)
        entries = sum(len(begun_by("an", user)) for user in users)
        narrow: list[dict[str, Any]] = [
            {"sort": UserSort.USERNAME},
            {"sort": UserSort.CREATED_AT, "descending": True},
            {"status": DISABLED},
        ]
        for how in narrow:
            await world.here.users.page(ALL, search="an", most=entries, **how)
            with pytest.raises(Invalid) as refused:
                await world.here.users.page(ALL, search="an", most=entries - 1, **how)
            assert set(refused.value.fields) == {"search"}
        for search, status in (("an", DISABLED), ("an s", None)):
            await world.here.users.count(search=search, status=status, most=entries)
            with pytest.raises(Invalid):
                await world.here.users.count(search=search, status=status, most=entries - 1)
        assert len((await world.here.users.page(ALL, search="an", most=1)).items) == len(found_by(users, "an"))

    async def test_a_search_finds_nobody_elsewhere(self, world: World) -> None:
        """Another tenant's people are not there."""
        await plant(world)
        for search in SEARCHES:
            for sort in (None, *UserSort):
                assert (await world.there.users.page(ALL, search=search, sort=sort)).items == ()
