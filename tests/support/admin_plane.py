"""Both planes in this process, over the memory store: people with roles, and programs that call the API as they."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

import httpx2

from opentrusty_admin.app import AdminPlane
from opentrusty_core import Settings, Store, Tenant, User
from opentrusty_core.domain.builtin import CONSOLE_ID
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import BUILTIN_ROLES, RoleScope
from tests.support.auth_plane import CHALLENGE, PASSWORD, SETTINGS, SYSTEM, VERIFIER
from tests.support.auth_plane import World as AuthWorld
from tests.support.auth_plane import world as auth_world
from tests.support.browser import Browser

ADMIN = "https://api.example"
CONSOLE = "https://console.example"
API = f"{ADMIN}/api/v1"
ADMIN_SETTINGS = replace(SETTINGS, admin_url=ADMIN)


@dataclass
class Api:
    """Somebody's calls to the API: paths are below `/api/v1`."""

    client: httpx2.AsyncClient

    async def __call__(self, method: str, path: str, **request: Any) -> httpx2.Response:
        return await self.client.request(
            method, path if path.startswith(("http", "/api")) else f"/api/v1{path}", **request
        )

    async def get(self, path: str, **request: Any) -> httpx2.Response:
        return await self("GET", path, **request)

    async def post(self, path: str, json: Any = None, **request: Any) -> httpx2.Response:
        if json is not None:
            request["json"] = json
        return await self("POST", path, **request)

    async def patch(self, path: str, json: Any, **request: Any) -> httpx2.Response:
        return await self("PATCH", path, json=json, **request)

    async def put(self, path: str, json: Any, **request: Any) -> httpx2.Response:
        return await self("PUT", path, json=json, **request)

    async def delete(self, path: str, **request: Any) -> httpx2.Response:
        return await self("DELETE", path, **request)


@dataclass
class AdminWorld:
    """The Auth Plane's world with the Admin Plane beside it, and the tenants `acme`, `other` and `platform`."""

    auth: AuthWorld
    app: AdminPlane
    other: Tenant
    platform: Tenant

    @property
    def acme(self) -> Tenant:
        return self.auth.tenant

    def api(self, token: str | None = None, *, ip: str = "192.0.2.1", **headers: str) -> Api:
        """Calls with this token, or as nobody."""
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        transport = httpx2.ASGITransport(self.app, client=(ip, 40000))
        return Api(httpx2.AsyncClient(transport=transport, base_url=ADMIN, headers=headers, trust_env=False))

    async def person(self, username: str, *roles: str, tenant: Tenant | None = None) -> User:
        """A new user of the tenant who holds these roles there, platform roles too."""
        tenant = tenant or self.acme
        user = await self.auth.add_user(username, tenant=tenant)
        for role in roles:
            await self.auth.provider.management.roles.assign(SYSTEM, tenant.id, Principal.user(user.id), role)
        return user

    async def sign_in(self, browser: Browser, username: str, tenant: Tenant | None = None) -> dict[str, Any]:
        """Sign in to the console in this browser; the tokens."""
        name = (tenant or self.acme).name
        parameters = {
            "client_id": CONSOLE_ID,
            "redirect_uri": f"{CONSOLE}/callback",
            "response_type": "code",
            "scope": "openid admin",
            "nonce": "n-1",
            "prompt": "login",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        page = await browser.open(f"/t/{name}/authorize?{urlencode(parameters)}")
        done = await browser.sign_in(page, username, PASSWORD)
        async with self.auth.client() as client:
            answer = await client.post(
                f"/t/{name}/token",
                data={
                    "grant_type": "authorization_code",
                    "code": done.sent["code"],
                    "redirect_uri": f"{CONSOLE}/callback",
                    "client_id": CONSOLE_ID,
                    "code_verifier": VERIFIER,
                },
            )
        assert answer.status_code == 200, answer.text
        return cast("dict[str, Any]", answer.json())

    async def token(self, username: str, tenant: Tenant | None = None) -> str:
        """An access token of this person for the Admin Plane."""
        async with self.auth.browser() as browser:
            return str((await self.sign_in(browser, username, tenant))["access_token"])

    async def as_new(self, username: str, *roles: str, tenant: Tenant | None = None) -> Api:
        """The calls of a new user of the tenant with these roles."""
        await self.person(username, *roles, tenant=tenant)
        return self.api(await self.token(username, tenant))

    async def owner(self) -> Api:
        """The calls of an owner of acme."""
        return await self.as_new("olivia", "tenant_owner")


PLATFORM_ROLES = tuple(role.name for role in BUILTIN_ROLES.values() if role.scope is RoleScope.PLATFORM)


@asynccontextmanager
async def admin_world(*, settings: Settings = ADMIN_SETTINGS, store: Store | None = None) -> AsyncIterator[AdminWorld]:
    """Both planes over one provider."""
    async with auth_world(settings=settings, store=store) as auth:
        create = auth.provider.management.tenants.create
        other, platform = await create(SYSTEM, "other", "Other"), await create(SYSTEM, "platform", "Platform")
        yield AdminWorld(auth=auth, app=AdminPlane(auth.provider, settings), other=other, platform=platform)
