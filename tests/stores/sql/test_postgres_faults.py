"""PostgreSQL that is absent, dies, hangs, refuses or is full: StoreUnavailable, nothing half-done, and on it goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
import psycopg
import pytest

from opentrusty_core.errors import Conflict, StoreError, StoreUnavailable
from opentrusty_core.storage.contract import builders
from opentrusty_core.storage.contract.world import World
from opentrusty_core.stores.sql.engine import Database, Rows
from opentrusty_core.stores.sql.postgres import pool
from opentrusty_core.stores.sql.postgres.engine import PostgresEngine
from opentrusty_core.stores.sql.queries import Statement
from opentrusty_core.stores.sql.store import SqlStore
from tests.support.postgres import cluster

pytestmark = pytest.mark.postgres
case = pytest.mark.case


@contextmanager
def another_session(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(PostgresEngine(url))
    try:
        yield store
    finally:
        await store.close()


def end_sessions(connection: psycopg.Connection) -> int:
    """End every session of the store; how many there were."""
    rows = connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'opentrusty' AND datname = current_database()"
    ).fetchall()
    return len(rows)


async def ask(engine: PostgresEngine, *statements: str) -> list[Rows]:
    """Run statements of the test's own in a session of the engine."""
    session = await engine._pool.lease()
    try:
        return [await session.run(Statement(sql, (), returns_rows=True), {}) for sql in statements]
    finally:
        engine._pool.release(session)


async def wait_for_a_waiter(connection: psycopg.Connection) -> None:
    """Return when somebody waits for a lock in this database."""
    with anyio.fail_after(10):
        while connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone() == (0,):
            await anyio.lowlevel.checkpoint()


# --- Absent, gone, back ----------------------------------------------------------------------------------------------


@case("R1")
async def test_it_may_come_up_after_the_process() -> None:
    """Until then every call says so; then it connects by itself."""
    with cluster() as database:
        url = database.url(database.create_database())
        database.stop()
        async with opened(url) as store:
            for _ in range(3):
                with pytest.raises(StoreUnavailable):
                    await store.check()
            database.start()
            await store.migrate()
            await store.check()


@case("R2")
async def test_a_broken_connection_is_one_failure(
    postgres_store: SqlStore, postgres_engine: PostgresEngine, postgres_store_url: str
) -> None:
    """One that died while nobody used it is replaced unseen; where one dies at work, its call fails, the next works."""
    world = await World.of(postgres_store)
    with another_session(postgres_store_url) as admin:
        (idle,) = postgres_engine._pool._free
        assert end_sessions(admin) == 1
        with anyio.fail_after(10):
            while not idle.is_closed:
                await anyio.lowlevel.checkpoint()
        await world.user()
        admin.execute("BEGIN; LOCK TABLE audit_events")
        async with anyio.create_task_group() as tasks:

            async def fail() -> None:
                with pytest.raises(StoreUnavailable):
                    await world.user(username="nobody")

            tasks.start_soon(fail)
            await wait_for_a_waiter(admin)
            end_sessions(admin)
        admin.execute("ROLLBACK")
    assert await world.here.users.find("nobody") is None
    await world.user(username="nobody")


@case("R5")
async def test_a_read_only_database_is_left(postgres_store: SqlStore, postgres_store_url: str) -> None:
    """Its sessions are closed at the first refusal, and no new one is taken until it is writable."""
    world = await World.of(postgres_store)
    with another_session(postgres_store_url) as admin:
        name = admin.info.dbname
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        end_sessions(admin)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await world.user()
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
    await world.user()


