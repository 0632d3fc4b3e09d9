"""What `storage.RefreshTokens` and `storage.AccessTokens` promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.storage.contract.builders import a_refresh_token, an_access_token
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import AccessLookup, RefreshRedeemed, RefreshRetried, RefreshReused, Unknown

case = pytest.mark.case
MINUTE = timedelta(minutes=1)


class TestRefreshTokens(Contract):
    """`RefreshTokens.redeem`."""

    async def test_the_present_generation_rotates(self, world: World) -> None:
        """The generation grows by one, the idle end moves, and token, grant and person are answered."""
        user = await world.user()
        grant, token = await world.granted(await world.session(user, expires_at=world.now + timedelta(days=100)))
        world.advance(hours=2)
        used = replace(token, generation=1, rotated_at=world.now, idle_expires_at=world.now + timedelta(days=30))
        assert await world.refresh(token) == RefreshRedeemed(token=used, grant=grant, user=user)
        assert await world.here.refresh_tokens.look_up(token.id, 1, world.now) == AccessLookup(
            refresh_token=used, grant=grant, user=user
        )

    async def test_without_rotation_the_generation_stays(self, world: World) -> None:
        """The same token is good again and again, its idle end moving with it."""
        _, token = await world.granted()
        for _ in range(3):
            world.advance(days=20)
            outcome = await world.refresh(token, rotate=False)
            assert isinstance(outcome, RefreshRedeemed)
            moved = replace(token, idle_expires_at=min(world.now + timedelta(days=30), token.expires_at))
            assert outcome.token == moved

    async def test_without_rotation_the_idle_end_waits_for_an_hour(self, world: World) -> None:
        """A use within the hour moves nothing; one at the hour does."""
        _, token = await world.granted()
        for minutes, moved in ((59, token.idle_expires_at), (1, token.idle_expires_at + timedelta(hours=1))):
            world.advance(minutes=minutes)
            outcome = await world.refresh(token, rotate=False)
            assert isinstance(outcome, RefreshRedeemed)
            found = await world.here.refresh_tokens.look_up(token.id, 0, world.now)
            assert found is not None
            assert found.refresh_token == outcome.token == replace(token, idle_expires_at=moved)

    async def test_without_rotation_a_short_idle_time_is_kept_up_too(self, world: World) -> None:
        """A token that is used every ten minutes lives on, though it may be idle for no more than fifteen."""
        _, token = await world.granted()
        for _ in range(6):
            assert isinstance(await world.refresh(token, rotate=False, idle=15 * MINUTE), RefreshRedeemed)
            world.advance(minutes=10)
        world.advance(minutes=5)
        assert await world.refresh(token, rotate=False, idle=15 * MINUTE) == Unknown()

    async def test_a_shorter_idle_time_takes_hold_at_the_next_use(self, world: World) -> None:
        """Also where the token does not rotate."""
        _, token = await world.granted()
        await world.refresh(token, rotate=False, idle=timedelta(days=1))
        world.advance(days=1)
        assert await world.refresh(token, rotate=False, idle=timedelta(days=1)) == Unknown()

    @pytest.mark.parametrize("rotate", [True, False])
    async def test_the_event_names_grant_and_person(self, world: World, rotate: bool) -> None:
        """The event's target is the grant and its actor the grant's user, whatever it said before."""
        grant, token = await world.granted()
        event = world.event(actor_kind=ActorKind.CLIENT, actor_id="a-client", client_id="a-client")
        await world.refresh(token, event=event, rotate=rotate)
        written = replace(event, target=grant.id, actor_kind=ActorKind.USER, actor_id=grant.user_id)
        assert (await world.events())[-1] == written

    @case("D2")
    async def test_a_retry_inside_the_grace_time_gets_the_same_successor(self, world: World) -> None:
        """However often it comes, one generation behind answers the present token, and nothing changes."""
        user = await world.user()
        grant, token = await world.granted(await world.session(user))
        outcome = await world.refresh(token)
        assert isinstance(outcome, RefreshRedeemed)
        before = await world.events()
        for _ in range(2):
            world.advance(seconds=20)
            assert await world.refresh(token) == RefreshRetried(token=outcome.token, grant=grant, user=user)
        assert await world.events() == before
        assert isinstance(await world.refresh(token, 1), RefreshRedeemed)

    @case("D1")
    async def test_the_grace_time_is_over_at_its_end(self, world: World) -> None:
        """A microsecond before it is a retry, at it the token was copied."""
        grant, token = await world.granted()
        await world.refresh(token)
        world.advance(minutes=1)
        assert await world.refresh(token, grace=MINUTE) == RefreshReused(grant_id=grant.id)
        assert isinstance(await world.refresh(token, grace=MINUTE + MICROSECOND), RefreshRetried)
        assert await world.refresh(token, grace=timedelta(0)) == RefreshReused(grant_id=grant.id)

    @case("D3")
    async def test_generations_tell_copies_within_one_moment(self, world: World) -> None:
        """Two behind is a copy even in the same microsecond; so is a generation that never was."""
        grant, token = await world.granted()
        await world.refresh(token, 0)
        await world.refresh(token, 1)
        before = await world.events()
        assert await world.refresh(token, 0) == RefreshReused(grant_id=grant.id)
        assert await world.refresh(token, 3) == RefreshReused(grant_id=grant.id)
        assert isinstance(await world.refresh(token, 1), RefreshRetried)
        assert await world.events() == before

    async def test_a_token_that_never_rotated_has_no_generation_before(self, world: World) -> None:
        """There is nothing to retry one generation behind the first."""
        grant, token = await world.granted()
        assert await world.refresh(token, -1) == RefreshReused(grant_id=grant.id)

    @case("D5")
    async def test_another_clients_token_is_unknown(self, world: World) -> None:
        """At any generation, and it stays as it was."""
        _, token = await world.granted()
        assert await world.refresh(token, client_id="another-client") == Unknown()
        assert await world.refresh(token, 7, client_id="another-client") == Unknown()
        outcome = await world.refresh(token)
        assert isinstance(outcome, RefreshRedeemed)
        assert outcome.token.generation == 1

    async def test_a_token_that_never_was_is_unknown(self, world: World) -> None:
        """An id that nobody issued finds nothing."""
        _, token = await world.granted()
        assert await world.refresh(replace(token, id=world.runtime.new_id())) == Unknown()

    @case("D8")
    async def test_sliding_stops_at_the_absolute_end(self, world: World) -> None:
        """The idle end never passes `expires_at`, and at `expires_at` the token is unknown."""
        issued = await world.issued(scope=("openid", "offline_access"))
        # It ends before its grant does, whose end is another.
        end = world.now + timedelta(days=89)
        token = a_refresh_token(world.runtime, issued.code.client_id, expires_at=end)
        await world.redeem(issued.redemption(), refresh_token=token)
        for generation in range(4):
            world.advance(days=22)
            outcome = await world.refresh(token, generation)
            assert isinstance(outcome, RefreshRedeemed)
            assert outcome.token.idle_expires_at == min(world.now + timedelta(days=30), token.expires_at)
        world.move_to(token.expires_at - MICROSECOND)
        assert await world.is_refreshable(token)
        world.move_to(token.expires_at)
        assert await world.refresh(token, 4) == Unknown()
        assert not await world.is_refreshable(token)

    async def test_an_idle_token_is_unknown_at_its_idle_end(self, world: World) -> None:
        """At whatever generation it comes: what has expired tells nothing of copies."""
        _, token = await world.granted()
        await world.refresh(token, idle=timedelta(days=1))
        world.advance(days=1)
        for generation in (0, 1, 2):
            assert await world.refresh(token, generation) == Unknown()

    async def test_a_grant_that_is_over_leaves_its_token_unknown(self, world: World) -> None:
        """Whether it was revoked or has expired."""
        grant, token = await world.granted()
        _, other = await world.granted()
        await world.here.grants.revoke(grant.id, world.now, world.event())
        assert await world.refresh(token) == Unknown()
        await world.refresh(other, idle=timedelta(days=1000))
        world.advance(days=90)
        assert await world.refresh(other, 1) == Unknown()


class TestLookingUpRefreshTokens(Contract):
    """`RefreshTokens.look_up`."""

    async def test_a_token_is_found_at_its_generation(self, world: World) -> None:
        """The present generation and, just after a rotation, the one before; or any, where none is named."""
        grant, token = await world.granted()
        outcome = await world.refresh(token)
        assert isinstance(outcome, RefreshRedeemed)
        found = AccessLookup(refresh_token=outcome.token, grant=grant, user=outcome.user)
        assert found.user is not None
        for generation in (1, 0, None):
            assert await world.here.refresh_tokens.look_up(token.id, generation, world.now) == found

    @case("D1")
    async def test_no_other_generation_is_found(self, world: World) -> None:
        """What would be taken for a copy stands for nothing."""
        _, token = await world.granted()
        await world.refresh(token, 0)
        await world.refresh(token, 1)
        assert await world.here.refresh_tokens.look_up(token.id, 0, world.now) is None
        assert await world.here.refresh_tokens.look_up(token.id, 3, world.now) is None
        assert await world.here.refresh_tokens.look_up(world.runtime.new_id(), None, world.now) is None

    @pytest.mark.parametrize("generation", [0, None])
    async def test_a_token_that_is_over_is_not_found(self, world: World, generation: int | None) -> None:
        """Neither after its idle end nor after its grant's."""
        grant, token = await world.granted()
        _, idle = await world.granted()
        await world.here.grants.revoke(grant.id, world.now, world.event())
        assert await world.here.refresh_tokens.look_up(token.id, generation, world.now) is None
        world.move_to(idle.idle_expires_at)
        assert await world.here.refresh_tokens.look_up(idle.id, generation, world.now) is None


