"""A tenant with people, as the tests of management find it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from opentrusty_core.config import Config
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_ADMIN, TENANT_OWNER
from opentrusty_core.domain.session import ACR_PASSWORD, Session
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import User
from opentrusty_core.management import Actor, Management, actor_of_user
from opentrusty_core.storage import Store
from opentrusty_core.stores.memory import MemoryStore
from tests.support.runtime import FakeRuntime

PASSWORD = "correct horse battery staple"
SYSTEM = Actor.system()
EVERYTHING = PageRequest(limit=MAX_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A tenant with one user of each kind, and the actors that they are."""

    management: Management
    store: Store
    runtime: FakeRuntime
    tenant: Tenant
    owner: User
    admin: User
    plain: User

    async def actor(self, user: User) -> Actor:
        return await actor_of_user(self.store, self.tenant.id, user.id, Origin(ip="192.0.2.1"), self.runtime.now())

    async def events(self, *types: AuditType) -> list[AuditEvent]:
        page = await self.store.tenant(self.tenant.id).audit.page(EVERYTHING)
        return [event for event in page.items if not types or event.type in types]

    async def session(self, user: User) -> Session:
        """A live session of the user."""
        now = self.runtime.now()
        session = Session(
            id=self.runtime.new_id(),
            user_id=user.id,
            handle_hash=self.runtime.token_bytes(32),
            browser_hash=self.runtime.token_bytes(32),
            auth_time=now,
            amr=("pwd",),
            acr=ACR_PASSWORD,
            created_at=now,
            last_seen_at=now,
            idle_expires_at=now + timedelta(hours=1),
            expires_at=now + timedelta(hours=24),
        )
        await self.store.tenant(self.tenant.id).sessions.start(session, self._event(AuditType.SIGN_IN))
        return session

    async def grant(self, user: User, session: Session, *scope: str) -> Grant:
        """A live grant of the user in the session; offline where the scope says so."""
        now = self.runtime.now()
        grant = Grant(
            id=self.runtime.new_id(),
            user_id=user.id,
            client_id="web",
            session_id=session.id,
            scope=("openid", *scope),
            auth_time=now,
            acr=ACR_PASSWORD,
            amr=("pwd",),
            created_at=now,
            expires_at=now + timedelta(days=90),
        )
        code = AuthorizationCode(
            hash=self.runtime.token_bytes(32),
            grant_id=grant.id,
            client_id="web",
            redirect_uri="https://app.example/callback",
            code_challenge=None,
            created_at=now,
            expires_at=now + timedelta(minutes=1),
        )
        await self.store.tenant(self.tenant.id).codes.issue(code, grant, self._event(AuditType.CODE_ISSUED))
        return grant

    def _event(self, type_: AuditType) -> AuditEvent:
        return AuditEvent(id=self.runtime.new_id(), at=self.runtime.now(), type=type_)


async def make_place(management: Management, store: Store, runtime: FakeRuntime, name: str) -> Place:
    """A tenant with an owner, an administrator, a plain user and a web client."""
    tenant = await management.tenants.create(
        SYSTEM, name, owner={"fields": {"username": "olive"}, "password": PASSWORD}
    )
    create = management.users.create
    admin = await create(SYSTEM, tenant.id, {"username": "adam"}, password=PASSWORD)
    plain = await create(SYSTEM, tenant.id, {"username": "pat", "email": f"pat@{name}.example"}, password=PASSWORD)
    await management.roles.assign(SYSTEM, tenant.id, Principal.user(admin.id), TENANT_ADMIN.name)
    await management.clients.create(
        SYSTEM, tenant.id, {"client_name": "Web", "redirect_uris": ("https://app.example/callback",)}, client_id="web"
    )
    owner = await management.users.get(SYSTEM, tenant.id, "olive")
    holders = (await management.roles.holders(SYSTEM, tenant.id, TENANT_OWNER.name, EVERYTHING)).items
    assert [holder.principal for holder in holders] == [Principal.user(owner.id)]
    return Place(
        management=management, store=store, runtime=runtime, tenant=tenant, owner=owner, admin=admin, plain=plain
    )


async def fresh_place() -> Place:
    """A place in a new store of its own, for tests that need one for every example."""
    runtime, store = FakeRuntime(), MemoryStore()
    return await make_place(make_management(store, runtime), store, runtime, "acme")


def make_management(store: Store, runtime: FakeRuntime, master_keys: MasterKeys | None = None) -> Management:
    """Management with hashes that cost nothing."""
    cheap = Passwords(runtime.token_bytes, time_cost=1, memory_cost=8)
    keys = master_keys or MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)
    return Management(store, runtime, Config(auth_url="https://auth.example"), keys, passwords=cheap)
