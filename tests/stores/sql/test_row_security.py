"""Row-level security: what PostgreSQL shows to a statement that forgot its tenant, or that nothing was said for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import anyio
import psycopg
import pytest

from opentrusty_core.errors import ConfigurationError, RowsHidden, StoreError, StoreUnavailable
from opentrusty_core.storage import Exemption
from opentrusty_core.storage.contract.builders import a_user
from opentrusty_core.storage.contract.world import World
from opentrusty_core.stores import open_store
from opentrusty_core.stores.sql.engine import Rows
from opentrusty_core.stores.sql.postgres.engine import PostgresEngine
from opentrusty_core.stores.sql.postgres.row_security import POLICY, TABLES, within
from opentrusty_core.stores.sql.queries import Query, Reach, Statement
from opentrusty_core.stores.sql.store import SqlStore
from tests.support.postgres import OWNER, Cluster

pytestmark = [pytest.mark.postgres, pytest.mark.case("I4")]

USERS = "SELECT id FROM users"
STOLEN = (
    "INSERT INTO consents (tenant_id, user_id, client_id, granted_at, document) VALUES ('{}', 'u', 'c', now(), '{{}}')"
)
COUNTS = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)


def a_query(sql: str, *, reach: Reach = Reach.NONE) -> Query:
    """A query that names no tenant, as only a mistake would."""
    statement = Statement(sql, (), returns_rows=sql.startswith("SELECT"))
    return Query("mistaken", "", reach, (statement,), is_read=True, guard=0)


class Mistaken:
    """An engine on one session, to run statements that OpenTrusty has none of."""

    def __init__(self, url: str) -> None:
        self.engine = PostgresEngine(f"{url}&pool_size=1")
        self.store = SqlStore(self.engine)

    async def run(self, sql: str, tenant_id: str | None = None) -> Rows:
        """Run a statement, for a tenant or with nothing said for it."""
        query = a_query(sql, reach=Reach.NONE if tenant_id is None else Reach.ONE)
        self.engine.queries["mistaken"] = within(query)
        return await self.engine.run("mistaken", {"tenant_id": tenant_id})

    async def counts(self) -> dict[str, int]:
        """The rows of every table that a statement sees for which nothing was said."""
        return dict(await self.run(COUNTS))

    async def session(self) -> object:
        """Which session this is, and that it shows nothing."""
        ((pid,),) = await self.run("SELECT pg_backend_pid()")
        assert set((await self.counts()).values()) == {0}
        return pid


@pytest.fixture
async def mistaken(secured_store_url: str) -> AsyncIterator[Mistaken]:
    mistaken = Mistaken(secured_store_url)
    yield mistaken
    await mistaken.store.close()


@pytest.fixture
async def world(mistaken: Mistaken) -> World:
    """Both tenants with a user, and an event of the platform, whose tenant_id is the empty text."""
    world = await World.of(mistaken.store)
    await world.user()
    await world.there.users.add(a_user(world.runtime, id="theirs"), world.event())
    await world.store.platform.audit.append(world.event())
    return world


async def test_on_a_new_session_nothing_is_seen(secured_store_url: str, world: World) -> None:
    other = Mistaken(secured_store_url)
    try:
        await other.session()
    finally:
        await other.store.close()


async def test_nothing_is_left_behind_a_query(mistaken: Mistaken, world: World) -> None:
    """Of a tenant's or of all, alone or as a script, in the session that is used again."""
    pid = await mistaken.session()
    await world.here.users.find("nobody")
    assert await mistaken.session() == pid
    await world.store.platform.tenants.load(world.here_tenant.name)
    assert await mistaken.session() == pid
    await world.store.platform.purge(world.now, batch=10)
    assert await mistaken.session() == pid


async def test_nothing_is_left_behind_an_error(mistaken: Mistaken, world: World) -> None:
    pid = await mistaken.session()
    with pytest.raises(StoreError):
        await mistaken.run("SELECT 1 / count(*) FROM users WHERE id = 'nobody'", world.here_tenant.id)
    assert await mistaken.session() == pid


async def test_nothing_is_left_behind_a_statement_that_was_cancelled(mistaken: Mistaken, world: World) -> None:
    """By PostgreSQL, which keeps the session, and by whoever asked, which ends it."""
    pid = await mistaken.session()
    with pytest.raises(StoreUnavailable):
        await mistaken.run("SELECT pg_sleep(10)", world.here_tenant.id)  # longer than statement_timeout
    assert await mistaken.session() == pid
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(mistaken.run, "SELECT pg_sleep(10)", world.here_tenant.id)
            while not mistaken.engine._pool._used:
                await anyio.lowlevel.checkpoint()
            scope.cancel()
    assert await mistaken.session() != pid


async def test_nothing_is_left_behind_a_transaction(mistaken: Mistaken, world: World) -> None:
    """Committed, rolled back, or with a part that was undone."""
    pid = await mistaken.session()
    async with world.store.transaction(world.here_tenant.id) as repos:
        await repos.audit.append(world.event())
    assert await mistaken.session() == pid
    async with world.undone() as repos:
        await repos.audit.append(world.event())
    assert await mistaken.session() == pid


async def test_a_query_that_forgot_its_tenant_sees_no_other(mistaken: Mistaken, world: World) -> None:
    everybody = {row[0] for row in await mistaken.run(USERS, world.there_tenant.id)}
    assert everybody == {"theirs"}
    assert "theirs" not in {row[0] for row in await mistaken.run(USERS, world.here_tenant.id)}
    await mistaken.run("DELETE FROM users", world.here_tenant.id)
    assert await mistaken.run(USERS, world.here_tenant.id) == []
    assert {row[0] for row in await mistaken.run(USERS, world.there_tenant.id)} == {"theirs"}


