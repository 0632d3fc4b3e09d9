"""Who may do what, over HTTP: roles of the tenant's own, groups, assignments, platform roles, declared accesses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opentrusty_core.domain.role import TENANT_AUDITOR
from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import SYSTEM

ROLES, GROUPS, USERS = "/tenants/acme/roles", "/tenants/acme/groups", "/tenants/acme/users"
ACCESSES, PLATFORM = "/platform/accesses", "/platform/roles"
REASON = "Ticket 4711: the owner asks for help"


async def test_a_role_is_made_shown_changed_and_removed(world: AdminWorld) -> None:
    api = await world.owner()
    made = await api.post(ROLES, {"name": "helper", "description": "Helps", "permissions": ["user:read", "key:read"]})
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, f"/api/v1{ROLES}/helper", '"1"')
    role: dict[str, Any] = made.json()
    assert (await api.get(f"{ROLES}/helper")).json() == role
    assert (role["scope"], role["is_builtin"], role["permissions"]) == ("tenant", False, ["key:read", "user:read"])
    changed = await api.patch(f"{ROLES}/helper", {"permissions": []}, headers={"if-match": '"1"'})
    assert (changed.json()["permissions"], changed.json()["description"], changed.headers["etag"]) == (
        [],
        "Helps",
        '"2"',
    )
    assert (await api.patch(f"{ROLES}/helper", {}, headers={"if-match": '"1"'})).status_code == 412
    assert (await api.delete(f"{ROLES}/helper")).status_code == 204
    assert (await api.get(f"{ROLES}/helper")).status_code == 404
    for builtin in ("tenant_admin", "platform_admin"):
        assert (await api.patch(f"{ROLES}/{builtin}", {"permissions": []})).status_code == 404
        assert (await api.delete(f"{ROLES}/{builtin}")).status_code == 404


async def test_roles_are_listed_page_by_page(world: AdminWorld) -> None:
    """Those of the tenant's own among the built-in ones."""
    api = await world.owner()
    await api.post(ROLES, {"name": "helper"})
    names, cursor = [], None
    while True:
        page = (await api.get(ROLES, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        names += [(role["name"], role["is_builtin"]) for role in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    builtin = [(f"tenant_{name}", True) for name in ("admin", "auditor", "owner", "support")]
    assert names == [("helper", False), *builtin]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"name": "tenant_x"}, {"#/name"}),
        ({"name": "helper", "permissions": ["user:rule"], "description": "\t"}, {"#/permissions", "#/description"}),
        ({"name": "helper", "permissions": "user:read"}, {"#/permissions"}),
        ({"name": "helper", "scope": "platform"}, {"#/scope"}),
        ({}, {"#/name"}),
    ],
)
async def test_what_is_wrong_with_a_role_is_named(world: AdminWorld, body: object, pointers: set[str]) -> None:
    answer = await (await world.owner()).post(ROLES, body)
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers


@pytest.mark.case("J1")
async def test_nobody_gives_what_they_lack(world: AdminWorld) -> None:
    """Not by a role of the tenant's own, not to a group, not by letting somebody in."""
    owner, admin = await world.owner(), await world.as_new("adam", "tenant_admin")
    me = (await admin.get("/me")).json()["id"]
    group = (await owner.post(GROUPS, {"name": "Owners"})).json()["id"]
    await owner.put(f"{GROUPS}/{group}/roles/tenant_owner", None)
    for answer in (
        await admin.post(ROLES, {"name": "high", "permissions": ["tenant:configure"]}),
        await admin.put(f"{USERS}/{me}/roles/tenant_owner", None),
        await admin.put(f"{USERS}/{me}/roles/platform_admin", None),
        await admin.post(f"{GROUPS}/{group}/members", {"user_ids": [me]}),
        await admin.delete(f"{GROUPS}/{group}"),
    ):
        assert answer.status_code == 403
    assert "tenant:configure" not in (await admin.get("/me")).json()["permissions"]


