"""What `storage.Upkeep` and `Store.schema` promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.statistics import Counted
from opentrusty_core.domain.tenant import Deletion, TenantStatus
from opentrusty_core.domain.upkeep import KeyCensus, MaintenanceRun
from opentrusty_core.storage.contract.builders import a_head, a_segment, a_session, a_signing_key, an_interaction
from opentrusty_core.storage.contract.planted import plant
from opentrusty_core.storage.contract.world import ALL, Contract, World

case = pytest.mark.case
LIMIT = 1000


class TestUpkeep(Contract):
    """`Upkeep`."""

    @case("R15")
    async def test_the_master_key_is_the_one_that_is_remembered(self, world: World) -> None:
        """None before the first; asking remembers nothing."""
        upkeep = world.store.platform.upkeep
        assert await upkeep.master_key() is None
        await world.store.platform.claim_master_key("first")
        await world.store.platform.claim_master_key("second")
        assert await upkeep.master_key() == "first"

    @case("R15")
    async def test_what_is_sealed_under_another_master_key_is_found(self, world: World) -> None:
        """Signing keys that are not retired, segments and heads, by their tenants' ids; the platform's audit too."""
        upkeep, mine, other = world.store.platform.upkeep, b"8 bytes!", b"8 others"

        async def found(request: PageRequest = ALL) -> tuple[str, ...]:
            return (await upkeep.under_other_keys(mine, request)).items

        assert await found() == ()
        key = a_signing_key(world.runtime, sealed_private=b"\x01" + mine + b"x")
        retired = a_signing_key(world.runtime, sealed_private=b"\x01" + other, status=KeyStatus.RETIRED)
        for it in (key, retired):
            assert await world.here.signing_keys.add(it, world.event())
        segment = a_segment(world.runtime, ["a"], mac=mine + b"x")
        for ledger in (world.here, world.there, world.store.platform):
            assert await ledger.seals.seal(segment, a_head(segment), Counted(), chain=None)
        assert await found() == ()
        here, there = world.here_tenant.id, world.there_tenant.id
        assert await world.here.signing_keys.reseal(key, b"\x01" + other) is True
        assert await world.here.signing_keys.reseal(key, b"\x01" + mine) is False
        assert await found() == (here,)
        assert await world.there.seals.renew_segment(segment, b"\xff" * 8)
        assert await world.store.platform.seals.renew_head(a_head(segment), b"\0" * 8)
        assert await found() == ("", *sorted([here, there]))
        page = await upkeep.under_other_keys(mine, PageRequest(limit=1))
        assert page.items == ("",)
        rest = await upkeep.under_other_keys(mine, PageRequest(limit=5, after=page.next_after))
        assert (rest.items, rest.next_after) == (tuple(sorted([here, there])), None)

    async def test_a_key_that_steps_keeps_its_sealed_half(self, world: World) -> None:
        """Whoever read it before it was sealed anew does not bring the old one back."""
        key = a_signing_key(world.runtime, status=KeyStatus.ACTIVE)
        await world.here.signing_keys.add(key, world.event())
        assert await world.here.signing_keys.reseal(key, b"anew")
        assert await world.here.signing_keys.step((replace(key, status=KeyStatus.RETIRING),), world.event())
        (stepped,) = await world.here.signing_keys.all()
        assert (stepped.status, stepped.sealed_private) == (KeyStatus.RETIRING, b"anew")

    async def test_keys_are_counted_in_every_tenant(self, world: World) -> None:
        """By status, without the retired ones; the oldest that signs and the next to begin."""
        upkeep, now = world.store.platform.upkeep, world.now
        assert await upkeep.keys() == KeyCensus()
        day = timedelta(days=1)
        for repos, algorithm, age in ((world.here, "ES256", 3), (world.here, "RS256", 1), (world.there, "ES256", 7)):
            active = a_signing_key(
                world.runtime, alg=algorithm, status=KeyStatus.ACTIVE, activated_at=now - age * day, activates_at=now
            )
            later = a_signing_key(
                world.runtime, alg=algorithm, status=KeyStatus.ANNOUNCED, activates_at=now + age * day
            )
            for key in (active, later):
                assert await repos.signing_keys.add(key, world.event())
        for status in (KeyStatus.RETIRING, KeyStatus.RETIRED, KeyStatus.RETIRED):
            old = a_signing_key(world.runtime, status=status, activated_at=now - 99 * day, activates_at=now - 99 * day)
            assert await world.there.signing_keys.add(old, world.event())
        assert await upkeep.keys() == KeyCensus(
            announced=3, active=3, retiring=1, oldest_active_at=now - 7 * day, next_at=now + day
        )

    async def test_the_last_run_is_remembered(self, world: World) -> None:
        """In all its parts, in place of the one before."""
        upkeep = world.store.platform.upkeep
        assert await upkeep.last_run() is None
        run = MaintenanceRun(
            started_at=world.now,
            ended_at=world.now + timedelta(seconds=3),
            finished=False,
            keys_made=1,
            keys_changed=2,
            events_sealed=3,
            audits_refused=4,
            purged={"codes": 5},
            erased={"users": 6},
        )
        for noted in (run, replace(run, finished=True, purged={}, erased={})):
            await upkeep.note_run(noted)
            assert await upkeep.last_run() == noted

    async def test_a_backlog_is_what_a_purge_would_take(self, world: World) -> None:
        """Nothing of what is live; afterwards nothing. Every kind is there, and counted no further than asked."""
        upkeep = world.store.platform.upkeep
        planted = await plant(world)
        before = await upkeep.backlog(world.now, limit=LIMIT)
        assert set(before.values()) == {0}
        for number in range(5):
            repos = world.there if number % 2 else world.here
            await repos.interactions.start(an_interaction(world.runtime, "a-client"))
            await repos.sessions.start(a_session(world.runtime, "a-user"), world.event())
        await world.here.sessions.end(planted.session.id, world.now, world.event())
        world.advance(days=91)
        due = await upkeep.backlog(world.now, limit=LIMIT)
        assert due.keys() == before.keys()
        assert (due["interactions"], due["sessions"], due["codes"], due["access_tokens"]) == (5, 6, 2, 1)
        assert (await upkeep.backlog(world.now, limit=3))["sessions"] == 3
        while any((await world.store.platform.purge(world.now, batch=LIMIT)).values()):
            pass
        assert set((await upkeep.backlog(world.now, limit=LIMIT)).values()) == {0}

    async def test_a_tenant_waits_from_its_end_on(self, world: World) -> None:
        """Whether or not its erasure has begun."""
        upkeep, end = world.store.platform.upkeep, world.now + timedelta(days=1)
        asked = Deletion(asked_at=world.now, actor_kind=ActorKind.SYSTEM, actor_id=None, restores=TenantStatus.ACTIVE)
        for repos, tenant, status in (
            (world.here, world.here_tenant, TenantStatus.DELETING),
            (world.there, world.there_tenant, TenantStatus.ERASING),
        ):
            ended = replace(tenant, status=status, version=2, delete_at=end, deletion=asked)
            await repos.tenant.update(ended, world.event())
        assert (await upkeep.backlog(world.now, limit=LIMIT))["tenants"] == 0
        assert (await upkeep.backlog(end, limit=LIMIT))["tenants"] == 2

    async def test_a_schema_has_a_name_or_there_is_none(self, world: World) -> None:
        """That of the newest migration, which another run does not change."""
        before = await world.store.schema()
        assert before is None or before.isprintable()
        await world.store.migrate()
        assert await world.store.schema() == before