async def test_nothing_is_written_for_another_tenant(mistaken: Mistaken, world: World) -> None:
    """Neither added nor moved there, nor written with nothing said."""
    here, there = world.here_tenant.id, world.there_tenant.id
    for sql, tenant_id in (
        (STOLEN.format(there), here),
        (STOLEN.format(there), None),
        (STOLEN.format(""), here),
        (f"UPDATE users SET tenant_id = '{there}'", here),
    ):
        with pytest.raises(StoreError, match="row-level security"):
            await mistaken.run(sql, tenant_id)


async def test_among_many_each_sees_their_own(secured_store_url: str, world: World) -> None:
    """On three sessions, with every third cancelled in the middle."""
    engine = PostgresEngine(f"{secured_store_url}&pool_size=3")
    engine.queries["mistaken"] = within(a_query("SELECT DISTINCT tenant_id FROM users", reach=Reach.ONE))
    seen: list[str] = []

    async def look(tenant_id: str, *, cancel: bool) -> None:
        with anyio.move_on_after(0.001 if cancel else 60):
            rows = await engine.run("mistaken", {"tenant_id": tenant_id})
            assert rows == [(tenant_id,)]
            seen.append(tenant_id)

    try:
        async with anyio.create_task_group() as tasks:
            for number in range(60):
                tenant = world.there_tenant if number % 2 else world.here_tenant
                tasks.start_soon(lambda id_, cancel: look(id_, cancel=cancel), tenant.id, number % 3 == 0)
    finally:
        await engine.close()
    assert len(seen) >= 40


async def test_a_store_that_says_nothing_is_refused(secured_store_url: str) -> None:
    """It would find everything empty."""
    store = open_store(secured_store_url.removesuffix("?row_security=on"))
    try:
        with pytest.raises(RowsHidden, match="row_security=on"):
            await store.check()
    finally:
        await store.close()


@pytest.fixture
def prepared_url(postgres_cluster: Cluster, postgres_roles: Callable[[str], None]) -> Iterator[str]:
    """The owner's address of an empty database."""
    with postgres_cluster.database(user=OWNER) as url:
        postgres_roles(url.rpartition("/")[2])
        yield url


async def test_it_is_put_in_force_and_lifted_by_migrating(prepared_url: str) -> None:
    """Tables that are new follow those that were there."""
    store = open_store(prepared_url)
    try:
        await store.migrate()
        found = await store.row_security()
        assert found is not None
        assert set(found.unsecured) == set(TABLES)
        for _ in range(2):
            await store.migrate(row_security=True)
            assert (await store.row_security()) == replace(found, unsecured=())
        with psycopg.connect(prepared_url, autocommit=True) as session:
            session.execute("ALTER TABLE groups NO FORCE ROW LEVEL SECURITY")
            session.execute(f"DROP POLICY {POLICY} ON groups")
        assert (await store.row_security()) == replace(found, unsecured=("groups",))
        await store.migrate()
        assert (await store.row_security()) == replace(found, unsecured=())
        await store.migrate(row_security=False)
        assert (await store.row_security()) == found
        await store.migrate()
        assert (await store.row_security()) == found
    finally:
        await store.close()


async def test_it_says_who_is_not_held_to_it(postgres_cluster: Cluster, prepared_url: str) -> None:
    async def exemption(url: str) -> Exemption | None:
        store = open_store(url)
        try:
            found = await store.row_security()
            assert found is not None
            return found.exemption
        finally:
            await store.close()

    store = open_store(prepared_url)
    await store.migrate()
    await store.close()
    name = prepared_url.rpartition("/")[2]
    with psycopg.connect(postgres_cluster.socket_url(), autocommit=True) as session:
        session.execute("CREATE ROLE passing LOGIN BYPASSRLS")
        session.execute("CREATE ROLE usual LOGIN")
    assert await exemption(postgres_cluster.url(name)) is Exemption.SUPERUSER
    assert await exemption(postgres_cluster.url(name, user="passing")) is Exemption.BYPASS
    assert await exemption(prepared_url) is Exemption.OWNER
    assert await exemption(postgres_cluster.url(name, user="usual")) is None


async def test_a_migration_changes_everybody_s_rows(secured_store_url: str, world: World) -> None:
    """Though the owner is held to row-level security too."""
    url = secured_store_url.partition("?")[0].replace("//opentrusty@", f"//{OWNER}@")
    engine = PostgresEngine(url)
    async with engine.migrating() as migrator:
        await migrator.apply("9999_all", "", "UPDATE users SET status = 'disabled'")
    await engine.close()
    assert (await world.there.users.get("theirs")).status == "disabled"  # type: ignore[union-attr]


@pytest.fixture(params=["memory_url", "sqlite_url"])
def other_url(request: pytest.FixtureRequest) -> str:
    """The address of a database that is not PostgreSQL."""
    url: str = request.getfixturevalue(request.param)
    return url


async def test_other_databases_have_none(other_url: str) -> None:
    store = open_store(other_url)
    try:
        assert await store.row_security() is None
        with pytest.raises(ConfigurationError, match="row-level security"):
            await store.migrate(row_security=True)
        await store.migrate(row_security=False)
    finally:
        await store.close()