async def test_roles_are_given_and_taken_and_take_hold_at_once(world: AdminWorld) -> None:
    owner, pat = await world.owner(), await world.as_new("pat")
    one = f"{USERS}/{(await pat.get('/me')).json()['id']}"
    await owner.post(ROLES, {"name": "helper", "permissions": ["key:read"]})
    assert (await pat.get("/tenants/acme/keys")).status_code == 403
    for _ in range(2):
        assert (await owner.put(f"{one}/roles/helper", None)).status_code == 204
    assert (await pat.get("/tenants/acme/keys")).status_code == 200
    (held,) = (await owner.get(f"{one}/roles")).json()["items"]
    assert (held["role"], held["scope"], held["principal"]["kind"]) == ("helper", "tenant", "user")
    assert (await owner.get(f"{ROLES}/helper/holders")).json()["items"] == [held]
    assert (await owner.delete(f"{ROLES}/helper")).status_code == 409
    await owner.patch(f"{ROLES}/helper", {"permissions": ["user:read"]})
    assert (await pat.get("/tenants/acme/keys")).status_code == 403
    assert (await pat.get(USERS)).status_code == 200
    assert (await owner.delete(f"{ROLES}/helper?force=true")).status_code == 204
    assert (await pat.get(USERS)).status_code == 403
    for _ in range(2):
        assert (await owner.delete(f"{one}/roles/tenant_support")).status_code == 204
    for missing in (f"{one}/roles/helper", f"{one}/roles/god", f"{USERS}/nobody/roles/tenant_support"):
        assert (await owner.put(missing, None)).status_code == 404


async def test_a_group_carries_roles_to_its_members(world: AdminWorld) -> None:
    owner, pat = await world.owner(), await world.as_new("pat")
    me = (await pat.get("/me")).json()["id"]
    made = await owner.post(GROUPS, {"name": "Support", "description": "Helps"})
    group: dict[str, Any] = made.json()
    one = f"{GROUPS}/{group['id']}"
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1{one}")
    assert (await owner.get(f"{GROUPS}/support")).json() == group
    await owner.put(f"{one}/roles/tenant_support", None)
    assert (await owner.post(f"{one}/members", {"user_ids": [me]})).json() == {"user_ids": [me]}
    assert (await owner.post(f"{one}/members", {"user_ids": [me]})).json() == {"user_ids": []}
    assert "session:end" in (await pat.get("/me")).json()["permissions"]
    (member,) = (await pat.get(f"{one}/members")).json()["items"]
    assert (member["user_id"], member["username"]) == (me, "pat")
    assert [it["name"] for it in (await pat.get(f"{USERS}/{me}/groups")).json()["items"]] == ["Support"]
    may = (await owner.get(f"{USERS}/{me}/permissions")).json()
    assert (may["roles"], may["platform_roles"]) == (["tenant_support"], [])
    assert "session:end" in may["permissions"]
    assert [it["role"] for it in (await owner.get(f"{one}/roles")).json()["items"]] == ["tenant_support"]
    changed = await owner.patch(one, {"name": "Helpers"}, headers={"if-match": '"1"'})
    assert (changed.json()["name"], changed.headers["etag"]) == ("Helpers", '"2"')
    assert [it["id"] for it in (await owner.get(f"{GROUPS}?search=HELP")).json()["items"]] == [group["id"]]
    assert (await owner.delete(f"{one}/members/{me}")).status_code == 204
    assert (await owner.delete(f"{one}/members/{me}")).status_code == 404
    assert (await pat.get("/me")).json()["permissions"] == []
    await owner.delete(f"{one}/roles/tenant_support")
    assert (await owner.get(f"{one}/roles")).json()["items"] == []
    assert (await owner.delete(one)).status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"user_ids": []}, 400),
        ({"user_ids": ["x"] * 201}, 400),
        ({"user_ids": ["nobody"]}, 404),
        ({"user_ids": ["\0"]}, 400),
        ({}, 400),
    ],
)
async def test_who_cannot_join_does_not(world: AdminWorld, body: object, status: int) -> None:
    owner = await world.owner()
    group = (await owner.post(GROUPS, {"name": "Support"})).json()["id"]
    assert (await owner.post(f"{GROUPS}/{group}/members", body)).status_code == status
    assert (await owner.get(f"{GROUPS}/{group}/members")).json() == {"items": [], "next_cursor": None}


