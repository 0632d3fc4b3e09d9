"""What `storage.Sessions` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.session import Session
from opentrusty_core.storage.contract.builders import a_bucket, a_consent, a_session, an_interaction
from opentrusty_core.storage.contract.world import ALL, MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import Limited, Recognised, Taken

case = pytest.mark.case
OFFLINE = ("openid", "offline_access")


async def recognise(world: World, session: Session, client_id: str | None = None) -> Recognised | None:
    """What the session's own browser is recognised as."""
    return await world.here.sessions.recognise(
        session.handle_hash, session.browser_hash, world.now, client_id=client_id
    )


class TestStartingSessions(Contract):
    """`Sessions.start`."""

    async def test_a_session_is_read_as_it_was_written(self, world: World) -> None:
        """Every field comes back, and the event is written."""
        session = a_session(
            world.runtime,
            "of-a-directory",
            amr=("pwd", "otp"),
            acr="an acr",
            auth_time=world.now - MICROSECOND,
            ip="2001:db8::1",
            user_agent="Ünïcode/1.0 (書)",
        )
        event = world.event()
        await world.here.sessions.start(session, event)
        assert await world.here.sessions.get(session.id) == session
        assert await world.here.sessions.get(world.runtime.new_id()) is None
        assert event in await world.events()

    @case("A12")
    async def test_a_new_session_of_the_same_user_takes_over_the_grants(self, world: World) -> None:
        """The browser's session before is over, its grants live on and end with the new one."""
        user = await world.user()
        before = await world.session(user)
        grant, token = await world.granted(before)
        elsewhere = await world.session(user)
        world.advance(minutes=1)
        after = a_session(world.runtime, user.id, browser_hash=before.browser_hash)
        await world.here.sessions.start(after, world.event(), replaces=before.id)
        assert await recognise(world, before) is None
        assert await world.here.sessions.get(before.id) == replace(before, ended_at=world.now)
        assert await world.here.sessions.get(elsewhere.id) == elsewhere
        assert await world.here.grants.get(grant.id) == replace(grant, session_id=after.id)
        assert await world.is_refreshable(token)
        assert await world.here.sessions.end(after.id, world.now, world.event())
        assert not await world.is_refreshable(token)

    @case("A12", "K18")
    async def test_a_session_of_another_user_ends_the_one_before_with_its_grants(self, world: World) -> None:
        """Nothing of the person before passes on; only what is offline outlives their session."""
        before = await world.session()
        _, token = await world.granted(before)
        offline, offline_token = await world.granted(before, scope=OFFLINE)
        after = a_session(world.runtime, (await world.user()).id, browser_hash=before.browser_hash)
        await world.here.sessions.start(after, world.event(), replaces=before.id)
        assert await recognise(world, before) is None
        assert not await world.is_refreshable(token)
        assert await world.is_refreshable(offline_token)
        assert await world.here.grants.get(offline.id) == offline

    async def test_a_sign_in_keeps_what_the_browser_is_answering(self, world: World) -> None:
        """The interaction that led to the sign-in goes on afterwards."""
        before = await world.session()
        interaction = await world.interaction(browser_hash=before.browser_hash)
        after = a_session(world.runtime, before.user_id, browser_hash=before.browser_hash)
        await world.here.sessions.start(after, world.event(), replaces=before.id)
        opened = await world.here.interactions.open(
            interaction.hash, interaction.browser_hash, world.now, session_handle_hash=after.handle_hash
        )
        assert opened is not None
        assert opened.recognised is not None
        assert opened.recognised.session == after

    async def test_a_session_to_replace_may_be_gone(self, world: World) -> None:
        """A session that replaces one which never was, or had ended, begins all the same."""
        ended = await world.session()
        await world.here.sessions.end(ended.id, world.now, world.event())
        known = await world.here.sessions.get(ended.id)
        world.advance(minutes=1)
        for replaces in (ended.id, world.runtime.new_id()):
            session = a_session(world.runtime, ended.user_id)
            await world.here.sessions.start(session, world.event(), replaces=replaces)
            assert await world.here.sessions.get(session.id) == session
        assert await world.here.sessions.get(ended.id) == known

    async def test_a_session_gives_back_the_slots_of_its_attempt(self, world: World) -> None:
        """`refund` frees a slot in each bucket, and no more than was taken."""
        buckets = (a_bucket(world.runtime, burst=1), a_bucket(world.runtime, burst=1))
        throttles = world.here.throttles
        assert await throttles.take(buckets, world.now) == Taken()
        assert isinstance(await throttles.take(buckets, world.now), Limited)
        await world.here.sessions.start(a_session(world.runtime, "a-user"), world.event(), refund=buckets)
        assert await throttles.take(buckets, world.now) == Taken()
        assert isinstance(await throttles.take(buckets, world.now), Limited)


