"""What the suite's tests stand on: two tenants of a store, a clock that stands still, records that fit together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.group import Group
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.token import RefreshToken
from opentrusty_core.domain.user import User
from opentrusty_core.storage.contract import builders
from opentrusty_core.storage.outcomes import (
    CodeRedeemed,
    CodeRedemption,
    CodeReplayed,
    RefreshRedeemed,
    RefreshRetried,
    RefreshReused,
    Unknown,
)
from opentrusty_core.storage.store import Store, TenantRepositories

MICROSECOND = timedelta(microseconds=1)
ALL = PageRequest(limit=MAX_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A code that waits to be redeemed, with its grant."""

    code: AuthorizationCode
    grant: Grant

    def redemption(self, **changes: Any) -> CodeRedemption:
        """What fits the code, but for `changes`."""
        code = self.code
        fitting = CodeRedemption(
            code_hash=code.hash,
            client_id=code.client_id,
            redirect_uri=code.redirect_uri,
            code_challenge=code.code_challenge,
        )
        return replace(fitting, **changes)


class _Undone(Exception):
    """Something went wrong in the middle."""


class World:
    """A store with the tenants `here` and `there`; what it adds, it adds here."""

    def __init__(self, store: Store, here: Tenant, there: Tenant, runtime: builders.StillRuntime) -> None:
        self.store = store
        self.runtime = runtime
        self.here_tenant = here
        self.there_tenant = there

    @staticmethod
    async def of(store: Store) -> World:
        """Add both tenants to a store that is empty."""
        runtime = builders.StillRuntime()
        world = World(store, builders.a_tenant(runtime), builders.a_tenant(runtime), runtime)
        await world.here.tenant.create(world.here_tenant, world.event())
        await world.there.tenant.create(world.there_tenant, world.event())
        return world

    @property
    def here(self) -> TenantRepositories:
        """The repositories of the one tenant."""
        return self.store.tenant(self.here_tenant.id)

    @property
    def there(self) -> TenantRepositories:
        """The repositories of the other."""
        return self.store.tenant(self.there_tenant.id)

    @property
    def now(self) -> datetime:
        """The time."""
        return self.runtime.now()

    def advance(self, **units: float) -> None:
        """Move the clock by `timedelta(**units)`."""
        self.runtime.advance(timedelta(**units))

    def move_to(self, moment: datetime) -> None:
        """Move the clock to the moment."""
        self.runtime.advance(moment - self.now)

    def event(self, **changes: Any) -> AuditEvent:
        """An audit event of now."""
        return builders.an_event(self.runtime, **changes)

    @asynccontextmanager
    async def undone(self, tenant_id: str | None = None) -> AsyncIterator[TenantRepositories]:
        """A transaction, here or of another tenant, that fails at its end; the failure has to come through."""
        try:
            async with self.store.transaction(tenant_id or self.here_tenant.id) as repos:
                yield repos
                raise _Undone
        except _Undone:
            return
        raise AssertionError("the transaction swallowed an exception")

    async def events(self) -> tuple[AuditEvent, ...]:
        """The audit of this tenant."""
        return (await self.here.audit.page(ALL)).items

    # --- Records, added here ---------------------------------------------------------------------------------------

    async def user(self, **changes: Any) -> User:
        """A user."""
        user = builders.a_user(self.runtime, **changes)
        await self.here.users.add(user, self.event())
        return user

    async def link(self, user: User, **changes: Any) -> OneTimeLink:
        """A one-time link of the user."""
        link = builders.a_link(self.runtime, user.id, **changes)
        await self.here.links.make(link, self.event())
        return link

    async def client(self, **changes: Any) -> Client:
        """A client."""
        client = builders.a_client(self.runtime, **changes)
        await self.here.clients.add(client, self.event())
        return client

    async def group(self, *, members: Sequence[str] = (), **changes: Any) -> Group:
        """A group, with users as members."""
        group = builders.a_group(self.runtime, **changes)
        await self.here.groups.add(group, self.event())
        await self.here.groups.join(group.id, {it: self.event() for it in members}, self.now)
        return group

    async def session(self, user: User | str | None = None, **changes: Any) -> Session:
        """A session of the user, given as record or id, or of a new one."""
        user = user or await self.user()
        session = builders.a_session(self.runtime, user if isinstance(user, str) else user.id, **changes)
        await self.here.sessions.start(session, self.event())
        return session

    async def interaction(self, **changes: Any) -> Interaction:
        """An interaction."""
        client_id = changes.pop("client_id", "a-client")
        interaction = builders.an_interaction(self.runtime, client_id, **changes)
        await self.here.interactions.start(interaction)
        return interaction

    async def issued(
        self,
        session: Session | None = None,
        client: Client | None = None,
        *,
        code: dict[str, Any] | None = None,
        **grant: Any,
    ) -> Issued:
        """A code with its grant, of the session and client, or of new ones: a session that outlives every grant."""
        session = session or await self.session(expires_at=self.now + timedelta(days=100))
        client = client or await self.client()
        new_grant = builders.a_grant(self.runtime, session, client.client_id, **grant)
        new_code = builders.a_code(self.runtime, new_grant, **(code or {}))
        assert await self.here.codes.issue(new_code, new_grant, self.event())
        return Issued(code=new_code, grant=new_grant)

    async def granted(
        self, session: Session | None = None, client: Client | None = None, **grant: Any
    ) -> tuple[Grant, RefreshToken]:
        """A grant of 90 days, or as long as the session, whose code was redeemed for a refresh token."""
        issued = await self.issued(session, client, **grant)
        token = builders.a_refresh_token(self.runtime, issued.code.client_id)
        outcome = await self.redeem(issued.redemption(), refresh_token=token)
        assert isinstance(outcome, CodeRedeemed)
        return outcome.grant, replace(token, grant_id=outcome.grant.id)

    # --- Verbs with many arguments ---------------------------------------------------------------------------------

    async def redeem(
        self,
        redemption: CodeRedemption,
        *,
        refresh_token: RefreshToken | None = None,
        event: AuditEvent | None = None,
        at: TenantRepositories | None = None,
    ) -> CodeRedeemed | CodeReplayed | Unknown:
        """Redeem a code; its grant then lives for 90 days."""
        return await (at or self.here).codes.redeem(
            redemption,
            self.now,
            event or self.event(),
            grant_expires_at=self.now + timedelta(days=90),
            refresh_token=refresh_token,
        )

    async def refresh(
        self,
        token: RefreshToken,
        generation: int = 0,
        *,
        client_id: str | None = None,
        event: AuditEvent | None = None,
        rotate: bool = True,
        idle: timedelta = timedelta(days=30),
        grace: timedelta = timedelta(seconds=60),
        at: TenantRepositories | None = None,
    ) -> RefreshRedeemed | RefreshRetried | RefreshReused | Unknown:
        """Use a refresh token as its client, unless another is named."""
        return await (at or self.here).refresh_tokens.redeem(
            token.id,
            generation,
            client_id or token.client_id,
            self.now,
            event or self.event(),
            rotate=rotate,
            idle_expires_at=self.now + idle,
            grace=grace,
        )

    async def is_refreshable(self, token: RefreshToken) -> bool:
        """Whether the token is live, whatever its generation."""
        return await self.here.refresh_tokens.look_up(token.id, None, self.now) is not None


@pytest.mark.anyio
class Contract:
    """Base of the suite's classes."""

    @pytest.fixture
    async def world(self, store: Store) -> World:
        """Two tenants of the store under test."""
        return await World.of(store)
