"""Tenants over HTTP: found, configured, deleted and restored; their domains; the health of the deployment."""

from __future__ import annotations

from typing import Any

import pytest

from opentrusty_core.management import GRACE
from tests.support.admin_plane import AdminWorld, Api
from tests.support.auth_plane import PASSWORD, SYSTEM

ACME = "/tenants/acme"
SETTINGS = f"{ACME}/settings"


async def root(world: AdminWorld) -> Api:
    return await world.as_new("root", "platform_admin", tenant=world.platform)


def pointers(problem: dict[str, Any]) -> set[str]:
    return {str(error.get("pointer") or error.get("parameter")) for error in problem["errors"]}


async def test_tenants_are_found_and_sorted(world: AdminWorld) -> None:
    api = await root(world)
    for number, display_name in enumerate(("Ácme Trading", "Globex Acme-Works")):
        world.auth.runtime.advance(minutes=1)
        owner = {"username": "olive", "password": PASSWORD}
        await api.post("/tenants", {"name": f"t{number}", "display_name": display_name, "owner": owner})

    async def names(query: str) -> list[str]:
        return [tenant["name"] for tenant in (await api.get(f"/tenants?{query}")).json()["items"]]

    assert await names("search=acme") == ["acme", "t0", "t1"]
    assert await names("search=acme%20works") == ["t1"]
    assert (await names("sort=-created_at"))[:2] == ["t1", "t0"]
    assert await names("sort=-name&limit=1") == ["t1"]
    await api.post("/tenants/t0/suspend")
    assert await names("status=suspended") == ["t0"]
    first = (await api.get("/tenants?search=acme&limit=1")).json()
    assert await names(f"search=acme&limit=9&cursor={first['next_cursor']}") == ["t0", "t1"]
    for query, parameter in (("sort=id", "sort"), ("status=x", "status"), (f"cursor={first['next_cursor']}", "cursor")):
        assert pointers((await api.get(f"/tenants?{query}")).json()) == {parameter}


async def test_settings_are_shown_and_patched(world: AdminWorld) -> None:
    """What is named is set, null takes it back, a list is replaced; the ETag is the tenant's."""
    api = await world.owner()
    shown = await api.get(SETTINGS)
    assert shown.headers["etag"] == '"1"'
    settings = shown.json()
    assert (await api.get(ACME)).json()["settings"] | {"version": 1} == settings
    assert (settings["lifetimes"]["access_token"], settings["password_policy"]["min_length"]) == (600, 15)
    patch: dict[str, Any] = {
        "lifetimes": {"access_token": 300},
        "throttling": {"account": {"burst": 5, "per_minute": 4}},
        "branding": {"primary_color": "#00ff00", "tos_uri": "https://acme.example/terms"},
        "default_locale": "de",
        "allowed_scopes": ["openid", "profile"],
    }
    changed = await api.patch(SETTINGS, patch, headers={"if-match": '"1"'})
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    expected = settings | {"version": 2, "default_locale": "de", "allowed_scopes": ["openid", "profile"]}
    expected["lifetimes"] = settings["lifetimes"] | {"access_token": 300}
    expected["throttling"] = settings["throttling"] | patch["throttling"]
    expected["branding"] = settings["branding"] | patch["branding"]
    assert changed.json() == expected == (await api.get(SETTINGS)).json()
    assert (await api.patch(SETTINGS, {}, headers={"if-match": '"1"'})).status_code == 412
    reset = await api.patch(
        SETTINGS,
        {"lifetimes": None, "branding": {"tos_uri": None}, "allowed_scopes": None, "throttling": {"account": None}},
    )
    expected |= {"version": 3, "lifetimes": settings["lifetimes"], "allowed_scopes": None}
    expected |= {"throttling": settings["throttling"], "branding": expected["branding"] | {"tos_uri": None}}
    assert reset.json() == expected


@pytest.mark.case("J2")
@pytest.mark.parametrize(
    ("patch", "where"),
    [
        ({"lifetimes": {"code": 1, "session": 1800}}, {"#/lifetimes/code", "#/lifetimes/session_idle"}),
        ({"lifetimes": {"code": "60"}, "branding": {"color": "red"}}, {"#/lifetimes/code", "#/branding/color"}),
        ({"branding": {"logo_uri": "javascript:alert(1)"}}, {"#/branding/logo_uri"}),
        ({"throttling": {"network": {"burst": 50}}}, {"#/throttling/network/per_minute"}),
        ({"allowed_scopes": ["profile"], "default_locale": "?"}, {"#/allowed_scopes", "#/default_locale"}),
        ({"lifetimes": {"code": 10**12}}, {"#/lifetimes/code"}),
        ({"status": "active", "domain": "x.example"}, {"#/status", "#/domain"}),
    ],
)
async def test_every_setting_that_is_not_acceptable_is_named(
    world: AdminWorld, patch: dict[str, Any], where: set[str]
) -> None:
    api = await world.owner()
    answer = await api.patch(SETTINGS, patch)
    assert answer.status_code == 400
    assert pointers(answer.json()) == where
    assert (await api.get(SETTINGS)).json()["version"] == 1


