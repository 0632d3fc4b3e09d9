"""The memory of the memory store: plain dicts of frozen records, and the one lock that its writers take turns with."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import TypeVar

import anyio

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.grant import Consent, Grant
from opentrusty_core.domain.group import Group, Membership
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.page import Key, Page, PageRequest, Sorting, dump_key, load_key
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import SigningKey
from opentrusty_core.domain.statistics import CountKey, UseKey, Uses
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.domain.upkeep import MaintenanceRun
from opentrusty_core.domain.usage import Totals
from opentrusty_core.domain.user import PasswordCredential, User
from opentrusty_core.errors import StoreUnavailable

K = TypeVar("K")
V = TypeVar("V")
S = TypeVar("S", str, datetime)

PLATFORM = ""
"""Where what belongs to no tenant lies among the tenants' tables."""
PATIENCE = 2.0
"""How long, in seconds, a writer waits for the transaction of another."""


@dataclass(slots=True)
class Tables:
    """Everything of one tenant. `platform_assignments` are those of the principals whose home it is."""

    tenant: Tenant | None = None
    users: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, PasswordCredential] = field(default_factory=dict)
    attempts: dict[bytes, Attempt] = field(default_factory=dict)
    links: dict[str, OneTimeLink] = field(default_factory=dict)  # by user
    consents: dict[tuple[str, str], Consent] = field(default_factory=dict)  # by user and client
    clients: dict[str, Client] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    signing_keys: dict[str, SigningKey] = field(default_factory=dict)
    assignments: dict[tuple[Principal, str], Assignment] = field(default_factory=dict)  # by principal and role
    platform_assignments: dict[tuple[Principal, str], Assignment] = field(default_factory=dict)  # likewise
    roles: dict[str, CustomRole] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    memberships: dict[tuple[str, str], Membership] = field(default_factory=dict)  # by group and user
    sessions: dict[str, Session] = field(default_factory=dict)
    interactions: dict[bytes, Interaction] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[bytes, AuthorizationCode] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    access_tokens: dict[bytes, AccessToken] = field(default_factory=dict)
    revoked_jwts: dict[str, datetime] = field(default_factory=dict)  # `jti` to the JWT's own end
    audit: dict[str, AuditEvent] = field(default_factory=dict)
    audit_heads: dict[str, Head] = field(default_factory=dict)  # one, by no name, where something is sealed
    audit_segments: dict[str, Segment] = field(default_factory=dict)  # by the id of their first event
    daily_counts: Counter[CountKey] = field(default_factory=Counter)
    daily_uses: dict[UseKey, Uses] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)  # one, by no name, where they were counted
    last_active: dict[str, date] = field(default_factory=dict)  # by user

    def copy(self) -> Tables:
        """The same records in dicts of their own."""
        return Tables(**{item.name: copy(getattr(self, item.name)) for item in fields(self)})


@dataclass(slots=True)
class Database:
    """Everything. `throttles` stand apart from the tenants' tables, as no rollback may touch them."""

    tenants: dict[str, Tables] = field(default_factory=dict)
    throttles: dict[tuple[str, bytes], datetime] = field(default_factory=dict)  # by tenant and bucket
    declared_accesses: dict[str, DeclaredAccess] = field(default_factory=dict)
    master_key_id: str | None = None
    last_run: MaintenanceRun | None = None
    sealed_until: datetime | None = None
    expired_until: datetime | None = None
    claimed_names: set[str] = field(default_factory=set)
    _lock: anyio.Lock = field(default_factory=lambda: anyio.Lock(fast_acquire=True))

    @property
    def platform_audit(self) -> dict[str, AuditEvent]:
        """The audit of the platform, which lies where a tenant without a name would have its own."""
        return self.tenants.setdefault(PLATFORM, Tables()).audit

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """A block in which nobody else writes."""
        try:
            with anyio.fail_after(PATIENCE):
                await self._lock.acquire()
        except TimeoutError:
            raise StoreUnavailable("another transaction takes too long") from None
        try:
            yield
        finally:
            self._lock.release()


