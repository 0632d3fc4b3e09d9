"""What nothing can need any more, and its removal in batches (see `storage.Platform.purge`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.statistics import KEEP_ACTIVE
from opentrusty_core.stores.memory.tables import Database, Tables

KEEP_SESSION = timedelta(days=1)
"""A code that was issued while its session ended has to find it ended."""

WAITING = (
    *("access_tokens", "attempts", "codes", "declared_accesses", "interactions", "one_time_links"),
    *("revoked_jwts", "sessions", "tenants"),
)


def purge(database: Database, now: datetime, batch: int) -> Mapping[str, int]:
    """Remove at most `batch` dead records of each table; how many went, by table."""
    gone: Counter[str] = Counter()
    for name, table, dead in _dead(database, now):
        for key in dead[: batch - gone[name]]:
            del table[key]
            gone[name] += 1
    return gone


def waiting(database: Database, now: datetime) -> Mapping[str, int]:
    """How many records of each kind are dead but for those that no index finds, and tenants whose end has come."""
    due = Counter(dict.fromkeys(WAITING, 0))
    for name, _, dead in _dead(database, now):
        due[name] += len(dead)
    tenants = (tables.tenant for tables in database.tenants.values())
    due["tenants"] = sum(it is not None and it.delete_at is not None and it.delete_at <= now for it in tenants)
    return {name: due[name] for name in WAITING}


def erase(database: Database, tenant_id: str, batch: int) -> Mapping[str, int]:
    """Remove at most `batch` records of a tenant, whatever they are, but for its own; how many went, by table."""
    gone: Counter[str] = Counter()
    tables = database.tenants[tenant_id]
    buckets = [key for key in database.throttles if key[0] == tenant_id]
    opened = [it.id for it in database.declared_accesses.values() if it.tenant_id == tenant_id]
    own = ((item.name, getattr(tables, item.name)) for item in fields(Tables) if item.name != "tenant")
    doomed: list[tuple[str, dict[Any, Any], list[Any]]] = [
        ("throttles", database.throttles, buckets),
        ("declared_accesses", database.declared_accesses, opened),
        *((name, table, list(table)) for name, table in own),
    ]
    for name, table, keys in doomed:
        for key in keys[: batch - gone.total()]:
            del table[key]
            gone[name] += 1
    return gone


def _dead(database: Database, now: datetime) -> Iterator[tuple[str, dict[Any, Any], list[Any]]]:
    yield "throttles", database.throttles, [key for key, empty_at in database.throttles.items() if empty_at <= now]
    declared = database.declared_accesses
    yield "declared_accesses", declared, [it.id for it in declared.values() if it.expires_at <= now]
    for tables in database.tenants.values():
        yield from _dead_of_tenant(tables, now)


def _dead_of_tenant(t: Tables, now: datetime) -> Iterator[tuple[str, dict[Any, Any], list[Any]]]:
    yield "codes", t.codes, [code.hash for code in t.codes.values() if _kept_until(code, t.grants) <= now]
    yield "refresh_tokens", t.refresh_tokens, [it.id for it in t.refresh_tokens.values() if it.expires_at <= now]
    yield "access_tokens", t.access_tokens, [it.hash for it in t.access_tokens.values() if it.expires_at <= now]
    yield "revoked_jwts", t.revoked_jwts, [jti for jti, expires_at in t.revoked_jwts.items() if expires_at <= now]
    yield "grants", t.grants, [grant.id for grant in t.grants.values() if grant.expires_at <= now]
    yield "attempts", t.attempts, [it.key_hash for it in t.attempts.values() if it.expires_at <= now]
    yield "one_time_links", t.links, [link.user_id for link in t.links.values() if link.expires_at <= now]
    yield "interactions", t.interactions, [it.hash for it in t.interactions.values() if it.expires_at <= now]
    forgotten = (now - KEEP_ACTIVE).date()
    yield "last_active", t.last_active, [user_id for user_id, day in t.last_active.items() if day < forgotten]
    yield "sessions", t.sessions, [it.id for it in t.sessions.values() if _over_since(it) + KEEP_SESSION <= now]


def _over_since(session: Session) -> datetime:
    return min(session.expires_at, session.ended_at or session.expires_at)


def _kept_until(code: AuthorizationCode, grants: Mapping[str, Grant]) -> datetime:
    """A spent code is kept as long as its grant could live, so that a replay is known for one."""
    grant = grants.get(code.grant_id)
    return code.expires_at if code.redeemed_at is None or grant is None else grant.expires_at
