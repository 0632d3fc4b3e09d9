"""Races in PostgreSQL: 64 racers in two worker processes, and what is left when they are through."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import psycopg
import pytest

from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.throttle import Bucket, Limit
from opentrusty_core.storage.contract.builders import a_refresh_token, a_session
from opentrusty_core.storage.contract.world import ALL, World
from opentrusty_core.storage.outcomes import CodeReplayed, RefreshReused, Taken, Unknown
from opentrusty_core.stores.sql.store import SqlStore

pytestmark = pytest.mark.postgres
case = pytest.mark.case

WORKERS = 2
ROOT = Path(__file__).parents[3]


class Worker:
    """A process with 32 racers (see racer.py)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self._stdin, self._stdout = process, process.stdin, process.stdout

    def say(self) -> None:
        self._stdin.write("go\n")
        self._stdin.flush()

    def hear(self) -> str:
        return self._stdout.readline().strip()


class Race:
    """Two workers that are ready."""

    def __init__(self, workers: list[Worker]) -> None:
        self._workers = workers

    async def start(self) -> None:
        for worker in self._workers:
            worker.say()

    async def hear(self) -> list[str]:
        return [await anyio.to_thread.run_sync(worker.hear) for worker in self._workers]

    async def outcomes(self) -> list[Any]:
        return [outcome for line in await self.hear() for outcome in json.loads(line)]


@contextmanager
def racing(url: str, what: str, **arguments: Any) -> Iterator[Race]:
    command = [sys.executable, "-m", "tests.stores.sql.racer", url, what, json.dumps(arguments)]
    with ExitStack() as stack:
        workers = []
        for _ in range(WORKERS):
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            workers.append(Worker(process))
        assert [worker.hear() for worker in workers] == ["ready"] * WORKERS
        yield Race(workers)


async def raced(url: str, what: str, **arguments: Any) -> list[Any]:
    """The outcomes of 64 racers that do a thing once."""
    with racing(url, what, **arguments) as race:
        await race.start()
        outcomes = await race.outcomes()
    assert len(outcomes) == 64
    return outcomes


@pytest.fixture
async def world(postgres_store: SqlStore) -> World:
    return await World.of(postgres_store)


@case("C2", "C1")
async def test_a_code_is_redeemed_once(world: World, postgres_store_url: str) -> None:
    """63 of 64 learn that it was spent; nothing is left of what the one got, once a replay has revoked the grant."""
    issued = await world.issued()
    arguments = {"tenant": world.here_tenant.id, "client": issued.code.client_id, "code": issued.code.hash.hex()}
    outcomes = await raced(postgres_store_url, "redeem", **arguments)
    assert Counter(outcomes) == {"CodeRedeemed": 1, "CodeReplayed": 63}
    redeemed = [event for event in await world.events() if event.target == issued.grant.id]
    assert len(redeemed) == 1
    assert await world.redeem(issued.redemption()) == CodeReplayed(grant_id=issued.grant.id)
    await world.here.grants.revoke(issued.grant.id, world.now, world.event())
    assert await world.here.access_tokens.look_up_jwt("a-jti", issued.grant.id, world.now) is None
    assert await world.redeem(issued.redemption()) == CodeReplayed(grant_id=issued.grant.id)


@case("D2")
async def test_a_refresh_token_has_one_successor(world: World, postgres_store_url: str) -> None:
    """One racer rotates, the 63 others get the very same successor, and never a sibling."""
    _, token = await world.granted()
    arguments = {"tenant": world.here_tenant.id, "client": token.client_id, "token": token.id}
    outcomes = await raced(postgres_store_url, "rotate", **arguments)
    assert Counter(map(tuple, outcomes)) == {("RefreshRedeemed", 1): 1, ("RefreshRetried", 1): 63}
    found = await world.here.refresh_tokens.look_up(token.id, 1, world.now)
    assert found is not None
    assert found.refresh_token is not None
    assert found.refresh_token.generation == 1
    world.advance(minutes=2)
    assert isinstance(await world.refresh(token), RefreshReused)


@case("D4")
@pytest.mark.parametrize("ending", ["revoke", "revoke_all", "end", "end_all", "delete"])
async def test_nothing_is_usable_after_an_end_that_refreshes_race(
    world: World, postgres_store_url: str, ending: str
) -> None:
    """From the moment the end is answered: no generation, and no access token, whenever it was kept."""
    session = await world.session()
    grant, token = await world.granted(session)
    here, now = world.here, world.now
    arguments = {"tenant": world.here_tenant.id, "client": token.client_id, "token": token.id}
    with racing(postgres_store_url, "keep_refreshing", **arguments) as race:
        await race.start()
        assert await race.hear() == ["running"] * WORKERS
        match ending:
            case "revoke":
                assert await here.grants.revoke(grant.id, now, world.event())
            case "revoke_all":
                assert await here.grants.revoke_all(now, world.event(), user_id=grant.user_id) == 1
            case "end":
                assert await here.sessions.end(session.id, now, world.event())
            case "end_all":
                assert await here.sessions.end_all(session.user_id, now, world.event()) == 1
            case _:
                await here.users.delete(grant.user_id, world.event())
        assert await here.refresh_tokens.look_up(token.id, None, now) is None
        assert await world.refresh(token, 1) == Unknown()
        await race.start()
        kept = [hash_ for hashes in await race.outcomes() for hash_ in hashes]
    assert len(kept) >= 16, "there was no race"
    for hash_ in kept:
        assert await here.access_tokens.look_up(bytes.fromhex(hash_), now) is None
    assert await here.refresh_tokens.look_up(token.id, None, now) is None
    assert await here.access_tokens.look_up_jwt("a-jti", grant.id, now) is None


