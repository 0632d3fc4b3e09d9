"""A small world for the protocol: a memory store with two tenants that are twins, and the steps of every dance.

`acme` and `globex` hold clients of the same ids and secrets and users of the same ids, so that only what keeps tenants
apart tells one from the other. Nothing here goes through HTTP: requests are made as an adapter makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.crypto.refresh import RefreshTokens
from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin, Outcome
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.session import ACR_PASSWORD, Browser, Session
from opentrusty_core.domain.tenant import Tenant, TenantSettings
from opentrusty_core.protocol.cache import Remembered, Watch
from opentrusty_core.protocol.deps import Deps, ExtraClaims
from opentrusty_core.protocol.issuer import Issuer, Issuers
from opentrusty_core.protocol.messages import HttpRequest
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse, InteractionStarted
from opentrusty_core.protocol.service import ProtocolService
from opentrusty_core.storage import Directory, TenantRepositories
from opentrusty_core.stores.memory import MemoryStore
from tests.support.cast import (
    ALGORITHMS,
    ALICE,
    AUTH_URL,
    CHALLENGE,
    CLIENTS,
    MASTER,
    NONCE,
    RESOURCES,
    STATE,
    USERS,
    VERIFIER,
    signing_key,
)
from tests.support.messages import Answer, authentication, post, verify
from tests.support.runtime import FakeRuntime


@dataclass
class World:
    """The store, the protocol over it, and who is signed in where. Every step takes `at`, the tenant's name."""

    runtime: FakeRuntime = field(default_factory=FakeRuntime)
    store: MemoryStore = field(default_factory=MemoryStore)
    directory: Directory | None = None
    extra_claims: ExtraClaims | None = None
    origin: Origin = field(default_factory=lambda: Origin(ip="192.0.2.1", user_agent="test", request_id="r-1"))
    browsers: dict[str, Browser] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh_tokens = RefreshTokens(MASTER)
        self.deps = self.new_deps()
        self.protocol = ProtocolService(self.deps)

    def new_deps(self) -> Deps:
        """Collaborators with empty caches, as a process that just started has them."""
        watch = Watch(self.store, self.runtime)
        return Deps(
            store=self.store,
            runtime=self.runtime,
            watch=watch,
            issuers=Issuers(self.store, watch, AUTH_URL, MASTER, self.ensure_key),
            clients=Remembered(watch, 100, lambda key, _: key[0]),
            refresh_tokens=self.refresh_tokens,
            directory=self.directory,
            extra_claims=self.extra_claims,
        )

    def restart(self) -> None:
        """Another process takes over: nothing is remembered but what is stored."""
        self.deps = self.new_deps()
        self.protocol = ProtocolService(self.deps)

    async def ensure_key(self, tenant_id: str, alg: str) -> object:
        return await self.store.tenant(tenant_id).signing_keys.add(signing_key(tenant_id, alg), self.event())

    # --- records -------------------------------------------------------------------------------------------------

    def event(self, type_: AuditType = AuditType.TENANT_UPDATED) -> AuditEvent:
        """Some audit event of now."""
        return AuditEvent(id=self.runtime.new_id(), at=self.runtime.now(), type=type_)

    def repos(self, at: str = "acme") -> TenantRepositories:
        return self.store.tenant(f"{at}-id")

    async def add_tenant(self, name: str, settings: TenantSettings | None = None) -> None:
        """A tenant with its keys, resources, clients and users, and Alice signed in."""
        repos, now = self.repos(name), self.runtime.now()
        tenant = Tenant(
            id=f"{name}-id",
            name=name,
            display_name=name.title(),
            settings=settings or TenantSettings(),
            created_at=now,
            updated_at=now,
        )
        await repos.tenant.create(tenant, self.event())
        for alg in ALGORITHMS:
            await repos.signing_keys.add(signing_key(tenant.id, alg), self.event())
        for resource in RESOURCES:
            await repos.resources.save(resource, self.event())
        for client in CLIENTS:
            await repos.clients.add(client, self.event())
        if self.directory is None:
            for user in USERS:
                await repos.users.add(user, self.event())
        await self.sign_in(at=name)

    async def sign_in(self, user_id: str = ALICE, *, at: str = "acme") -> Session:
        """The tenant's browser from now on; it has a session of this user that began now."""
        now, entropy = self.runtime.now(), self.runtime.token_bytes
        browser = Browser(
            hash=hash_handle(Handle.BROWSER, new_handle(Handle.BROWSER, entropy)),
            session_hash=hash_handle(Handle.SESSION, new_handle(Handle.SESSION, entropy)),
        )
        assert browser.hash
        assert browser.session_hash
        lifetimes = (await self.repos(at).tenant.get()).settings.lifetimes
        session = Session(
            id=self.runtime.new_id(),
            user_id=user_id,
            handle_hash=browser.session_hash,
            browser_hash=browser.hash,
            auth_time=now,
            amr=("pwd",),
            acr=ACR_PASSWORD,
            created_at=now,
            last_seen_at=now,
            idle_expires_at=now + lifetimes.session_idle,
            expires_at=now + lifetimes.session,
        )
        await self.repos(at).sessions.start(session, self.event(AuditType.SIGN_IN))
        self.browsers[at], self.sessions[at] = browser, session
        return session

    async def allow(self, client_id: str, *scope: str, claims: tuple[str, ...] = (), at: str = "acme") -> None:
        """Alice allows the client this much."""
        consent = Consent(
            user_id=ALICE,
            client_id=client_id,
            scope=frozenset(scope),
            claims=frozenset(claims),
            granted_at=self.runtime.now(),
        )
        await self.repos(at).consents.save(consent, self.event(AuditType.CONSENT_GIVEN))

    async def change_client(self, client_id: str, *, at: str = "acme", **fields: Any) -> None:
        """An administrator changes a client."""
        client = await self.repos(at).clients.get(client_id)
        assert client
        changed = replace(client, version=client.version + 1, **fields)
        await self.repos(at).clients.update(changed, self.event(AuditType.CLIENT_UPDATED))

    async def change_user(self, user_id: str, *, at: str = "acme", **fields: Any) -> None:
        """An administrator changes a user."""
        user = await self.repos(at).users.get(user_id)
        assert user
        await self.repos(at).users.update(replace(user, version=user.version + 1, **fields), self.event())

    async def change_tenant(self, *, at: str = "acme", **fields: Any) -> None:
        """An owner changes the tenant."""
        tenant = await self.repos(at).tenant.get()
        await self.repos(at).tenant.update(replace(tenant, version=tenant.version + 1, **fields), self.event())

    async def audit(self, *, at: str = "acme") -> list[AuditEvent]:
        """The whole audit, oldest first."""
        return list((await self.repos(at).audit.page(PageRequest(limit=10_000))).items)

    async def refusals(self, *, at: str = "acme") -> list[AuditEvent]:
        """What the audit says went wrong."""
        return [event for event in await self.audit(at=at) if event.outcome is Outcome.FAILURE]

    # --- steps ---------------------------------------------------------------------------------------------------

    async def issuer(self, at: str = "acme") -> Issuer:
        issuer = await self.protocol.issuer(at)
        assert issuer
        return issuer

    def question(self, client_id: str, /, **parameters: str | None) -> dict[str, str]:
        """The parameters of a good authorization request, changed as told; None leaves one out."""
        client = next((client for client in CLIENTS if client.client_id == client_id), None)
        defaults: dict[str, str | None] = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": client.redirect_uris[0] if client and client.redirect_uris else None,
            "scope": "openid",
            "state": STATE,
            "nonce": NONCE,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (defaults | parameters).items() if value is not None}

    async def ask(
        self, query: str | bytes, *, at: str = "acme", browser: Browser | None = None
    ) -> AuthorizationResponse | InteractionStarted:
        """An authorization request with this very query. Raises `ProtocolError` for a page."""
        raw = query.encode() if isinstance(query, str) else query
        http = HttpRequest(method="GET", query=raw, origin=self.origin)
        return await self.protocol.authorize(http, browser or self.browsers[at], await self.issuer(at))

    async def authorize(
        self, client_id: str = "web", /, *, at: str = "acme", browser: Browser | None = None, **parameters: str | None
    ) -> AuthorizationResponse | InteractionStarted:
        """A good authorization request, changed as told."""
        return await self.ask(urlencode(self.question(client_id, **parameters)), at=at, browser=browser)

    async def redirect(
        self, client_id: str = "web", /, *, at: str = "acme", **parameters: str | None
    ) -> dict[str, str]:
        """The parameters that come back to the client."""
        answer = await self.authorize(client_id, at=at, browser=None, **parameters)
        assert isinstance(answer, AuthorizationResponse), "the person is needed"
        return dict(answer.parameters)

    async def code(self, client_id: str = "web", /, *, at: str = "acme", **parameters: str | None) -> str:
        """A fresh code."""
        back = await self.redirect(client_id, at=at, **parameters)
        assert "code" in back, back
        return back["code"]

    async def post(
        self,
        endpoint: str,
        client_id: str | None,
        form: Mapping[str, str | None],
        *,
        at: str = "acme",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A request of a client to `token`, `introspection` or `revocation`, authenticated as it is registered."""
        fields = {name: value for name, value in form.items() if value is not None}
        credentials, extra = authentication(client_id) if client_id else ({}, {})
        http = post(fields | extra, {**credentials, **(headers or {})}, origin=self.origin)
        return Answer.of(await getattr(self.protocol, endpoint)(http, await self.issuer(at)))

    async def redeem(self, code: str, client_id: str = "web", /, *, at: str = "acme", **changed: str | None) -> Answer:
        """The code for tokens."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.question(client_id)["redirect_uri"],
            "code_verifier": VERIFIER,
        }
        return await self.post("token", client_id, form | changed, at=at)

    async def tokens(self, client_id: str = "web", /, *, at: str = "acme", **parameters: str | None) -> dict[str, Any]:
        """The whole dance: authorize, code, token."""
        answer = await self.redeem(await self.code(client_id, at=at, **parameters), client_id, at=at)
        assert answer.status == 200, answer.json
        return answer.json

    async def refresh(
        self, refresh_token: str, client_id: str = "web", /, *, at: str = "acme", **changed: str | None
    ) -> Answer:
        """The refresh token for new tokens."""
        form: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.post("token", client_id, form | changed, at=at)

    async def machine(self, client_id: str = "machine", *, at: str = "acme", scope: str | None = None) -> Answer:
        """Client credentials for a token."""
        return await self.post("token", client_id, {"grant_type": "client_credentials", "scope": scope}, at=at)

    async def introspect(self, token: str, by: str = "web", *, at: str = "acme") -> dict[str, Any]:
        """What a client is told of a token."""
        answer = await self.post("introspection", by, {"token": token}, at=at)
        assert answer.status == 200, answer.json
        return answer.json

    async def revoke(self, token: str, by: str = "web", /, *, at: str = "acme", **changed: str | None) -> Answer:
        return await self.post("revocation", by, {"token": token, **changed}, at=at)

    async def userinfo(self, token: str | None, *, at: str = "acme") -> Answer:
        """Userinfo with a bearer token in the header."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        http = HttpRequest(method="GET", headers=headers, origin=self.origin)
        return Answer.of(await self.protocol.userinfo(http, await self.issuer(at)))

    async def jwks(self, *, at: str = "acme") -> dict[str, Any]:
        """The published keys."""
        return Answer.of(self.protocol.jwks(await self.issuer(at))).json

    async def verified(self, token: str, audience: str, *, typ: str, at: str = "acme") -> dict[str, Any]:
        """The claims of a JWT, when a library that is not ours finds it good under the published keys."""
        return verify(token, await self.jwks(at=at), audience, typ=typ, issuer=f"{AUTH_URL}/t/{at}")


async def new_world(
    *,
    settings: TenantSettings | None = None,
    directory: Directory | None = None,
    extra_claims: ExtraClaims | None = None,
) -> World:
    """Both tenants, with everybody and everything in place."""
    world = World(directory=directory, extra_claims=extra_claims)
    for name in ("acme", "globex"):
        await world.add_tenant(name, settings)
    return world
