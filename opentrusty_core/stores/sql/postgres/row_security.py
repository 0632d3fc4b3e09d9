"""Row-level security: PostgreSQL itself keeps tenants apart, beside the tenant that every statement names.

A policy on each table of a tenant shows a row only to who says that they are about its tenant, by the setting
`opentrusty.tenant`: `=` and the tenant's id, or `*` for what is about all of them. It is set in front of every query,
in the same pipeline and for its transaction alone. So it costs no round trip, and outlives neither an error nor a
cancelled statement, a rollback or the end of a lease: a statement that nothing was said for sees no row.

Such a setting is not absent after its transaction, but empty; and the empty text is the platform's own tenant_id. Hence
the `=`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from opentrusty_core.stores.sql.queries import Query, Reach, Statement

POLICY: Final = "of_its_tenant"
SEE_ALL: Final = "SELECT set_config('opentrusty.tenant', '*', {is_local})"

_SAY_ALL = Statement(SEE_ALL.format(is_local="true"), (), False)
_SAY_ONE = Statement("SELECT set_config('opentrusty.tenant', '=' || CAST($1 AS text), true)", ("tenant_id",), False)
_SAID = {Reach.ONE: (_SAY_ONE,), Reach.ALL: (_SAY_ALL,), Reach.NONE: ()}

TABLES: Final = {
    "tenants": ("id",),
    # Whose home it is looks as well: what somebody may do, in their own tenant and by declaration, is one read.
    "declared_accesses": ("tenant_id", "home_id"),
} | dict.fromkeys(
    (
        *("access_tokens", "assignments", "attempts", "audit_events", "audit_heads", "audit_segments"),
        *("changes", "client_origins", "client_terms", "clients", "codes", "consents", "daily_counts", "daily_uses"),
        *("grants", "group_members", "groups", "interactions", "last_active", "one_time_links", "passwords"),
        *("platform_assignments", "refresh_tokens", "resource_scopes", "resources", "revoked_jwts", "roles"),
        *("sessions", "signing_keys", "tenant_totals", "throttles", "user_terms", "users"),
    ),
    ("tenant_id",),
)
"""The tables of tenants, and by which of their columns a row is whose."""

MISSING: Final = """
SELECT named.name
  FROM unnest(%s::text[]) AS named(name)
  JOIN pg_class c ON c.oid = to_regclass(quote_ident(named.name))
 WHERE (c.relrowsecurity AND c.relforcerowsecurity) = %s
"""
"""Those of some tables where row-level security is in force, or where it is not."""


def within(query: Query) -> Query:
    """The query, and in front of it whose rows it is about."""
    said = _SAID[query.reach]
    guard = query.guard + len(said) if query.is_guarded else 0
    return replace(query, statements=said + query.statements, guard=guard)


def secured(table: str) -> tuple[str, ...]:
    """The statements that put row-level security on a table in force, for its owner as for anybody."""
    said = "current_setting('opentrusty.tenant', true)"
    fits = " OR ".join([*(f"{said} = '=' || {column}" for column in TABLES[table]), f"{said} = '*'"])
    # Said so that the planner takes it for what it is: true of nearly every row that the query asks for. It would
    # otherwise expect one row, and walk tables for it. What is written is held to the same.
    holds = f"nullif({fits}, false) IS NOT NULL"
    return (
        f"DROP POLICY IF EXISTS {POLICY} ON {table}",
        f"CREATE POLICY {POLICY} ON {table} USING ({holds})",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    )


def unsecured(table: str) -> tuple[str, ...]:
    """The statements that lift it."""
    return (
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {POLICY} ON {table}",
    )