@pytest.mark.case("J7")
async def test_the_last_owner_stays(world: AdminWorld) -> None:
    owner = await world.owner()
    me = (await owner.get("/me")).json()["id"]
    answer = await owner.delete(f"{USERS}/{me}/roles/tenant_owner")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:opentrusty:problem:conflict")


async def test_a_client_holds_roles_for_itself(world: AdminWorld) -> None:
    owner = await world.owner()
    one = "/tenants/acme/clients/shop/roles"
    assert (await owner.put(f"{one}/tenant_auditor", None)).status_code == 204
    (held,) = (await owner.get(one)).json()["items"]
    assert (held["principal"], held["home_id"]) == ({"kind": "client", "id": "shop"}, world.acme.id)
    assert "audit:read" in (await owner.get("/tenants/acme/clients/shop/permissions")).json()["permissions"]
    assert (await owner.delete(f"{one}/tenant_auditor")).status_code == 204
    assert (await owner.get(one)).json()["items"] == []


async def test_platform_roles_are_given_and_taken(world: AdminWorld) -> None:
    """To whomever, by their home; the last administrator stays."""
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    pat = await world.as_new("pat")
    me, boss = (await pat.get("/me")).json()["id"], (await root.get("/me")).json()["id"]
    assert [role["name"] for role in (await root.get(PLATFORM)).json()["items"]] == [
        "platform_admin",
        "platform_auditor",
    ]
    holders = f"{PLATFORM}/platform_auditor/holders"
    assert (await root.put(f"{holders}/acme/user/{me}", None)).status_code == 204
    (held,) = (await root.get(holders)).json()["items"]
    assert (held["home_id"], held["scope"]) == (world.acme.id, "platform")
    assert (held["home"], held["name"]) == ("acme", "pat")
    assert held["principal"] == {"kind": "user", "id": me}
    assert "platform-audit:read" in (await pat.get("/me")).json()["platform_permissions"]
    assert (await root.delete(f"{holders}/acme/user/{me}")).status_code == 204
    assert (await pat.get("/me")).json()["platform_permissions"] == []
    last = await root.delete(f"{PLATFORM}/platform_admin/holders/platform/user/{boss}")
    assert last.status_code == 409
    for missing in (
        f"{PLATFORM}/tenant_owner/holders/acme/user/{me}",
        f"{PLATFORM}/god/holders/acme/user/{me}",
        f"{holders}/nowhere/user/{me}",
        f"{holders}/acme/user/nobody",
        f"{holders}/acme/client/{me}",
        f"{holders}/acme/robot/{me}",
    ):
        assert (await root.put(missing, None)).status_code == 404


@pytest.mark.case("J4")
async def test_the_platform_is_closed_to_tenants(world: AdminWorld) -> None:
    """An owner meets 403 on its roles and accesses, whatever they name."""
    owner = await world.owner()
    me = (await owner.get("/me")).json()["id"]
    for answer in (
        await owner.get(PLATFORM),
        await owner.get(f"{PLATFORM}/platform_admin/holders"),
        await owner.put(f"{PLATFORM}/platform_admin/holders/acme/user/{me}", None),
        await owner.put(f"{PLATFORM}/god/holders/nowhere/robot/x", None),
        await owner.get(ACCESSES),
        await owner.post(ACCESSES, {"tenant": "other", "reason": REASON}),
        await owner.delete(f"{ACCESSES}/x"),
    ):
        assert answer.status_code == 403


