"""The named queries: each prepares on both engines, says what it does, and finds its rows by an index."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from opentrusty_core.stores.sql.postgres.dialect import POSTGRES
from opentrusty_core.stores.sql.postgres.pool import parse_url
from opentrusty_core.stores.sql.postgres.row_security import TABLES
from opentrusty_core.stores.sql.queries import Query, Reach, Statement, load_queries, load_schema
from opentrusty_core.stores.sql.repositories.platform import ERASED
from opentrusty_core.stores.sql.sqlite.connection import Connection
from opentrusty_core.stores.sql.sqlite.dialect import SQLITE
from tests.support.postgres import SERVER, Cluster

REPOSITORIES = Path(__file__).parents[3] / "opentrusty_core/stores/sql"
ON_SQLITE, ON_POSTGRES = load_queries(SQLITE), load_queries(POSTGRES)
SCANNING = {"totals_of_all", "applied_migrations", "delete_client", "delete_user", "key_census", "purge_throttles"}
"""What may walk a table: one that is or is kept small, and where tokens of minutes are removed with all the rest."""
ALL_OF_A_TENANT = SCANNING | {"own_roles", "published_keys_of", "resources", "resources_of", "signing_keys"}
ALL_OF_A_TENANT |= {name for name in ON_SQLITE if name.startswith("erase_")}
ALL_OF_A_TENANT |= {
    "audit_head",
    "expire_segment",
    "renew_head",
    "seal_events",
    "totals",
    "unsealed_audits",
}  # one row of a tenant
ALL_OF_A_TENANT |= {"count_totals"}
"""What wants, or may look through, all that a tenant has in a table."""
SMALL = re.compile(
    r"SCAN (\(subquery-\d+\)|bucket|each|json_each|found|m|CONSTANT ROW|\d+ )|"
    r"SCAN (now|named|mailed|unmailed|entry|entries|page|total|counted|item)\b"
)
WALK = re.compile(r"Seq Scan on|Index(?: Only)? Scan using .*\n(?! *Index Cond)")
TENANT = {
    "assignment_tenant_id",
    "buckets",
    "counts",
    "event_tenant_id",
    "home",
    "ids",
    "opened",
    "people",
    "platform",
    "uses",
    "tenant_id",
}


LOOKED_UP = re.compile(r"Index Cond: .*")


def ids(query: Query) -> str:
    return query.name


def tables() -> dict[str, list[str]]:
    """The tables of the schema with the first words of their lines, which are columns but for FOREIGN and its like."""
    texts = re.findall(r"CREATE TABLE (?:new_)?(\w+) \((.*?)\n\)", "\n".join(load_schema().values()), re.DOTALL)
    return {name: re.findall(r"^ +(\w+) ", text, re.MULTILINE) for name, text in texts}


def plan_of(connection: psycopg.Connection, statement: Statement) -> str:
    """The plan that PostgreSQL makes for it whatever its parameters are."""
    connection.execute(b"PREPARE it AS " + statement.sql.encode())
    nulls = ", ".join("NULL" for _ in statement.parameters)
    rows = connection.execute(f"EXPLAIN EXECUTE it{f'({nulls})' if nulls else ''}".encode()).fetchall()
    connection.execute("DEALLOCATE it")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("query", ON_POSTGRES.values(), ids=ids)
def test_every_query_says_in_a_sentence_what_it_does(query: Query) -> None:
    assert query.purpose.endswith(".") or query.purpose.endswith(")"), query.purpose


REMEMBERED = "tenants|clients|resources|resource_scopes|signing_keys"
CHANGES = re.compile(rf"\b(?:INSERT INTO|UPDATE|DELETE FROM) (?:{REMEMBERED})\b")
UNHEARD = {
    "create_tenant",  # nobody can remember it
    "reseal_signing_key",  # the key is the same
    "step_signing_key",  # several together are noted once, by the verb
    "claim_scopes",  # comes after save_resource, in its transaction
    "count_erased",  # the tenant serves nobody any more
    "forget_tenant",
}
"""What changes something that serving processes remember, and does not note it."""


@pytest.mark.parametrize("query", [it for it in ON_SQLITE.values() if not it.name.startswith("erase_")], ids=ids)
def test_what_is_remembered_is_changed_aloud(query: Query) -> None:
    """Whatever changes a table that serving processes remember tells them (see `storage.Platform.changes`)."""
    changes = any(CHANGES.search(statement.sql) for statement in query.statements)
    notes = any("INSERT INTO changes" in statement.sql for statement in query.statements)
    assert notes == (changes and query.name not in UNHEARD) or query.name == "note_change"


def test_every_query_is_used() -> None:
    source = "".join(path.read_text() for path in REPOSITORIES.rglob("*.py"))
    names = {name.removesuffix("_descending") for name in ON_POSTGRES}
    unused = {name for name in names if f'"{name}"' not in source and not re.match("purge_|erase_", name)}
    assert not unused


@pytest.mark.case("I3")
def test_every_table_of_a_tenant_is_erased_with_it() -> None:
    """A new table gets its `erase_` query and its place in `ERASED`, unless another takes it with it."""
    of_a_tenant = {name for name, columns in tables().items() if "tenant_id" in columns}
    taken_along = {name for name, columns in tables().items() if "FOREIGN" in columns}
    assert len(of_a_tenant) > 15
    purged = {"changes"}  # within an hour
    assert of_a_tenant - taken_along - purged <= set(ERASED) <= of_a_tenant
    assert {f"erase_{name}" for name in ERASED} == {name for name in ON_SQLITE if name.startswith("erase_")}


def test_a_variant_takes_the_parameters_of_the_query_that_it_stands_for() -> None:
    for name, query in ON_SQLITE.items():
        ours = {parameter for statement in query.statements for parameter in statement.parameters}
        theirs = {parameter for statement in ON_POSTGRES[name].statements for parameter in statement.parameters}
        assert ours == theirs, name


def test_a_tenant_s_query_names_its_tenant_in_every_statement() -> None:
    """What belongs to no tenant is written down here."""
    of_all = {"applied_migrations", "assign_first", "claim_meta", "clock", "due_tenants", "find_tenant", "page_tenants"}
    of_all |= {"lock_due_codes", "published_keys_of", "replace_meta", "resources_of", "holders_of_platform_role"}
    of_all |= {"declare_access", "end_access", "get_access", "live_accesses"}
    of_all |= {"under_other_master_keys"}
    of_all |= {"backlog", "get_meta", "key_census", "set_meta", "totals_of_all", "unsealed_audits"}
    of_all |= {"changes", "tenant_at_domain", *(name for name in ON_SQLITE if name.startswith("page_tenants"))}
    for name, query in ON_SQLITE.items():
        if name not in of_all and not name.startswith("purge_"):
            for statement in query.statements:
                assert TENANT & set(statement.parameters), (name, statement.sql)


async def test_every_statement_prepares_on_sqlite_and_searches_by_an_index(sqlite_path: Path) -> None:
    connection = Connection(sqlite_path)
    try:
        for query in ON_SQLITE.values():
            for statement in query.statements:
                unknown = dict.fromkeys(statement.parameters)
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", unknown)]
                scans = [step for step in plan if step.startswith("SCAN") and not SMALL.match(step)]
                assert not scans or query.name in SCANNING, (query.name, plan)
                by_tenant_alone = [step for step in plan if step.endswith("(tenant_id=?)")]
                assert not by_tenant_alone or query.name in ALL_OF_A_TENANT, (query.name, plan)
    finally:
        connection.close()


@pytest.mark.postgres
def test_every_statement_prepares_on_postgres_and_searches_by_a_whole_index(postgres_store_url: str) -> None:
    """On tables that nobody has analysed, no plan is made that walks a table, or all that one tenant has in it."""
    with psycopg.connect(parse_url(postgres_store_url).conninfo, autocommit=True) as connection:
        for query in ON_POSTGRES.values():
            for statement in query.statements:
                plan = plan_of(connection, statement)
                assert query.name in SCANNING or not WALK.search(plan), plan
                by_tenant_alone = re.search(
                    r"Index Cond: \(tenant_id = [^()]*(\([^()]*\)[^()]*)?\)$", plan, re.MULTILINE
                )
                assert query.name in ALL_OF_A_TENANT or by_tenant_alone is None, plan


@pytest.mark.postgres
@pytest.mark.case("I4")
def test_row_level_security_takes_no_index_away(postgres_cluster: Cluster, secured_postgres: str) -> None:
    """A condition that could leak a row which a policy hides is not looked up, but tried on each: there is none."""
    with (
        postgres_cluster.database(template=secured_postgres) as url,
        psycopg.connect(parse_url(url).conninfo, autocommit=True) as exempt,
        psycopg.connect(parse_url(url.replace("postgres@", f"{SERVER}@")).conninfo, autocommit=True) as held,
    ):
        policed = 0
        for query in ON_POSTGRES.values():
            for statement in query.statements:
                plan, secured = plan_of(exempt, statement), plan_of(held, statement)
                assert sorted(LOOKED_UP.findall(secured)) == sorted(LOOKED_UP.findall(plan)), (query.name, secured)
                policed += "opentrusty.tenant" in secured
        assert policed > 200


def test_a_variant_is_about_the_same_tenants() -> None:
    for name, query in ON_SQLITE.items():
        assert ON_POSTGRES[name].reach is query.reach, name


@pytest.mark.case("I4")
def test_row_level_security_knows_every_table_of_a_tenant() -> None:
    """And by which column a row is whose; a new one has to be named in `TABLES`."""
    assert {name for name, columns in tables().items() if "tenant_id" in columns} | {"tenants"} == set(TABLES)
    assert all(set(whose) <= set(tables()[name]) for name, whose in TABLES.items())


@pytest.mark.case("I4")
def test_only_what_has_to_sees_all_tenants() -> None:
    """Whoever adds to these says why in the query's comment."""
    of_all = {name.removesuffix("_descending") for name, query in ON_POSTGRES.items() if query.reach is Reach.ALL}
    finding = {"find_tenant", "published_keys_of", "resources_of", "tenant_at_domain", "names_of_tenants"}
    listing = {"page_tenants", "page_tenants_by_creation", "page_tenants_waiting_for_domain", "totals_of_all"}
    upkeep = {"due_tenants", "forget_tenant", "unsealed_audits", "lock_due_codes", "key_census", "backlog", "changes"}
    upkeep |= {"under_other_master_keys"}
    roles = {"assign_platform_role", "assign_first", "revoke_platform_role", "platform_roles_of_principal"}
    roles |= {"holders_of_platform_role", "platform_role_remains"}
    accesses = {"declare_access", "get_access", "end_access", "live_accesses", "live_accesses_in"}
    audits = {"append_events", "seal_events"}
    purges = {name for name in ON_POSTGRES if name.startswith("purge_")}
    assert of_all == finding | listing | upkeep | roles | accesses | audits | purges


def test_only_guesses_are_counted_without_waiting_for_the_disk() -> None:
    """Whatever else is answered has been written down for good, and so has all that shares a transaction with it."""
    unwaited = {name for name, query in ON_POSTGRES.items() if "synchronous_commit" in str(query.statements)}
    assert unwaited <= {"take_slots", "refund_slots_unwaited"}