class TestAccessTokens(Contract):
    """`AccessTokens`."""

    async def test_an_opaque_token_is_found_with_what_stands_behind_it(self, world: World) -> None:
        """Token, grant and person; the event, where there is one, is written."""
        user = await world.user()
        grant, _ = await world.granted(await world.session(user))
        token, event = an_access_token(world.runtime, grant.client_id, grant), world.event()
        await world.here.access_tokens.add(token, event)
        found = await world.here.access_tokens.look_up(token.hash, world.now)
        assert found == AccessLookup(token=token, grant=grant, user=user)
        assert event in await world.events()

    async def test_a_clients_own_token_has_no_grant(self, world: World) -> None:
        """It is found alone; without an event none is written."""
        before = await world.events()
        token = an_access_token(world.runtime, "a-client", audience=("https://a.example", "https://b.example"))
        await world.here.access_tokens.add(token, None)
        assert await world.here.access_tokens.look_up(token.hash, world.now) == AccessLookup(token=token)
        assert await world.events() == before

    async def test_an_opaque_token_is_good_until_its_end_and_not_at_it(self, world: World) -> None:
        """A microsecond before `expires_at` it is found, at `expires_at` it is not."""
        token = an_access_token(world.runtime, "a-client")
        await world.here.access_tokens.add(token, None)
        assert await world.here.access_tokens.look_up(token.hash, token.expires_at - MICROSECOND) is not None
        assert await world.here.access_tokens.look_up(token.hash, token.expires_at) is None

    @case("D4")
    async def test_access_ends_with_its_grant(self, world: World) -> None:
        """An opaque token and a JWT stand for nothing once the grant is revoked or over."""
        grant, _ = await world.granted()
        opaque = an_access_token(world.runtime, grant.client_id, grant, expires_at=world.now + timedelta(days=1000))
        await world.here.access_tokens.add(opaque, None)

        async def found(at: timedelta) -> list[AccessLookup | None]:
            return [
                await world.here.access_tokens.look_up(opaque.hash, world.now + at),
                await world.here.access_tokens.look_up_jwt("a-jti", grant.id, world.now + at),
            ]

        assert None not in await found(timedelta(0))
        assert await found(timedelta(days=90)) == [None, None]
        await world.here.grants.revoke(grant.id, world.now, world.event())
        assert await found(timedelta(0)) == [None, None]

    async def test_an_opaque_token_is_revoked_once(self, world: World) -> None:
        """Then it is not found; a second time there is none, and no event."""
        token, other = an_access_token(world.runtime, "a-client"), an_access_token(world.runtime, "a-client")
        for each in (token, other):
            await world.here.access_tokens.add(each, None)
        event = world.event()
        assert await world.here.access_tokens.revoke(token.hash, event) is True
        assert await world.here.access_tokens.look_up(token.hash, world.now) is None
        assert await world.here.access_tokens.look_up(other.hash, world.now) is not None
        before = await world.events()
        assert before[-1] == event
        assert await world.here.access_tokens.revoke(token.hash, world.event()) is False
        assert await world.here.access_tokens.revoke(world.runtime.token_bytes(32), world.event()) is False
        assert await world.events() == before

    async def test_a_jwt_is_found_with_its_grant_and_person(self, world: World) -> None:
        """Without keeping the JWT; a client's own has nothing behind it, and a grant that never was is not found."""
        user = await world.user()
        grant, _ = await world.granted(await world.session(user))
        look_up = world.here.access_tokens.look_up_jwt
        assert await look_up("a-jti", grant.id, world.now) == AccessLookup(grant=grant, user=user)
        assert await look_up("a-jti", None, world.now) == AccessLookup()
        assert await look_up("a-jti", world.runtime.new_id(), world.now) is None

    async def test_a_jwt_is_revoked_once(self, world: World) -> None:
        """Then it stands for nothing, alone; a second time that was done already, and there is no event."""
        grant, _ = await world.granted()
        event, end = world.event(), world.now + timedelta(minutes=10)
        tokens = world.here.access_tokens
        assert await tokens.revoke_jwt("a-jti", end, event) is True
        assert await tokens.look_up_jwt("a-jti", grant.id, world.now) is None
        assert await tokens.look_up_jwt("a-jti", None, world.now) is None
        assert await tokens.look_up_jwt("another-jti", grant.id, world.now) is not None
        before = await world.events()
        assert before[-1] == event
        assert await tokens.revoke_jwt("a-jti", end, world.event()) is False
        assert await world.events() == before
