"""What `storage.Attempts` promises: a request that is sent again is answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.storage.contract.builders import an_attempt
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import AttemptClaimed, AttemptHeld

STALE = timedelta(minutes=1)


async def claim(world: World, attempt: Attempt) -> AttemptClaimed | AttemptHeld:
    """Claim it here and now."""
    return await world.here.attempts.claim(attempt, world.now, stale_since=world.now - STALE)


class TestAttempts(Contract):
    """`Attempts`."""

    async def test_the_first_of_a_key_goes_on_and_the_others_see_it(self, world: World) -> None:
        """As it was written, before its answer and after; another key is another's."""
        first = an_attempt(world.runtime)
        again = an_attempt(world.runtime, key_hash=first.key_hash)
        assert await claim(world, first) == AttemptClaimed()
        assert await claim(world, again) == AttemptHeld(attempt=first)
        assert await claim(world, an_attempt(world.runtime)) == AttemptClaimed()
        answered = replace(first, sealed_answer=bytes(range(256)))
        assert await world.here.attempts.answer(answered) is True
        assert await claim(world, again) == AttemptHeld(attempt=answered)

    async def test_what_came_to_nothing_may_be_tried_again(self, world: World) -> None:
        """Only the one who claimed it releases it, and never once it was answered."""
        first = an_attempt(world.runtime)
        again = an_attempt(world.runtime, key_hash=first.key_hash)
        await claim(world, first)
        assert await world.here.attempts.release(again) is False
        assert await world.here.attempts.release(first) is True
        assert await world.here.attempts.release(first) is False
        assert await claim(world, again) == AttemptClaimed()
        await world.here.attempts.answer(replace(again, sealed_answer=b"made"))
        assert await world.here.attempts.release(again) is False

    async def test_who_was_taken_for_gone_has_no_more_say(self, world: World) -> None:
        """Without an answer for a while an attempt gives way: not a microsecond earlier, and never with one."""
        first = an_attempt(world.runtime)
        again = an_attempt(world.runtime, key_hash=first.key_hash)
        await claim(world, first)
        world.move_to(first.claimed_at + STALE - MICROSECOND)
        assert await claim(world, again) == AttemptHeld(attempt=first)
        world.move_to(first.claimed_at + STALE)
        again = replace(again, claimed_at=world.now, expires_at=world.now + timedelta(days=1))
        assert await claim(world, again) == AttemptClaimed()
        assert await world.here.attempts.answer(replace(first, sealed_answer=b"late")) is False
        assert await world.here.attempts.release(first) is False
        answered = replace(again, sealed_answer=b"made")
        assert await world.here.attempts.answer(answered) is True
        world.advance(hours=2)
        assert await claim(world, first) == AttemptHeld(attempt=answered)

    async def test_an_answer_is_kept_until_its_end_and_not_at_it(self, world: World) -> None:
        """The key is free then, whether it was purged or not."""
        first = an_attempt(world.runtime, sealed_answer=b"made")
        again = an_attempt(world.runtime, key_hash=first.key_hash, expires_at=first.expires_at + timedelta(days=1))
        await claim(world, first)
        world.move_to(first.expires_at - MICROSECOND)
        assert await claim(world, again) == AttemptHeld(attempt=first)
        assert (await world.store.platform.purge(world.now, batch=10)).get("attempts", 0) == 0
        world.move_to(first.expires_at)
        assert await claim(world, again) == AttemptClaimed()
        world.move_to(again.expires_at)
        assert (await world.store.platform.purge(world.now, batch=10))["attempts"] == 1
