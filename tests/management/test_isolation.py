"""Nobody reaches into another tenant: every use case, asked for what is another's, answers as if it did not exist."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from opentrusty_core.domain.bulk import BulkAction
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import TENANT_ADMIN, TENANT_OWNER, Permission
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.management import Actor, ImportFormat, Management
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, Place

JSONL = ImportFormat.JSONL
API = Resource(identifier="urn:api", name="API")
Call = Callable[[Management, Actor, str, dict[str, str]], Awaitable[Any]]


async def no_bytes() -> AsyncIterator[bytes]:
    yield b""


async def first(steps: AsyncIterator[Any]) -> Any:
    """The first step of a use case that takes many."""
    return await anext(steps)


# Every use case of a tenant: how it is called with ids, and the permission that it needs.
USE_CASES: dict[str, tuple[Permission, Call]] = {
    "tenants.get": (Permission.TENANT_READ, lambda m, a, t, _: m.tenants.get(a, t)),
    "tenants.update": (Permission.TENANT_CONFIGURE, lambda m, a, t, _: m.tenants.update(a, t)),
    "tenants.configure": (Permission.TENANT_CONFIGURE, lambda m, a, t, _: m.tenants.configure(a, t, {})),
    "tenants.drafted": (Permission.TENANT_READ, lambda m, a, t, _: m.tenants.drafted(a, t, {})),
    "tenants.suspend": (Permission.TENANT_SUSPEND, lambda m, a, t, _: m.tenants.suspend(a, t)),
    "tenants.resume": (Permission.TENANT_SUSPEND, lambda m, a, t, _: m.tenants.resume(a, t)),
    "tenants.delete": (Permission.TENANT_DELETE, lambda m, a, t, _: m.tenants.delete(a, t)),
    "tenants.restore": (Permission.TENANT_DELETE, lambda m, a, t, _: m.tenants.restore(a, t)),
    "domains.ask": (Permission.TENANT_CONFIGURE, lambda m, a, t, _: m.domains.ask(a, t, "login.example.org")),
    "domains.remove": (Permission.TENANT_CONFIGURE, lambda m, a, t, i: m.domains.remove(a, t, i["domain"])),
    "users.create": (Permission.USER_WRITE, lambda m, a, t, _: m.users.create(a, t, {"username": "new"})),
    "users.page": (Permission.USER_READ, lambda m, a, t, _: m.users.page(a, t, EVERYTHING)),
    "users.count": (Permission.USER_READ, lambda m, a, t, _: m.users.count(a, t)),
    "users.get": (Permission.USER_READ, lambda m, a, t, i: m.users.get(a, t, i["user"])),
    "users.update": (Permission.USER_WRITE, lambda m, a, t, i: m.users.update(a, t, i["user"], {})),
    "users.set_password": (Permission.USER_WRITE, lambda m, a, t, i: m.users.set_password(a, t, i["user"], PASSWORD)),
    "users.disable": (Permission.USER_WRITE, lambda m, a, t, i: m.users.disable(a, t, i["user"])),
    "users.enable": (Permission.USER_WRITE, lambda m, a, t, i: m.users.enable(a, t, i["user"])),
    "users.delete": (Permission.USER_WRITE, lambda m, a, t, i: m.users.delete(a, t, i["user"])),
    "user_imports.run": (Permission.USER_WRITE, lambda m, a, t, _: first(m.user_imports.run(a, t, no_bytes(), JSONL))),
    "user_exports.lines": (Permission.USER_READ, lambda m, a, t, _: first(m.user_exports.lines(a, t))),
    "user_exports.person": (Permission.AUDIT_READ, lambda m, a, t, i: first(m.user_exports.person(a, t, i["user"]))),
    "bulk_users.run": (
        Permission.USER_WRITE,
        lambda m, a, t, _: first(m.bulk_users.run(a, t, BulkAction.DISABLE, search="nobody")),
    ),
    "consents.of_user": (Permission.USER_READ, lambda m, a, t, i: m.consents.of_user(a, t, i["user"])),
    "consents.withdraw": (Permission.USER_WRITE, lambda m, a, t, i: m.consents.withdraw(a, t, i["user"], "web")),
    "users.unlock": (Permission.USER_RESET_CREDENTIAL, lambda m, a, t, i: m.users.unlock(a, t, i["user"])),
    "links.invite": (Permission.USER_WRITE, lambda m, a, t, _: m.links.invite(a, t, {"username": "new"})),
    "links.invite_again": (
        Permission.USER_RESET_CREDENTIAL,
        lambda m, a, t, i: m.links.invite_again(a, t, i["invited"]),
    ),
    "links.start_reset": (Permission.USER_RESET_CREDENTIAL, lambda m, a, t, i: m.links.start_reset(a, t, i["user"])),
    "links.withdraw": (Permission.USER_RESET_CREDENTIAL, lambda m, a, t, i: m.links.withdraw(a, t, i["invited"])),
    "links.of_user": (Permission.USER_READ, lambda m, a, t, i: m.links.of_user(a, t, i["invited"])),
    "clients.create": (
        Permission.CLIENT_WRITE,
        lambda m, a, t, _: m.clients.create(a, t, {"client_name": "N", "redirect_uris": ("https://n.example/",)}),
    ),
    "clients.page": (Permission.CLIENT_READ, lambda m, a, t, _: m.clients.page(a, t, EVERYTHING)),
    "clients.get": (Permission.CLIENT_READ, lambda m, a, t, i: m.clients.get(a, t, i["client"])),
    "clients.update": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.clients.update(a, t, i["client"], {})),
    "clients.rotate_secret": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.clients.rotate_secret(a, t, i["client"])),
    "clients.add_secret": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.clients.add_secret(a, t, i["client"])),
    "clients.end_secret": (
        Permission.CLIENT_WRITE,
        lambda m, a, t, i: m.clients.end_secret(a, t, i["client"], i["secret"]),
    ),
    "client_grants.page": (
        Permission.USER_READ,
        lambda m, a, t, i: m.client_grants.page(a, t, i["client"], EVERYTHING),
    ),
    "client_grants.count_consents": (
        Permission.CLIENT_READ,
        lambda m, a, t, i: m.client_grants.count_consents(a, t, i["client"]),
    ),
    "client_grants.revoke": (
        Permission.CLIENT_WRITE,
        lambda m, a, t, i: m.client_grants.revoke(a, t, "web", i["grant"]),
    ),
    "client_grants.revoke_all": (
        Permission.CLIENT_WRITE,
        lambda m, a, t, i: m.client_grants.revoke_all(a, t, i["client"]),
    ),
    "clients.disable": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.clients.disable(a, t, i["client"])),
    "clients.enable": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.clients.enable(a, t, i["client"])),
    "clients.delete": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.clients.delete(a, t, i["client"])),
    "manifests.export": (Permission.TENANT_READ, lambda m, a, t, _: m.manifests.export(a, t)),
    "resources.list": (Permission.CLIENT_READ, lambda m, a, t, _: m.resources.list(a, t)),
    "resources.page": (Permission.CLIENT_READ, lambda m, a, t, _: m.resources.page(a, t, EVERYTHING)),
    "resources.get": (Permission.CLIENT_READ, lambda m, a, t, i: m.resources.get(a, t, i["resource"])),
    "resources.save": (Permission.CLIENT_WRITE, lambda m, a, t, _: m.resources.save(a, t, API)),
    "resources.delete": (Permission.CLIENT_WRITE, lambda m, a, t, i: m.resources.delete(a, t, i["resource"])),
    "keys.list": (Permission.KEY_READ, lambda m, a, t, _: m.keys.list(a, t)),
    "keys.get": (Permission.KEY_READ, lambda m, a, t, i: m.keys.get(a, t, i["key"])),
    "keys.rotate": (Permission.KEY_ROTATE, lambda m, a, t, _: m.keys.rotate(a, t, "ES256")),
    "keys.retire": (Permission.KEY_ROTATE, lambda m, a, t, i: m.keys.retire(a, t, i["key"])),
    "roles.of_principal": (
        Permission.ROLE_READ,
        lambda m, a, t, i: m.roles.of_principal(a, t, Principal.user(i["user"])),
    ),
    "roles.authority": (
        Permission.ROLE_READ,
        lambda m, a, t, i: m.roles.authority(a, t, Principal.user(i["user"])),
    ),
    "roles.holders": (Permission.ROLE_READ, lambda m, a, t, _: m.roles.holders(a, t, TENANT_ADMIN.name, EVERYTHING)),
    "roles.assign": (
        Permission.ROLE_ASSIGN,
        lambda m, a, t, i: m.roles.assign(a, t, Principal.user(i["user"]), TENANT_ADMIN.name),
    ),
    "roles.revoke": (
        Permission.ROLE_ASSIGN,
        lambda m, a, t, i: m.roles.revoke(a, t, Principal.user(i["user"]), TENANT_ADMIN.name),
    ),
    "custom_roles.page": (Permission.ROLE_READ, lambda m, a, t, _: m.custom_roles.page(a, t, EVERYTHING)),
    "custom_roles.get": (Permission.ROLE_READ, lambda m, a, t, i: m.custom_roles.get(a, t, i["role"])),
    "custom_roles.create": (Permission.ROLE_WRITE, lambda m, a, t, _: m.custom_roles.create(a, t, "new", {})),
    "custom_roles.update": (Permission.ROLE_WRITE, lambda m, a, t, i: m.custom_roles.update(a, t, i["role"], {})),
    "custom_roles.delete": (Permission.ROLE_WRITE, lambda m, a, t, i: m.custom_roles.delete(a, t, i["role"])),
    "groups.page": (Permission.GROUP_READ, lambda m, a, t, _: m.groups.page(a, t, EVERYTHING)),
    "groups.get": (Permission.GROUP_READ, lambda m, a, t, i: m.groups.get(a, t, i["group"])),
    "groups.create": (Permission.GROUP_WRITE, lambda m, a, t, _: m.groups.create(a, t, {"name": "New"})),
    "groups.update": (Permission.GROUP_WRITE, lambda m, a, t, i: m.groups.update(a, t, i["group"], {})),
    "groups.delete": (Permission.GROUP_WRITE, lambda m, a, t, i: m.groups.delete(a, t, i["group"])),
    "groups.members": (Permission.GROUP_READ, lambda m, a, t, i: m.groups.members(a, t, i["group"], EVERYTHING)),
    "groups.of_user": (Permission.GROUP_READ, lambda m, a, t, i: m.groups.of_user(a, t, i["user"], EVERYTHING)),
    "groups.add_members": (
        Permission.GROUP_WRITE,
        lambda m, a, t, i: m.groups.add_members(a, t, i["group"], [i["user"]]),
    ),
    "groups.remove_member": (
        Permission.GROUP_WRITE,
        lambda m, a, t, i: m.groups.remove_member(a, t, i["group"], i["user"]),
    ),
    "accesses.live_in": (Permission.ACCESS_READ, lambda m, a, t, _: m.accesses.live_in(a, t, EVERYTHING)),
    "sessions.page": (Permission.SESSION_READ, lambda m, a, t, i: m.sessions.page(a, t, i["user"], EVERYTHING)),
    "sessions.get": (Permission.SESSION_READ, lambda m, a, t, i: m.sessions.get(a, t, i["session"])),
    "sessions.end": (Permission.SESSION_END, lambda m, a, t, i: m.sessions.end(a, t, i["session"])),
    "sessions.end_all": (Permission.SESSION_END, lambda m, a, t, i: m.sessions.end_all(a, t, i["user"])),
    "audit.page": (Permission.AUDIT_READ, lambda m, a, t, _: m.audit.page(a, t, EVERYTHING)),
    "audit.verify": (Permission.AUDIT_READ, lambda m, a, t, _: m.audit.verify(a, t)),
    "audit.verification": (Permission.AUDIT_READ, lambda m, a, t, _: first(m.audit.verification(a, t))),
    "statistics.tenant": (Permission.TENANT_READ, lambda m, a, t, _: m.statistics.tenant(a, t)),
    "audit.names": (Permission.AUDIT_READ, lambda m, a, t, _: m.audit.names(a, t, ())),
    "audit.export": (Permission.AUDIT_READ, lambda m, a, t, _: first(m.audit.export(a, t))),
    "audit.get": (Permission.AUDIT_READ, lambda m, a, t, i: m.audit.get(a, t, i["event"])),
}
TAKES_NO_ID = {
    "users.create",
    "users.page",
    "clients.create",
    "clients.page",
    "resources.list",
    "resources.page",
    "resources.save",
} | {
    "users.count",
    "user_imports.run",
    "user_exports.lines",
    "bulk_users.run",
    "links.invite",
    "keys.list",
    "keys.rotate",
    "roles.holders",
    "custom_roles.page",
    "custom_roles.create",
    "groups.page",
    "groups.create",
    "accesses.live_in",
    "manifests.export",
    "audit.page",
    "audit.verify",
    "audit.verification",
    "audit.names",
    "audit.export",
    "statistics.tenant",
    "domains.ask",
    *(name for name in USE_CASES if name.startswith("tenants.")),
}
PLATFORM_OWN = {
    "tenants.create",
    "tenants.create_with_invitation",
    "tenants.page",
    "tenants.find",
    "tenants.enter",
    "domains.approve",
    "domains.waiting",
    "roles.builtin",
    "roles.platform_holders",
    "roles.platform_names",
    "accesses.own",
    "accesses.declare",
    "accesses.end",
    "accesses.live",
    "audit.platform_page",
    "audit.platform_get",
    "audit.platform_verify",
    "audit.platform_verification",
    "audit.platform_names",
    "audit.platform_export",
    "statistics.platform",
    "audit.seal",
    "audit.late",
    "audit.accept",
}
MACHINERY = {
    "manifests.plan",
    "manifests.plan_document",
    "manifests.apply",
    "users.prepare",
    "users.new",
    "users.add",
    "roles.grantable",
    "links.prepare",
    "links.add",
    "keys.ensure_active",
    "keys.step",
    "keys.first",
    "keys.made_event",
} | {"audit.note_denied"}


async def ids_of(place: Place) -> dict[str, str]:
    api = Resource(identifier="urn:theirs", name="API")
    await place.management.resources.save(SYSTEM, place.tenant.id, api)
    (key,) = await place.management.keys.list(SYSTEM, place.tenant.id)
    client = await place.management.clients.create(
        SYSTEM, place.tenant.id, {"client_name": "T", "redirect_uris": ("https://t.example/",)}
    )
    client = await place.management.clients.add_secret(SYSTEM, place.tenant.id, client.client.client_id)
    session = await place.session(place.plain)
    await place.management.custom_roles.create(SYSTEM, place.tenant.id, "theirs", {"permissions": ["user:read"]})
    group = await place.management.groups.create(SYSTEM, place.tenant.id, {"name": "Theirs"})
    await place.management.groups.add_members(SYSTEM, place.tenant.id, group.id, [place.plain.id])
    domain = f"login.{place.tenant.name}.example"
    await place.management.domains.ask(SYSTEM, place.tenant.id, domain)
    return {
        "role": "theirs",
        "group": group.id,
        "domain": domain,
        "secret": client.client.secrets[0].id,
        "grant": (await place.grant(place.plain, session, "offline_access")).id,
        "user": place.plain.id,
        "invited": (await place.management.links.invite(SYSTEM, place.tenant.id, {"username": "ida"})).user.id,
        "client": client.client.client_id,
        "resource": api.identifier,
        "key": key.kid,
        "session": session.id,
        "event": (await place.events())[0].id,
    }


async def all_events(place: Place) -> int:
    return len(await place.events())


def test_every_use_case_stands_in_the_table(management: Management) -> None:
    """Who adds a use case adds its row here, and so its tests."""
    nouns = (
        "tenants",
        "domains",
        "users",
        "user_imports",
        "user_exports",
        "bulk_users",
        "consents",
        "links",
        "clients",
        "client_grants",
        "manifests",
        "resources",
        "keys",
        "roles",
        "custom_roles",
        "groups",
        "accesses",
        "sessions",
        "audit",
        "statistics",
    )
    found = {
        f"{noun}.{name}"
        for noun in nouns
        for name in dir(getattr(management, noun))
        if not name.startswith("_") and callable(getattr(getattr(management, noun), name))
    }
    assert found == USE_CASES.keys() | PLATFORM_OWN | MACHINERY


@pytest.mark.case("I1")
@pytest.mark.parametrize("name", USE_CASES)
async def test_an_owner_finds_nothing_in_another_tenant(acme: Place, globex: Place, name: str) -> None:
    _, call = USE_CASES[name]
    ids, before = await ids_of(globex), await all_events(globex)
    with pytest.raises(NotFound) as foreign:
        await call(acme.management, await acme.actor(acme.owner), globex.tenant.id, ids)
    with pytest.raises(NotFound) as absent:
        await call(acme.management, await acme.actor(acme.owner), "nowhere", ids)
    assert str(foreign.value) == str(absent.value)
    assert await all_events(globex) == before


@pytest.mark.case("I1")
@pytest.mark.parametrize("name", sorted(USE_CASES.keys() - TAKES_NO_ID))
async def test_a_foreign_id_in_the_own_tenant_looks_absent(acme: Place, globex: Place, name: str) -> None:
    """Even the system, which may do everything, finds by id only what is the tenant's own."""
    _, call = USE_CASES[name]
    ids, before = await ids_of(globex), await all_events(acme)
    with pytest.raises(NotFound) as foreign:
        await call(acme.management, SYSTEM, acme.tenant.id, ids)
    with pytest.raises(NotFound) as absent:
        await call(acme.management, SYSTEM, acme.tenant.id, dict.fromkeys(ids, "nothing"))
    assert str(foreign.value) == str(absent.value)
    assert await all_events(acme) == before