class View:
    """How the repositories of a tenant reach its tables: the common ones, or inside a transaction a copy of them."""

    def __init__(self, database: Database, tenant_id: str, copy: Tables | None = None) -> None:
        self.database = database
        self.tenant_id = tenant_id
        self._copy = copy
        self.refunds: list[Callable[[], None]] = []
        """What a transaction gives back to the throttles once it has committed."""

    def read(self) -> Tables:
        """The tables to look at."""
        return self._copy or self.database.tenants.get(self.tenant_id) or Tables()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tables]:
        """The tables to change. No verb awaits inside, so that it is atomic; it refuses before it changes anything."""
        if self._copy is not None:
            yield self._copy
            return
        async with self.database.writing():
            yield self.database.tenants.setdefault(self.tenant_id, Tables())

    def refund(self, refund: Callable[[], None]) -> None:
        """Give slots back, in a transaction at its end."""
        if self._copy is None:
            refund()
        else:
            self.refunds.append(refund)


def drop(table: dict[K, V], doomed: Callable[[V], bool]) -> None:
    """Remove the records that are doomed."""
    for key in [key for key, value in table.items() if doomed(value)]:
        del table[key]


def page(items: Iterable[V], key: Callable[[V], str], request: PageRequest, *, descending: bool = False) -> Page[V]:
    """The items beyond the cursor, in key order or against it."""
    after = request.after
    beyond = (it for it in items if after is None or (key(it) < after if descending else key(it) > after))
    following = sorted(beyond, key=key, reverse=descending)
    shown = tuple(following[: request.limit])
    return Page(items=shown, next_after=key(shown[-1]) if len(following) > len(shown) else None)


def sorted_page(
    items: Iterable[V],
    key: Callable[[V], Key[S]],
    request: PageRequest,
    sorting: Sorting[S],
    *,
    descending: bool = False,
) -> Page[V]:
    """The items beyond the cursor, in the order of their keys or against it."""
    after = load_key(request.after, sorting, descending=descending)
    beyond = (item for item in items if (key(item) < after if descending else key(item) > after))
    following = sorted(beyond, key=key, reverse=descending)
    shown = tuple(following[: request.limit])
    return Page(items=shown, next_after=dump_key(key(shown[-1])) if len(following) > len(shown) else None)


# --- Ends that several verbs bring about ---------------------------------------------------------------------------


def revoke_grants(t: Tables, now: datetime, wanted: Callable[[Grant], bool]) -> int:
    """End the live grants that are wanted; how many ended."""
    ended = [replace(grant, revoked_at=now) for grant in t.grants.values() if wanted(grant) and grant.is_live(now)]
    t.grants |= {grant.id: grant for grant in ended}
    return len(ended)


def drop_interactions(t: Tables, sessions: Iterable[Session]) -> None:
    """Remove what the browsers of these sessions were answering, so that nobody inherits it."""
    browsers = {session.browser_hash for session in sessions}
    drop(t.interactions, lambda interaction: interaction.browser_hash in browsers)


def drop_grants(t: Tables, doomed: Callable[[Grant], bool]) -> None:
    """Remove grants with all that hangs from them."""
    gone = {grant.id for grant in t.grants.values() if doomed(grant)}
    drop(t.codes, lambda code: code.grant_id in gone)
    drop(t.refresh_tokens, lambda token: token.grant_id in gone)
    drop(t.access_tokens, lambda token: token.grant_id in gone)
    drop(t.grants, lambda grant: grant.id in gone)


def drop_roles(t: Tables, principal: Principal) -> None:
    """Remove all that a principal holds, in the tenant and beyond it."""
    drop(t.assignments, lambda assignment: assignment.principal == principal)
    drop(t.platform_assignments, lambda assignment: assignment.principal == principal)