@case("R10")
async def test_with_no_connection_to_be_had_others_are_shared(
    postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server takes no more, calls wait for the connections that there are."""
    connect, made = pool.connect, 0

    async def limited(conninfo: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
        nonlocal made
        made += 1
        if made > 2:
            raise StoreUnavailable("too many connections")
        return await connect(conninfo)

    monkeypatch.setattr(pool, "connect", limited)
    async with opened(postgres_store_url) as store:
        world = await World.of(store)
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(world.user)
    assert made > 2


# --- Slow, locked, full ----------------------------------------------------------------------------------------------


@case("R8")
async def test_a_lock_is_waited_for_half_a_second(postgres_store: SqlStore, postgres_store_url: str) -> None:
    """Then the call fails and its session is as good as before."""
    world = await World.of(postgres_store)
    with another_session(postgres_store_url) as admin:
        admin.execute("BEGIN; LOCK TABLE users")
        started = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable):
            await world.user()
        assert 0.4 < asyncio.get_running_loop().time() - started < 1.5
        admin.execute("ROLLBACK")
        await world.user()
        assert admin.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = 'opentrusty' AND datname = current_database()"
        ).fetchone() == (1,)


@case("R8")
async def test_a_statement_has_two_seconds(postgres_engine: PostgresEngine) -> None:
    (rows,) = await ask(postgres_engine, "SELECT current_setting('statement_timeout'), current_setting('TimeZone')")
    assert rows == [("2s", "UTC")]


async def test_an_answer_that_never_comes_is_given_up(
    postgres_store: SqlStore, postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost network tells nobody; `statement_timeout` is the server's and does not help."""
    monkeypatch.setattr(pool, "ANSWER_PATIENCE", 0.1)
    world = await World.of(postgres_store)
    with another_session(postgres_store_url) as admin:
        admin.execute("BEGIN; LOCK TABLE users")
        started = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable, match="did not answer"):
            await world.user()
        assert asyncio.get_running_loop().time() - started < 0.45
        admin.execute("ROLLBACK")
    await world.user()


@case("R7")
async def test_with_every_connection_in_use_a_call_fails_within_a_second(postgres_store_url: str) -> None:
    """And works as soon as one is given back."""
    async with opened(f"{postgres_store_url}?pool_size=2") as store:
        world = await World.of(store)
        tenant_id = world.here_tenant.id
        started = asyncio.get_running_loop().time()
        async with store.transaction(tenant_id) as one, store.transaction(tenant_id) as two:
            await one.users.get("nobody")
            await two.users.get("nobody")
            with pytest.raises(StoreUnavailable) as raised:
                await world.user()
            assert raised.value.retry_after == 1
            assert asyncio.get_running_loop().time() - started < 1
        await world.user()


async def test_a_waiting_call_gets_the_connection_that_is_given_back(postgres_store_url: str) -> None:
    async with opened(f"{postgres_store_url}?pool_size=1") as store:
        world = await World.of(store)
        async with anyio.create_task_group() as tasks, store.transaction(world.here_tenant.id) as repos:
            await repos.users.get("nobody")
            for _ in range(5):
                tasks.start_soon(world.user)
            await anyio.wait_all_tasks_blocked()
        assert len(await world.events()) == 6


@case("R4")
async def test_a_warning_is_no_success(postgres_engine: PostgresEngine) -> None:
    """At COMMIT it says that a standby may not have the data: the session is closed and the call fails."""
    await ask(
        postgres_engine,
        "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE WARNING 'it may be lost'; RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON meta DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION warn()",
    )
    (session,) = postgres_engine._pool._free
    with pytest.raises(StoreUnavailable, match="may be lost"):
        await postgres_engine.run("claim_meta", {"name": "a", "value": "b"})
    assert session.is_closed


# --- Cancelled, contended, failed ------------------------------------------------------------------------------------


async def test_a_cancelled_call_gives_no_busy_connection_back(
    postgres_store: SqlStore, postgres_store_url: str, postgres_engine: PostgresEngine
) -> None:
    """Its session is closed; the next call gets its own answer, not the one that was still to come."""
    world = await World.of(postgres_store)
    user = await world.user()
    with another_session(postgres_store_url) as admin:
        admin.execute("BEGIN; LOCK TABLE clients")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(world.here.clients.get, "a-client")
            await wait_for_a_waiter(admin)
            tasks.cancel_scope.cancel()
        assert not postgres_engine._pool._free
        assert await world.here.users.get(user.id) == user
        admin.execute("ROLLBACK")


