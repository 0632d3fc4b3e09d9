"""What `storage.Codes` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.storage.contract.builders import a_code, a_grant, a_refresh_token
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import CodeRedeemed, CodeReplayed, Unknown

case = pytest.mark.case
OFFLINE = ("openid", "offline_access")


class TestIssuingCodes(Contract):
    """`Codes.issue`."""

    async def test_a_code_comes_with_its_grant_and_event(self, world: World) -> None:
        """What was issued can be redeemed; its grant and event stand beside it."""
        session, client = await world.session(), await world.client()
        grant = a_grant(world.runtime, session, client.client_id)
        code, event = a_code(world.runtime, grant), world.event()
        assert await world.here.codes.issue(code, grant, event) is True
        assert await world.here.grants.get(grant.id) == grant
        assert event in await world.events()

    async def test_a_visit_is_written_down_with_it(self, world: World) -> None:
        """`touch` moves the session's last visit and idle end, and nothing else of the session."""
        session = await world.session()
        world.advance(minutes=5)
        touched = session.touched(world.now, timedelta(hours=1))
        grant = a_grant(world.runtime, session, "a-client")
        lie = replace(touched, user_id="somebody-else", amr=("none",))
        assert await world.here.codes.issue(a_code(world.runtime, grant), grant, world.event(), touch=lie)
        assert await world.here.sessions.get(session.id) == touched

    async def test_an_interaction_is_answered_once(self, world: World) -> None:
        """The answered interaction is gone; the second tab gets no code, no grant, no event and no visit."""
        session, interaction = await world.session(), await world.interaction()
        first, second = (a_grant(world.runtime, session, "a-client") for _ in range(2))
        code, touched = a_code(world.runtime, first), session.touched(world.now + MICROSECOND, timedelta(hours=1))
        issue = world.here.codes.issue
        assert await issue(code, first, world.event(), touch=touched, interaction_hash=interaction.hash) is True
        assert not await world.here.interactions.finish(interaction.hash)
        assert await world.here.sessions.get(session.id) == touched
        assert await world.here.grants.get(first.id) == first
        before = await world.events()
        world.advance(minutes=5)
        code, later = a_code(world.runtime, second), session.touched(world.now, timedelta(hours=1))
        assert await issue(code, second, world.event(), touch=later, interaction_hash=interaction.hash) is False
        assert await world.here.grants.get(second.id) is None
        assert await world.here.sessions.get(session.id) == touched
        assert await world.events() == before


