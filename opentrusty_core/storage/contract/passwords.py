"""What passwords promise where they change: to who has seen the old one, to sessions, and to many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.errors import Conflict
from opentrusty_core.storage.contract.builders import a_bucket, a_password, a_session
from opentrusty_core.storage.contract.races import RACERS, race, succeeds
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.outcomes import Taken

case = pytest.mark.case
SECOND = timedelta(seconds=1)


class TestChangingPasswords(Contract):
    """`Passwords.change`."""

    async def test_a_password_is_changed_where_it_is_the_one_that_was_seen(self, world: World) -> None:
        """Else the answer is False, nothing is written and no event."""
        user = await world.user()
        old, second, third = (a_password(world.runtime, user.id, must_change=n == 0) for n in range(3))
        assert await world.here.passwords.change(old, second, world.event()) is False
        assert await world.here.passwords.get(user.id) is None
        await world.here.passwords.set(old, world.event())
        event = world.event()
        assert await world.here.passwords.change(old, second, event) is True
        assert await world.here.passwords.get(user.id) == second
        assert (await world.events())[-1] == event
        before = await world.events()
        assert await world.here.passwords.change(old, third, world.event()) is False
        assert await world.here.passwords.get(user.id) == second
        assert await world.events() == before


class TestStartingSessionsByPassword(Contract):
    """`Sessions.start` with the password that was shown."""

    async def test_a_session_begins_while_the_password_is_the_users(self, world: World) -> None:
        """Also where it was hashed anew meanwhile: it is the same one. The session before ends as ever."""
        user = await world.user()
        shown = a_password(world.runtime, user.id)
        await world.here.passwords.set(shown, world.event())
        rehashed = replace(a_password(world.runtime, user.id), changed_at=shown.changed_at)
        before = await world.session(user)
        for credential in (shown, rehashed):
            await world.here.passwords.rehash(shown, credential, world.event())
            session, event = a_session(world.runtime, user.id), world.event()
            await world.here.sessions.start(session, event, replaces=before.id, password=shown)
            assert await world.here.sessions.get(session.id) == session
            assert event in await world.events()
        ended = await world.here.sessions.get(before.id)
        assert ended is not None
        assert ended.ended_at == world.now

    @case("K10", "D7")
    @pytest.mark.parametrize("how", ["changed", "never there", "deleted"])
    async def test_no_session_begins_with_a_password_of_before(self, world: World, how: str) -> None:
        """Nothing is changed then: the browser's session before goes on, and no event is written."""
        user, other = await world.user(), await world.user()
        shown = a_password(world.runtime, user.id)
        before = await world.session(other)
        grant, _ = await world.granted(before)
        if how != "never there":
            await world.here.passwords.set(shown, world.event())
        if how == "changed":
            changed = a_password(world.runtime, user.id, changed_at=world.now + SECOND)
            await world.here.passwords.set(changed, world.event())
        if how == "deleted":
            await world.here.users.delete(user.id, world.event())
        events = await world.events()
        session = a_session(world.runtime, user.id)
        with pytest.raises(Conflict):
            await world.here.sessions.start(session, world.event(), replaces=before.id, password=shown)
        with pytest.raises(Conflict):
            async with world.store.transaction(world.here_tenant.id) as repos:
                await repos.sessions.start(session, world.event(), replaces=before.id, password=shown)
        assert await world.here.sessions.get(session.id) is None
        assert await world.here.sessions.get(before.id) == before
        assert await world.here.grants.get(grant.id) == grant
        assert await world.events() == events

    async def test_slots_are_given_back_with_the_session(self, world: World) -> None:
        """With the password as without it."""
        user, bucket = await world.user(), a_bucket(world.runtime, burst=1)
        shown = a_password(world.runtime, user.id)
        await world.here.passwords.set(shown, world.event())
        await world.here.throttles.take((bucket,), world.now)
        session = a_session(world.runtime, user.id)
        await world.here.sessions.start(session, world.event(), refund=(bucket,), password=shown)
        assert await world.here.throttles.take((bucket,), world.now) == Taken()


class TestPasswordRaces(Contract):
    """64 tasks at once, around one password."""

    @case("K10")
    async def test_a_link_is_spent_once(self, world: World) -> None:
        """By one of 64, alone or beside a new password in a transaction, and with one event."""
        user = await world.user()
        link, before = await world.link(user), await world.events()

        async def spend(number: int) -> bool:
            if number % 2:
                return await world.here.links.spend(link.hash, world.now, world.event())
            async with world.store.transaction(world.here_tenant.id) as repos:
                return await repos.links.spend(link.hash, world.now, world.event())

        assert sum(await race(spend)) == 1
        assert len(await world.events()) == len(before) + 1

    @case("K10", "D7")
    async def test_no_session_outlives_the_password_that_it_began_with(self, world: World) -> None:
        """However many begin while it is set anew and the user's sessions are ended: none is left, or none began."""
        user = await world.user()
        old, new = a_password(world.runtime, user.id), a_password(world.runtime, user.id, changed_at=world.now + SECOND)
        await world.here.passwords.set(old, world.event())
        sessions = [a_session(world.runtime, user.id) for _ in range(RACERS)]

        async def sign_in(number: int) -> bool:
            start = world.here.sessions.start
            return await succeeds(start(sessions[number], world.event(), password=old))

        async def reset() -> bool:
            async with world.store.transaction(world.here_tenant.id) as repos:
                await repos.passwords.set(new, world.event())
                await repos.sessions.end_all(user.id, world.now, world.event())
            return True

        await race(lambda n: reset() if n == RACERS // 2 else sign_in(n))
        live = (await world.here.sessions.of_user(user.id, world.now, ALL)).items
        assert live == ()
        assert not await succeeds(world.here.sessions.start(sessions[0], world.event(), password=old))

    async def test_a_password_is_changed_once(self, world: World) -> None:
        """By one of 64 who have seen the same old one."""
        user = await world.user()
        old = a_password(world.runtime, user.id)
        await world.here.passwords.set(old, world.event())
        new = [a_password(world.runtime, user.id) for _ in range(RACERS)]
        before = await world.events()
        changes = await race(lambda n: world.here.passwords.change(old, new[n], world.event()))
        assert sum(changes) == 1
        assert len(await world.events()) == len(before) + 1
