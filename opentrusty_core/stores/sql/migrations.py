"""Numbered migrations: applied by `opentrusty migrate`, checked by everything else; an edited one is refused."""

from __future__ import annotations

import hashlib

from opentrusty_core.errors import SchemaMismatch
from opentrusty_core.stores.sql.engine import Engine, NoSuchTable
from opentrusty_core.stores.sql.queries import load_schema

CREATE_TABLE = "CREATE TABLE IF NOT EXISTS schema_migrations (name text NOT NULL PRIMARY KEY, checksum text NOT NULL)"
"""Where the migrations that ran are remembered; both engines read it so."""


async def migrate(engine: Engine, *, row_security: bool | None = None) -> tuple[str, ...]:
    """Apply what is missing; the names of those that ran. Then see to row-level security (`Migrator.secure_rows`).

    Raises:
        ConfigurationError: row-level security is wanted of a database that has none.
        SchemaMismatch: the database was shaped by a newer version, or by other migrations than these.
    """
    known = load_schema()
    ran = []
    async with engine.migrating() as migrator:
        applied = await migrator.applied()
        _refuse_strange(applied, known)
        for name, text in known.items():
            if name not in applied:
                await migrator.apply(name, _checksum(text), text)
                ran.append(name)
        await migrator.secure_rows(row_security)
    return tuple(ran)


async def check(engine: Engine) -> None:
    """Return if the schema is this version's.

    Raises:
        SchemaMismatch: it is missing, older, newer, or made by other migrations.
        RowsHidden: row-level security hides what is there.
    """
    known = load_schema()
    try:
        applied = {str(name): str(checksum) for name, checksum in await engine.run("applied_migrations", {})}
    except NoSuchTable:
        raise SchemaMismatch("The database has no schema yet: run `opentrusty migrate`.") from None
    _refuse_strange(applied, known)
    if missing := [name for name in known if name not in applied]:
        raise SchemaMismatch(f"The database's schema is older (it lacks {missing[0]}): run `opentrusty migrate`.")
    await engine.check()


async def newest(engine: Engine) -> str | None:
    """The name of the newest migration that has run, None before the first."""
    try:
        names = [str(name) for name, _ in await engine.run("applied_migrations", {})]
    except NoSuchTable:
        return None
    return max(names, default=None)


def _refuse_strange(applied: dict[str, str], known: dict[str, str]) -> None:
    for name, checksum in applied.items():
        if name not in known:
            raise SchemaMismatch(f"The database's schema is newer (it has {name}): upgrade OpenTrusty.")
        if checksum != _checksum(known[name]):
            raise SchemaMismatch(
                f"Migration {name} differs from the one that shaped this database: use the version that it came from."
            )


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
