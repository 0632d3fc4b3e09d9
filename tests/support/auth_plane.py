"""An Auth Plane in this process, over the memory store: a tenant with people and clients, and browsers to visit it."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

import httpx2

from opentrusty_auth.app import AuthPlane
from opentrusty_core import Limits, MasterKeys, Passwords, Provider, Settings, Store, Tenant, User
from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import AuthMethod, GrantType
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.management import Actor, ClientFields
from opentrusty_core.stores.memory import MemoryStore
from tests.support.browser import Browser, Reply
from tests.support.runtime import FakeRuntime

SYSTEM = Actor.system()
ORIGIN = "https://auth.example"
PASSWORD = "correct horse battery staple"
CALLBACK = "https://shop.example/callback"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SETTINGS = Settings(auth_url=ORIGIN, console_url="https://console.example", cookie_domain="example")


@dataclass
class World:
    """A provider with what tests of sign-ins need: the tenant `acme`, its people maria and sam, its client `shop`."""

    provider: Provider
    store: Store
    runtime: FakeRuntime
    tenant: Tenant
    maria: User
    sam: User
    settings: Settings
    app: AuthPlane
    secrets: dict[str, str] = field(default_factory=dict)

    def transport(self, ip: str = "192.0.2.1") -> httpx2.ASGITransport:
        """Requests into the application, as from this address."""
        return httpx2.ASGITransport(self.app, client=(ip, 40000))

    def browser(self, ip: str = "192.0.2.1") -> Browser:
        """A fresh browser at this address."""
        return Browser(self.transport(ip), self.settings.auth_url)

    def client(self, ip: str = "192.0.2.1") -> httpx2.AsyncClient:
        """A program at this address."""
        return httpx2.AsyncClient(transport=self.transport(ip), base_url=self.settings.auth_url, trust_env=False)

    async def add_client(self, client_id: str, **fields: object) -> str:
        """Register a client of the code grant, on top of which the fields come; its secret, empty for a public one."""
        usual = {
            "client_name": client_id.title(),
            "redirect_uris": (CALLBACK,),
            "grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
            "token_endpoint_auth_method": AuthMethod.POST,
        }
        wanted = cast("ClientFields", usual | fields)
        made = await self.provider.management.clients.create(SYSTEM, self.tenant.id, wanted, client_id=client_id)
        self.secrets[client_id] = made.secret or ""
        return self.secrets[client_id]

    async def add_user(self, username: str, *, tenant: Tenant | None = None) -> User:
        """A person with `PASSWORD`."""
        return await _add_user(self.provider, tenant or self.tenant, username)

    async def events(self) -> tuple[AuditEvent, ...]:
        """The audit of the tenant, the oldest first."""
        return (await self.store.tenant(self.tenant.id).audit.page(PageRequest(limit=MAX_PAGE))).items

    def authorize_url(self, client_id: str = "shop", *, tenant: str = "acme", **parameters: str) -> str:
        """An authorization request; parameters given replace the usual ones, empty ones leave them out."""
        usual = {
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        wanted = {name: value for name, value in (usual | parameters).items() if value}
        return f"/t/{tenant}/authorize?{urlencode(wanted)}"

    async def signed_in(self, browser: Browser, username: str = "maria", client_id: str = "own") -> Reply:
        """Sign in through a client that asks for no consent; the answer that carries the code."""
        page = await browser.open(self.authorize_url(client_id, prompt="login"))
        return await browser.sign_in(page, username, PASSWORD)

    async def redeem(self, code: str, client_id: str = "shop") -> dict[str, object]:
        """The tokens for a code."""
        async with self.client() as client:
            response = await client.post(
                "/t/acme/token",
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": CALLBACK,
                    "client_id": client_id,
                    "client_secret": self.secrets[client_id],
                    "code_verifier": VERIFIER,
                },
            )
        assert response.status_code == 200, response.text
        content: dict[str, object] = response.json()
        return content


def quick_passwords(runtime: FakeRuntime) -> Passwords:
    """Argon2id at its cheapest: the algorithm is tested elsewhere."""
    return Passwords(runtime.token_bytes, time_cost=1, memory_cost=8)


@asynccontextmanager
async def world(
    *, settings: Settings = SETTINGS, limits: Limits | None = None, store: Store | None = None
) -> AsyncIterator[World]:
    """The world above. Its client `own` asks for no consent, `shop` does."""
    runtime, store = FakeRuntime(), store or MemoryStore()
    passwords = quick_passwords(runtime)
    master_keys = MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)
    provider = Provider(store, settings.config, master_keys, runtime=runtime, passwords=passwords, limits=limits)
    await provider.start()
    tenant = await provider.management.tenants.create(SYSTEM, "acme", "Acme")
    app = AuthPlane(provider, settings)
    built = World(
        provider=provider,
        store=store,
        runtime=runtime,
        tenant=tenant,
        maria=await _add_user(provider, tenant, "maria"),
        sam=await _add_user(provider, tenant, "sam"),
        settings=settings,
        app=app,
    )
    fields: dict[str, object] = {"id_token_signed_response_alg": "ES256"}  # an RSA key takes its time to make
    await built.add_client("shop", **fields)
    await built.add_client("own", skip_consent=True, post_logout_redirect_uris=("https://shop.example/bye",), **fields)
    yield built


async def _add_user(provider: Provider, tenant: Tenant, username: str) -> User:
    return await provider.management.users.create(
        SYSTEM,
        tenant.id,
        {"username": username, "email": f"{username}@people.example", "claims": {"name": username.title()}},
        password=PASSWORD,
    )
