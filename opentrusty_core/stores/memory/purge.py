"""What nothing can need any more, and its removal in batches (see `storage.Platform.purge`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from opentrusty_core.stores.memory.tables import Database, Tables


def purge(database: Database, now: datetime, batch: int) -> Mapping[str, int]:
    """Remove at most `batch` dead records of each table; how many went, by table."""
    gone: Counter[str] = Counter()
    for name, table, dead in _dead(database, now):
        for key in dead[: batch - gone[name]]:
            del table[key]
            gone[name] += 1
    return gone


def _dead(database: Database, now: datetime) -> Iterator[tuple[str, dict[Any, Any], list[Any]]]:
    yield "throttles", database.throttles, [key for key, empty_at in database.throttles.items() if empty_at <= now]
    for tables in database.tenants.values():
        yield from _dead_of_tenant(tables, now)


def _dead_of_tenant(t: Tables, now: datetime) -> Iterator[tuple[str, dict[Any, Any], list[Any]]]:
    live = {grant.id: grant for grant in t.grants.values() if grant.is_live(now)}
    # A spent code is kept as long as its grant lives, so that a replay is known for one.
    missed = {it.hash for it in t.codes.values() if it.redeemed_at is None and it.expires_at <= now}
    yield "codes", t.codes, [it.hash for it in t.codes.values() if it.hash in missed or it.grant_id not in live]
    worn = {it.id for it in t.refresh_tokens.values() if it.idle_expires_at <= now or it.expires_at <= now}
    tokens = [it.id for it in t.refresh_tokens.values() if it.id in worn or it.grant_id not in live]
    yield "refresh_tokens", t.refresh_tokens, tokens
    hanging = live.keys() | {None}
    opaque = [it.hash for it in t.access_tokens.values() if it.expires_at <= now or it.grant_id not in hanging]
    yield "access_tokens", t.access_tokens, opaque
    yield "revoked_jwts", t.revoked_jwts, [jti for jti, expires_at in t.revoked_jwts.items() if expires_at <= now]
    yield "grants", t.grants, [grant_id for grant_id in t.grants if grant_id not in live]
    yield "interactions", t.interactions, [it.hash for it in t.interactions.values() if it.expires_at <= now]
    # A session is kept as long as there are grants that end with it.
    held = {grant.session_id for grant in live.values() if not grant.is_offline}
    sessions = [it.id for it in t.sessions.values() if not it.is_live(now) and it.id not in held]
    yield "sessions", t.sessions, sessions
