"""What `storage.Links` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.one_time_link import LinkKind
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.storage.contract.builders import a_link, a_password, a_user
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World

case = pytest.mark.case


class TestLinks(Contract):
    """`Links`."""

    @pytest.mark.parametrize("kind", LinkKind)
    async def test_a_link_is_read_as_it_was_written(self, world: World, kind: LinkKind) -> None:
        """With its user, by its hash; by its user without; and with the event of its making."""
        user = await world.user(username="Jürgen", claims={"name": "Jürgen 書"})
        link = a_link(world.runtime, user.id, kind=kind, made_by="an-id", sent_to=user.email, client_id="a-client")
        event = world.event()
        await world.here.links.make(link, event)
        assert await world.here.links.open(link.hash, world.now) == (link, user)
        assert await world.here.links.of_user(user.id, world.now) == link
        assert (await world.events())[-1] == event

    @case("I5", "K10")
    async def test_only_its_own_hash_opens_it(self, world: World) -> None:
        """Not one that differs in a bit, nor one that never was."""
        user = await world.user()
        link = await world.link(user)
        edited = bytes([link.hash[0] ^ 1]) + link.hash[1:]
        for foreign in (edited, world.runtime.token_bytes(32), b""):
            assert await world.here.links.open(foreign, world.now) is None
            assert await world.here.links.spend(foreign, world.now, world.event()) is False
        assert await world.here.links.open(link.hash, world.now) == (link, user)

    @case("K10")
    async def test_it_is_good_once(self, world: World) -> None:
        """Looking at it spends nothing; once it is spent it is gone, and its one event is written."""
        user = await world.user()
        link, event = await world.link(user), world.event()
        for _ in range(2):
            assert await world.here.links.open(link.hash, world.now) is not None
        assert await world.here.links.spend(link.hash, world.now, event) is True
        assert (await world.events())[-1] == event
        before = await world.events()
        assert await world.here.links.spend(link.hash, world.now, world.event()) is False
        assert await world.here.links.open(link.hash, world.now) is None
        assert await world.here.links.of_user(user.id, world.now) is None
        assert await world.events() == before

    async def test_it_is_spent_or_not_with_the_rest_of_a_transaction(self, world: World) -> None:
        """What fails later takes nothing of it."""
        user = await world.user()
        link = await world.link(user)
        async with world.undone() as repos:
            assert await repos.links.spend(link.hash, world.now, world.event()) is True
            assert await repos.links.open(link.hash, world.now) is None
        assert await world.here.links.open(link.hash, world.now) == (link, user)

    @case("K10")
    async def test_it_is_good_until_its_end_and_not_at_it(self, world: World) -> None:
        """A microsecond before `expires_at` it opens; at `expires_at` no verb finds it."""
        user = await world.user()
        link = await world.link(user)
        world.move_to(link.expires_at - MICROSECOND)
        assert await world.here.links.open(link.hash, world.now) is not None
        assert await world.here.links.of_user(user.id, world.now) == link
        world.move_to(link.expires_at)
        before = await world.events()
        assert await world.here.links.open(link.hash, world.now) is None
        assert await world.here.links.of_user(user.id, world.now) is None
        assert await world.here.links.spend(link.hash, world.now, world.event()) is False
        assert await world.here.links.withdraw(user.id, world.now, world.event()) is False
        assert await world.events() == before

    async def test_a_newer_link_takes_its_place(self, world: World) -> None:
        """Of whichever kind: a user has one. Another user's is their own."""
        user, other = await world.user(), await world.user()
        first, others = await world.link(user), await world.link(other)
        second = await world.link(user, kind=LinkKind.PASSWORD_RESET, expires_at=world.now + timedelta(hours=1))
        assert await world.here.links.open(first.hash, world.now) is None
        assert await world.here.links.spend(first.hash, world.now, world.event()) is False
        assert await world.here.links.open(second.hash, world.now) == (second, user)
        assert await world.here.links.of_user(other.id, world.now) == others

    async def test_it_is_withdrawn_once(self, world: World) -> None:
        """Then it opens nothing; where there is none the answer is False, and there is no event."""
        user, other = await world.user(), await world.user()
        link, others, event = await world.link(user), await world.link(other), world.event()
        assert await world.here.links.withdraw(user.id, world.now, event) is True
        assert (await world.events())[-1] == event
        assert await world.here.links.open(link.hash, world.now) is None
        before = await world.events()
        for nobody in (user.id, world.runtime.new_id()):
            assert await world.here.links.withdraw(nobody, world.now, world.event()) is False
        assert await world.events() == before
        assert await world.here.links.open(others.hash, world.now) == (others, other)

    @case("K13")
    async def test_a_disabled_user_s_link_opens_nothing(self, world: World) -> None:
        """As long as they are disabled."""
        user = await world.user()
        link = await world.link(user)
        disabled = replace(user, status=UserStatus.DISABLED, version=2)
        await world.here.users.update(disabled, world.event())
        assert await world.here.links.open(link.hash, world.now) is None
        assert await world.here.links.spend(link.hash, world.now, world.event()) is False
        enabled = replace(user, version=3)
        await world.here.users.update(enabled, world.event())
        assert await world.here.links.open(link.hash, world.now) == (link, enabled)

    async def test_a_deleted_user_s_link_is_gone(self, world: World) -> None:
        """A user with the same id does not inherit it, and one who never was opens nothing."""
        user = await world.user()
        link, orphan = await world.link(user), await world.link(a_user(world.runtime))
        await world.here.users.delete(user.id, world.event())
        await world.here.users.add(user, world.event())
        for dead in (link, orphan):
            assert await world.here.links.open(dead.hash, world.now) is None
            assert await world.here.links.spend(dead.hash, world.now, world.event()) is False
        assert await world.here.links.of_user(user.id, world.now) is None

    @case("K13")
    @pytest.mark.parametrize("by", ["set", "change"])
    async def test_a_new_password_ends_it(self, world: World, by: str) -> None:
        """However it was set; not the same password hashed anew, and not another's."""
        user, other = await world.user(), await world.user()
        old, rehashed, new = (a_password(world.runtime, user.id) for _ in range(3))
        await world.here.passwords.set(old, world.event())
        link, others = await world.link(user), await world.link(other)
        await world.here.passwords.rehash(old, rehashed, world.event())
        assert await world.here.passwords.change(old, new, world.event()) is False
        assert await world.here.links.open(link.hash, world.now) is not None
        if by == "set":
            await world.here.passwords.set(new, world.event())
        else:
            assert await world.here.passwords.change(rehashed, new, world.event()) is True
        assert await world.here.links.open(link.hash, world.now) is None
        assert await world.here.links.open(others.hash, world.now) is not None