@pytest.mark.case("J4")
async def test_a_declared_access_opens_a_tenant_for_reading(world: AdminWorld) -> None:
    owner, root = await world.owner(), await world.as_new("root", "platform_admin", tenant=world.platform)
    reads = (USERS, "/tenants/acme/clients", ROLES, GROUPS)
    assert {(await root.get(path)).status_code for path in reads} == {403}
    made = await root.post(ACCESSES, {"tenant": "acme", "reason": REASON})
    assert made.status_code == 201
    access = made.json()
    assert (access["tenant"], access["home"], access["reason"]) == ("acme", "platform", REASON)
    assert {(await root.get(path)).status_code for path in reads} == {200}
    assert (await root.get("/tenants/other/users")).status_code == 403
    (opened,) = (await root.get("/me")).json()["accesses"]
    assert (opened["id"], opened["tenant"], opened["tenant_id"]) == (access["id"], "acme", world.acme.id)
    assert (opened["reason"], opened["expires_at"]) == (REASON, access["expires_at"])
    assert set(opened["permissions"]) == TENANT_AUDITOR.permissions
    assert access["principal_name"] == "root"
    for answer in (
        await root.post(USERS, {"username": "mine"}),
        await root.post(GROUPS, {"name": "Mine"}),
        await root.post("/tenants/acme/clients/shop/disable"),
        await root.put(f"{USERS}/{world.auth.sam.id}/roles/tenant_auditor", None),
    ):
        assert answer.status_code == 403
    seen = (await owner.get("/tenants/acme/accesses")).json()
    assert seen["items"] == [access] == (await root.get(ACCESSES)).json()["items"]
    assert (await root.get("/tenants/acme/accesses")).status_code == 403
    assert (await root.delete(f"{ACCESSES}/{access['id']}")).status_code == 204
    assert (await root.delete(f"{ACCESSES}/{access['id']}")).status_code == 404
    assert {(await root.get(path)).status_code for path in reads} == {403}


async def test_an_access_ends_by_itself(world: AdminWorld) -> None:
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    await root.post(ACCESSES, {"tenant": "acme", "reason": REASON})
    world.auth.runtime.advance(timedelta(hours=1))
    later = world.api(await world.token("root", world.platform))
    assert (await later.get(USERS)).status_code == 403
    assert (await later.get(ACCESSES)).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tenant": "acme", "reason": "help"}, 400),
        ({"tenant": "acme"}, 400),
        ({"tenant": "nowhere", "reason": REASON}, 404),
        ({"tenant": "acme", "reason": REASON, "expires_at": "2099-01-01T00:00:00Z"}, 400),
        ({"tenant": "acme", "reason": REASON, "to": "x"}, 400),
    ],
)
async def test_an_access_needs_a_reason_and_a_tenant(world: AdminWorld, body: object, status: int) -> None:
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    assert (await root.post(ACCESSES, body)).status_code == status
    assert (await root.get(ACCESSES)).json()["items"] == []


@pytest.mark.case("I1")
async def test_what_is_another_tenant_s_looks_absent(world: AdminWorld) -> None:
    """A role, a group, a user as member."""
    owner, management = await world.owner(), world.auth.provider.management
    group = await management.groups.create(SYSTEM, world.other.id, {"name": "Theirs"})
    await management.custom_roles.create(SYSTEM, world.other.id, "theirs", {})
    user = await management.users.create(SYSTEM, world.other.id, {"username": "their"})
    own = (await owner.post(GROUPS, {"name": "Ours"})).json()["id"]
    for theirs, nothing in (
        (f"{GROUPS}/{group.id}", f"{GROUPS}/nothing"),
        (f"{ROLES}/theirs", f"{ROLES}/nothing"),
        (f"{USERS}/{user.id}/groups", f"{USERS}/nothing/groups"),
        (f"{USERS}/{user.id}/permissions", f"{USERS}/nothing/permissions"),
        (f"{GROUPS}/{group.id}/permissions", f"{GROUPS}/nothing/permissions"),
    ):
        foreign, absent = await owner.get(theirs), await owner.get(nothing)
        assert foreign.status_code == absent.status_code == 404
        assert foreign.json()["detail"] == absent.json()["detail"]
    assert (await owner.post(f"{GROUPS}/{own}/members", {"user_ids": [user.id]})).status_code == 404
