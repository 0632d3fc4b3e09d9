"""Migrations: each once, whole or not at all, by one runner at a time; what is not this version's schema is refused."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import psycopg
import pytest

from opentrusty_core.domain.audit import Origin, Outcome
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.client_kind import ClientKind
from opentrusty_core.domain.client_list import ClientSort
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.search import entries_of
from opentrusty_core.errors import SchemaMismatch
from opentrusty_core.runtime import SystemRuntime
from opentrusty_core.storage.contract.builders import a_user, an_event
from opentrusty_core.stores import open_store
from opentrusty_core.stores.sql import migrations
from opentrusty_core.stores.sql.queries import load_schema
from opentrusty_core.stores.sql.repositories.terms import dump_entries
from opentrusty_core.stores.sql.sqlite.connection import Connection

case = pytest.mark.case

KILLED = """
import anyio, itertools, os, signal, sys
from opentrusty_core.stores import open_store
import opentrusty_core.stores.sql.{module} as migrator
statements, numbers = migrator.statements_of, itertools.count()
def dying(text, dialect):
    for statement in statements(text, dialect):
        if next(numbers) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield statement
migrator.statements_of = dying
anyio.run(open_store(sys.argv[1]).migrate)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without anything in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def another_migration(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The migrations of a version to come."""
    schema = load_schema() | {"9999_more": "CREATE TABLE more (id {{id}} NOT NULL PRIMARY KEY) {{table}};"}
    monkeypatch.setattr(migrations, "load_schema", lambda: schema)
    return schema


async def migrated(url: str) -> tuple[str, ...]:
    store = open_store(url)
    try:
        return await store.migrate()
    finally:
        await store.close()


async def check(url: str) -> None:
    store = open_store(url)
    try:
        await store.check()
    finally:
        await store.close()


@case("R17")
async def test_a_second_run_finds_nothing_to_do(empty_url: str) -> None:
    assert await migrated(empty_url) == tuple(load_schema())
    assert await migrated(empty_url) == ()
    await check(empty_url)


@case("R17")
async def test_of_parallel_runners_one_runs_and_the_others_wait(empty_url: str) -> None:
    ran: list[str] = []

    async def run() -> None:
        ran.extend(await migrated(empty_url))

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(run)
    assert ran == list(load_schema())
    await check(empty_url)


async def test_a_database_without_a_schema_is_refused(empty_url: str) -> None:
    with pytest.raises(SchemaMismatch, match="run `opentrusty migrate`"):
        await check(empty_url)


async def test_an_older_schema_is_refused_until_it_is_migrated(empty_url: str, request: pytest.FixtureRequest) -> None:
    await migrated(empty_url)
    request.getfixturevalue("another_migration")
    with pytest.raises(SchemaMismatch, match=r"older .*9999_more.* run `opentrusty migrate`"):
        await check(empty_url)
    assert await migrated(empty_url) == ("9999_more",)
    await check(empty_url)


async def test_a_newer_schema_is_refused_and_left_alone(
    empty_url: str, another_migration: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrated(empty_url)
    monkeypatch.undo()
    with pytest.raises(SchemaMismatch, match=r"newer .*9999_more.* upgrade"):
        await check(empty_url)
    with pytest.raises(SchemaMismatch, match="newer"):
        await migrated(empty_url)


async def test_an_edited_migration_is_refused(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrated(empty_url)
    edited = {name: f"{text}-- edited\n" for name, text in load_schema().items()}
    monkeypatch.setattr(migrations, "load_schema", lambda: edited)
    for attempt in (check, migrated):
        with pytest.raises(SchemaMismatch, match="differs"):
            await attempt(empty_url)


async def test_a_migration_that_fails_leaves_nothing_of_itself(
    empty_url: str, another_migration: dict[str, str]
) -> None:
    good = another_migration["9999_more"]
    another_migration["9999_more"] = f"{good} CREATE TABLE more (id {{{{id}}}});"
    with pytest.raises(Exception, match="more"):
        await migrated(empty_url)
    another_migration["9999_more"] = good
    assert await migrated(empty_url) == ("9999_more",)


@case("R20")
@pytest.mark.parametrize("after", [0, 1, 20, 40, 48, 60])
async def test_a_run_that_was_killed_is_completed_by_the_next(empty_url: str, after: int) -> None:
    """Killed after so many statements, in the first migration or in a later one."""
    code = KILLED.format(module="postgres.migrator" if empty_url.startswith("postgres") else "sqlite.engine")
    died = await anyio.run_process([sys.executable, "-c", code, empty_url, str(after)], check=False)
    assert died.returncode == -signal.SIGKILL
    with pytest.raises(SchemaMismatch):
        await check(empty_url)
    ran = await migrated(empty_url)
    assert ran
    assert ran == tuple(load_schema())[-len(ran) :]
    await check(empty_url)


async def test_who_held_a_role_is_a_user_now(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """0007: everybody keeps what they held, here and on the platform, whatever their id looks like."""
    first = dict([next(iter(load_schema().items()))])
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "load_schema", lambda: first)
        await migrated(empty_url)
    moment = "'2026-01-01T00:00:00Z'" if empty_url.startswith("postgres") else "1767225600000000"
    for table, role in (("assignments", "tenant_owner"), ("platform_assignments", "platform_admin")):
        await execute(empty_url, f"INSERT INTO {table} VALUES ('t', 'group:x', '{role}', {moment})")
    assert await migrated(empty_url) == tuple(load_schema())[1:]
    store, at = open_store(empty_url), datetime(2026, 1, 1, tzinfo=UTC)
    owner = Assignment(tenant_id="t", principal=Principal.user("group:x"), role="tenant_owner", assigned_at=at)
    try:
        assert await store.tenant("t").assignments.of_principal(owner.principal) == (owner,)
        held = await store.platform.assignments.of_principal("t", owner.principal)
        assert held == (replace(owner, role="platform_admin"),)
    finally:
        await store.close()


async def test_clients_of_before_are_listed_by_name_and_found_by_their_ids(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`finding_clients`: roughly, until they are changed."""
    names = list(load_schema())
    last = next(at for at, name in enumerate(names) if name.endswith("_finding_clients"))
    before = {name: load_schema()[name] for name in names[:last]}
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "load_schema", lambda: before)
        await migrated(empty_url)
    moment = "'2026-01-01T00:00:00Z'" if empty_url.startswith("postgres") else "1767225600000000"
    for client_id, name, grants, method in (
        ("B", "Alpha", "authorization_code", "none"),
        ("a", "Beta", "client_credentials", "client_secret_basic"),
    ):
        document = json.dumps(
            {
                "client_name": name,
                "application_type": "web",
                "token_endpoint_auth_method": method,
                "grant_types": [grants],
                "scope": ["openid"],
            }
        )
        columns = "tenant_id, client_id, status, created_at, updated_at, version, document"
        values = f"'t', '{client_id}', 'active', {moment}, {moment}, 1, '{document}'"
        await execute(empty_url, f"INSERT INTO clients ({columns}) VALUES ({values})")
    await migrated(empty_url)
    store = open_store(empty_url)
    try:
        page = store.tenant("t").clients.page
        found = [
            await page(PageRequest(), sort=ClientSort.CLIENT_NAME),
            await page(PageRequest(), search="b"),
            await page(PageRequest(), kind=ClientKind.MACHINE),
            await page(PageRequest(), kind=ClientKind.SINGLE_PAGE),
        ]
        assert [[it.client_id for it in each.items] for each in found] == [["B", "a"], ["B"], ["a"], ["B"]]
    finally:
        await store.close()


