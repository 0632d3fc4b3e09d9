"""Clients over HTTP: the exemplar of how a noun's routes behave."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.admin_plane import AdminWorld

CLIENTS = "/tenants/acme/clients"
NEW = {"client_id": "api", "client_name": "Api", "redirect_uris": ["https://api.shop.example/cb"]}


async def test_a_client_is_registered_shown_changed_and_removed(world: AdminWorld) -> None:
    api = await world.owner()
    made = await api.post(CLIENTS, NEW)
    assert made.status_code == 201
    assert made.headers["location"] == "/api/v1/tenants/acme/clients/api"
    client: dict[str, Any] = made.json()
    secret = client.pop("client_secret")
    assert secret.startswith("ots_")
    shown = await api.get(f"{CLIENTS}/api")
    assert shown.json() == client
    assert shown.headers["etag"] == made.headers["etag"] == '"1"'
    assert secret not in shown.text
    changed = await api.patch(
        f"{CLIENTS}/api", {"client_name": "Renamed", "access_token_lifetime": 60}, headers={"if-match": '"1"'}
    )
    assert changed.json() == client | {
        "client_name": "Renamed",
        "access_token_lifetime": 60,
        "version": 2,
        "updated_at": changed.json()["updated_at"],
    }
    assert changed.headers["etag"] == '"2"'
    rotated = await api.post(f"{CLIENTS}/api/rotate-secret", {"overlap": 60})
    assert rotated.json()["client_secret"] != secret
    assert len(rotated.json()["secrets"]) == 2
    assert (await api.post(f"{CLIENTS}/api/disable")).json()["status"] == "disabled"
    assert (await api.post(f"{CLIENTS}/api/enable")).json()["status"] == "active"
    removed = await api.delete(f"{CLIENTS}/api")
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await api.get(f"{CLIENTS}/api")).status_code == 404


async def test_clients_are_listed_page_by_page(world: AdminWorld) -> None:
    api = await world.owner()
    first = (await api.get(f"{CLIENTS}?limit=1")).json()
    assert [item["client_id"] for item in first["items"]] == ["own"]
    second = (await api.get(CLIENTS, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [item["client_id"] for item in second["items"]] == ["shop"]
    assert second["next_cursor"] is None


@pytest.mark.case("J2")
@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"tenant_id": "x"}, {"#/tenant_id": "There is no such field."}),
        ({"client_name": None}, {"#/client_name": "Input should be a valid string."}),
        ({"require_pkce": "yes"}, {"#/require_pkce": "Input should be a valid boolean."}),
        ({"redirect_uris": ["https://a.example", 1]}, {"#/redirect_uris/1": "Input should be a valid string."}),
        (
            {"redirect_uris": [], "client_name": "\t"},
            {
                "#/client_name": "Use 1 to 200 printable characters.",
                "#/redirect_uris": "The authorization code grant needs at least one redirect URI.",
            },
        ),
        ({"scope": 'a"b'}, {"#/scope": "It holds characters that a scope may not hold."}),
        ([], {"#": "Input should be an object."}),
        ({"a/b~c d": 1}, {"#/a~1b~0c%20d": "There is no such field."}),
    ],
)
async def test_every_field_that_is_not_acceptable_is_named(
    world: AdminWorld, body: object, errors: dict[str, str]
) -> None:
    """Those that the schema refuses and those that the use case refuses have one shape."""
    api = await world.owner()
    answer = await api.post(CLIENTS, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {it["pointer"]: it["detail"] for it in problem["errors"]} == errors
    assert problem["type"] == "urn:opentrusty:problem:invalid"
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_a_change_of_what_somebody_else_has_changed_is_refused(world: AdminWorld) -> None:
    """412 where the caller said which version they saw; a version of nobody's is none that stands there."""
    api = await world.owner()
    await api.patch(f"{CLIENTS}/shop", {"client_name": "One"})
    for tag in ('"1"', '"99"', 'W/"2"', "2", '"x"'):
        late = await api.patch(f"{CLIENTS}/shop", {"client_name": "Two"}, headers={"if-match": tag})
        assert late.status_code == 412, tag
        assert late.json()["type"] == "urn:opentrusty:problem:precondition_failed"
    for tag in ('"2"', "*"):
        done = await api.patch(f"{CLIENTS}/shop", {"client_name": "Two"}, headers={"if-match": tag})
        assert done.status_code == 200
    refused = await api.delete(f"{CLIENTS}/shop", headers={"if-match": '"1"'})
    assert refused.status_code == 400


async def test_a_taken_id_is_a_conflict(world: AdminWorld) -> None:
    """Also where a client of that id is built in."""
    api = await world.owner()
    for taken in ("shop", "opentrusty-console", "opentrusty-cli"):
        answer = await api.post(CLIENTS, NEW | {"client_id": taken})
        assert (answer.status_code, answer.json()["detail"]) == (409, "The client id is taken.")
        if taken != "shop":
            assert (await api.get(f"{CLIENTS}/{taken}")).status_code == 404
