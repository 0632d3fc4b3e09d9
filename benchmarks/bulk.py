"""Rows by the million in PostgreSQL: copies of a pattern made through the repositories, with keys of their own.

This is the one place of the benchmarks that knows tables; a column that a copy needs nothing special in keeps the
pattern's value, so that most changes of the schema change nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from benchmarks.people import FAMILIES, GIVEN, person
from opentrusty_core.domain.search import beginnings_of
from opentrusty_core.management.maintenance import LOCK
from opentrusty_core.stores.sql.postgres.migrator import lock_key

PERSON = "'u' || lpad(n::text, 25, '0')"
SESSION = "'s' || lpad(n::text, 25, '0')"
GRANT = "'g' || lpad(n::text, 25, '0')"
REFRESH = "'1' || lpad(n::text, 25, '0')"
OPAQUE = "'ota_' || lpad(n::text, 43, '0')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The ids of the person who is copied, and of what they hold, in a tenant."""

    tenant_id: str
    user_id: str
    session_id: str
    grant_id: str
    refresh_token_id: str
    access_token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTenant:
    """A tenant to copy the pattern's into, with an ES256 key of its own."""

    id: str
    name: str
    kid: str
    public_jwk: str
    sealed_private: bytes


def refresh_id(number: int) -> str:
    """The id of the refresh token of person `number`, as the copies have it."""
    return f"1{number:025d}"


def opaque_token(number: int) -> str:
    """The opaque access token of person `number`."""
    return f"ota_{number:043d}"