@case("D4")
@pytest.mark.parametrize("ending", ["end", "end_all", "replace"])
async def test_no_grant_outlives_its_session_though_codes_race_its_end(
    world: World, postgres_store_url: str, ending: str
) -> None:
    """A code that was issued while the session ended gives nothing that is good afterwards."""
    session = await world.session()
    client = await world.client()
    here, now = world.here, world.now
    arguments = {"tenant": world.here_tenant.id, "client": client.client_id, "session": written(session)}
    with racing(postgres_store_url, "keep_redeeming", **arguments) as race:
        await race.start()
        assert await race.hear() == ["running"] * WORKERS
        match ending:
            case "end":
                assert await here.sessions.end(session.id, now, world.event())
            case "end_all":
                assert await here.sessions.end_all(session.user_id, now, world.event()) == 1
            case _:
                other = a_session(world.runtime, (await world.user()).id)
                await here.sessions.start(other, world.event(), replaces=session.id)
        await race.start()
        kept = [token for tokens in await race.outcomes() for token in tokens]
    assert len(kept) >= 16, "there was no race"
    for token_id in kept:
        assert await here.refresh_tokens.look_up(token_id, None, now) is None
    world.advance(minutes=2)  # past the end of codes that were issued and never redeemed
    assert (await here.grants.of_user(session.user_id, world.now, PageRequest())).items == ()


@case("D4")
async def test_a_code_that_comes_between_the_steps_of_a_sign_out_gives_nothing(
    world: World, postgres_store_url: str
) -> None:
    """The sign-out has marked its session and looked for grants, but is not through: a lock elsewhere holds it up."""
    session, client = await world.session(), await world.client()
    first, _ = await world.granted(session, client)
    token = a_refresh_token(world.runtime, first.client_id)
    outcomes: list[object] = []
    with psycopg.connect(postgres_store_url) as admin, psycopg.connect(postgres_store_url, autocommit=True) as watcher:

        async def waiters(count: int) -> None:
            """Return when so many wait for locks, or a redeemer has its answer."""
            while not outcomes and watcher.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone() != (count,):
                await anyio.lowlevel.checkpoint()

        async def redeem() -> None:
            outcomes.append(await world.redeem(issued.redemption(), refresh_token=token))

        admin.execute("SELECT id FROM grants WHERE id = %s FOR UPDATE", (first.id,))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(world.here.sessions.end, session.id, world.now, world.event())
            await waiters(1)
            issued = await world.issued(session, client)
            tasks.start_soon(redeem)
            await waiters(2)
            admin.rollback()
    assert outcomes == [Unknown()]
    assert await world.here.refresh_tokens.look_up(token.id, None, world.now) is None


@case("K3")
@pytest.mark.parametrize("bursts", [(5,), (5, 7), (40, 9, 30)], ids=str)
async def test_no_more_guesses_are_evaluated_than_the_tightest_limit_lets(
    world: World, postgres_store_url: str, bursts: tuple[int, ...]
) -> None:
    """Of 64 parallel ones at buckets that do not exist yet; and the wider buckets are charged for those only."""
    buckets = {world.runtime.token_bytes(32).hex(): burst for burst in bursts}
    outcomes = await raced(postgres_store_url, "take", tenant=world.here_tenant.id, buckets=buckets)
    assert Counter(outcomes) == {"Taken": min(bursts), "Limited": 64 - min(bursts)}
    for name, burst in buckets.items():
        left = await slots_left(world, name, burst)
        assert left == burst - min(bursts)


async def slots_left(world: World, name: str, burst: int) -> int:
    """How many slots are left in a bucket."""
    bucket = Bucket(key=bytes.fromhex(name), limit=Limit(burst=burst, interval=timedelta(minutes=1)))
    left = 0
    while isinstance(await world.here.throttles.take((bucket,), world.now), Taken):
        left += 1
    return left


@case("J7")
async def test_one_racer_becomes_the_first_administrator(world: World, postgres_store_url: str) -> None:
    outcomes = await raced(postgres_store_url, "assign_first", tenant=world.here_tenant.id)
    assert Counter(outcomes) == {True: 1, False: 63}
    assert len((await world.store.platform.assignments.of_role("platform_admin", ALL)).items) == 1
    assert len((await world.store.platform.audit.page(PageRequest())).items) == 1


def written(session: Session) -> dict[str, Any]:
    """The session as the workers read it."""
    values: dict[str, Any] = asdict(session)
    return {
        name: value.timestamp() if hasattr(value, "timestamp") else value.hex() if isinstance(value, bytes) else value
        for name, value in values.items()
    }
