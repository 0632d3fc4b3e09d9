"""SQLite: durable when it answers, patient with other writers, and one commit for all who wait."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from opentrusty_core.domain.page import PageRequest
from opentrusty_core.errors import SchemaMismatch, StoreUnavailable
from opentrusty_core.storage.contract import builders
from opentrusty_core.storage.contract.world import World
from opentrusty_core.storage.outcomes import Limited, Taken
from opentrusty_core.stores.sql.engine import Database, Rows
from opentrusty_core.stores.sql.sqlite.connection import Connection
from opentrusty_core.stores.sql.sqlite.engine import SqliteEngine
from opentrusty_core.stores.sql.store import SqlStore

case = pytest.mark.case

WRITER = """
import anyio, sys
from opentrusty_core.stores import open_store
from opentrusty_core.storage.contract import builders

async def main():
    store, runtime = open_store(sys.argv[1]), builders.StillRuntime(seed=sys.argv[2])
    async def write():
        for _ in range(1000):
            event = builders.an_event(runtime)
            await store.platform.audit.append(event)
            print(event.id, flush=True)
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(write)

anyio.run(main)
"""


@contextmanager
def another_writer(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection, in the middle of writing."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


@case("R21")
async def test_it_waits_for_another_writer(sqlite_store: SqlStore, sqlite_path: Path) -> None:
    """Without stopping the event loop, and goes on as soon as the other has finished."""
    world = await World.of(sqlite_store)
    with another_writer(sqlite_path) as other:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(world.user)
            for _ in range(10):
                await anyio.lowlevel.checkpoint()
            other.execute("COMMIT")
    assert len(await world.events()) == 2


@case("R21")
@pytest.mark.parametrize("within", ["verb", "transaction", "queue"])
async def test_it_does_not_wait_for_ever(sqlite_path: Path, within: str) -> None:
    """After its patience, two seconds if nothing else is said, the call fails; reading goes on all the time."""
    assert SqliteEngine(sqlite_path)._patience == 2.0
    engine = SqliteEngine(sqlite_path, patience=0.05)
    store = SqlStore(engine)
    try:
        world = await World.of(store)
        with another_writer(sqlite_path):
            started = time.monotonic()
            if within == "transaction":
                with pytest.raises(StoreUnavailable):
                    async with store.transaction(world.here_tenant.id):
                        pytest.fail("the transaction began")
            else:
                async with anyio.create_task_group() as tasks:
                    for _ in range(1 if within == "verb" else 3):
                        tasks.start_soon(self_failing, world)
            assert time.monotonic() - started < 1
            assert await world.here.tenant.get() == world.here_tenant
        assert not engine._jobs
        await world.user()
    finally:
        await engine.close()


async def self_failing(world: World) -> None:
    with pytest.raises(StoreUnavailable):
        await world.user()


async def test_a_writer_does_not_wait_for_ever_for_its_own_process(sqlite_path: Path) -> None:
    engine = SqliteEngine(sqlite_path, patience=0.05)
    try:
        world = await World.of(SqlStore(engine))
        async with SqlStore(engine).transaction(world.here_tenant.id) as repos:
            await repos.audit.append(world.event())
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self_failing, world)
        await world.user()
    finally:
        await engine.close()


def test_commits_are_durable_and_foreign_keys_hold(sqlite_path: Path) -> None:
    connection = Connection(sqlite_path)
    try:
        pragmas = {name: connection.execute(f"PRAGMA {name}")[0][0] for name in ("synchronous", "foreign_keys")}
        assert pragmas == {"synchronous": 2, "foreign_keys": 1}
        assert connection.execute("PRAGMA journal_mode") == [("wal",)]
        assert connection.execute("PRAGMA busy_timeout") == [(0,)]
    finally:
        connection.close()


@case("R12")
def test_kill_9_loses_nothing_that_was_answered(sqlite_path: Path) -> None:
    """Every id that the writer printed after its call returned is there."""
    url = f"sqlite:///{sqlite_path}"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url, "a"], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    answered = [writer.stdout.readline().strip() for _ in range(200)]
    writer.send_signal(signal.SIGKILL)
    answered += [line.strip() for line in writer.stdout if line.endswith("\n")]
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    with closing(sqlite3.connect(sqlite_path)) as connection:
        kept = {id_ for (id_,) in connection.execute("SELECT id FROM audit_events")}
    assert set(answered) <= kept


def test_two_processes_write_at_the_same_time(sqlite_path: Path) -> None:
    """Each waits for the other where it must; all that both wrote is there."""
    url = f"sqlite:///{sqlite_path}"
    code = WRITER.replace("range(1000)", "range(50)")
    writers = [
        subprocess.Popen([sys.executable, "-c", code, url, seed], stdout=subprocess.DEVNULL) for seed in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with closing(sqlite3.connect(sqlite_path)) as connection:
        assert connection.execute("SELECT count(*) FROM audit_events").fetchone() == (400,)


async def test_who_waits_together_shares_a_commit(
    sqlite_store: SqlStore, sqlite_engine: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever they write; one that fails is undone alone."""
    world = await World.of(sqlite_store)
    user = await world.user()
    commits: list[str] = []
    execute = Connection.execute

    def counting(self: Connection, sql: str, values: tuple[object, ...] = ()) -> Rows:
        commits.extend([sql] * (sql == "COMMIT"))
        return execute(self, sql, values)

    monkeypatch.setattr(Connection, "execute", counting)

    async def conflict() -> None:
        with pytest.raises(Exception, match="taken"):
            await world.here.users.add(replace(user, id="another"), world.event())

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(world.client)
            tasks.start_soon(world.here.audit.append, world.event())
            tasks.start_soon(conflict)
    assert len(commits) <= 3
    assert len(await world.events()) == 2 + 10
    assert len((await world.here.clients.page(PageRequest())).items) == 5


