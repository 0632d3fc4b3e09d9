"""Every operation × every caller × own tenant, other tenant, absent tenant; and every foreign id.

The table is made from the operations and the roles: who adds an operation adds its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from opentrusty_admin.operation import Access, Operation
from opentrusty_admin.routes import OPERATIONS
from opentrusty_admin.stream import Upload
from opentrusty_core import AuthMethod, GrantType, Tenant
from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import BUILTIN_ROLES, Permission, RoleScope
from tests.admin.minimal import minimal
from tests.admin.planted import ids_of
from tests.support.admin_plane import AdminWorld, Api
from tests.support.auth_plane import SYSTEM

ABSENT = "nothing-of-this-id"
TENANTS = ("acme", "other", "absent")
ROLES = [name for name, role in BUILTIN_ROLES.items() if role.scope is RoleScope.TENANT]
PLATFORM_ROLES = [name for name, role in BUILTIN_ROLES.items() if role.scope is RoleScope.PLATFORM]

by_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)


@dataclass(frozen=True)
class Caller:
    """Somebody who calls, and what the roles that they were given allow."""

    name: str
    api: Api
    home: str | None = None
    here: frozenset[Permission] = frozenset()
    platform: frozenset[Permission] = frozenset()

    def expected(self, operation: Operation, tenant: str) -> str:
        """What they are told: `401`, `403`, `404` for a tenant that they cannot know of, or `let in`."""
        if operation.permission is Access.PUBLIC:
            return "let in"
        if self.home is None:
            return "401"
        if operation.permission is Access.SIGNED_IN:
            return "let in"
        if "tenant" not in operation.parameters:
            return "let in" if is_allowed(operation, self.platform) else "403"
        if tenant == "absent":
            return "404"
        if is_allowed(operation, self.platform | (self.here if tenant == self.home else frozenset())):
            return "let in"
        return "403" if tenant == self.home or Permission.TENANT_LIST in self.platform else "404"


def is_allowed(operation: Operation, held: frozenset[Permission]) -> bool:
    """Whether these permissions are enough."""
    return bool(held.intersection(operation.permissions)) and held.issuperset(operation.also)


async def callers(world: AdminWorld) -> list[Caller]:
    """Somebody of each kind: nobody, those whose token is not good here, and one of each role."""
    found = [
        Caller("anonymous", world.api()),
        Caller("foreign audience", world.api(await foreign_token(world))),
        Caller("expired", world.api(await expired_token(world))),
        Caller("no role", await world.as_new("nobody"), "acme"),
        Caller("service client", world.api(await service_token(world)), "acme", _permissions("tenant_admin")),
    ]
    found += [Caller(role, await world.as_new(role, role), "acme", _permissions(role)) for role in ROLES]
    for role in PLATFORM_ROLES:
        api = await world.as_new(role, role, tenant=world.platform)
        found.append(Caller(role, api, "platform", frozenset(), _permissions(role)))
    return found


def _permissions(role: str) -> frozenset[Permission]:
    return BUILTIN_ROLES[role].permissions


async def foreign_token(world: AdminWorld) -> str:
    """Of an owner, for userinfo."""
    await world.person("foreign", "tenant_owner")
    async with world.auth.browser() as browser:
        done = await world.auth.signed_in(browser, "foreign")
    return str((await world.auth.redeem(done.sent["code"], "own"))["access_token"])


async def expired_token(world: AdminWorld) -> str:
    """Of an owner, from before."""
    await world.person("expired", "tenant_owner")
    token = await world.token("expired")
    world.auth.runtime.advance(minutes=10)
    return token


async def service_token(world: AdminWorld) -> str:
    """Of a client that acts for itself, as an administrator of acme."""
    management = world.auth.provider.management
    made = await management.clients.create(
        SYSTEM,
        world.acme.id,
        {
            "client_name": "Service",
            "grant_types": (GrantType.CLIENT_CREDENTIALS,),
            "redirect_uris": (),
            "scope": ("admin",),
            "token_endpoint_auth_method": AuthMethod.POST,
        },
        client_id="service",
    )
    await management.roles.assign(SYSTEM, world.acme.id, Principal.client("service"), "tenant_admin")
    form = {"grant_type": "client_credentials", "client_id": "service", "client_secret": made.secret or ""}
    async with world.auth.client() as client:
        return str((await client.post("/t/acme/token", data=form)).json()["access_token"])


async def send(api: Api, operation: Operation, tenant: str, ids: Mapping[str, str], body: Any) -> httpx2.Response:
    """A request for the operation, with a body where it takes one."""
    path = operation.path.replace(":path}", "}")
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", quote(tenant if name == "tenant" else ids.get(name, ABSENT), safe=""))
    if operation.body is None:
        return await api(operation.method, path)
    if isinstance(operation.body, Upload):
        media_type = operation.body.media_types[0]
        return await api(operation.method, path, content=b"", headers={"content-type": media_type})
    return await api(operation.method, path, json=body)


def told(answer: httpx2.Response) -> tuple[int, object]:
    """What an answer says, but for what names the request."""
    if not answer.headers.get("content-type", "").endswith(("/json", "+json")):
        return answer.status_code, answer.text
    content = answer.json()
    return answer.status_code, {name: value for name, value in content.items() if name != "request_id"}


@pytest.mark.case("I1", "I2", "J3", "J4")
@by_operation
async def test_who_may_do_what(world: AdminWorld, operation: Operation) -> None:
    """Everybody is told what their roles say, and nothing of a tenant that they cannot know of.

    The things that are asked for do not exist: so nothing is changed, and those who are let in are told that, or
    what their empty bodies lack.
    """
    people = await callers(world)
    if {"suspend", "delete"} & set(operation.id.split("_")) and operation.parameters == ("tenant",):
        people.sort(key=lambda caller: caller.expected(operation, "acme") == "let in")  # who ends it comes last
    tenants = TENANTS if "tenant" in operation.parameters else ("acme",)
    for caller in people:
        absent = told(await send(caller.api, operation, ABSENT, {}, {}))
        for tenant in tenants:
            answer = await send(caller.api, operation, ABSENT if tenant == "absent" else tenant, {}, {})
            expected = caller.expected(operation, tenant)
            problem = f"{caller.name} at {tenant}: {answer.status_code}, expected {expected}"
            if expected == "let in":
                assert answer.status_code not in {401, 403, 405, 500}, problem
            else:
                assert str(answer.status_code) == expected, problem
            if expected == "404" and "tenant" in operation.parameters:
                assert told(answer) == absent, problem
            if caller.home is None and operation.permission is not Access.PUBLIC:
                assert answer.headers["www-authenticate"].startswith("Bearer"), problem


WITH_IDS = [operation for operation in OPERATIONS if set(operation.parameters) - {"tenant"}]


@pytest.mark.case("I1")
@pytest.mark.parametrize("operation", WITH_IDS, ids=lambda operation: operation.id)
async def test_a_foreign_id_looks_absent(world: AdminWorld, operation: Operation) -> None:
    """An owner who names what is another tenant's is told what they are told of what is nobody's; nothing happens."""
    ids = await ids_of(world, world.other)
    missing = set(operation.parameters) - {"tenant"} - ids.keys()
    assert not missing, f"tests/admin/planted.py plants no {missing}"
    api = await world.as_new("owner", "tenant_owner") if "tenant" in operation.parameters else await _root(world)
    body = minimal(operation.body) if isinstance(operation.body, type) else None
    before = await _state(world, world.other)
    foreign = told(await send(api, operation, "acme", ids, body))
    absent = told(await send(api, operation, "acme", dict.fromkeys(ids, ABSENT), body))
    if "tenant" in operation.parameters and operation.method != "PUT":  # a PUT may make what is absent
        assert foreign == absent
        assert foreign[0] in {400, 404, 409}
    assert await _state(world, world.other) == before


async def _root(world: AdminWorld) -> Api:
    return await world.as_new("root", "platform_admin", tenant=world.platform)


async def _state(world: AdminWorld, tenant: Tenant) -> tuple[AuditEvent, ...]:
    """All that ever happened in the tenant: a change without an event cannot be."""
    return (await world.auth.store.tenant(tenant.id).audit.page(PageRequest(limit=MAX_PAGE))).items
