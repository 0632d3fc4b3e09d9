"""What the Admin Plane answers at all: its operations, each with a permission, and nothing of OpenID Connect."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Match

import opentrusty_admin
from opentrusty_admin.app import AdminPlane, Endpoint, by_length, routes
from opentrusty_admin.call import Call
from opentrusty_admin.openapi import document
from opentrusty_admin.operation import Access, operation
from opentrusty_admin.routes import OPERATIONS
from opentrusty_core.errors import ConfigurationError
from tests.support.admin_plane import CONSOLE, AdminWorld
from tests.support.auth_plane import SETTINGS

COMMITTED = Path(opentrusty_admin.__file__).with_name("openapi.json")


@pytest.mark.case("J3")
async def test_every_route_declares_its_permission(world: AdminWorld) -> None:
    """Every route is an operation's, and every operation says what it needs."""
    served = {}
    for route in world.app.routes:
        assert isinstance(route.endpoint, Endpoint)
        for method, found in route.endpoint.operations.items():
            served[method, found.path] = found.permission
    assert served == {(found.method, found.path): found.permission for found in OPERATIONS}
    assert all(found.permissions or isinstance(found.permission, Access) for found in OPERATIONS)
    assert [found.id for found in OPERATIONS if found.permission is Access.PUBLIC] == ["find_issuer"]


def test_a_path_leads_where_it_would_if_every_route_were_asked() -> None:
    """Routes are looked up by their length; an identifier that holds slashes is of any."""
    ordered = routes(OPERATIONS)
    sorted_out = by_length(ordered)
    for filled in ("x", "https://api.example/v1/orders"):
        for route in ordered:
            path = re.sub(r"\{[^}]*:path\}", filled, route.path)
            path = re.sub(r"\{[^}]*\}", "x", path)
            scope = {"type": "http", "method": "GET", "path": path}
            expected = [it for it in ordered if it.matches(scope)[0] is Match.FULL]
            some = sorted_out[min(path.count("/"), len(sorted_out) - 1)]
            assert [it for it in some if it.matches(scope)[0] is Match.FULL] == expected
            assert len(some) < len(ordered) / 2


@pytest.mark.case("J3")
def test_an_operation_without_a_permission_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="permission"):

        @operation("GET", "/debug")  # type: ignore[call-arg]
        async def debug(ctx: Call) -> None:
            """Never made."""


def test_operations_have_names_and_words_of_their_own() -> None:
    assert len({found.id for found in OPERATIONS}) == len(OPERATIONS)
    assert len({(found.method, found.path) for found in OPERATIONS}) == len(OPERATIONS)
    assert all(found.words[0].endswith(".") for found in OPERATIONS)


def test_the_committed_document_is_what_the_operations_say() -> None:
    """Where it differs: `make openapi`."""
    assert COMMITTED.read_bytes() == document(OPERATIONS)


async def test_the_document_is_served_to_all(world: AdminWorld) -> None:
    answer = await world.api().get("/openapi.json")
    assert answer.content == COMMITTED.read_bytes()
    content: dict[str, Any] = json.loads(answer.content)
    assert content["openapi"] == "3.1.0"


async def test_there_is_nothing_of_openid_connect(world: AdminWorld) -> None:
    """Nor does the Auth Plane answer the API."""
    api = world.api()
    for path in ("authorize", "token", "userinfo", "jwks", ".well-known/openid-configuration", "logout"):
        for method in ("GET", "POST"):
            answer = await api(method, f"https://api.example/t/acme/{path}")
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:opentrusty:problem:not_found")
    async with world.auth.client() as client:
        for path in ("/api/v1/tenants/acme/clients", "/api/v1/openapi.json"):
            assert (await client.get(path)).status_code == 404


@pytest.mark.case("G8")
async def test_only_pages_of_the_console_read_answers(world: AdminWorld) -> None:
    api = await world.owner()
    path = "/tenants/acme/clients"
    answer = await api.get(path, headers={"origin": CONSOLE})
    assert answer.headers["access-control-allow-origin"] == CONSOLE
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "ETag" in answer.headers["access-control-expose-headers"]
    for origin in ("null", "https://evil.example", f"{CONSOLE}.evil.example", "https://auth.example", CONSOLE.upper()):
        answer = await api.get(path, headers={"origin": origin})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "Origin" in answer.headers["vary"]
    failed = await world.api().get(path, headers={"origin": CONSOLE})
    assert (failed.status_code, failed.headers["access-control-allow-origin"]) == (401, CONSOLE)


@pytest.mark.case("G8")
async def test_preflights_of_the_console_are_answered(world: AdminWorld) -> None:
    ask = {"access-control-request-method": "PATCH", "access-control-request-headers": "if-match"}
    path = "/tenants/acme/clients/shop"
    answer = await world.api()("OPTIONS", path, headers={"origin": CONSOLE, **ask})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == CONSOLE
    assert answer.headers["access-control-allow-methods"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    taken = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {
        "authorization",
        "content-type",
        "if-match",
        "if-none-match",
        "idempotency-key",
        "x-opentrusty-session",
    } == set(taken)
    answer = await world.api()("OPTIONS", path, headers={"origin": "https://evil.example", **ask})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    answer = await world.api()("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, PATCH, DELETE, HEAD, OPTIONS")


async def test_another_method_is_told_which_there_are(world: AdminWorld) -> None:
    answer = await world.api()("PUT", "/tenants/acme/clients")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert answer.json()["type"] == "urn:opentrusty:problem:method_not_allowed"


@pytest.mark.case("K11")
@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("auth.example", 421), ("api.example:443", 401)])
async def test_no_other_host_is_answered(world: AdminWorld, host: str, status: int) -> None:
    assert (await world.api(host=host).get("/tenants/acme/clients")).status_code == status


async def test_health_is_answered_to_all(world: AdminWorld) -> None:
    api = world.api(host="10.0.0.7")
    assert (await api.get("https://api.example/livez")).json() == {"status": "live"}
    assert (await api.get("https://api.example/readyz")).json() == {"status": "ready"}


async def test_it_says_what_a_token_has_to_be_for(world: AdminWorld) -> None:
    """To everybody, under its own address alone (RFC 9728 §3.3)."""
    path = "https://api.example/.well-known/oauth-protected-resource"
    assert (await world.api().get(path)).json() == {
        "resource": "https://api.example",
        "resource_name": "OpenTrusty administration",
        "scopes_supported": ["admin"],
        "bearer_methods_supported": ["header"],
        "opentrusty_auth_url": "https://auth.example",
    }
    assert (await world.api(host="evil.example").get(path)).status_code == 421
    assert (await world.api().post(path)).status_code == 404


@pytest.mark.case("A10", "A19")
async def test_answers_carry_the_headers_of_safety(world: AdminWorld) -> None:
    api = await world.owner()
    for answer in (await api.get("/tenants/acme/clients"), await world.api().get("/nothing")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_a_head_is_a_get_without_its_body(world: AdminWorld) -> None:
    api = await world.owner()
    full, head = await api.get("/tenants/acme/clients"), await api("HEAD", "/tenants/acme/clients")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"]


async def test_the_plane_needs_its_address(world: AdminWorld) -> None:
    with pytest.raises(ConfigurationError, match="OPENTRUSTY_ADMIN_URL"):
        AdminPlane(world.auth.provider, SETTINGS)
