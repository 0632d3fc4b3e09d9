"""How many round trips each verb makes on PostgreSQL: on the hot paths one, and a second to explain what went wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest

from opentrusty_core.domain.principal import Principal
from opentrusty_core.storage.contract.builders import (
    a_bucket,
    a_code,
    a_grant,
    a_refresh_token,
    a_session,
    an_access_token,
    an_interaction,
)
from opentrusty_core.storage.contract.planted import Planted, plant
from opentrusty_core.storage.contract.world import World
from opentrusty_core.storage.outcomes import (
    CodeRedeemed,
    CodeReplayed,
    Limited,
    RefreshRedeemed,
    RefreshRetried,
    RefreshReused,
    Taken,
)
from opentrusty_core.stores.sql.store import SqlStore

pytestmark = pytest.mark.postgres


@pytest.fixture
async def world(postgres_store: SqlStore) -> World:
    return await World.of(postgres_store)


@pytest.fixture
async def planted(world: World) -> Planted:
    return await plant(world)


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    return postgres_store


@asynccontextmanager
async def round_trips(store: SqlStore, expected: int) -> AsyncIterator[None]:
    before = store.statements
    yield
    assert store.statements - before == expected


async def costs(store: SqlStore, expected: int, verb: Awaitable[object]) -> object:
    async with round_trips(store, expected):
        return await verb


async def test_reading_verbs_make_one(store: SqlStore, world: World, planted: Planted) -> None:
    here, now, session = world.here, world.now, planted.session
    client_id = planted.client.client_id
    for verb in (
        store.platform.tenants.load(world.here_tenant.name),
        here.clients.get(client_id),
        here.users.find(planted.user.username),
        here.sessions.recognise(session.handle_hash, session.browser_hash, now, client_id=client_id),
        here.interactions.open(
            planted.interaction.hash,
            planted.interaction.browser_hash,
            now,
            session_handle_hash=session.handle_hash,
        ),
        here.assignments.held_by(Principal.user(planted.user.id)),
        here.assignments.held_by(Principal.client(client_id)),
        here.access_tokens.look_up(planted.access_token.hash, now),
        here.access_tokens.look_up_jwt("a-jti", planted.grant.id, now),
        here.access_tokens.look_up_jwt("a-jti", None, now),
        here.refresh_tokens.look_up(planted.refresh_token.id, 0, now),
    ):
        assert await costs(store, 1, verb) is not None


async def test_a_code_is_issued_in_one(store: SqlStore, world: World, planted: Planted) -> None:
    """With the interaction that it answers, with the session's visit, or without."""
    for touch, hash_ in (
        (None, None),
        (planted.session, None),
        (None, planted.interaction.hash),
    ):
        grant = a_grant(world.runtime, planted.session, planted.client.client_id)
        issue = world.here.codes.issue(
            a_code(world.runtime, grant), grant, world.event(), touch=touch, interaction_hash=hash_
        )
        assert await costs(store, 1, issue) is True


async def test_a_code_is_redeemed_in_one_and_a_replay_explained_in_two(
    store: SqlStore, world: World, planted: Planted
) -> None:
    redemption = planted.issued.redemption()
    token = a_refresh_token(world.runtime, planted.client.client_id)
    assert isinstance(await costs(store, 1, world.redeem(redemption, refresh_token=token)), CodeRedeemed)
    assert isinstance(await costs(store, 2, world.redeem(redemption)), CodeReplayed)


@pytest.mark.parametrize("rotate", [True, False])
async def test_a_refresh_token_is_used_in_one(store: SqlStore, world: World, planted: Planted, rotate: bool) -> None:
    assert isinstance(await costs(store, 1, world.refresh(planted.refresh_token, rotate=rotate)), RefreshRedeemed)


