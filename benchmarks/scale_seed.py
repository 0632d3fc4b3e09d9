"""The pattern that `benchmarks.bulk` copies, made through the repositories, and the keys of many tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.bulk import NewTenant, Pattern
from benchmarks.databases import Database
from benchmarks.seed import PASSWORD, SCOPE, TENANT, Seeder, make_tenant
from benchmarks.variant import CHEAP
from opentrusty_core.config import Config
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.crypto.refresh import RefreshTokens
from opentrusty_core.crypto.signing import new_signing_key
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.tenant import Lifetimes
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.management import Management, create_master_key_file
from opentrusty_core.runtime import Runtime, SystemRuntime
from opentrusty_core.storage import Store
from opentrusty_core.stores import open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A tenant by id and name."""

    id: str
    name: str

    @property
    def path(self) -> str:
        """Where its endpoints are."""
        return f"/t/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The first tenant, and what is known in every copy of it: a person, secrets, an opaque token, and a refresh
    token that does not rotate.
    """

    tenant: Tenant
    pattern: Pattern
    username: str
    secrets: dict[str, str] = field(repr=False)
    opaque_token: str = field(repr=False)
    kept_refresh_id: str
    master: MasterKeys = field(repr=False)
    runtime: Runtime

    def mint(self, tenant: Tenant, token_id: str, generation: int = 0) -> str:
        """The refresh token with this id in the tenant, as it was first handed out or in a later generation."""
        return RefreshTokens(self.master).mint(tenant.id, token_id, generation)


async def make_world(database: Database, auth_url: str) -> World:
    """Migrate the empty database and make the tenant that is copied."""
    runtime, store = SystemRuntime(), open_store(database.url)
    try:
        await store.migrate()
        master = await create_master_key_file(store, database.folder / "opentrusty.key", runtime)
        tenant_id, secrets = await make_tenant(Management(store, runtime, Config(auth_url=auth_url), master))
        seeder = Seeder(store, runtime, master, tenant_id)
        (user,) = await seeder.people("person", 1, await Passwords(runtime.token_bytes, **CHEAP).hash(PASSWORD))
        ((session, _),) = await seeder.sessions([user])
        rotating, kept = [
            await _refresh_token(seeder, store, tenant_id, name, session) for name in ("public-es256", "web-es256")
        ]
        value, opaque = await _opaque_token(store, runtime, tenant_id, rotating.grant_id)
        return World(
            tenant=Tenant(id=tenant_id, name=TENANT),
            pattern=Pattern(
                tenant_id=tenant_id,
                user_id=user.id,
                session_id=session.id,
                grant_id=rotating.grant_id,
                refresh_token_id=rotating.id,
                access_token_id=opaque.id,
            ),
            username=user.username,
            secrets=secrets,
            opaque_token=value,
            kept_refresh_id=kept.id,
            master=master,
            runtime=runtime,
        )
    finally:
        await store.close()


def new_tenants(world: World, count: int) -> Sequence[NewTenant]:
    """As many tenants, each with an ES256 key of its own sealed for it."""
    now, made = world.runtime.now(), []
    for _ in range(count):
        tenant_id = world.runtime.new_id()
        key = new_signing_key("ES256", KeyStatus.ACTIVE, tenant_id, now, now, world.master)
        name = f"t-{tenant_id}"
        made.append(
            NewTenant(
                id=tenant_id, name=name, kid=key.kid, public_jwk=key.public_jwk, sealed_private=key.sealed_private
            )
        )
    return made


async def _refresh_token(
    seeder: Seeder, store: Store, tenant_id: str, client_id: str, session: Session
) -> RefreshToken:
    async with store.transaction(tenant_id) as repos:
        return await seeder.refresh_token(repos, client_id, session)


async def _opaque_token(store: Store, runtime: Runtime, tenant_id: str, grant_id: str) -> tuple[str, AccessToken]:
    value = new_handle(Handle.ACCESS_TOKEN, runtime.token_bytes)
    now = runtime.now()
    token = AccessToken(
        hash=hash_handle(Handle.ACCESS_TOKEN, value),
        id=runtime.new_id(),
        client_id="web-opaque",
        grant_id=grant_id,
        scope=SCOPE,
        audience=("https://api.bench.example",),
        created_at=now,
        expires_at=now + Lifetimes().session,
    )
    await store.tenant(tenant_id).access_tokens.add(token, None)
    return value, token
