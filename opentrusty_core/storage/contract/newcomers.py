"""What `storage.Users.add_all` and `named` promise: many at once, as if they were added one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from opentrusty_core.domain.user import User, UserStatus, normalised
from opentrusty_core.storage.contract.builders import a_password, a_user
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.people import Newcomer

case = pytest.mark.case


def a_newcomer(world: World, *, with_password: bool = True, **changes: Any) -> Newcomer:
    """A newcomer with a password, or without."""
    user = a_user(world.runtime, **changes)
    password = a_password(world.runtime, user.id, must_change=True) if with_password else None
    return Newcomer(user=user, password=password, event=world.event(target=user.id))


async def found(world: World, user: User) -> Any:
    """Whom a username finds, with their password."""
    return await world.here.users.find(normalised(user.username))


class TestAddingManyUsers(Contract):
    """`Users.add_all` and `named`."""

    async def test_all_of_them_are_there_with_what_they_came_with(self, world: World) -> None:
        """Fields, passwords, events, and what they are found by; however many."""
        newcomers = [
            a_newcomer(world, with_password=number % 3 != 0, claims={"name": f"Jürgen {number}"}, status=status)
            for number, status in enumerate([UserStatus.ACTIVE, UserStatus.DISABLED] * 120)
        ]
        assert await world.here.users.add_all(newcomers) == {it.user.id for it in newcomers}
        for it in newcomers[:7]:
            assert await found(world, it.user) == (it.user, it.password)
            assert await world.here.passwords.get(it.user.id) == it.password
        events = {event.id for event in await world.events()} | {
            event.id for event in (await world.here.audit.page(replace(ALL, after=newcomers[100].event.id))).items
        }
        assert {it.event.id for it in newcomers} <= events
        assert (await world.here.users.page(ALL, search="jurgen 239")).items == (newcomers[239].user,)
        assert await world.here.users.count() == len(newcomers)

    @case("K15")
    async def test_who_has_a_name_that_is_taken_is_left_out_alone(self, world: World) -> None:
        """Taken by somebody here, or by an earlier one; nothing of theirs is written."""
        alice = await world.user(username="alice", email="alice@example.org")
        first = a_newcomer(world, username="bob", email="bob@example.org")
        refused = [
            a_newcomer(world, username="ALICE"),
            a_newcomer(world, email="Alice@Example.ORG"),
            a_newcomer(world, username="BOB"),
            a_newcomer(world, email="BOB@example.org"),
            replace(a_newcomer(world), user=a_user(world.runtime, id=alice.id)),
        ]
        last = a_newcomer(world, email=None, with_password=False)
        assert await world.here.users.add_all([first, *refused, last]) == {first.user.id, last.user.id}
        assert {user.id for user in (await world.here.users.page(ALL)).items} == {alice.id, first.user.id, last.user.id}
        assert await world.here.users.get(alice.id) == alice
        events = {event.id for event in await world.events()}
        for it in refused:
            assert it.event.id not in events
            assert await world.here.passwords.get(it.user.id) is None

    async def test_nobody_is_nobody(self, world: World) -> None:
        """An empty list changes nothing."""
        assert await world.here.users.add_all([]) == frozenset()
        assert await world.here.users.named([]) == {}

    async def test_what_is_undone_was_never_there(self, world: World) -> None:
        """In a transaction that fails, all of them go."""
        newcomer = a_newcomer(world)
        async with world.undone() as repos:
            assert await repos.users.add_all([newcomer, a_newcomer(world)]) >= {newcomer.user.id}
        assert await found(world, newcomer.user) is None
        assert await world.here.users.count() == 0

    async def test_another_tenant_has_names_of_its_own(self, world: World) -> None:
        """The same newcomers are new there too."""
        newcomers = [a_newcomer(world), a_newcomer(world)]
        await world.here.users.add_all(newcomers)
        assert await world.there.users.named([normalised(it.user.username) for it in newcomers]) == {}
        assert len(await world.there.users.add_all(newcomers)) == 2

    async def test_many_names_are_looked_up_at_once(self, world: World) -> None:
        """Usernames and emails; a username counts more than an email of the same text."""
        alice = await world.user(username="Alice", email="A@example.org")
        mailed = await world.user(username="mailed", email="both@example.org")
        named = await world.user(username="both@example.org", email=None)
        names = ["alice", "a@example.org", "both@example.org", "mailed", "nobody", "Alice"]
        assert await world.here.users.named(names) == {
            "alice": alice,
            "a@example.org": alice,
            "both@example.org": named,
            "mailed": mailed,
        }