async def test_an_old_generation_is_explained_in_two(store: SqlStore, world: World, planted: Planted) -> None:
    await world.refresh(planted.refresh_token)
    assert isinstance(await costs(store, 2, world.refresh(planted.refresh_token)), RefreshRetried)
    world.advance(minutes=2)
    assert isinstance(await costs(store, 2, world.refresh(planted.refresh_token)), RefreshReused)


async def test_an_access_token_is_kept_in_one(store: SqlStore, world: World, planted: Planted) -> None:
    for event in (None, world.event()):
        token = an_access_token(world.runtime, planted.client.client_id, planted.grant)
        await costs(store, 1, world.here.access_tokens.add(token, event))


async def test_a_sign_in_takes_slots_in_one_and_starts_its_session_in_one(
    store: SqlStore, world: World, planted: Planted
) -> None:
    buckets = (a_bucket(world.runtime), a_bucket(world.runtime), a_bucket(world.runtime))
    session = a_session(world.runtime, planted.user.id)
    assert await costs(store, 1, world.here.throttles.take(buckets, world.now)) == Taken()
    start = world.here.sessions.start(session, world.event(), replaces=planted.session.id, refund=buckets)
    await costs(store, 1, start)
    assert isinstance(await costs(store, 2, world.here.throttles.take((planted.bucket,), world.now)), Limited)


async def test_an_interaction_starts_in_one(store: SqlStore, world: World, planted: Planted) -> None:
    interaction = an_interaction(world.runtime, planted.client.client_id)
    await costs(store, 1, world.here.interactions.start(interaction))


async def test_a_change_and_its_event_make_one(store: SqlStore, world: World, planted: Planted) -> None:
    """Done or not done."""
    revoke = world.here.grants.revoke
    assert await costs(store, 1, revoke(planted.grant.id, world.now, world.event())) is True
    assert await costs(store, 1, revoke(planted.grant.id, world.now, world.event())) is False
    update = world.here.users.update(replace(planted.user, version=2), world.event())
    await costs(store, 1, update)


async def test_a_transaction_adds_one(store: SqlStore, world: World) -> None:
    """It begins with its first statement; only its end is a round trip of its own."""
    async with round_trips(store, 3), store.transaction(world.here_tenant.id) as repos:
        await repos.audit.append(world.event())
        await repos.audit.append(world.event())


async def test_an_empty_transaction_makes_none(store: SqlStore, world: World) -> None:
    async with round_trips(store, 0), store.transaction(world.here_tenant.id):
        pass


async def test_events_that_wait_together_share_their_round_trips(store: SqlStore, world: World) -> None:
    """Sixteen at once: the first alone, the others, of either tenant, behind it in one."""
    events = [world.event() for _ in range(16)]
    async with round_trips(store, 2), anyio.create_task_group() as tasks:
        for number, event in enumerate(events):
            repos = world.here if number % 2 else world.there
            tasks.start_soon(repos.audit.append, event)
            if number == 0:
                await anyio.lowlevel.checkpoint()
    here = {event.id for event in await world.events()}
    assert here >= {event.id for event in events[1::2]}
    assert not here & {event.id for event in events[::2]}


async def test_a_lifetime_that_moves_by_less_than_an_hour_is_not_written(
    store: SqlStore, world: World, planted: Planted
) -> None:
    """A confidential client's refresh is a read and an event, and the answer says what is stored."""
    outcome = await world.refresh(planted.refresh_token, rotate=False, idle=timedelta(days=30, minutes=59))
    assert isinstance(outcome, RefreshRedeemed)
    assert outcome.token == planted.refresh_token
    outcome = await world.refresh(planted.refresh_token, rotate=False, idle=timedelta(days=30, hours=1))
    assert isinstance(outcome, RefreshRedeemed)
    assert outcome.token.idle_expires_at == world.now + timedelta(days=30, hours=1)
    found = await world.here.refresh_tokens.look_up(planted.refresh_token.id, 0, world.now)
    assert found is not None
    assert found.refresh_token == outcome.token