async def test_people_of_before_are_found_by_several_words(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`beginnings`: what was there may be anybody, until it is changed; then its bits say who it is not."""
    names = list(load_schema())
    before = {name: load_schema()[name] for name in names if name < "0017"}
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "load_schema", lambda: before)
        await migrated(empty_url)
    user = a_user(SystemRuntime(), claims={"name": "Anna Lovelace"})
    found_by = dump_entries(entries_of(user))
    moment, is_true = "1767225600000000", "1"
    if empty_url.startswith("postgres"):
        moment, is_true = "'2026-01-01T00:00:00Z'", "true"
    columns = "tenant_id, id, username, username_normal, email_verified, status, created_at, updated_at, version"
    values = f"'t', '{user.id}', '{user.username}', '{user.username}', {is_true}, 'active', {moment}"
    document = json.dumps({"claims": dict(user.claims)})
    await execute(
        empty_url,
        f"INSERT INTO users ({columns}, terms, document) VALUES ({values}, {moment}, 1, '{found_by}', '{document}')",
    )
    for entry in entries_of(user):
        await execute(empty_url, f"INSERT INTO user_terms VALUES ('t', '{entry}', '{user.id}')")
    await migrated(empty_url)
    store = open_store(empty_url)
    try:
        users = store.tenant("t").users

        async def find(search: str) -> int:
            return len((await users.page(PageRequest(), search=search)).items)

        assert [await find(words) for words in ("love", "love ann", "love zz")] == [1, 1, 0]
        await execute(empty_url, "UPDATE user_terms SET beginnings = 0")  # whom nothing else finds
        assert [await find(words) for words in ("love", "love ann", "love zz")] == [1, 0, 0]
        async with store.transaction("t") as repos:
            changed = replace((await repos.users.page(PageRequest())).items[0], version=2)
            await repos.users.update(changed, an_event(SystemRuntime()))
        assert [await find(words) for words in ("love", "love ann", "love zz")] == [1, 1, 0]
    finally:
        await store.close()


async def execute(url: str, sql: str) -> None:
    """Run a statement as it is."""
    if url.startswith("postgres"):
        async with await psycopg.AsyncConnection.connect(url) as postgres:
            await postgres.execute(sql.encode())
    else:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as sqlite, sqlite:
            sqlite.execute(sql)


@case("R19")
@pytest.mark.postgres
async def test_a_migration_gives_way_to_who_holds_a_lock_and_tries_again(
    postgres_url: str, another_migration: dict[str, str]
) -> None:
    """It waits no longer than a second at a time, so that what queues up behind it can go on; then it gets its turn."""
    another_migration["9999_more"] = "ALTER TABLE meta ADD COLUMN more text;"
    another_migration.pop("9999_more")
    await migrated(postgres_url)
    another_migration["9999_more"] = "ALTER TABLE meta ADD COLUMN more text;"
    refused = anyio.Event()

    async def watch(holder: psycopg.AsyncConnection) -> None:
        """Let go once the migration waited in vain: its transaction is gone, its lock on the migration is not."""
        for waits in (True, False):
            while True:
                cursor = await holder.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if (await cursor.fetchone() == (1,)) is waits:
                    break
        refused.set()
        await holder.commit()

    async with await psycopg.AsyncConnection.connect(postgres_url) as holder:
        await holder.execute("SELECT * FROM meta")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch, holder)
            assert await migrated(postgres_url) == ("9999_more",)
    assert refused.is_set()


async def test_a_sqlite_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    before = os.umask(0)
    try:
        await migrated(f"sqlite:///{path}")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_checking_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(SchemaMismatch):
        await check(f"sqlite:///{path}")
    assert not path.exists()


@pytest.mark.postgres
def test_both_engines_have_the_same_tables_and_columns(sqlite_path: Path, postgres_store_url: str) -> None:
    with sqlite3.connect(sqlite_path) as sqlite:
        on_sqlite = sqlite.execute(
            "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
        ).fetchall()
    sqlite.close()
    with psycopg.connect(postgres_store_url) as postgres:
        on_postgres = postgres.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
    assert len(on_postgres) > 100
    assert set(on_sqlite) == set(on_postgres)


@pytest.mark.postgres
def test_a_tenant_s_table_has_the_tenant_first_in_its_primary_key(postgres_store_url: str) -> None:
    """And whatever has no tenant is named here."""
    with psycopg.connect(postgres_store_url) as postgres:
        rows = postgres.execute(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
            "WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert {table for table, column in rows if column != "tenant_id"} == {"meta", "schema_migrations", "tenants"}
    assert len(rows) > 15


@pytest.mark.postgres
def test_what_the_hot_paths_change_is_in_no_index(postgres_store_url: str) -> None:
    """So PostgreSQL updates such a row in place (HOT)."""
    hot = {("refresh_tokens", "generation"), ("refresh_tokens", "rotated_at"), ("refresh_tokens", "idle_expires_at")}
    hot |= {
        ("grants", "expires_at"),
        ("sessions", "last_seen_at"),
        ("sessions", "idle_expires_at"),
        ("throttles", "arrival"),
    }
    with psycopg.connect(postgres_store_url) as postgres:
        indexed = postgres.execute(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)"
        ).fetchall()
        columns = postgres.execute("SELECT table_name, column_name FROM information_schema.columns").fetchall()
    assert not hot & set(indexed)
    assert hot <= set(columns)


async def test_events_of_the_first_version_are_found_by_what_they_hold(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has a column since the second migration was inside of the document before."""
    whole = load_schema()
    monkeypatch.setattr(migrations, "load_schema", lambda: {"0001_initial": whole["0001_initial"]})
    await migrated(empty_url)
    document = (
        '{"outcome":"failure","actor_kind":"client","client_id":"web","origin":{"ip":"192.0.2.1","request_id":"r"}}'
    )
    at = "'2026-01-01T12:00:00Z'" if empty_url.startswith("postgres") else "1767268800000000"
    sql = f"INSERT INTO audit_events VALUES ('t', '01jdsmrlg0', {at}, 'token.refused', 'web', NULL, '{document}')"
    if empty_url.startswith("postgres"):
        with psycopg.connect(empty_url, autocommit=True) as admin:
            admin.execute(sql.encode())
    else:
        with closing(sqlite3.connect(empty_url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute(sql)
    monkeypatch.undo()
    await migrated(empty_url)
    store = open_store(empty_url)
    try:
        query = AuditQuery(
            outcome=Outcome.FAILURE, client_id="web", ip="192.0.2.1", since=datetime(2026, 1, 1, tzinfo=UTC)
        )
        (event,) = (await store.tenant("t").audit.page(PageRequest(), query)).items
        assert event.origin == Origin(ip="192.0.2.1", request_id="r")
        assert (event.outcome, event.client_id, event.actor_id) == (Outcome.FAILURE, "web", "web")
    finally:
        await store.close()


async def test_the_next_migration_mends_indexes_that_sqlite_could_not_use(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """An earlier version made them with a condition that always holds."""
    path = tmp_path / "old.db"
    await migrated(f"sqlite:///{path}")
    connection = Connection(path)
    connection.execute("DROP INDEX users_by_username")
    columns = "users (tenant_id, username_normal) WHERE username_normal IS NOT NULL"
    connection.execute(f"CREATE UNIQUE INDEX users_by_username ON {columns}")
    search = "EXPLAIN QUERY PLAN SELECT id FROM users WHERE tenant_id = 'a' AND username_normal = 'b'"
    assert "username_normal=?" not in str(connection.execute(search))
    request.getfixturevalue("another_migration")
    await migrated(f"sqlite:///{path}")
    connection.close()
    connection = Connection(path)
    assert "users_by_username (tenant_id=? AND username_normal=?)" in str(connection.execute(search))
    connection.close()
