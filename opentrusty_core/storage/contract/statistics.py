"""What `storage.Statistics` promises, and what the walk that seals asks of the platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.statistics import KEEP_NUMBERS, Counted, CountKey, Measure, UseKey, Uses
from opentrusty_core.domain.usage import Totals, Use
from opentrusty_core.storage.contract.builders import a_head, a_segment
from opentrusty_core.storage.contract.world import ALL, Contract, World

DAY = date(2026, 1, 1)


class TestStatistics(Contract):
    """`Statistics`, and what is due to be counted."""

    async def test_numbers_add_up(self, world: World) -> None:
        """Those of each tenant by day, measure and key; those of the platform over all tenants."""
        here = Counted(
            counts={
                CountKey(DAY, Measure.SIGN_INS): 2,
                CountKey(DAY, Measure.TOKENS, "refresh_token"): 5,
                CountKey(DAY + timedelta(days=1), Measure.SIGN_INS): 1,
            },
            uses={UseKey(DAY, "web"): Uses(1, 5), UseKey(DAY, "app"): Uses(3, 5), UseKey(DAY, "job"): Uses(0, 9)},
            last_active={"u": DAY, "v": DAY},
        )
        segment = a_segment(world.runtime, ["a"])
        await world.here.seals.seal(segment, a_head(segment), here, chain=None)
        more = Counted(
            counts={CountKey(DAY, Measure.SIGN_INS): 1, CountKey(DAY, Measure.LAST_ACTIVE): -1},
            uses={UseKey(DAY, "web"): Uses(2, 1), UseKey(DAY + timedelta(days=1), "job"): Uses(tokens=1)},
            last_active={"u": DAY + timedelta(days=1)},
        )
        grown = a_segment(world.runtime, ["a", "b"])
        await world.here.seals.seal(grown, a_head(grown), more, chain=segment.chain_after)
        other = a_segment(world.runtime, ["a"])
        await world.there.seals.seal(other, a_head(other), here, chain=None)
        assert await world.here.statistics.counts(DAY, DAY) == {
            CountKey(DAY, Measure.SIGN_INS): 3,
            CountKey(DAY, Measure.TOKENS, "refresh_token"): 5,
            CountKey(DAY, Measure.LAST_ACTIVE): -1,
        }
        assert len(await world.here.statistics.counts(DAY, DAY + timedelta(days=1))) == 4
        assert await world.store.platform.statistics.counts(DAY, DAY) == {
            CountKey(DAY, Measure.SIGN_INS): 5,
            CountKey(DAY, Measure.TOKENS, "refresh_token"): 10,
            CountKey(DAY, Measure.LAST_ACTIVE): -1,
        }
        web, job = Use(id="web", authorizations=3, tokens=6), Use(id="job", authorizations=0, tokens=10)
        app = Use(id="app", authorizations=3, tokens=5)
        most_used = world.here.statistics.most_used
        assert await most_used(DAY, DAY, 10) == (replace(job, tokens=9), web, app)
        assert await most_used(DAY, DAY + timedelta(days=1), 2) == (job, web)
        assert await world.there.statistics.most_used(DAY, DAY, 3) == (
            replace(job, tokens=9),
            app,
            Use(id="web", authorizations=1, tokens=5),
        )
        tenants = await world.store.platform.statistics.most_used(DAY, DAY, 10)
        assert [(use.id, use.authorizations, use.tokens) for use in tenants] == [
            (world.here_tenant.id, 6, 20),
            (world.there_tenant.id, 4, 19),
        ]
        last_active = await world.here.statistics.last_active(["u", "v", "w"])
        assert last_active == {"u": DAY + timedelta(days=1), "v": DAY}
        assert await world.here.statistics.last_active([]) == {}

    async def test_numbers_of_years_ago_go(self, world: World) -> None:
        """With the next that are written, the tenant's and the platform's, but for those of the last three years."""
        old, kept = world.now.date() - KEEP_NUMBERS - timedelta(days=1), world.now.date() - KEEP_NUMBERS
        counted = Counted(
            counts={CountKey(old, Measure.SIGN_INS): 1, CountKey(kept, Measure.SIGN_INS): 2},
            uses={UseKey(old, "web"): Uses(tokens=1), UseKey(kept, "app"): Uses(tokens=1)},
        )
        segment = a_segment(world.runtime, ["a"])
        await world.here.seals.seal(segment, a_head(segment), counted, chain=None)
        assert await world.here.statistics.counts(old, kept) == {CountKey(kept, Measure.SIGN_INS): 2}
        assert await world.store.platform.statistics.counts(old, kept) == {CountKey(kept, Measure.SIGN_INS): 2}
        assert [use.id for use in await world.here.statistics.most_used(old, kept, 9)] == ["app"]

    async def test_totals_are_what_there_was_when_it_was_counted(self, world: World) -> None:
        """Of each tenant, and of all that were counted together."""
        platform = world.store.platform.statistics
        assert (await world.here.statistics.totals(), await platform.totals()) == (None, None)
        users = [await world.user() for _ in range(3)]
        await world.client()
        await world.here.statistics.count_totals(world.now)
        counted = Totals(tenants=1, users=3, clients=1, counted_at=world.now)
        assert (await world.here.statistics.totals(), await platform.totals()) == (counted, counted)
        world.advance(seconds=1)
        await world.there.statistics.count_totals(world.now)
        assert await platform.totals() == replace(counted, tenants=2)
        await world.here.users.delete(users[0].id, world.event())
        assert await world.here.statistics.totals() == counted
        await world.here.statistics.count_totals(world.now)
        assert await world.here.statistics.totals() == replace(counted, users=2, counted_at=world.now)

    async def test_who_waits_to_be_sealed_is_found(self, world: World) -> None:
        """Tenants by id, so many at a time, whose events lie between the head and an id."""
        platform = world.store.platform
        tenants = sorted([world.here_tenant.id, world.there_tenant.id])
        assert (await platform.unsealed(ALL, "~")).items == tuple(tenants)
        assert (await platform.unsealed(ALL, "")).items == ()
        segment = a_segment(world.runtime, [event.id for event in await world.events()])
        await world.here.seals.seal(segment, a_head(segment), Counted(), chain=None)
        page = await platform.unsealed(PageRequest(limit=1), "~")
        rest = await platform.unsealed(PageRequest(limit=1, after=page.next_after), "~")
        assert rest.next_after is None
        assert page.items + rest.items == (world.there_tenant.id,)

    async def test_how_far_all_is_sealed_is_remembered(self, world: World) -> None:
        """To the microsecond."""
        assert await world.store.platform.sealed_until() is None
        for moment in (world.now, world.now + timedelta(microseconds=1)):
            await world.store.platform.note_sealed(moment)
            assert await world.store.platform.sealed_until() == moment

    async def test_the_day_of_which_all_is_gone_is_remembered(self, world: World) -> None:
        """Apart from how far all is sealed."""
        assert await world.store.platform.expired_until() is None
        for moment in (world.now, world.now + timedelta(days=1)):
            await world.store.platform.note_expired(moment)
            assert await world.store.platform.expired_until() == moment
        assert await world.store.platform.sealed_until() is None

    async def test_a_clock_is_aware_or_none(self, world: World) -> None:
        """The store's own, if it has one."""
        clock = await world.store.clock()
        assert clock is None or clock.tzinfo is UTC
