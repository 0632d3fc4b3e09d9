"""What `storage.SigningKeys` promises: one active key of an algorithm, whatever the processes do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.storage.contract.builders import a_signing_key
from opentrusty_core.storage.contract.world import Contract, World
from opentrusty_core.storage.store import TenantRepositories

case = pytest.mark.case


def active(world: World, key: SigningKey) -> SigningKey:
    """The key once it signs."""
    return replace(key, status=KeyStatus.ACTIVE, activated_at=world.now)


def retiring(world: World, key: SigningKey) -> SigningKey:
    """The key once it has signed."""
    return replace(key, status=KeyStatus.RETIRING, retiring_at=world.now)


def retired(world: World, key: SigningKey) -> SigningKey:
    """The key once nothing that it signed is good any more."""
    return replace(key, status=KeyStatus.RETIRED, retired_at=world.now)


class TestSigningKeys(Contract):
    """`SigningKeys`."""

    async def test_keys_are_read_as_they_were_written(self, world: World) -> None:
        """By `kid`, every field and every status."""
        dates = {
            "activated_at": world.now,
            "retiring_at": world.now + timedelta(1),
            "retired_at": world.now + timedelta(2),
        }
        keys = [
            a_signing_key(world.runtime, kid="b", sealed_private=bytes(range(256))),
            a_signing_key(world.runtime, kid="a", status=KeyStatus.RETIRED, **dates),
            a_signing_key(world.runtime, kid="B", alg="RS256", public_jwk='{"kty": "RSA", "n": "Ä"}'),
        ]
        for key in keys:
            event = world.event()
            assert await world.here.signing_keys.add(key, event) is True
            assert (await world.events())[-1] == event
        assert await world.here.signing_keys.all() == (keys[2], keys[1], keys[0])

    @case("R14")
    @pytest.mark.parametrize("status", [KeyStatus.ANNOUNCED, KeyStatus.ACTIVE])
    async def test_one_key_of_an_algorithm_is_announced_and_one_active(self, world: World, status: KeyStatus) -> None:
        """A second of either is refused with False and no event; other algorithms have their own."""
        key = a_signing_key(world.runtime, status=status)
        assert await world.here.signing_keys.add(key, world.event()) is True
        before = await world.events()
        assert await world.here.signing_keys.add(a_signing_key(world.runtime, status=status), world.event()) is False
        assert await world.here.signing_keys.all() == (key,)
        assert await world.events() == before
        other = a_signing_key(world.runtime, status=status, alg="RS256")
        assert await world.here.signing_keys.add(other, world.event()) is True

    async def test_many_keys_may_have_signed(self, world: World) -> None:
        """Retiring and retired keys stand beside each other."""
        for status in (KeyStatus.RETIRING, KeyStatus.RETIRING, KeyStatus.RETIRED, KeyStatus.RETIRED):
            assert await world.here.signing_keys.add(a_signing_key(world.runtime, status=status), world.event())
        assert len(await world.here.signing_keys.all()) == 4

    async def test_keys_step_through_their_life(self, world: World) -> None:
        """A successor takes over in one step with its predecessor; each step has one event."""
        keys, first, second = world.here.signing_keys, a_signing_key(world.runtime), a_signing_key(world.runtime)
        await keys.add(first, world.event())
        first = active(world, first)
        assert await keys.step((first,), world.event()) is True
        await keys.add(second, world.event())
        world.advance(days=90)
        first, second = retiring(world, first), active(world, second)
        assert await keys.step((first, second), world.event()) is True
        world.advance(days=1)
        first, event = retired(world, first), world.event()
        assert await keys.step((first,), event) is True
        assert await keys.all() == tuple(sorted((first, second), key=lambda key: key.kid))
        assert (await world.events())[-1] == event
        assert len(await world.events()) == 6  # the tenant, two keys, three steps

    @case("R14")
    async def test_a_step_from_another_status_is_refused(self, world: World) -> None:
        """Each status has one before it; from any other the answer is False, and there is no event."""
        before_of = {
            KeyStatus.ACTIVE: KeyStatus.ANNOUNCED,
            KeyStatus.RETIRING: KeyStatus.ACTIVE,
            KeyStatus.RETIRED: KeyStatus.RETIRING,
        }
        for number, stored in enumerate(KeyStatus):
            for wanted in KeyStatus:
                if before_of.get(wanted) is stored:
                    continue
                key = a_signing_key(world.runtime, alg=f"ES{number}{wanted}", status=stored)
                await world.here.signing_keys.add(key, world.event())
                before = await world.events()
                assert await world.here.signing_keys.step((replace(key, status=wanted),), world.event()) is False
                assert key in await world.here.signing_keys.all()
                assert await world.events() == before
        absent = a_signing_key(world.runtime, alg="absent")
        assert await world.here.signing_keys.step((active(world, absent),), world.event()) is False

    @case("R14")
    @pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
    async def test_steps_are_taken_together_or_not_at_all(self, world: World, inside: bool) -> None:
        """Where one of them was taken already, none is; nor where two keys would sign at once."""
        first, second = active(world, a_signing_key(world.runtime)), a_signing_key(world.runtime)
        old = retiring(world, a_signing_key(world.runtime))
        for key in (first, second, old):
            await world.here.signing_keys.add(key, world.event())
        known, before = await world.here.signing_keys.all(), await world.events()

        async def step(repos: TenantRepositories) -> None:
            for steps in (
                (retired(world, first), active(world, second)),
                (retired(world, old), retired(world, first)),
                (active(world, second),),
                (retired(world, old), active(world, second)),
                (active(world, second), retired(world, old)),
            ):
                assert await repos.signing_keys.step(steps, world.event()) is False
                assert await repos.signing_keys.all() == known

        if inside:
            async with world.store.transaction(world.here_tenant.id) as repos:
                await step(repos)
        else:
            await step(world.here)
        assert await world.here.signing_keys.all() == known
        assert await world.events() == before

    async def test_the_order_within_a_step_does_not_matter(self, world: World) -> None:
        """A successor may be named before the key that it takes over from."""
        keys = world.here.signing_keys
        first, second = active(world, a_signing_key(world.runtime)), a_signing_key(world.runtime)
        for key in (first, second):
            await keys.add(key, world.event())
        assert await keys.step((active(world, second), retiring(world, first)), world.event()) is True
        assert {key.kid: key.status for key in await keys.all()} == {
            first.kid: KeyStatus.RETIRING,
            second.kid: KeyStatus.ACTIVE,
        }