class TestRedeemingCodes(Contract):
    """`Codes.redeem`."""

    async def test_what_fits_is_redeemed(self, world: World) -> None:
        """The outcome holds the code spent now, the grant with its new end, and the person."""
        user = await world.user()
        issued = await world.issued(await world.session(user, expires_at=world.now + timedelta(days=100)))
        world.advance(seconds=1)
        grant = replace(issued.grant, expires_at=world.now + timedelta(days=90))
        assert await world.redeem(issued.redemption()) == CodeRedeemed(
            code=replace(issued.code, redeemed_at=world.now), grant=grant, user=user
        )
        assert await world.here.grants.get(grant.id) == grant

    @case("D8")
    async def test_a_grant_ends_with_the_session_that_it_may_not_outlive(self, world: World) -> None:
        """It and its refresh token last as long as that session may, and to its end; the code is remembered so long."""
        session = await world.session()
        online, offline = await world.issued(session), await world.issued(session, scope=OFFLINE)
        for issued, end in ((online, session.expires_at), (offline, world.now + timedelta(days=90))):
            token = a_refresh_token(world.runtime, issued.code.client_id)
            outcome = await world.redeem(issued.redemption(), refresh_token=token)
            assert isinstance(outcome, CodeRedeemed)
            assert outcome.grant == await world.here.grants.get(issued.grant.id)
            assert outcome.grant.expires_at == end
            found = await world.here.refresh_tokens.look_up(token.id, 0, world.now)
            assert found is not None
            assert found.refresh_token == replace(
                token,
                grant_id=issued.grant.id,
                idle_expires_at=min(token.idle_expires_at, end),
                expires_at=min(token.expires_at, end),
            )
        world.move_to(session.expires_at)
        await world.store.platform.purge(world.now, batch=100)
        assert await world.redeem(online.redemption()) == Unknown()
        assert await world.redeem(offline.redemption()) == CodeReplayed(grant_id=offline.grant.id)

    async def test_a_short_grant_is_not_lengthened_to_its_session(self, world: World) -> None:
        """Where the session may last longer than the grant, the grant has its own end."""
        issued = await world.issued(await world.session(expires_at=world.now + timedelta(days=91)))
        outcome = await world.redeem(issued.redemption())
        assert isinstance(outcome, CodeRedeemed)
        assert outcome.grant.expires_at == world.now + timedelta(days=90)

    async def test_a_session_that_is_over_takes_its_code_along(self, world: World) -> None:
        """At its absolute end; being idle for too long only means that the person is asked again."""
        session = await world.session(expires_at=world.now + timedelta(seconds=30))
        idle = await world.session(idle_expires_at=world.now + timedelta(seconds=30))
        late, offline, good = (
            await world.issued(session),
            await world.issued(session, scope=OFFLINE),
            await world.issued(idle),
        )
        world.advance(seconds=30)
        assert await world.redeem(late.redemption()) == Unknown()
        assert isinstance(await world.redeem(offline.redemption()), CodeRedeemed)
        assert isinstance(await world.redeem(good.redemption()), CodeRedeemed)

    @pytest.mark.parametrize("absent", ["redirect_uri", "code_challenge", "nonce"])
    async def test_what_was_never_sent_need_not_be_presented(self, world: World, absent: str) -> None:
        """A code without redirect URI, challenge or nonce is redeemed without."""
        issued = await world.issued(code={absent: None})
        outcome = await world.redeem(issued.redemption())
        assert isinstance(outcome, CodeRedeemed)
        assert getattr(outcome.code, absent) is None

    async def test_a_person_of_a_directory_is_not_here(self, world: World) -> None:
        """`user` is None where the store does not know the grant's user."""
        issued = await world.issued(await world.session("of-a-directory"))
        outcome = await world.redeem(issued.redemption())
        assert isinstance(outcome, CodeRedeemed)
        assert outcome.user is None
        assert outcome.grant.user_id == "of-a-directory"

    async def test_the_refresh_token_hangs_from_the_grant(self, world: World) -> None:
        """Whatever grant id the new refresh token carried, it is the code's."""
        issued = await world.issued()
        token = a_refresh_token(world.runtime, issued.code.client_id, grant_id="whatever")
        assert isinstance(await world.redeem(issued.redemption(), refresh_token=token), CodeRedeemed)
        found = await world.here.refresh_tokens.look_up(token.id, 0, world.now)
        assert found is not None
        assert found.refresh_token == replace(token, grant_id=issued.grant.id)
        assert found.grant is not None
        assert found.grant.id == issued.grant.id

    async def test_the_event_names_grant_and_person(self, world: World) -> None:
        """The event's target is the grant and its actor the grant's user, whatever it said before."""
        issued = await world.issued()
        event = world.event(actor_kind=ActorKind.CLIENT, actor_id="a-client", client_id="a-client")
        await world.redeem(issued.redemption(), event=event)
        written = replace(event, target=issued.grant.id, actor_kind=ActorKind.USER, actor_id=issued.grant.user_id)
        assert (await world.events())[-1] == written

    @case("C3", "C4")
    @pytest.mark.parametrize(
        ("stored", "presented"),
        [
            ({}, {"client_id": "another-client"}),
            ({}, {"redirect_uri": "https://app.example/callback/"}),
            ({}, {"redirect_uri": None}),
            ({"redirect_uri": None}, {"redirect_uri": "https://app.example/callback"}),
            ({}, {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}),
            ({}, {"code_challenge": None}),
            ({"code_challenge": None}, {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}),
        ],
        ids=[
            "another client",
            "another redirect URI",
            "no redirect URI",
            "redirect URI unsolicited",
            "another challenge",
            "no challenge",
            "challenge unsolicited",
        ],
    )
    async def test_a_misfit_leaves_the_code_unspent(
        self, world: World, stored: dict[str, Any], presented: dict[str, Any]
    ) -> None:
        """Each mismatch alone is `Unknown` and changes nothing; what fits is redeemed afterwards."""
        issued = await world.issued(code=stored)
        before = await world.events()
        token = a_refresh_token(world.runtime, issued.code.client_id)
        assert await world.redeem(issued.redemption(**presented), refresh_token=token) == Unknown()
        assert await world.events() == before
        assert not await world.is_refreshable(token)
        assert await world.here.grants.get(issued.grant.id) == issued.grant
        assert isinstance(await world.redeem(issued.redemption()), CodeRedeemed)

    @case("C3")
    async def test_a_code_that_never_was_is_unknown(self, world: World) -> None:
        """A hash that nobody issued finds nothing."""
        issued = await world.issued()
        assert await world.redeem(issued.redemption(code_hash=world.runtime.token_bytes(32))) == Unknown()

    @case("C3")
    async def test_a_code_is_good_until_its_end_and_not_at_it(self, world: World) -> None:
        """A microsecond before `expires_at` it is redeemed, at `expires_at` it is unknown."""
        end = world.now + timedelta(minutes=2)  # of the grants: it is not theirs that counts here
        on_time, late = await world.issued(expires_at=end), await world.issued(expires_at=end)
        world.move_to(late.code.expires_at - MICROSECOND)
        assert isinstance(await world.redeem(on_time.redemption()), CodeRedeemed)
        world.move_to(late.code.expires_at)
        assert await world.redeem(late.redemption()) == Unknown()

    async def test_a_revoked_grant_leaves_its_code_unknown(self, world: World) -> None:
        """A code whose grant was revoked meanwhile is good for nothing."""
        issued = await world.issued()
        assert await world.here.grants.revoke(issued.grant.id, world.now, world.event())
        assert await world.redeem(issued.redemption()) == Unknown()

    async def test_an_expired_grant_leaves_its_code_unknown(self, world: World) -> None:
        """The grant's end counts beside the code's."""
        issued = await world.issued(expires_at=world.now + timedelta(seconds=30))
        world.move_to(issued.grant.expires_at)
        assert await world.redeem(issued.redemption()) == Unknown()

    @case("K18")
    async def test_a_session_that_ended_takes_its_code_along(self, world: World) -> None:
        """Even a code that was issued while the session ended; but an offline grant outlives its session."""
        session = await world.session()
        before = await world.issued(session)
        await world.here.sessions.end(session.id, world.now, world.event())
        racing, offline = await world.issued(session), await world.issued(session, scope=OFFLINE)
        assert await world.redeem(before.redemption()) == Unknown()
        assert await world.redeem(racing.redemption()) == Unknown()
        assert isinstance(await world.redeem(offline.redemption()), CodeRedeemed)

    @case("C1")
    @pytest.mark.parametrize(
        "presented",
        [{}, {"redirect_uri": None}, {"redirect_uri": "https://evil.example/"}, {"code_challenge": None}],
        ids=["the same", "no redirect URI", "another redirect URI", "no verifier"],
    )
    async def test_a_replay_is_told_whatever_else_is_presented(self, world: World, presented: dict[str, Any]) -> None:
        """The second redemption names the grant and changes nothing."""
        issued = await world.issued()
        assert isinstance(await world.redeem(issued.redemption()), CodeRedeemed)
        grant, before = await world.here.grants.get(issued.grant.id), await world.events()
        world.advance(seconds=1)
        token = a_refresh_token(world.runtime, issued.code.client_id)
        outcome = await world.redeem(issued.redemption(**presented), refresh_token=token)
        assert outcome == CodeReplayed(grant_id=issued.grant.id)
        assert not await world.is_refreshable(token)
        assert await world.here.grants.get(issued.grant.id) == grant
        assert await world.events() == before

    @case("C1")
    async def test_a_replay_is_told_as_long_as_its_grant_lives(self, world: World) -> None:
        """Days after the code's end, and after a purge, the replay is still one."""
        issued = await world.issued()
        await world.redeem(issued.redemption())
        world.advance(days=30)
        await world.store.platform.purge(world.now, batch=100)
        assert await world.redeem(issued.redemption()) == CodeReplayed(grant_id=issued.grant.id)

    @case("C1", "C3")
    async def test_another_client_learns_nothing_of_a_spent_code(self, world: World) -> None:
        """To any client but its own a spent code is unknown, so that nobody can revoke another's grant."""
        issued = await world.issued()
        await world.redeem(issued.redemption())
        assert await world.redeem(issued.redemption(client_id="another-client")) == Unknown()
