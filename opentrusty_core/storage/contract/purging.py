"""What `storage.Platform.purge` promises: what nothing can need any more goes, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.statistics import Counted
from opentrusty_core.storage.contract.builders import (
    a_bucket,
    a_declared_access,
    a_head,
    a_segment,
    a_session,
    an_access_token,
    an_interaction,
)
from opentrusty_core.storage.contract.planted import JTI, REVOKED_JTI, plant
from opentrusty_core.storage.contract.visible import visible
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import Limited, RefreshRetried

case = pytest.mark.case


async def purge(world: World, *, batch: int = 1000) -> int:
    """How many rows one call removed, no more than `batch` of each table."""
    gone: Mapping[str, int] = await world.store.platform.purge(world.now, batch=batch)
    assert all(0 <= count <= batch for count in gone.values())
    return sum(gone.values())


async def purge_all(world: World) -> int:
    """How many rows went until none was left to go."""
    total = 0
    while gone := await purge(world):
        total += gone
    return total


class TestPurging(Contract):
    """`Platform.purge`."""

    async def test_what_is_live_stays(self, world: World) -> None:
        """A tenant with one of everything looks the same afterwards, and its full bucket is full."""
        planted = await plant(world)
        for wait in (timedelta(0), timedelta(seconds=59)):
            world.runtime.advance(wait)
            before = await visible(world.here, planted.known, world.now)
            await world.here.throttles.take((planted.bucket,), world.now)
            await purge_all(world)
            assert await visible(world.here, planted.known, world.now) == before
            assert isinstance(await world.here.throttles.take((planted.bucket,), world.now), Limited)
        assert await world.here.grants.get(planted.issued.grant.id) == planted.issued.grant

    async def test_what_an_administrator_keeps_stays_for_ever(self, world: World) -> None:
        """Users, passwords, consents, clients, resources, keys, roles and the audit do not expire."""
        planted = await plant(world)
        keeps = ["tenant", "users", "clients", "resources", "signing keys", "roles", "groups", "audit"]
        keeps += [f"{what} of {planted.user.id}" for what in ("password", "consents", "roles", "groups")]
        before = await visible(world.here, planted.known, world.now)
        world.advance(days=10_000)
        await purge_all(world)
        after = await visible(world.here, planted.known, world.now)
        assert {name: after[name] for name in keeps} == {name: before[name] for name in keeps}

    async def test_a_declared_access_goes_when_it_expires(self, world: World) -> None:
        """Also one that was ended; not a moment earlier."""
        accesses, tenant_id = world.store.platform.accesses, world.here_tenant.id
        access = a_declared_access(world.runtime, tenant_id, tenant_id, Principal.user("a-user"))
        ended = replace(access, id=world.runtime.new_id(), ended_at=world.now)
        for each in (access, ended):
            await accesses.declare(each, world.event(), world.event())
        world.move_to(access.expires_at - MICROSECOND)
        assert await purge(world) == 0
        assert await accesses.get(ended.id) == ended
        world.move_to(access.expires_at)
        assert await purge(world, batch=1) == await purge(world, batch=1) == 1
        assert await accesses.get(access.id) is None

    async def test_what_is_over_goes(self, world: World) -> None:
        """Of everything that expires nothing is left in the end, in either tenant, and the counts say so."""
        planted = await plant(world)
        await world.there.interactions.start(an_interaction(world.runtime, "a-client"))
        await world.there.sessions.start(a_session(world.runtime, "a-user"), world.event())
        world.advance(days=91)
        # Here: two codes with their grants, a refresh token, an access token, a revoked JWT, a session, an interaction,
        # a link and a bucket. There: a session and an interaction.
        assert await purge_all(world) >= 13
        assert await world.here.sessions.get(planted.session.id) is None
        assert await world.here.grants.get(planted.grant.id) is None
        assert await world.here.grants.get(planted.issued.grant.id) is None
        assert not await world.here.interactions.finish(planted.interaction.hash)
        assert await world.here.access_tokens.revoke(planted.access_token.hash, world.event()) is False
        assert await purge(world) == 0

    async def test_it_goes_at_its_end_and_not_before(self, world: World) -> None:
        """A microsecond before the end there is nothing to purge."""
        interaction = await world.interaction()
        token = an_access_token(world.runtime, "a-client", expires_at=interaction.expires_at)
        await world.here.access_tokens.add(token, None)
        await world.here.access_tokens.revoke_jwt(JTI, interaction.expires_at, world.event())
        await world.link(await world.user(), expires_at=interaction.expires_at)
        world.move_to(interaction.expires_at - MICROSECOND)
        assert await purge(world) == 0
        assert await world.here.access_tokens.look_up_jwt(JTI, None, world.now) is None
        world.move_to(interaction.expires_at)
        assert await purge_all(world) == 4

    async def test_batches_are_bounded_and_counted(self, world: World) -> None:
        """Seven that are over go as three, three and one, in whichever tenants they are."""
        flows = [await world.interaction() for _ in range(4)]
        for _ in range(3):
            await world.there.interactions.start(an_interaction(world.runtime, "a-client"))
        world.move_to(flows[0].expires_at)
        kept = await world.interaction()
        assert [await purge(world, batch=3) for _ in range(4)] == [3, 3, 1, 0]
        assert not any([await world.here.interactions.finish(flow.hash) for flow in flows])
        assert await world.here.interactions.finish(kept.hash)

    async def test_who_was_active_is_forgotten_after_a_month(self, world: World) -> None:
        """Thirty-one days after the last day, on which it is still known."""
        segment, today = a_segment(world.runtime, ["a"]), world.now.date()
        await world.here.seals.seal(segment, a_head(segment), Counted(last_active={"u": today}), chain=None)
        world.advance(days=31)
        assert await purge(world) == 0
        assert await world.here.statistics.last_active(["u"]) == {"u": today}
        world.advance(days=1)
        assert await purge_all(world) == 1
        assert await world.here.statistics.last_active(["u"]) == {}

    @case("D2")
    async def test_a_refresh_token_stays_as_long_as_it_is_good(self, world: World) -> None:
        """In all that is remembered of it: its generation, and when it rotated."""
        _, token = await world.granted()
        await world.refresh(token)
        await purge_all(world)
        assert isinstance(await world.refresh(token, 0), RefreshRetried)

    async def test_an_unspent_code_goes_with_its_grant(self, world: World) -> None:
        """A code that nobody redeemed leaves nothing behind."""
        issued = await world.issued()
        world.move_to(issued.code.expires_at)
        assert await purge_all(world) >= 1
        assert await world.here.grants.get(issued.grant.id) is None

    @case("K3")
    async def test_a_bucket_goes_when_it_is_empty(self, world: World) -> None:
        """Not while it still counts: purging gives no guess back."""
        bucket = a_bucket(world.runtime, burst=2, interval=timedelta(seconds=10))
        for _ in range(2):
            await world.here.throttles.take((bucket,), world.now)
        world.advance(seconds=5)
        assert await purge(world) == 0
        assert isinstance(await world.here.throttles.take((bucket,), world.now), Limited)
        world.advance(seconds=15)
        assert await purge_all(world) == 1

    async def test_a_revoked_jwt_is_remembered_to_its_end(self, world: World) -> None:
        """Its own end, whenever it was revoked."""
        await plant(world)
        world.advance(seconds=599)
        await purge_all(world)
        assert await world.here.access_tokens.look_up_jwt(REVOKED_JTI, None, world.now) is None
