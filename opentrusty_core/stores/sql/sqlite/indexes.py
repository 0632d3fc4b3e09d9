"""Seeing to it that SQLite finds rows by the index that is meant for them.

It plans by numbers that it has not, until somebody runs ANALYZE: it takes a tenant to have ten rows of each table, and
so walks all that a tenant has where another index would lead to one row. So it is told that tenants are large.
"""

from __future__ import annotations

import re

from opentrusty_core.stores.sql.sqlite.connection import Connection

_ALWAYS = re.compile(
    r"\A(?P<index>CREATE (?:UNIQUE )?INDEX \w+ ON (?P<table>\w+) .*\)) WHERE (?P<column>\w+) IS NOT NULL\Z", re.DOTALL
)
_ROWS, _OF_A_TENANT, _OF_A_KEY = 1_000_000, 100_000, 10


def usable(connection: Connection, statement: str) -> str:
    """The statement of a migration; an index without the condition that its column is not NULL, where the column never
    is. SQLite reads such a condition as true, then finds no query that implies it, and would never use the index.
    """
    index = _ALWAYS.match(statement)
    if index is None:
        return statement
    rows = connection.execute(
        'SELECT "notnull" FROM pragma_table_info(?) WHERE name = ?', index.group("table", "column")
    )
    return index["index"] if rows == [(1,)] else statement


def mend(connection: Connection) -> None:
    """Make the indexes anew that an earlier version made and that cannot be used."""
    indexes = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% IS NOT NULL'"
    for name, statement in connection.execute(indexes):
        if (better := usable(connection, statement)) != statement:
            connection.execute(f"DROP INDEX {name}")
            connection.execute(better)


def assume_crowds(connection: Connection) -> None:
    """Write down how many rows of each index share a beginning (SQLite's manual, `sqlite_stat1`)."""
    connection.execute("PRAGMA analysis_limit=1")
    connection.execute("ANALYZE")  # makes the table of statistics
    connection.execute("DELETE FROM sqlite_stat1")
    for (table,) in connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ):
        for _, index, is_unique, *_ in connection.execute("SELECT * FROM pragma_index_list(?)", (table,)):
            columns = [name for _, _, name in connection.execute("SELECT * FROM pragma_index_info(?)", (index,))]
            sharing = [_OF_A_TENANT if name == "tenant_id" else _OF_A_KEY for name in columns]
            if is_unique:
                sharing[-1] = 1
            statistics = " ".join(map(str, [_ROWS, *sharing]))
            connection.execute("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, statistics))