async def test_a_name_and_settings_are_changed_in_one_step(world: AdminWorld) -> None:
    """Each that is not acceptable is named where it stands, and then neither is changed."""
    api = await world.owner()
    changed = await api.patch(ACME, {"display_name": "Acme & Co", "settings": {"lifetimes": {"code": 90}}})
    told = changed.json()
    assert (told["version"], told["display_name"], told["settings"]["lifetimes"]["code"]) == (2, "Acme & Co", 90)
    answer = await api.patch(ACME, {"display_name": "", "settings": {"lifetimes": {"code": 0}, "default_locale": "?"}})
    where = {"#/display_name", "#/settings/lifetimes/code", "#/settings/default_locale"}
    assert (answer.status_code, pointers(answer.json())) == (400, where)
    assert (await api.get(ACME)).json() == told


async def test_a_tenant_is_deleted_and_restored(world: AdminWorld) -> None:
    """Its people are out at once; who restores it is the platform."""
    owner, platform = await world.owner(), await root(world)
    deleted = await owner.delete(ACME)
    assert deleted.status_code == 200
    content = deleted.json()
    assert (content["status"], content["erased"]) == ("deleting", {})
    assert content["delete_at"] == (world.auth.runtime.now() + GRACE).isoformat().replace("+00:00", "Z")
    world.auth.runtime.advance(seconds=1)
    assert (await owner.get(ACME)).status_code == 401
    assert (await platform.get(ACME)).json() == content
    assert (await platform.post(f"{ACME}/resume")).status_code == 409
    restored = (await platform.post(f"{ACME}/restore")).json()
    assert (restored["status"], restored["delete_at"], restored["erased"]) == ("active", None, None)
    world.auth.runtime.advance(seconds=1)
    assert (await owner.get(ACME)).status_code == 200
    for grace in ("86399", "7776001", "0", "-1", "9" * 30, "30d"):
        assert pointers((await platform.delete(f"{ACME}?grace={grace}")).json()) == {"grace"}
    assert (await platform.delete(f"{ACME}?grace=86400")).json()["status"] == "deleting"
    assert (await platform.delete("/tenants/platform")).status_code == 409


async def test_a_domain_is_asked_for_by_the_owner_and_approved_by_the_platform(world: AdminWorld) -> None:
    """Then tokens of the new issuer open the Admin Plane, and those of the one before no more."""
    owner, platform, domain = await world.owner(), await root(world), "login.acme.com"
    asked = await owner.post(f"{ACME}/domains", {"domain": domain})
    assert (asked.json()["pending_domain"], asked.json()["domain"]) == (domain, None)
    assert pointers((await owner.post(f"{ACME}/domains", {"domain": "LOCALHOST"})).json()) == {"#/domain"}
    assert (await owner.post("/platform/domains", {"tenant": "acme", "domain": domain})).status_code == 403
    waiting = (await platform.get("/platform/domains")).json()["items"]
    assert [tenant["name"] for tenant in waiting] == ["acme"]
    for wrong in ({"tenant": "acme", "domain": "other.example"}, {"tenant": "nowhere", "domain": domain}):
        assert (await platform.post("/platform/domains", wrong)).status_code == 404
    approved = await platform.post("/platform/domains", {"tenant": "acme", "domain": domain})
    assert (approved.json()["domain"], approved.json()["issuer"]) == (domain, f"https://{domain}")
    world.auth.runtime.advance(seconds=1)
    assert (await owner.get(ACME)).status_code == 401
    again = world.api(await world.token("olivia"))
    assert (await again.get(ACME)).json()["issuer"] == f"https://{domain}"
    removed = await again.delete(f"{ACME}/domains/{domain}")
    assert removed.json()["issuer"] == "https://auth.example/t/acme"
    assert (await platform.delete(f"{ACME}/domains/{domain}")).status_code == 404


async def test_the_health_of_the_deployment_is_told(world: AdminWorld) -> None:
    """To the platform's people; in numbers for programs and in sentences for them."""
    api = await world.as_new("eve", "platform_auditor", tenant=world.platform)
    before = (await api.get("/system/health")).json()
    assert (before["status"], before["maintenance"]) == ("warning", None)
    await world.auth.provider.maintain()
    found = (await api.get("/system/health")).json()
    assert found["status"] == "ok"
    assert {check["name"]: check["status"] for check in found["checks"]} == dict.fromkeys(
        ("database", "clock", "keys", "maintenance", "backlog", "master_key", "older_master_keys"), "ok"
    )
    assert found["maintenance"]["finished"] is True
    assert found["keys"]["active"] == 6
    assert found["database"]["latency_ms"] >= 0
    management = world.auth.provider.management
    assert found["master_key_id"] == (await management.system.health(SYSTEM)).master_key_id
    assert (await (await world.owner()).get("/system/health")).status_code == 403
