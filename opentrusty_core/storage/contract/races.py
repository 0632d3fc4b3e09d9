"""What the word "atomic" promises: of many who do the same thing at the same moment, one did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import anyio
import pytest

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.errors import Conflict
from opentrusty_core.storage.contract.builders import (
    a_bucket,
    a_code,
    a_grant,
    a_refresh_token,
    a_resource,
    a_session,
    a_signing_key,
    a_tenant,
    a_user,
    an_assignment,
    an_attempt,
)
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.outcomes import (
    AttemptClaimed,
    AttemptHeld,
    CodeRedeemed,
    CodeReplayed,
    RefreshRedeemed,
    RefreshRetried,
    Taken,
    Unknown,
)

T = TypeVar("T")
RACERS = 64
case = pytest.mark.case


async def race(racer: Callable[[int], Awaitable[T]], racers: int = RACERS) -> list[T]:
    """What each of many tasks answers that start together."""
    answers: list[T] = []

    async def run(number: int) -> None:
        answers.append(await racer(number))

    async with anyio.create_task_group() as tasks:
        for number in range(racers):
            tasks.start_soon(run, number)
    return answers


async def succeeds(attempt: Awaitable[object]) -> bool:
    """Whether it was no conflict."""
    try:
        await attempt
    except Conflict:
        return False
    return True


class TestRaces(Contract):
    """64 tasks at once."""

    @case("C2")
    async def test_a_code_is_redeemed_once(self, world: World) -> None:
        """One redemption, 63 replays, one refresh token and one event."""
        issued = await world.issued()
        tokens = [a_refresh_token(world.runtime, issued.code.client_id) for _ in range(RACERS)]
        before = await world.events()
        outcomes = await race(lambda n: world.redeem(issued.redemption(), refresh_token=tokens[n]))
        assert Counter(map(type, outcomes)) == {CodeRedeemed: 1, CodeReplayed: RACERS - 1}
        assert sum([await world.is_refreshable(token) for token in tokens]) == 1
        assert len(await world.events()) == len(before) + 1

    @case("D2")
    async def test_a_generation_rotates_once(self, world: World) -> None:
        """One rotation; the 63 others are answered with the identical successor."""
        _, token = await world.granted()
        before = await world.events()
        outcomes = await race(lambda _: world.refresh(token))
        assert Counter(map(type, outcomes)) == {RefreshRedeemed: 1, RefreshRetried: RACERS - 1}
        successors = [it.token for it in outcomes if isinstance(it, RefreshRedeemed | RefreshRetried)]
        assert successors == [successors[0]] * RACERS
        assert successors[0].generation == 1
        assert len(await world.events()) == len(before) + 1

    @case("D4")
    @pytest.mark.parametrize("by", ["grant", "session"])
    async def test_nothing_is_usable_after_a_revocation(self, world: World, by: str) -> None:
        """Whatever refreshes race with it: once it has answered, the token is dead at every generation."""
        session = await world.session()
        grant, token = await world.granted(session)
        answered = anyio.Event()

        async def refresh(number: int) -> bool:
            late = answered.is_set()
            outcome = await world.refresh(token, grace=timedelta(hours=1))
            return not late or outcome == Unknown()

        async def revoke() -> bool:
            if by == "grant":
                done = await world.here.grants.revoke(grant.id, world.now, world.event())
            else:
                done = await world.here.sessions.end(session.id, world.now, world.event())
            answered.set()
            return done

        assert all(await race(lambda n: revoke() if n == RACERS // 2 else refresh(n)))
        for generation in (0, 1, 2):
            assert await world.refresh(token, generation) == Unknown()

    async def test_an_attempt_is_claimed_once(self, world: World) -> None:
        """By one of 64 who come with one key; all others see who it is."""
        attempts = [an_attempt(world.runtime, key_hash=b"k" * 32) for _ in range(RACERS)]
        outcomes: dict[int, AttemptClaimed | AttemptHeld] = {}

        async def claim(number: int) -> bool:
            stale_since = world.now - timedelta(minutes=1)
            outcomes[number] = await world.here.attempts.claim(attempts[number], world.now, stale_since=stale_since)
            return outcomes[number] == AttemptClaimed()

        assert sum(await race(claim)) == 1
        winner = next(number for number, outcome in outcomes.items() if outcome == AttemptClaimed())
        held = AttemptHeld(attempt=attempts[winner])
        assert all(outcome == held for number, outcome in outcomes.items() if number != winner)

    @case("K3")
    async def test_no_guess_more_than_the_limit_is_let_through(self, world: World) -> None:
        """Of 64 attempts at once exactly the burst is taken."""
        account, network = a_bucket(world.runtime, burst=5), a_bucket(world.runtime, burst=50)
        buckets = [(account, network), (network, account)]
        outcomes = await race(lambda n: world.here.throttles.take(buckets[n % 2], world.now))
        assert sum(outcome == Taken() for outcome in outcomes) == 5
        outcomes = await race(lambda n: world.here.throttles.take((network,), world.now))
        assert sum(outcome == Taken() for outcome in outcomes) == 45

    @case("R14")
    async def test_one_of_many_rotators_adds_and_one_steps(self, world: World) -> None:
        """Of two processes that rotate at once one does, and one key is active."""
        keys = [a_signing_key(world.runtime) for _ in range(RACERS)]
        assert sum(await race(lambda n: world.here.signing_keys.add(keys[n], world.event()))) == 1
        (announced,) = await world.here.signing_keys.all()
        active = replace(announced, status=KeyStatus.ACTIVE, activated_at=world.now)
        before = await world.events()
        assert sum(await race(lambda _: world.here.signing_keys.step((active,), world.event()))) == 1
        assert await world.here.signing_keys.all() == (active,)
        assert len(await world.events()) == len(before) + 1

    @case("J7")
    async def test_one_of_many_is_the_first_administrator(self, world: World) -> None:
        """Whoever they are, and wherever their home is."""
        homes = (world.here_tenant.id, world.there_tenant.id)
        roles = [
            an_assignment(world.runtime, homes[n % 2], Principal.user(f"user-{n}"), role="platform_admin")
            for n in range(RACERS)
        ]
        platform = world.store.platform
        assert sum(await race(lambda n: platform.assignments.assign_first(roles[n], world.event()))) == 1
        assert len((await platform.assignments.of_role("platform_admin", ALL)).items) == 1
        assert len((await platform.audit.page(ALL)).items) == 1

    async def test_one_of_many_tabs_answers(self, world: World) -> None:
        """One code for an interaction, whether the others answer it too or give it up."""
        session, interaction = await world.session(), await world.interaction()
        grants = [a_grant(world.runtime, session, "a-client") for _ in range(RACERS)]

        async def answer(number: int) -> bool:
            if number % 4 == 0:
                return await world.here.interactions.finish(interaction.hash)
            code = a_code(world.runtime, grants[number])
            return await world.here.codes.issue(code, grants[number], world.event(), interaction_hash=interaction.hash)

        assert sum(await race(answer)) == 1
        known = [await world.here.grants.get(grant.id) for grant in grants]
        assert sum(grant is not None for grant in known) <= 1

    @case("K15")
    @pytest.mark.parametrize("what", ["username", "email", "client id", "scope", "tenant name"])
    async def test_a_name_is_taken_once(self, world: World, what: str) -> None:
        """For 63 of 64 it is a conflict."""

        async def take(_: int) -> bool:
            if what == "username":
                return await succeeds(world.here.users.add(a_user(world.runtime, username="a"), world.event()))
            if what == "email":
                return await succeeds(world.here.users.add(a_user(world.runtime, email="a@b.example"), world.event()))
            if what == "client id":
                client = replace(known, client_name=world.runtime.new_id())
                return await succeeds(world.here.clients.add(client, world.event()))
            if what == "scope":
                resource = a_resource(world.runtime, scopes={"a": "A", world.runtime.new_id(): "B"})
                return await succeeds(world.here.resources.save(resource, world.event()))
            tenant = a_tenant(world.runtime, name="a")
            return await succeeds(world.store.tenant(tenant.id).tenant.create(tenant, world.event()))

        known = await world.client()
        await world.here.clients.delete(known.client_id, world.event())
        assert sum(await race(take)) == 1

    async def test_a_role_is_given_and_taken_once(self, world: World) -> None:
        """One of 64 gave it, one of 64 took it."""
        role = an_assignment(world.runtime, world.here_tenant.id, Principal.user("a-user"))
        assignments = world.here.assignments
        assert sum(await race(lambda _: assignments.assign(role, world.event()))) == 1
        assert sum(await race(lambda _: assignments.revoke(role.principal, role.role, world.event()))) == 1

    async def test_a_version_is_written_once(self, world: World) -> None:
        """Of many who read the same version and change it, in a transaction or without, one does at a time."""
        user = await world.user()

        async def rename(number: int) -> bool:
            if number % 2:
                changed = replace(user, username=f"name-{number}", version=2)
                return await succeeds(world.here.users.update(changed, world.event()))

            async def in_transaction() -> None:
                async with world.store.transaction(world.here_tenant.id) as repos:
                    known = await repos.users.get(user.id)
                    assert known is not None
                    await repos.users.update(replace(known, version=known.version + 1), world.event())

            return await succeeds(in_transaction())

        before = await world.events()
        changes = sum(await race(rename, racers=16))
        changed = await world.here.users.get(user.id)
        assert changed is not None
        assert changes >= 1
        assert changed.version == 1 + changes
        assert len(await world.events()) == len(before) + changes

    async def test_a_session_is_ended_once(self, world: World) -> None:
        """One of 64 ended it."""
        session = await world.session()
        assert sum(await race(lambda _: world.here.sessions.end(session.id, world.now, world.event()))) == 1

    @case("R15")
    async def test_one_master_key_is_claimed(self, world: World) -> None:
        """64 processes that start at once agree on one."""
        keys = set(await race(lambda n: world.store.platform.claim_master_key(f"key-{n}")))
        assert len(keys) == 1
        (claimed,) = keys
        replaced = await race(lambda n: world.store.platform.replace_master_key(claimed, f"new-{n}"))
        assert sum(replaced) == 1

    async def test_a_name_is_held_by_one_of_many(self, world: World) -> None:
        """Who is not alone is told so while the one works."""
        told = anyio.Event()
        refused = 0

        async def hold(_: int) -> bool:
            nonlocal refused
            async with world.store.exclusive("a name") as alone:
                if alone:
                    await told.wait()
                else:
                    refused += 1
                    if refused == 15:
                        told.set()
                return alone

        assert sum(await race(hold, racers=16)) == 1

    async def test_many_sign_in_at_once(self, world: World) -> None:
        """Writers of different records all succeed, and every event is written."""
        sessions = [a_session(world.runtime, f"user-{n}") for n in range(RACERS)]
        before = await world.events()
        await race(lambda n: world.here.sessions.start(sessions[n], world.event()))
        assert [await world.here.sessions.get(session.id) for session in sessions] == sessions
        assert len(await world.events()) == len(before) + RACERS