@pytest.mark.case("I1")
@pytest.mark.parametrize("name", USE_CASES)
async def test_in_a_tenant_that_does_not_exist_nothing_is_found_and_nothing_made(acme: Place, name: str) -> None:
    _, call = USE_CASES[name]
    with pytest.raises(NotFound):
        await call(acme.management, SYSTEM, "nowhere", await ids_of(acme))
    assert (await acme.store.tenant("nowhere").audit.page(EVERYTHING)).items == ()
    assert len((await acme.management.tenants.page(SYSTEM, EVERYTHING)).items) == 1


@pytest.mark.case("J4")
@pytest.mark.parametrize("name", USE_CASES)
async def test_a_use_case_needs_exactly_the_permission_that_it_names(acme: Place, name: str) -> None:
    """With every permission but that one it is denied and changes nothing."""
    needed, call = USE_CASES[name]
    ids = await ids_of(acme)
    before = await all_events(acme)
    owner = await acme.actor(acme.owner)
    everything = frozenset(Permission)
    lacking = Actor(kind=owner.kind, id=owner.id, tenant_id=acme.tenant.id, permissions=everything - {needed})
    with pytest.raises(Denied):
        await call(acme.management, lacking, acme.tenant.id, ids)
    assert await all_events(acme) == before
    holding = Actor(kind=owner.kind, id=owner.id, tenant_id=acme.tenant.id, permissions=everything)
    await call(acme.management, holding, acme.tenant.id, ids)


BECOMING = {Permission.USER_WRITE, Permission.USER_RESET_CREDENTIAL, Permission.CLIENT_WRITE}
"""Who has them over somebody can act as them, or keep them from acting."""
BESIDE = {"client_grants.revoke", "client_grants.revoke_all", "resources.delete"}
"""What takes nobody's place: it ends what others hold."""


@pytest.mark.case("J1")
@pytest.mark.parametrize(
    "name",
    sorted(name for name, (needed, _) in USE_CASES.items() if needed in BECOMING and name not in TAKES_NO_ID | BESIDE),
)
async def test_nobody_takes_hold_of_who_stands_above_them(acme: Place, name: str) -> None:
    """A user or a client that holds more than the actor is not theirs to write, to reset or to end."""
    _, call = USE_CASES[name]
    ids = await ids_of(acme)
    for principal in (*map(Principal.user, (ids["user"], ids["invited"])), Principal.client(ids["client"])):
        await acme.management.roles.assign(SYSTEM, acme.tenant.id, principal, TENANT_OWNER.name)
    before = await all_events(acme)
    with pytest.raises(Denied, match="permissions that you lack"):
        await call(acme.management, await acme.actor(acme.admin), acme.tenant.id, ids)
    assert await all_events(acme) == before