class Bulk:
    """Copies rows in one database."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def people(self, pattern: Pattern, first: int, last: int) -> None:
        """People `many-FIRST` to `many-LAST`, each with a session, a grant, a refresh token and an opaque token."""
        numbers = sql.SQL("generate_series({}, {}) AS n").format(first, last)
        tenant, name = pattern.tenant_id, "'many-' || n"
        email = f"{name} || '@bench.example'"
        hashed = f"sha256('ota_'::bytea || '\\x00'::bytea || convert_to({OPAQUE}, 'UTF8'))"
        names = {"username": name, "username_normal": name, "email": email, "email_normal": email}
        holder = {"user_id": PERSON, "session_id": SESSION}
        handles = {"handle_hash": f"sha256(convert_to({SESSION}, 'UTF8'))"}
        self._copy("users", numbers, tenant, "id", pattern.user_id, {"id": PERSON, **names})
        self._copy("passwords", numbers, tenant, "user_id", pattern.user_id, {"user_id": PERSON})
        self._copy("sessions", numbers, tenant, "id", pattern.session_id, {"id": SESSION, "user_id": PERSON, **handles})
        self._copy("grants", numbers, tenant, "id", pattern.grant_id, {"id": GRANT, **holder})
        self._copy(
            "refresh_tokens", numbers, tenant, "id", pattern.refresh_token_id, {"id": REFRESH, "grant_id": GRANT}
        )
        token = {"hash": hashed, "id": REFRESH, "grant_id": GRANT}
        self._copy("access_tokens", numbers, tenant, "id", pattern.access_token_id, token)

    def named_people(self, pattern: Pattern, count: int) -> None:
        """Copies of the person by the names of `benchmarks.people`, each found by what they are called."""
        source = sql.SQL(
            "(SELECT n, given, family, given || '.' || family || '.' || n AS username FROM"
            " (SELECT n, ({given}::text[])[1 + {first}] AS given, ({families}::text[])[1 + {second}] AS family"
            " FROM generate_series(0, {last}) AS n) AS named) AS named"
        ).format(
            given=list(GIVEN),
            families=list(FAMILIES),
            first=_likely(1, len(GIVEN)),
            second=_likely(7, len(FAMILIES)),
            last=count - 1,
        )
        name = "initcap(named.given) || ' ' || initcap(named.family)"
        email = "named.username || '@bench.example'"
        new = {
            "id": PERSON,
            "username": "named.username",
            "username_normal": "named.username",
            "email": email,
            "email_normal": email,
            "document": f"json_build_object('claims', json_build_object('name', {name}))",
            "terms": 'format(\'["%s" ,"%s@bench.example" ,"%s" ,"%s" ]\','
            " named.username, named.username, named.given, named.family)::json",
        }
        self._copy("users", source, pattern.tenant_id, "id", pattern.user_id, new)
        columns = "tenant_id, term, user_id, beginnings"
        with self._connection.cursor() as cursor, cursor.copy(f"COPY user_terms ({columns}) FROM STDIN") as copy:
            for number in range(count):
                username, *names = person(number)
                entries = (username, f"{username}@bench.example", *names)
                for entry in entries:
                    copy.write_row((pattern.tenant_id, entry, f"u{number:025d}", beginnings_of(entries)))

    def tenants(self, pattern: Pattern, fresh: Iterable[NewTenant]) -> None:
        """Copies of the pattern's tenant with everything in it but its keys and its audit."""
        columns = "id text, name text, kid text, public_jwk text, sealed_private bytea"
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE fresh ({columns}) ON COMMIT DROP")
            with cursor.copy("COPY fresh FROM STDIN") as copy:
                for tenant in fresh:
                    copy.write_row((tenant.id, tenant.name, tenant.kid, tenant.public_jwk, tenant.sealed_private))
            source, tenant_id = sql.SQL("fresh AS f"), pattern.tenant_id
            self._copy("tenants", source, tenant_id, None, None, {"id": "f.id", "name": "f.name"}, key="id")
            keys = {"kid": "f.kid", "public_jwk": "f.public_jwk", "sealed_private": "f.sealed_private"}
            self._copy("signing_keys", source, tenant_id, "alg", "ES256", {"tenant_id": "f.id", **keys})
            for table in ("resources", "resource_scopes", "clients", "users", "passwords"):
                self._copy(table, source, tenant_id, None, None, {"tenant_id": "f.id"})
            for table in ("sessions", "grants", "refresh_tokens", "access_tokens"):
                self._copy(table, source, tenant_id, None, None, {"tenant_id": "f.id"})

    def generations(self, tenant_id: str, numbers: Iterable[int]) -> dict[int, int]:
        """How often the refresh token of each person has rotated: earlier rounds used it."""
        ids = {refresh_id(number): number for number in numbers}
        query = "SELECT id, generation FROM refresh_tokens WHERE tenant_id = %s AND id = ANY(%s)"
        return {ids[id_]: generation for id_, generation in self._connection.execute(query, [tenant_id, list(ids)])}

    def keep_maintenance_away(self) -> None:
        """Hold its lock until `close`: the keys of thousands of tenants that were all made just now are not what is
        measured.
        """
        self._connection.execute("SELECT pg_advisory_lock(%s)", [lock_key(LOCK)])

    def settle(self) -> None:
        """Vacuum and count everything, and write it to disk, so that none of it happens under load."""
        self._connection.execute("VACUUM (ANALYZE)")
        self._connection.execute("CHECKPOINT")

    def _copy(
        self,
        table: str,
        source: sql.Composed | sql.SQL,
        tenant_id: str,
        column: str | None,
        value: str | None,
        new: dict[str, str],
        *,
        key: str = "tenant_id",
    ) -> None:
        """Copies the tenant's rows (those whose `column` is `value`) once for each row of `source`; `new` are
        expressions.
        """
        found = self._connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = [name for (name,) in found]
        if unknown := set(new) - set(columns):
            raise LookupError(f"{table} has no column {', '.join(sorted(unknown))}")
        values = [sql.SQL(new[name]) if name in new else sql.Identifier("t", name) for name in columns]
        query = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} t CROSS JOIN {} WHERE {} = {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(values),
            sql.Identifier(table),
            source,
            sql.Identifier("t", key),
            tenant_id,
        )
        if column is not None:
            query += sql.SQL(" AND {} = {}").format(sql.Identifier("t", column), value)
        self._connection.execute(query)


def _likely(salt: int, count: int) -> sql.SQL:
    """See `benchmarks.people`: an index below `count`, the lower the likelier."""
    share = f"((n::numeric * {salt * 2_654_435_761} + {salt}) % 4294967296)"
    return sql.SQL(f"floor({share} * {share} * {count} / 4294967296 / 4294967296)::int")