async def test_a_cancelled_transaction_is_rolled_back(postgres_store: SqlStore) -> None:
    world = await World.of(postgres_store)
    with anyio.CancelScope() as scope:
        async with postgres_store.transaction(world.here_tenant.id) as repos:
            user = builders.a_user(world.runtime)
            await repos.users.add(user, world.event())
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    assert await world.here.users.get(user.id) is None
    await world.user()


async def test_cancelling_who_waits_for_a_connection_loses_none(postgres_store_url: str) -> None:
    """Whether it was handed over already or not."""
    async with opened(f"{postgres_store_url}?pool_size=1") as store:
        world = await World.of(store)
        for handed_over in (False, True):
            async with anyio.create_task_group() as tasks:
                async with store.transaction(world.here_tenant.id) as repos:
                    await repos.users.get("nobody")
                    tasks.start_soon(world.user)
                    await anyio.wait_all_tasks_blocked()
                    if not handed_over:
                        tasks.cancel_scope.cancel()
                tasks.cancel_scope.cancel()
            await world.user()


@case("R9")
async def test_a_deadlock_is_tried_again(postgres_store_url: str, postgres_engine: PostgresEngine) -> None:
    """Two units that lock the same rows in opposite order both come through."""
    with another_session(postgres_store_url) as admin:  # look for deadlocks before lock_timeout
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET deadlock_timeout = '50ms'".encode())
    for name in ("a", "b"):
        await postgres_engine.run("claim_meta", {"name": name, "value": "0"})
    attempts: list[str] = []
    both = [anyio.Event(), anyio.Event()]

    async def unit(mine: int, names: tuple[str, str]) -> None:
        async def body(database: Database) -> None:
            attempts.append(names[0])
            await database.run("claim_meta", {"name": names[0], "value": ""})
            both[mine].set()
            await both[1 - mine].wait()
            await database.run("claim_meta", {"name": names[1], "value": ""})

        await postgres_engine.unit(body)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(unit, 0, ("a", "b"))
        tasks.start_soon(unit, 1, ("b", "a"))
    assert len(attempts) >= 3


async def test_a_transaction_with_a_failed_statement_does_not_commit(
    postgres_store: SqlStore, postgres_engine: PostgresEngine
) -> None:
    """Even if the failure was swallowed: PostgreSQL would answer ROLLBACK to COMMIT, and no error."""
    world = await World.of(postgres_store)
    user, other = await world.user(), builders.a_user(world.runtime)

    async def swallow() -> None:
        async with postgres_store.transaction(world.here_tenant.id) as repos:
            await repos.users.add(other, world.event())
            session = builders.a_session(world.runtime, user.id)
            await repos.sessions.start(session, world.event())
            with pytest.raises(Conflict):
                await repos.sessions.start(session, world.event())

    with pytest.raises(StoreError, match="not committed"):
        await swallow()
    assert await world.here.users.get(other.id) is None
    await world.user()


async def test_a_large_value_goes_through(postgres_store: SqlStore) -> None:
    """More than the socket takes at once."""
    world = await World.of(postgres_store)
    claims = {"name": "x" * 5_000_000}
    user = await world.user(claims=claims)
    found = await world.here.users.get(user.id)
    assert found is not None
    assert found.claims == claims


@case("R7")
async def test_a_network_that_swallows_everything_is_no_long_wait(
    postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first calls still try to connect, the others fail within a second."""

    async def never(conninfo: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
        await anyio.sleep_forever()
        raise AssertionError("unreachable")

    monkeypatch.setattr(pool, "connect", never)
    engine = PostgresEngine(f"{postgres_store_url}?pool_size=1")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(engine.run, "clock", {})
        await anyio.wait_all_tasks_blocked()
        started = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable):
            await engine.run("clock", {})
        assert asyncio.get_running_loop().time() - started < 1
        tasks.cancel_scope.cancel()
    await engine.close()


@case("R1", "R2")
async def test_a_database_that_is_gone_is_asked_once_by_each_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who fail to connect do not send each other to try again and again."""
    attempts = 0

    async def refused(_conninfo: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0)
        raise StoreUnavailable("refused")

    monkeypatch.setattr(pool, "connect", refused)
    sessions = pool.Pool("", 8)
    outcomes = await asyncio.gather(*(sessions.lease() for _ in range(64)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert attempts == 64