class TestRecognisingSessions(Contract):
    """`Sessions.recognise`, `touch` and `of_user`."""

    async def test_a_browser_is_recognised_with_its_person_and_consent(self, world: World) -> None:
        """The consent is the one to the client that asks, and none where no client does."""
        user, client = await world.user(), await world.client()
        session = await world.session(user)
        consent = a_consent(world.runtime, user.id, client.client_id)
        await world.here.consents.save(consent, world.event())
        await world.here.consents.save(a_consent(world.runtime, user.id, "another-client"), world.event())
        assert await recognise(world, session, client.client_id) == Recognised(
            session=session, user=user, consent=consent
        )
        assert await recognise(world, session) == Recognised(session=session, user=user, consent=None)
        assert await recognise(world, session, "a-third-client") == Recognised(session=session, user=user, consent=None)

    async def test_a_person_of_a_directory_is_recognised_without_a_record(self, world: World) -> None:
        """`user` is None where the store does not know them."""
        session = await world.session("of-a-directory")
        assert await recognise(world, session) == Recognised(session=session, user=None, consent=None)

    @case("K17")
    async def test_both_hashes_have_to_belong_to_the_session(self, world: World) -> None:
        """A handle planted in another browser opens nothing."""
        session, other = await world.session(), await world.session()
        look_up = world.here.sessions.recognise
        assert await look_up(session.handle_hash, other.browser_hash, world.now) is None
        assert await look_up(other.handle_hash, session.browser_hash, world.now) is None
        assert await look_up(session.handle_hash, world.runtime.token_bytes(32), world.now) is None
        assert await look_up(world.runtime.token_bytes(32), session.browser_hash, world.now) is None

    async def test_a_session_is_live_until_either_end_and_not_at_it(self, world: World) -> None:
        """Idle end and absolute end, to the microsecond."""
        start = world.now
        idle = await world.session(idle_expires_at=start + timedelta(hours=1), expires_at=start + timedelta(hours=2))
        spent = await world.session(idle_expires_at=start + timedelta(hours=3), expires_at=start + timedelta(hours=2))
        for session, end in ((idle, idle.idle_expires_at), (spent, spent.expires_at)):
            world.move_to(end - MICROSECOND)
            assert await recognise(world, session) is not None
            assert (await world.here.sessions.of_user(session.user_id, world.now, ALL)).items == (session,)
            world.move_to(end)
            assert await recognise(world, session) is None
            assert (await world.here.sessions.of_user(session.user_id, world.now, ALL)).items == ()
            assert await world.here.sessions.get(session.id) == session

    async def test_a_visit_moves_the_idle_end_and_nothing_else(self, world: World) -> None:
        """Of the record given only `last_seen_at` and `idle_expires_at` are written down."""
        session = await world.session()
        world.advance(minutes=30)
        touched = session.touched(world.now, timedelta(hours=1))
        lie = replace(touched, user_id="somebody-else", expires_at=world.now + timedelta(days=365), amr=("none",))
        await world.here.sessions.touch(lie)
        assert await world.here.sessions.get(session.id) == touched

    @case("D4")
    async def test_a_visit_does_not_revive_a_session(self, world: World) -> None:
        """A visit that was read before the end and is written after it changes nothing of the end."""
        session = await world.session()
        await world.here.sessions.end(session.id, world.now, world.event())
        await world.here.sessions.touch(session.touched(world.now, timedelta(hours=1)))
        assert await recognise(world, session) is None
        await world.here.sessions.touch(a_session(world.runtime, session.user_id))

    async def test_the_live_sessions_of_a_user_are_listed(self, world: World) -> None:
        """Neither ended ones nor another user's, the oldest first."""
        user = await world.user()
        first, ended, last = [await world.session(user) for _ in range(3)]
        await world.session()
        await world.here.sessions.end(ended.id, world.now, world.event())
        assert (await world.here.sessions.of_user(user.id, world.now, ALL)).items == tuple(
            sorted((first, last), key=lambda session: session.id)
        )


