"""What the operations of each noun do, once through."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import PASSWORD

USERS = "/tenants/acme/users"
OWNER = {"username": "oscar", "password": PASSWORD, "email": "oscar@new.example"}


async def test_everybody_sees_who_they_are(world: AdminWorld) -> None:
    """Also those who may do nothing."""
    api = await world.as_new("nobody")
    me = (await api.get("/me")).json()
    assert me == {
        "kind": "user",
        "id": me["id"],
        "username": "nobody",
        "name": "Nobody",
        "tenant": {"id": world.acme.id, "name": "acme", "display_name": "Acme"},
        "permissions": [],
        "platform_permissions": [],
        "accesses": [],
    }
    api = await world.as_new("root", "platform_admin", "tenant_support", tenant=world.platform)
    me = (await api.get("/me")).json()
    assert "tenant:create" in me["platform_permissions"]
    assert "session:end" in me["permissions"]


async def test_the_platform_makes_lists_and_suspends_tenants(world: AdminWorld) -> None:
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    made = await root.post("/tenants", {"name": "new", "display_name": "New", "owner": OWNER})
    assert made.status_code == 201
    assert made.headers["location"] == "/api/v1/tenants/new"
    assert made.json()["issuer"] == "https://auth.example/t/new"
    listed = (await root.get("/tenants")).json()
    assert [tenant["name"] for tenant in listed["items"]] == ["acme", "new", "other", "platform"]
    assert (await root.get("/tenants/new")).json() | {"owner_link": None} == made.json()
    assert (await root.post("/tenants/new/suspend")).json()["status"] == "suspended"
    assert (await root.post("/tenants/new/resume")).json()["status"] == "active"
    assert (await root.post("/tenants/platform/suspend")).status_code == 409
    assert (await root.get("/tenants/new/users")).status_code == 403


async def test_the_owner_of_a_new_tenant_runs_it(world: AdminWorld) -> None:
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    await root.post("/tenants", {"name": "new", "owner": OWNER})
    tenant = await world.auth.store.platform.tenants.find("new")
    assert tenant is not None
    owner = world.api(await world.token("oscar", tenant))
    changed = await owner.patch("/tenants/new", {"display_name": "Newer"}, headers={"if-match": '"1"'})
    assert (changed.json()["display_name"], changed.headers["etag"]) == ("Newer", '"2"')
    assert (await owner.get("/tenants")).status_code == 403


async def test_what_is_wrong_with_a_new_tenant_is_told_at_once(world: AdminWorld) -> None:
    """Pointers lead into the body as it was sent."""
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    answer = await root.post("/tenants", {"name": "new", "owner": {"username": "a b", "password": PASSWORD}})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/owner/username"]
    answer = await root.post("/tenants", {"name": "N", "display_name": "", "owner": OWNER})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/name", "#/display_name"]
    assert (await root.post("/tenants", {"name": "acme", "owner": OWNER})).status_code == 409


async def test_users_are_made_found_changed_and_removed(world: AdminWorld) -> None:
    api = await world.owner()
    made = await api.post(USERS, {"username": "zoe", "email": "zoe@a.example", "password": PASSWORD})
    assert made.status_code == 201
    user = made.json()
    one = f"{USERS}/{user['id']}"
    assert made.headers["location"] == f"/api/v1{one}"
    assert (await api.get(one)).json() == (await api.get(f"{USERS}/zoe")).json() == user
    assert [found["username"] for found in (await api.get(f"{USERS}?search=zo")).json()["items"]] == ["zoe"]
    changed = await api.patch(one, {"email": None, "claims": {"name": "Zoe"}}, headers={"if-match": '"1"'})
    assert (changed.json()["email"], changed.json()["claims"], changed.headers["etag"]) == (
        None,
        {"name": "Zoe"},
        '"2"',
    )
    assert (await api.patch(one, {"username": "z"}, headers={"if-match": '"1"'})).status_code == 412
    assert (await api.put(f"{one}/password", {"password": "short"})).status_code == 400
    assert (await api.put(f"{one}/password", {"password": PASSWORD + "!"})).status_code == 204
    assert (await api.post(f"{one}/disable")).json()["status"] == "disabled"
    assert (await api.post(f"{one}/enable")).json()["status"] == "active"
    assert (await api.delete(one)).status_code == 204
    assert (await api.get(one)).status_code == 404


async def test_users_are_listed_in_the_order_that_is_asked_for(world: AdminWorld) -> None:
    api = await world.owner()
    await api.post(f"{USERS}/{world.auth.sam.id}/disable")

    async def names(query: str) -> list[str]:
        return [user["username"] for user in (await api.get(f"{USERS}?{query}")).json()["items"]]

    assert await names("sort=username") == ["maria", "olivia", "sam"]
    assert await names("sort=-username") == ["sam", "olivia", "maria"]
    assert await names("sort=username&status=active") == ["maria", "olivia"]
    assert (await api.get(f"{USERS}?sort=password")).json()["errors"][0]["parameter"] == "sort"


@pytest.mark.case("J5")
async def test_a_cursor_is_good_for_its_own_search(world: AdminWorld) -> None:
    api = await world.owner()
    for name in ("ma", "mb"):
        await api.post(USERS, {"username": name})
    cursor = (await api.get(f"{USERS}?search=m&limit=1")).json()["next_cursor"]
    assert (await api.get(f"{USERS}?search=m&cursor={cursor}")).status_code == 200
    for other in (f"{USERS}?cursor={cursor}", f"{USERS}?search=ma&cursor={cursor}"):
        assert (await api.get(other)).json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.case("J1")
async def test_nobody_changes_who_stands_above_them(world: AdminWorld) -> None:
    owner, admin = await world.person("owner", "tenant_owner"), await world.as_new("admin", "tenant_admin")
    one = f"{USERS}/{owner.id}"
    for answer in (
        await admin.patch(one, {"email": "mine@evil.example"}),
        await admin.put(f"{one}/password", {"password": PASSWORD + "!"}),
        await admin.post(f"{one}/disable"),
        await admin.delete(one),
    ):
        assert answer.status_code == 403


async def test_sessions_are_seen_and_ended(world: AdminWorld) -> None:
    api = await world.owner()
    nobody = await world.as_new("nobody")
    me = (await nobody.get("/me")).json()["id"]
    (session,) = (await api.get(f"{USERS}/{me}/sessions")).json()["items"]
    one = f"/tenants/acme/sessions/{session['id']}"
    assert (await api.get(one)).json() == session
    assert (await api.delete(one)).status_code == 204
    assert (await nobody.get("/me")).status_code == 401
    assert (await api.delete(one)).status_code == 404
    assert (await api.get(one)).json()["ended_at"] is not None
    assert (await api.delete(f"{USERS}/{me}/sessions")).json() == {"ended": 0}


@pytest.mark.parametrize("identifier", ["https://api.shop.example/v1/", "urn:example:api", "https://a.example/%2F?x=1"])
async def test_resources_are_kept_under_their_identifiers(world: AdminWorld, identifier: str) -> None:
    api = await world.owner()
    one = f"/tenants/acme/resources/{quote(identifier, safe='')}"
    saved = await api.put(one, {"name": "Api", "scopes": {"orders": "Read your orders"}})
    fields = {"identifier": identifier, "name": "Api", "scopes": {"orders": "Read your orders"}}
    assert saved.json() == fields | {"version": 1}
    assert (await api.get(one)).json() == saved.json()
    assert (await api.get("/tenants/acme/resources")).json() == {"items": [saved.json()], "next_cursor": None}
    assert (await api.delete(one)).status_code == 204
    assert (await api.get(one)).status_code == 404


async def test_the_scope_of_administration_is_nobody_elses(world: AdminWorld) -> None:
    """Nor is its audience."""
    api = await world.owner()
    answer = await api.put("/tenants/acme/resources/urn:x", {"name": "X", "scopes": {"admin": "All"}})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/scopes"]
    answer = await api.put(f"/tenants/acme/resources/{quote('https://api.example', safe='')}", {"name": "X"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/identifier"]


async def test_keys_are_listed_rotated_and_retired(world: AdminWorld) -> None:
    api = await world.owner()
    (key,) = (await api.get("/tenants/acme/keys")).json()["items"]
    assert "d" not in key["public_jwk"]
    successor = (await api.post("/tenants/acme/keys/rotate", {"alg": "ES256"})).json()
    assert (successor["status"], successor["kid"] != key["kid"]) == ("announced", True)
    assert (await api.get(f"/tenants/acme/keys/{key['kid']}")).json() == key
    assert (await api.post(f"/tenants/acme/keys/{key['kid']}/retire")).json()["status"] == "retired"
    world.auth.runtime.advance(seconds=1)
    assert (await api.get("/me")).status_code == 401  # what it signed is no longer good, this token too


async def test_an_unknown_algorithm_is_refused(world: AdminWorld) -> None:
    api = await world.owner()
    answer = await api.post("/tenants/acme/keys/rotate", {"alg": "none"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/alg"]


async def test_a_resource_is_added_without_replacing_and_changed_as_it_was_read(world: AdminWorld) -> None:
    """RFC 9110 §13.1.1, §13.1.2."""
    api, one = await world.owner(), "/tenants/acme/resources/urn%3Anew"
    fields = {"name": "New", "scopes": {"new:read": "Read"}}
    made = await api.put(one, fields, headers={"if-none-match": "*"})
    assert (made.status_code, made.headers["etag"]) == (200, '"1"')
    assert (await api.put(one, fields, headers={"if-none-match": "*"})).status_code == 412
    changed = await api.put(one, fields | {"name": "Newer"}, headers={"if-match": '"1"'})
    assert (changed.headers["etag"], changed.json()["name"]) == ('"2"', "Newer")
    assert (await api.put(one, fields, headers={"if-match": '"1"'})).status_code == 412
    assert (await api.get(one)).headers["etag"] == '"2"'
    assert (await api.put(one, fields, headers={"if-none-match": '"2"'})).status_code == 400
    assert (await api.patch("/tenants/acme", {}, headers={"if-none-match": "*"})).status_code == 400


async def test_resources_are_listed_in_pages_and_found(world: AdminWorld) -> None:
    api, every = await world.owner(), "/tenants/acme/resources"
    for name in ("a", "b", "c"):
        await api.put(f"{every}/urn%3A{name}", {"name": f"Found {name}", "scopes": {f"{name}:read": ""}})
    first = (await api.get(f"{every}?search=found%20urn&limit=2")).json()
    assert [item["identifier"] for item in first["items"]] == ["urn:a", "urn:b"]
    rest = (await api.get(f"{every}?search=found%20urn&limit=2&cursor={first['next_cursor']}")).json()
    assert ([item["identifier"] for item in rest["items"]], rest["next_cursor"]) == (["urn:c"], None)
    (found,) = (await api.get(f"{every}?search=B%3AREAD")).json()["items"]
    assert found["name"] == "Found b"
