"""A state machine that does the same to two stores and holds the answers of the one against those of the other.

Ids come from a few, so that records meet; each verb is called by itself, in a transaction, or in one that fails; ids of one
tenant are tried in the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule

from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.throttle import Bucket, Limit
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.domain.user import PasswordCredential, normalised
from opentrusty_core.errors import DomainError
from opentrusty_core.storage import CodeRedemption, Store, TenantRepositories
from opentrusty_core.storage.contract.visible import Known, visible
from opentrusty_core.stores import open_store
from tests.support import builders
from tests.support.runtime import FakeRuntime

Verb = Callable[[TenantRepositories], Awaitable[object]]

MICROSECOND = timedelta(microseconds=1)
WAITS = [MICROSECOND, timedelta(seconds=1), timedelta(seconds=59), timedelta(minutes=1), timedelta(minutes=30)]
WAITS += [timedelta(hours=1), timedelta(days=1), timedelta(days=30)]
USERNAMES = ["alice", "Alice", "bob"]
EMAILS = [None, "a@example.org", "A@Example.org"]
ORIGINS = ["https://a.example", "https://b.example"]
BROWSERS = [b"b" * 32, b"c" * 32]
BUCKETS = [Bucket(key=bytes([n]) * 32, limit=Limit(burst=n, interval=timedelta(seconds=40) / n)) for n in (1, 2, 3)]

places = st.tuples(st.sampled_from([0, 0, 0, 1]), st.sampled_from(["alone", "alone", "committed", "undone"]))
user_ids = st.sampled_from(["user-1", "user-2", "user-3"])
client_ids = st.sampled_from(["client-1", "client-2"])
roles = st.sampled_from(["tenant_owner", "tenant_admin"])
jtis = st.sampled_from(["jti-1", "jti-2"])
versions = st.integers(1, 3)

Place = tuple[int, str]


class _Undone(Exception):
    """The end of a transaction that fails."""


class StoresMachine(RuleBasedStateMachine):
    """Memory, and the store under test beside it."""

    sessions = Bundle("sessions")
    interactions = Bundle("interactions")
    codes = Bundle("codes")
    refresh_tokens = Bundle("refresh_tokens")
    access_tokens = Bundle("access_tokens")
    keys = Bundle("keys")
    passwords = Bundle("passwords")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runtime = FakeRuntime()
        self.runner = asyncio.Runner()
        self.stores = (open_store("memory:"), open_store(url))
        self.tenants = [builders.a_tenant(self.runtime) for _ in range(2)]
        self.known = Known(
            user_ids={"user-1", "user-2", "user-3"},
            names={normalised(name) for name in (*USERNAMES, *EMAILS) if name},
            client_ids={"client-1", "client-2"},
            origins=set(ORIGINS),
            roles={"tenant_owner", "tenant_admin"},
            jtis={"jti-1", "jti-2"},
        )
        for number, tenant in enumerate(self.tenants):
            self.both((number, "alone"), lambda repos, it=tenant, e=self.event(): repos.tenant.create(it, e))  # type: ignore[misc]

    def teardown(self) -> None:
        try:
            self.compare()
        finally:
            for store in self.stores:
                self.runner.run(store.close())
            self.runner.close()

    # --- Doing the same to both ------------------------------------------------------------------------------------

    def event(self) -> Any:
        return builders.an_event(self.runtime)

    def answers(self, ask: Callable[[Store], Awaitable[object]]) -> Any:
        """What both stores answer to the same question: the same, a refusal too."""

        async def answer(store: Store) -> object:
            try:
                return await ask(store)
            except DomainError as error:
                return type(error)

        memory, other = (self.runner.run(answer(store)) for store in self.stores)
        assert other == memory
        return memory

    def both(self, place: Place, verb: Verb) -> Any:
        """What both stores answer when the verb is called in a tenant, alone or in a transaction."""
        number, how = place
        tenant_id = self.tenants[number].id

        async def do(store: Store) -> object:
            if how == "alone":
                return await verb(store.tenant(tenant_id))
            answer = None
            try:
                async with store.transaction(tenant_id) as repos:
                    answer = await verb(repos)
                    if how == "undone":
                        raise _Undone
            except _Undone:
                pass
            return answer

        return self.answers(do)

    @rule()
    def compare(self) -> None:
        """Everything that can be read is the same."""
        now = self.runtime.now()
        for tenant in self.tenants:

            async def see(store: Store, tenant_id: str = tenant.id) -> dict[str, object]:
                seen = await visible(store.tenant(tenant_id), self.known, now)
                # Of a grant that has expired it does not matter whether it was revoked as well.
                return {
                    name: replace(it, revoked_at=None) if isinstance(it, Grant) and it.expires_at <= now else it
                    for name, it in seen.items()
                }

            memory, other = (self.runner.run(see(store)) for store in self.stores)
            assert {name: value for name, value in other.items() if value != memory[name]} == {}
            for user_id in sorted(self.known.user_ids):
                self.answers(lambda store, t=tenant, u=user_id: store.platform.assignments.of_user(t.id, u))  # type: ignore[misc]
            self.answers(lambda store, t=tenant: store.platform.tenants.load(t.name))  # type: ignore[misc]
        for role in sorted(self.known.roles):
            self.answers(lambda store, r=role: store.platform.assignments.of_role(r))  # type: ignore[misc]
        self.answers(lambda store: store.platform.audit.page(PageRequest(limit=200)))

    @rule(wait=st.sampled_from(WAITS))
    def wait(self, wait: timedelta) -> None:
        self.runtime.advance(wait)

    @rule()
    def purge(self) -> None:
        now = self.runtime.now()

        async def purge(store: Store) -> dict[str, int]:
            return {table: n for table, n in (await store.platform.purge(now, batch=1000)).items() if n}

        self.answers(purge)