class TestEndingSessions(Contract):
    """`Sessions.end` and `end_all`."""

    @case("K18")
    async def test_a_session_ends_with_what_hangs_from_it(self, world: World) -> None:
        """Its grants that are not offline, and what its browser was answering; another browser's stays."""
        user = await world.user()
        session, elsewhere = await world.session(user), await world.session(user)
        grant, token = await world.granted(session)
        _, offline_token = await world.granted(session, scope=OFFLINE)
        _, elsewhere_token = await world.granted(elsewhere)
        flows = [await world.interaction(browser_hash=session.browser_hash) for _ in range(2)]
        flow_elsewhere = await world.interaction(browser_hash=elsewhere.browser_hash)
        event = world.event()
        assert await world.here.sessions.end(session.id, world.now, event) is True
        assert await recognise(world, session) is None
        assert await world.here.sessions.get(session.id) == replace(session, ended_at=world.now)
        assert await world.here.grants.get(grant.id) == replace(grant, revoked_at=world.now)
        assert not await world.is_refreshable(token)
        assert await world.is_refreshable(offline_token)
        assert not any([await world.here.interactions.finish(flow.hash) for flow in flows])
        assert await recognise(world, elsewhere) is not None
        assert await world.is_refreshable(elsewhere_token)
        assert await world.here.interactions.finish(flow_elsewhere.hash)
        assert event in await world.events()

    async def test_a_session_ends_once(self, world: World) -> None:
        """One that had ended or never was: False, no event, and `ended_at` stays."""
        session = await world.session()
        await world.here.sessions.end(session.id, world.now, world.event())
        known, before = await world.here.sessions.get(session.id), await world.events()
        world.advance(minutes=1)
        assert await world.here.sessions.end(session.id, world.now, world.event()) is False
        assert await world.here.sessions.end(world.runtime.new_id(), world.now, world.event()) is False
        assert await world.here.sessions.get(session.id) == known
        assert await world.events() == before

    @case("D7", "K18")
    async def test_all_sessions_of_a_user_end_together(self, world: World) -> None:
        """With the grants that are not offline and the interactions; nobody else's do."""
        user = await world.user()
        ended = await world.session(user)
        await world.here.sessions.end(ended.id, world.now, world.event())
        sessions = [await world.session(user) for _ in range(3)]
        tokens = [(await world.granted(session))[1] for session in sessions]
        _, offline_token = await world.granted(sessions[0], scope=OFFLINE)
        flows = [await world.interaction(browser_hash=session.browser_hash) for session in sessions]
        stranger = await world.session()
        _, stranger_token = await world.granted(stranger)
        flow = an_interaction(world.runtime, "a-client", browser_hash=stranger.browser_hash)
        await world.here.interactions.start(flow)
        event = world.event()
        assert await world.here.sessions.end_all(user.id, world.now, event) == 3
        assert (await world.here.sessions.of_user(user.id, world.now, ALL)).items == ()
        assert not any([await world.is_refreshable(token) for token in tokens])
        assert await world.is_refreshable(offline_token)
        assert not any([await world.here.interactions.finish(flow.hash) for flow in flows])
        assert await recognise(world, stranger) is not None
        assert await world.is_refreshable(stranger_token)
        assert await world.here.interactions.finish(flow.hash)
        assert event in await world.events()

    @case("K18")
    @pytest.mark.parametrize("by", ["end_all", "delete"])
    async def test_who_has_the_browser_now_is_not_disturbed(self, world: World, by: str) -> None:
        """Ending the sessions of a user, or deleting them, leaves alone what others answer where the user once was."""
        user = await world.user()
        before, elsewhere = await world.session(user), await world.session(user)
        after = a_session(world.runtime, (await world.user()).id, browser_hash=before.browser_hash)
        await world.here.sessions.start(after, world.event(), replaces=before.id)
        flow = await world.interaction(browser_hash=after.browser_hash)
        flow_elsewhere = await world.interaction(browser_hash=elsewhere.browser_hash)
        if by == "end_all":
            assert await world.here.sessions.end_all(user.id, world.now, world.event()) == 1
        else:
            await world.here.users.delete(user.id, world.event())
        assert await world.here.interactions.finish(flow.hash)
        assert not await world.here.interactions.finish(flow_elsewhere.hash)
        assert await recognise(world, after) is not None

    async def test_where_there_is_none_to_end_none_is_counted(self, world: World) -> None:
        """Zero, and no event."""
        before = await world.events()
        assert await world.here.sessions.end_all(world.runtime.new_id(), world.now, world.event()) == 0
        assert await world.events() == before

    @case("D7")
    async def test_grants_of_an_idle_session_end_too(self, world: World) -> None:
        """Signing a user out everywhere reaches the grants of sessions that recognise nobody any more."""
        session = await world.session()
        _, token = await world.granted(session)
        _, offline_token = await world.granted(session, scope=OFFLINE)
        world.move_to(session.idle_expires_at)
        assert await world.is_refreshable(token)
        event = world.event()
        await world.here.sessions.end_all(session.user_id, world.now, event)
        assert not await world.is_refreshable(token)
        assert await world.is_refreshable(offline_token)
        assert (await world.events())[-1] == event
