"""What `storage.Grants` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.storage.contract.builders import an_access_token
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.outcomes import HeldGrant, Unknown

case = pytest.mark.case


class TestGrants(Contract):
    """`Grants`."""

    async def test_a_grant_is_read_as_it_was_written(self, world: World) -> None:
        """Every field comes back, the claims request with its values among them."""
        claims = ClaimsRequest(
            userinfo={"email": ClaimRequest(essential=True), "locale": ClaimRequest(values=("de", "fr"))},
            id_token={"auth_time": ClaimRequest(), "acr": ClaimRequest(values=(1, None, "x"))},
        )
        issued = await world.issued(claims=claims, scope=("profile", "openid", "a:b"), amr=("pwd", "otp"))
        assert await world.here.grants.get(issued.grant.id) == issued.grant
        assert await world.here.grants.get(world.runtime.new_id()) is None

    @case("D4")
    async def test_revoking_ends_all_that_hangs_from_the_grant(self, world: World) -> None:
        """Refresh token, opaque token and JWT are dead, the grant says since when, and another grant lives."""
        grant, refresh_token = await world.granted()
        other, other_token = await world.granted()
        opaque = an_access_token(world.runtime, grant.client_id, grant)
        await world.here.access_tokens.add(opaque, None)
        event = world.event()
        assert await world.here.grants.revoke(grant.id, world.now, event) is True
        assert await world.here.grants.get(grant.id) == replace(grant, revoked_at=world.now)
        assert await world.refresh(refresh_token) == Unknown()
        assert await world.here.access_tokens.look_up(opaque.hash, world.now) is None
        assert await world.here.access_tokens.look_up_jwt("a-jti", grant.id, world.now) is None
        assert await world.here.grants.get(other.id) == other
        assert await world.is_refreshable(other_token)
        assert (await world.events())[-1] == event

    async def test_what_has_ended_is_not_ended_again(self, world: World) -> None:
        """A grant that was revoked, has expired or never was: False, no event, and `revoked_at` stays."""
        revoked, _ = await world.granted()
        expired = await world.issued()
        await world.here.grants.revoke(revoked.id, world.now, world.event())
        world.move_to(expired.grant.expires_at)
        before = await world.events()
        for grant_id in (revoked.id, expired.grant.id, world.runtime.new_id()):
            known = await world.here.grants.get(grant_id)
            assert await world.here.grants.revoke(grant_id, world.now, world.event()) is False
            assert await world.here.grants.get(grant_id) == known
        assert await world.events() == before

    @case("D7")
    @pytest.mark.parametrize("named", [("user",), ("client",), ("user", "client")], ids=" and ".join)
    async def test_all_grants_of_somebody_end_together(self, world: World, named: tuple[str, ...]) -> None:
        """Of the user, of the client, or between the two; how many were live is answered, and all others live on."""
        users, clients = [await world.user(), await world.user()], [await world.client(), await world.client()]
        sessions = [await world.session(user) for user in users]
        grants = {
            (u, c): (await world.granted(sessions[u], clients[c], scope=("openid", "offline_access")))[0]
            for u in range(2)
            for c in range(2)
        }
        await world.issued(sessions[0], clients[0])
        world.advance(minutes=1)  # that one has expired and is not counted
        wanted = {(u, c) for u, c in grants if (u == 0 or "user" not in named) and (c == 0 or "client" not in named)}
        event = world.event()
        ended = await world.here.grants.revoke_all(
            world.now,
            event,
            user_id=users[0].id if "user" in named else None,
            client_id=clients[0].client_id if "client" in named else None,
        )
        assert ended == len(wanted)
        for place, grant in grants.items():
            revoked_at = world.now if place in wanted else None
            assert await world.here.grants.get(grant.id) == replace(grant, revoked_at=revoked_at)
        assert (await world.events())[-1] == event

    async def test_where_there_is_none_to_end_none_is_counted(self, world: World) -> None:
        """Zero, and no event."""
        before = await world.events()
        assert await world.here.grants.revoke_all(world.now, world.event(), user_id=world.runtime.new_id()) == 0
        assert await world.here.grants.revoke_all(world.now, world.event(), client_id="a-client") == 0
        assert await world.events() == before

    async def test_the_live_grants_of_a_user_are_listed(self, world: World) -> None:
        """Neither revoked nor expired ones, nor another user's, the oldest first."""
        session = await world.session()
        first, _ = await world.granted(session)
        revoked, _ = await world.granted(session)
        await world.issued(session)
        await world.granted()
        world.advance(minutes=1)
        last, _ = await world.granted(session)
        await world.here.grants.revoke(revoked.id, world.now, world.event())
        page = await world.here.grants.of_user(session.user_id, world.now, ALL)
        assert page.items == (first, last)
        assert (await world.here.grants.of_user(session.user_id, world.now + timedelta(days=90), ALL)).items == ()

    async def test_the_live_grants_to_a_client_are_listed_with_their_people(self, world: World) -> None:
        """Neither revoked nor expired ones, nor another client's; no person where the store does not keep them."""
        client, user = await world.client(), await world.user()
        session = await world.session(user)
        first, _ = await world.granted(session, client)
        revoked, _ = await world.granted(session, client)
        await world.issued(session, client)
        await world.granted(session)
        world.advance(minutes=1)
        elsewhere, _ = await world.granted(await world.session("kept-elsewhere"), client)
        await world.here.grants.revoke(revoked.id, world.now, world.event())
        page = await world.here.grants.of_client(client.client_id, world.now, ALL)
        assert page.items == (HeldGrant(grant=first, user=user), HeldGrant(grant=elsewhere, user=None))
        later = world.now + timedelta(days=90)
        assert (await world.here.grants.of_client(client.client_id, later, ALL)).items == ()
