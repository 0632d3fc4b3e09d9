"""Doing the same to two stores: memory, and one that has to answer as memory does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.user import normalised
from opentrusty_core.errors import DomainError
from opentrusty_core.storage import Store
from opentrusty_core.storage.contract.visible import Known, visible
from opentrusty_core.stores import open_store
from tests.support import builders
from tests.support.runtime import FakeRuntime

T = TypeVar("T")
EVERYTHING = PageRequest(limit=MAX_PAGE)

Place = tuple[int, str]
"""The number of a tenant, and how: "alone", or in a transaction that is "committed" or "undone"."""

USERS, CLIENTS, ROLES, JTIS = (
    ["user-1", "user-2"],
    ["client-1", "client-2"],
    ["tenant_owner", "tenant_admin"],
    ["a", "b"],
)
OWN_ROLES, GROUPS = ["helper", "auditor"], ["group-1", "group-2"]
USERNAMES, EMAILS = ["alice", "Alice", "bob"], [None, "a@example.org", "A@Example.org"]
ORIGINS = ["https://a.example", "https://b.example"]
NO_MATTER = {"throttles", "changes"}
WAITS = [timedelta(microseconds=1), timedelta(seconds=1), timedelta(seconds=10), timedelta(seconds=59)]
WAITS += [timedelta(minutes=1), timedelta(minutes=30), timedelta(hours=1), timedelta(days=1), timedelta(days=30)]

places = st.tuples(st.sampled_from([0] * 7 + [1]), st.sampled_from(["alone"] * 4 + ["committed", "undone"]))


class Undone(Exception):
    """The end of a transaction that fails."""


class TwoStores(RuleBasedStateMachine):
    """Memory and another store, each with the same two tenants; `known` is what to look for when they are compared."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.known = Known(
            user_ids=set(USERS),
            names={normalised(name) for name in (*USERNAMES, *EMAILS) if name},
            client_ids=set(CLIENTS),
            origins=set(ORIGINS),
            roles={*ROLES, *OWN_ROLES},
            group_ids=set(GROUPS),
            jtis=set(JTIS),
        )
        self.runtime = FakeRuntime()
        self.loop = asyncio.new_event_loop()
        self.stores = (open_store("memory:"), open_store(url))
        self.tenants = [builders.a_tenant(self.runtime) for _ in range(2)]
        for number, tenant in enumerate(self.tenants):
            self.both((number, "alone"), lambda repos, record, event: repos.tenant.create(record, event), tenant)

    def teardown(self) -> None:
        """Compare a last time, and let go."""
        try:
            self.compare()
        finally:
            self.ask(lambda store: store.close())
            self.loop.close()

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> tuple[T, T]:
        """What memory answers, and what the other store does."""

        async def ask_both() -> tuple[T, T]:
            memory, other = self.stores
            return await question(memory), await question(other)

        return self.loop.run_until_complete(ask_both())

    def answers(self, ask: Callable[[Store], Awaitable[object]]) -> Any:
        """What both stores answer to the same question: the same, refusals too."""

        async def answer(store: Store) -> object:
            try:
                return await ask(store)
            except DomainError as error:
                return type(error)

        memory, other = self.ask(answer)
        assert other == memory, (other, memory)
        return memory

    def both(self, place: Place, verb: Callable[..., Awaitable[object]], *arguments: object) -> Any:
        """What both stores answer to `verb(repositories, *arguments, event)`."""
        number, how = place
        tenant_id, event = self.tenants[number].id, self.event()

        async def do(store: Store) -> object:
            if how == "alone":
                return await verb(store.tenant(tenant_id), *arguments, event)
            answer = None
            try:
                async with store.transaction(tenant_id) as repos:
                    answer = await verb(repos, *arguments, event)
                    if how == "undone":
                        raise Undone
            except Undone:
                pass
            return answer

        return self.answers(do)

    def event(self) -> AuditEvent:
        """An audit event of now."""
        return builders.an_event(self.runtime)

    @rule(wait=st.sampled_from(WAITS[:6] * 2 + WAITS[6:]))
    def wait(self, wait: timedelta) -> None:
        """Time goes by."""
        self.runtime.advance(wait)

    @rule()
    def purge(self) -> None:
        """What is over goes, and the counts are the same; a store may keep empty buckets and old changes, or not."""
        now = self.runtime.now()

        async def purge(store: Store) -> dict[str, int]:
            gone = await store.platform.purge(now, batch=1000)
            return {table: count for table, count in gone.items() if count and table not in NO_MATTER}

        self.answers(purge)

    @rule()
    def compare(self) -> None:
        """Everything that can be read is the same."""
        memory, other = self.ask(self._see)
        assert {name: it for name, it in other.items() if it != memory[name]} == {
            name: it for name, it in memory.items() if it != other[name]
        }

    async def _see(self, store: Store) -> dict[str, object]:
        platform, now = store.platform, self.runtime.now()
        seen: dict[str, object] = {"platform audit": await platform.audit.page(EVERYTHING)}
        for role in ROLES:
            seen[f"platform's {role}"] = await platform.assignments.of_role(role, EVERYTHING)
        seen["live accesses"] = await platform.accesses.live(now, EVERYTHING)
        for tenant in self.tenants:
            seen[f"live accesses to {tenant.id}"] = await platform.accesses.live_in(tenant.id, now, EVERYTHING)
            seen[f"catalogue of {tenant.id}"] = await platform.tenants.load(tenant.name)
            for user_id in USERS:
                seen[f"platform roles of {user_id}"] = await platform.assignments.of_principal(
                    tenant.id, Principal.user(user_id)
                )
            for name, it in (await visible(store.tenant(tenant.id), self.known, now)).items():
                seen[f"{name} in {tenant.id}"] = _settled(it, now)
        return seen


def _settled(value: object, now: datetime) -> object:
    """The value, but of a grant that has expired it does not matter whether it was revoked as well."""
    return replace(value, revoked_at=None) if isinstance(value, Grant) and value.expires_at <= now else value
