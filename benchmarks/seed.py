"""What the scenarios find in the database: one tenant with its clients, people with sessions, and refresh tokens.

Everything is made through the use cases of administrators and the store's own repositories, so that the benchmark knows
no table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from benchmarks.databases import Database
from benchmarks.variant import CHEAP
from opentrusty_core.config import Config
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.crypto.refresh import RefreshTokens
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.client import AccessTokenFormat, AuthMethod, GrantType
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.scope import STANDARD_SCOPES
from opentrusty_core.domain.session import ACR_PASSWORD, Session
from opentrusty_core.domain.tenant import Lifetimes
from opentrusty_core.domain.token import RefreshToken
from opentrusty_core.domain.user import PasswordCredential, User
from opentrusty_core.management import Actor, ClientFields, Management, create_master_key_file
from opentrusty_core.runtime import Runtime, SystemRuntime
from opentrusty_core.storage import CodeRedeemed, CodeRedemption, Store, TenantRepositories
from opentrusty_core.stores import open_store
from opentrusty_server.cookies import Cookies

T = TypeVar("T")

TENANT = "bench"
SCOPE = ("openid", "profile", "email")
API_SCOPE = "jobs:run"
API = Resource(identifier="https://api.bench.example", name="Bench API", scopes={API_SCOPE: "Run jobs"})
CALLBACK = "https://rp.bench.example/callback"
PASSWORD = "correct horse battery staple"
_CODE = {"grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN), "redirect_uris": (CALLBACK,)}
_LONG = timedelta(days=1)
"""Access tokens that are introspected outlive the longest run."""
REFRESHING = ("web", "web-opaque", "public-rs256", "public-es256")
COSTLY = 200
"""People whose password is hashed as in production."""
_BATCH = 500


def clients() -> dict[str, ClientFields]:
    """The applications, by client_id. They are the tenant's own, so that nobody is asked for consent."""
    web: ClientFields = {**_CODE, "scope": STANDARD_SCOPES, "skip_consent": True, "access_token_lifetime": _LONG}  # type: ignore[typeddict-item]
    public: ClientFields = {**web, "token_endpoint_auth_method": AuthMethod.NONE}
    machine: ClientFields = {"grant_types": (GrantType.CLIENT_CREDENTIALS,), "scope": (API_SCOPE,)}
    found: dict[str, ClientFields] = {
        "web": web,
        "web-opaque": {**web, "access_token_format": AccessTokenFormat.OPAQUE},
        "public-rs256": public,
        "public-es256": {**public, "id_token_signed_response_alg": "ES256"},
        "web-es256": {**web, "id_token_signed_response_alg": "ES256"},
        "machine-es256": machine,
        "machine-rs256": {**machine, "access_token_signed_response_alg": "RS256"},
        "machine-opaque": {**machine, "access_token_format": AccessTokenFormat.OPAQUE},
    }
    return {client_id: {**fields, "client_name": client_id} for client_id, fields in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What the load needs to know: secrets by client_id, usernames, cookies of signed-in browsers, refresh tokens by
    client_id.
    """

    secrets: dict[str, str]
    people: tuple[str, ...]
    costly_people: tuple[str, ...]
    cookies: tuple[str, ...]
    refresh_tokens: dict[str, tuple[str, ...]]


class Seeder:
    """Writes to one tenant of one store."""

    def __init__(
        self, store: Store, runtime: Runtime, master: MasterKeys, tenant_id: str, tenant: str = TENANT
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._handles = RefreshTokens(master)
        self._tenant_id = tenant_id
        self._tenant = tenant

    async def people(self, prefix: str, count: int, encoded: str) -> list[User]:
        """Users named PREFIX-N whose password has this hash."""
        now = self._runtime.now()
        users = [
            User(
                id=self._runtime.new_id(),
                username=f"{prefix}-{number}",
                email=f"{prefix}-{number}@bench.example",
                email_verified=True,
                claims={"name": f"Person {number}", "given_name": "Person", "family_name": str(number)},
                created_at=now,
                updated_at=now,
            )
            for number in range(count)
        ]
        for batch in _batches(users):
            async with self._store.transaction(self._tenant_id) as repos:
                for user in batch:
                    await repos.users.add(user, self._event(AuditType.USER_CREATED))
                    credential = PasswordCredential(user_id=user.id, encoded=encoded, changed_at=now)
                    await repos.passwords.set(credential, self._event(AuditType.PASSWORD_SET))
        return users

    async def sessions(self, users: Sequence[User]) -> list[tuple[Session, str]]:
        """A live session for each, with the Cookie header of its browser."""
        cookies, made = Cookies(secure=False, domain=None), []
        now, lifetimes = self._runtime.now(), Lifetimes()
        for user in users:
            browser, handle = (new_handle(kind, self._runtime.token_bytes) for kind in (Handle.BROWSER, Handle.SESSION))
            session = Session(
                id=self._runtime.new_id(),
                user_id=user.id,
                handle_hash=hash_handle(Handle.SESSION, handle),
                browser_hash=hash_handle(Handle.BROWSER, browser),
                auth_time=now,
                amr=("pwd",),
                acr=ACR_PASSWORD,
                created_at=now,
                last_seen_at=now,
                idle_expires_at=now + lifetimes.session_idle,
                expires_at=now + lifetimes.session,
            )
            made.append((session, f"{cookies.browser_name}={browser}; {cookies.session_name(self._tenant)}={handle}"))
        for batch in _batches(made):
            async with self._store.transaction(self._tenant_id) as repos:
                for session, _ in batch:
                    await repos.sessions.start(session, self._event(AuditType.SIGN_IN))
        return made

    async def refresh_tokens(self, client_id: str, sessions: Sequence[Session], count: int) -> tuple[str, ...]:
        """As many refresh tokens of the client, each with a grant of its own, made as the code flow makes them."""
        tokens: list[str] = []
        for batch in _batches(range(count)):
            async with self._store.transaction(self._tenant_id) as repos:
                for number in batch:
                    token = await self.refresh_token(repos, client_id, sessions[number % len(sessions)])
                    tokens.append(self._handles.mint(self._tenant_id, token.id, 0))
        return tuple(tokens)

    async def refresh_token(self, repos: TenantRepositories, client_id: str, session: Session) -> RefreshToken:
        """A grant and its refresh token, by way of a code."""
        now, lifetimes = self._runtime.now(), Lifetimes()
        code_hash = hash_handle(
            Handle.AUTHORIZATION_CODE, new_handle(Handle.AUTHORIZATION_CODE, self._runtime.token_bytes)
        )
        grant = Grant(
            id=self._runtime.new_id(),
            user_id=session.user_id,
            client_id=client_id,
            session_id=session.id,
            scope=SCOPE,
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            created_at=now,
            expires_at=now + lifetimes.code,
        )
        code = AuthorizationCode(
            hash=code_hash,
            grant_id=grant.id,
            client_id=client_id,
            redirect_uri=CALLBACK,
            code_challenge=None,
            created_at=now,
            expires_at=grant.expires_at,
        )
        token = RefreshToken(
            id=self._runtime.new_id(),
            grant_id=grant.id,
            client_id=client_id,
            created_at=now,
            idle_expires_at=now + lifetimes.refresh_token_idle,
            expires_at=now + lifetimes.refresh_token,
        )
        presented = CodeRedemption(code_hash=code_hash, client_id=client_id, redirect_uri=CALLBACK, code_challenge=None)
        await repos.codes.issue(code, grant, self._event(AuditType.CODE_ISSUED))
        outcome = await repos.codes.redeem(
            presented, now, self._event(AuditType.TOKEN_ISSUED), grant_expires_at=token.expires_at, refresh_token=token
        )
        if not isinstance(outcome, CodeRedeemed):
            raise TypeError(f"a seeded code did not redeem: {outcome}")
        return replace(token, grant_id=grant.id)

    def _event(self, type_: AuditType) -> AuditEvent:
        return AuditEvent(id=self._runtime.new_id(), at=self._runtime.now(), type=type_)


async def seed(database: Database, auth_url: str, *, people: int, sessions: int, refresh_tokens: int) -> Seeded:
    """Migrate the empty database and fill it; the counts are of people, of their sessions, and of tokens a client."""
    runtime, store = SystemRuntime(), open_store(database.url)
    try:
        await store.migrate()
        master = await create_master_key_file(store, database.folder / "opentrusty.key", runtime)
        management = Management(store, runtime, Config(auth_url=auth_url), master)
        tenant_id, secrets = await make_tenant(management)
        seeder = Seeder(store, runtime, master, tenant_id)
        cheap = await Passwords(runtime.token_bytes, **CHEAP).hash(PASSWORD)
        users = await seeder.people("person", people, cheap)
        costly = await seeder.people("costly", COSTLY, await Passwords(runtime.token_bytes).hash(PASSWORD))
        live = await seeder.sessions(users[:sessions])
        started = [session for session, _ in live]
        tokens = {name: await seeder.refresh_tokens(name, started, refresh_tokens) for name in REFRESHING}
        return Seeded(
            secrets=secrets,
            people=tuple(user.username for user in users),
            costly_people=tuple(user.username for user in costly),
            cookies=tuple(cookie for _, cookie in live),
            refresh_tokens=tokens,
        )
    finally:
        await store.close()


async def make_tenant(management: Management) -> tuple[str, dict[str, str]]:
    """The tenant with its keys, API and clients: its id, and the clients' secrets."""
    actor = Actor.system()
    tenant = await management.tenants.create(actor, TENANT, "Bench")
    await management.keys.ensure_active(tenant.id, "RS256")
    await management.resources.save(actor, tenant.id, API)
    secrets: dict[str, str] = {}
    for client_id, fields in clients().items():
        made = await management.clients.create(actor, tenant.id, fields, client_id=client_id)
        secrets[client_id] = made.secret or ""
    return tenant.id, secrets


def _batches(items: Iterable[T]) -> Iterable[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
