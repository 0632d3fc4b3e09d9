"""What `storage.Throttles` promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.throttle import Bucket, Limit
from opentrusty_core.storage.contract.builders import a_bucket
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import Limited, Taken

case = pytest.mark.case
INTERVAL = timedelta(seconds=10)


async def take(world: World, *buckets: Bucket) -> Taken | Limited:
    """An attempt now."""
    return await world.here.throttles.take(buckets, world.now)


class TestThrottles(Contract):
    """`Throttles`."""

    @case("K2")
    async def test_a_burst_is_taken_at_once_and_then_one_each_interval(self, world: World) -> None:
        """To the microsecond, however long it goes on."""
        bucket = a_bucket(world.runtime, burst=3, interval=INTERVAL)
        for _ in range(3):
            assert await take(world, bucket) == Taken()
        for _ in range(3):
            assert await take(world, bucket) == Limited(retry_after=INTERVAL)
            world.runtime.advance(INTERVAL - MICROSECOND)
            assert await take(world, bucket) == Limited(retry_after=MICROSECOND)
            world.runtime.advance(MICROSECOND)
            assert await take(world, bucket) == Taken()

    async def test_a_bucket_that_rests_is_empty_again(self, world: World) -> None:
        """Slots come back one by one, and never more than the burst."""
        bucket = a_bucket(world.runtime, burst=3, interval=INTERVAL)
        for rest, slots in ((0, 3), (2, 2), (3, 3), (1000, 3)):
            world.runtime.advance(INTERVAL * rest)
            assert [await take(world, bucket) for _ in range(slots)] == [Taken()] * slots
            assert await take(world, bucket) == Limited(retry_after=INTERVAL)

    @case("K3")
    async def test_who_is_limited_waits_no_longer_for_trying(self, world: World) -> None:
        """An attempt that is refused takes no slot."""
        bucket = a_bucket(world.runtime, burst=1, interval=INTERVAL)
        await take(world, bucket)
        for _ in range(20):
            assert await take(world, bucket) == Limited(retry_after=INTERVAL)
        world.runtime.advance(INTERVAL)
        assert await take(world, bucket) == Taken()

    @case("K2")
    async def test_every_bucket_has_a_slot_or_none_is_taken(self, world: World) -> None:
        """The wait is that of the fullest; the others keep their slots."""
        tight = a_bucket(world.runtime, burst=1, interval=timedelta(minutes=1))
        tighter = a_bucket(world.runtime, burst=1, interval=timedelta(minutes=2))
        wide = a_bucket(world.runtime, burst=2, interval=INTERVAL)
        assert await take(world, tighter, wide, tight) == Taken()
        for _ in range(5):
            assert await take(world, wide, tight, tighter) == Limited(retry_after=timedelta(minutes=2))
            assert await take(world, tight, wide) == Limited(retry_after=timedelta(minutes=1))
        assert await take(world, wide) == Taken()
        assert isinstance(await take(world, wide), Limited)

    @case("K4")
    async def test_buckets_count_apart(self, world: World) -> None:
        """Another key is another bucket; the same key under another limit is the same one."""
        bucket = a_bucket(world.runtime, burst=2, interval=INTERVAL)
        for _ in range(2):
            assert await take(world, bucket) == Taken()
        assert await take(world, a_bucket(world.runtime, burst=2, interval=INTERVAL)) == Taken()
        wider = Bucket(key=bucket.key, limit=Limit(burst=3, interval=INTERVAL))
        assert await take(world, wider) == Taken()
        assert isinstance(await take(world, wider), Limited)

    async def test_an_attempt_in_no_bucket_goes_on(self, world: World) -> None:
        """Without buckets nothing is counted."""
        assert await take(world) == Taken()

    async def test_slots_are_given_back(self, world: World) -> None:
        """In every bucket named, one each; what is given back to an empty bucket is not saved up."""
        buckets = (
            a_bucket(world.runtime, burst=2, interval=INTERVAL),
            a_bucket(world.runtime, burst=2, interval=INTERVAL * 2),
        )
        for _ in range(2):
            assert await take(world, *buckets) == Taken()
        await world.here.throttles.refund(buckets, world.now)
        assert await take(world, *buckets) == Taken()
        assert isinstance(await take(world, buckets[0]), Limited)
        assert isinstance(await take(world, buckets[1]), Limited)
        for _ in range(5):
            await world.here.throttles.refund(buckets, world.now)
        await world.here.throttles.refund((a_bucket(world.runtime),), world.now)
        assert [await take(world, *buckets) for _ in range(2)] == [Taken()] * 2
        assert isinstance(await take(world, *buckets), Limited)

    @case("K6")
    async def test_a_bucket_is_cleared(self, world: World) -> None:
        """All its slots come back, with an event; where none is taken the answer is False, and there is no event."""
        bucket, other = (a_bucket(world.runtime, burst=2, interval=INTERVAL) for _ in range(2))
        for _ in range(2):
            await take(world, bucket, other)
        event = world.event()
        assert await world.here.throttles.clear(bucket.key, world.now, event) is True
        assert (await world.events())[-1] == event
        before = await world.events()
        assert await world.here.throttles.clear(bucket.key, world.now, world.event()) is False
        assert await world.here.throttles.clear(world.runtime.token_bytes(32), world.now, world.event()) is False
        assert [await take(world, bucket) for _ in range(2)] == [Taken()] * 2
        assert isinstance(await take(world, bucket), Limited)
        assert isinstance(await take(world, other), Limited)
        world.runtime.advance(INTERVAL * 2)
        assert await world.here.throttles.clear(other.key, world.now, world.event()) is False
        assert await world.events() == before

    @case("K6")
    async def test_a_bucket_is_cleared_or_not_with_the_rest_of_a_transaction(self, world: World) -> None:
        """It is an administrator's change like any other."""
        bucket = a_bucket(world.runtime, burst=1, interval=INTERVAL)
        await take(world, bucket)
        async with world.undone() as repos:
            assert await repos.throttles.clear(bucket.key, world.now, world.event()) is True
        assert isinstance(await take(world, bucket), Limited)
        async with world.store.transaction(world.here_tenant.id) as repos:
            assert await repos.throttles.clear(bucket.key, world.now, world.event()) is True
        assert await take(world, bucket) == Taken()

    @case("K3")
    async def test_an_attempt_counts_though_its_transaction_fails(self, world: World) -> None:
        """Each call is a transaction of its own: no rollback gives a slot back, and none takes one again."""
        bucket = a_bucket(world.runtime, burst=2, interval=INTERVAL)
        for _ in range(2):
            async with world.undone() as repos:
                await repos.audit.append(world.event())
                assert await repos.throttles.take((bucket,), world.now) == Taken()
        async with world.undone() as repos:
            await repos.audit.append(world.event())
            await repos.throttles.refund((bucket,), world.now)
        assert await take(world, bucket) == Taken()
        assert await take(world, bucket) == Limited(retry_after=INTERVAL)