async def test_a_cancelled_call_is_written_or_not_and_hurts_nobody(sqlite_store: SqlStore, sqlite_path: Path) -> None:
    world = await World.of(sqlite_store)
    cancelled = builders.a_user(world.runtime)
    with another_writer(sqlite_path) as other:
        async with anyio.create_task_group() as tasks:
            scope = anyio.CancelScope()

            async def add() -> None:
                with scope:
                    await world.here.users.add(cancelled, world.event())

            tasks.start_soon(add)
            tasks.start_soon(world.user)
            await anyio.lowlevel.checkpoint()
            scope.cancel()
            await anyio.lowlevel.checkpoint()
            other.execute("COMMIT")
    assert await world.here.users.get(cancelled.id) is None
    assert len(await world.events()) == 2


async def test_a_unit_may_await_nothing_but_its_database(sqlite_engine: SqliteEngine) -> None:
    """Everybody else would wait with it."""

    async def body(database: Database) -> None:
        await database.run("claim_meta", {"name": "a", "value": "b"})
        await anyio.lowlevel.checkpoint()

    with pytest.raises(RuntimeError, match="something else"):
        await sqlite_engine.unit(body)
    assert await sqlite_engine.run("claim_meta", {"name": "a", "value": "c"}) == [("c",)]


@case("K3")
async def test_a_guess_counts_even_if_its_transaction_is_rolled_back(sqlite_store: SqlStore) -> None:
    """There is one writer, so it is taken inside, and again after the rollback."""
    world = await World.of(sqlite_store)
    bucket = builders.a_bucket(world.runtime, burst=1)

    async def roll_back() -> None:
        async with sqlite_store.transaction(world.here_tenant.id) as repos:
            await repos.audit.append(world.event())
            assert await repos.throttles.take((bucket,), world.now) == Taken()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await roll_back()
    assert isinstance(await world.here.throttles.take((bucket,), world.now), Limited)
    assert len(await world.events()) == 1


async def test_a_file_that_is_not_there_is_a_missing_schema(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "none.db")
    try:
        with pytest.raises(SchemaMismatch):
            await SqlStore(engine).check()
        with pytest.raises(Exception, match="no file"):
            await SqlStore(engine).tenant("a").audit.append(builders.an_event(builders.StillRuntime()))
    finally:
        await engine.close()
    assert not Path(engine._path).exists()  # noqa: ASYNC240 - a test may wait for its disk


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("something else entirely, and long enough to have no header of SQLite's\n" * 100)
    engine = SqliteEngine(tmp_path / "text.db")
    try:
        with pytest.raises(StoreUnavailable):
            await SqlStore(engine).check()
    finally:
        await engine.close()
