"""What hangs from a client over HTTP: kinds, secrets, grants, consents, previews."""

from __future__ import annotations

from typing import Any

import pytest

from opentrusty_core.domain.client_kind import ClientKind
from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import PASSWORD

CLIENTS = "/tenants/acme/clients"
SHOP = f"{CLIENTS}/shop"


async def granted(world: AdminWorld, username: str = "maria", scope: str = "openid profile") -> None:
    """The person signs in to the shop and allows it what it asks for."""
    async with world.auth.browser() as browser:
        page = await browser.open(world.auth.authorize_url(scope=scope, prompt="login"))
        page = await browser.sign_in(page, username, PASSWORD)
        done = await browser.submit(page) if page.status == 200 else page
    assert "code" in done.sent


async def test_a_kind_says_how_a_client_begins(world: AdminWorld) -> None:
    """And the client says which kind it is."""
    api = await world.owner()
    kinds = (await api.get("/client-kinds")).json()["items"]
    assert [kind["kind"] for kind in kinds] == list(ClientKind)
    for kind in kinds:
        body: dict[str, Any] = {"client_name": "App", "kind": kind["kind"]}
        if kind["is_redirected"]:
            body["redirect_uris"] = ["https://app.example/cb"]
        made = (await api.post(CLIENTS, body)).json()
        assert made["kind"] == kind["kind"]
        for field in ("application_type", "token_endpoint_auth_method", "grant_types"):
            assert made[field] == kind[field]
        assert made["allowed_origins"] == (["https://app.example"] if kind["calls_from_browser"] else [])


async def test_clients_are_listed_in_every_order_and_found(world: AdminWorld) -> None:
    """Page by page; the order and the search are those of the first page."""
    api = await world.owner()
    await api.post(CLIENTS, {"client_id": "zeta", "client_name": "Éclair", "kind": "machine", "tags": ["team:sales"]})

    async def ids(**query: str) -> list[str]:
        return [item["client_id"] for item in (await api.get(CLIENTS, params=query)).json()["items"]]

    assert await ids() == ["own", "shop", "zeta"]
    assert await ids(sort="-client_id") == ["zeta", "shop", "own"]
    assert await ids(sort="client_name") == ["zeta", "own", "shop"]
    assert await ids(search="ecl") == await ids(search="TEAM") == await ids(kind="machine") == ["zeta"]
    assert await ids(search="nobody") == []
    query = {"sort": "-client_name", "limit": "2"}
    first = (await api.get(CLIENTS, params=query)).json()
    assert [item["client_id"] for item in first["items"]] == ["shop", "own"]
    assert await ids(**query, cursor=first["next_cursor"]) == ["zeta"]
    for other in ({"sort": "client_name"}, {**query, "search": "s"}):
        assert (await api.get(CLIENTS, params={**other, "cursor": first["next_cursor"]})).status_code == 400
    for bad in ({"sort": "secrets"}, {"kind": "app"}, {"search": "x" * 255}, {"search": "a b c d e f g h i"}):
        answer = await api.get(CLIENTS, params=bad)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, next(iter(bad)))


async def test_texts_lifetimes_and_tags_are_kept(world: AdminWorld) -> None:
    api = await world.owner()
    fields: dict[str, Any] = {
        "translations": {"client_name#de": "Laden"},
        "tags": ["team:shop"],
        "description": "Sells things",
        "software_id": "4NRB1",
        "software_version": "2",
        "id_token_lifetime": 60,
        "refresh_token_idle_lifetime": 3600,
        "refresh_token_lifetime": 7200,
    }
    changed = (await api.patch(SHOP, fields | {"response_types": ["code"], "subject_type": "public"})).json()
    assert {name: changed[name] for name in fields} == fields
    assert changed["response_types"] == ["code"]
    cleared = (await api.patch(SHOP, {"id_token_lifetime": None, "description": None, "translations": {}})).json()
    assert (cleared["id_token_lifetime"], cleared["description"], cleared["translations"]) == (None, None, {})


@pytest.mark.case("A8", "E5")
@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"request_uris": ["https://a.example/r"]}, "#/request_uris", "Request objects"),
        ({"jwks_uri": "https://a.example/jwks"}, "#/jwks_uri", "by a secret"),
        ({"redirect_uris": [], "jwks": {}}, "#/jwks", "by a secret"),
        ({"translations": {"logo_uri#de": "javascript:alert(1)"}}, "#/translations", "https"),
        ({"response_types": ["token"]}, "#/response_types", "grant types"),
        ({"subject_type": "pairwise"}, "#/subject_type", "public"),
        ({"refresh_token_lifetime": 1}, "#/refresh_token_lifetime", "between"),
        ({"id_token_lifetime": 10**17}, "#/id_token_lifetime", "too long"),
        ({"kind": "web"}, "#/kind", "no such field"),
    ],
)
async def test_what_nothing_would_act_on_is_refused_with_a_reason(
    world: AdminWorld, body: dict[str, Any], pointer: str, words: str
) -> None:
    """A field of the specifications is told why it is none here."""
    api = await world.owner()
    answer = await api.patch(SHOP, body)
    assert answer.status_code == 400
    errors = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert words in errors[pointer]


async def test_secrets_are_added_and_ended(world: AdminWorld) -> None:
    """Each by its id; the only one is not ended."""
    api = await world.owner()
    (first,) = (await api.get(SHOP)).json()["secrets"]
    only = await api.delete(f"{SHOP}/secrets/{first['id']}")
    assert (only.status_code, only.json()["type"]) == (409, "urn:opentrusty:problem:conflict")
    made = await api.post(f"{SHOP}/secrets", {"lifetime": 3600})
    assert made.status_code == 201
    secret, second = made.json()["client_secret"], made.json()["secrets"][1]
    assert secret not in (await api.get(SHOP)).text
    assert second["expires_at"] is not None
    ended = await api.delete(f"{SHOP}/secrets/{first['id']}")
    assert ended.status_code == 204
    assert (await api.get(SHOP)).json()["secrets"] == [second]
    assert (await api.delete(f"{SHOP}/secrets/{first['id']}")).status_code == 404
    for lifetime in (0, -1, 10**17):
        assert (await api.post(f"{SHOP}/secrets", {"lifetime": lifetime})).status_code == 400


async def test_grants_are_listed_and_revoked_and_consents_counted(world: AdminWorld) -> None:
    """Who, for what; one or all."""
    api = await world.owner()
    await granted(world)
    world.auth.runtime.advance(seconds=1)
    await granted(world, "sam", "openid offline_access")
    listed = (await api.get(f"{SHOP}/grants?limit=1")).json()
    (grant,) = listed["items"]
    assert (grant["username"], grant["scope"], grant["is_offline"]) == ("maria", "openid profile", False)
    rest = (await api.get(f"{SHOP}/grants", params={"cursor": listed["next_cursor"]})).json()["items"]
    assert [(it["user_id"], it["is_offline"]) for it in rest] == [(world.auth.sam.id, True)]
    assert (await api.get(f"{SHOP}/consents")).json() == {"count": 2}
    assert (await api.delete(f"{CLIENTS}/own/grants/{grant['id']}")).status_code == 404
    assert (await api.delete(f"{SHOP}/grants/{grant['id']}")).status_code == 204
    assert (await api.get(f"{SHOP}/grants")).json()["items"] == rest
    assert (await api.post(f"{SHOP}/revoke-grants")).json() == {"revoked": 1}
    assert (await api.get(f"{SHOP}/grants")).json()["items"] == []


async def test_a_preview_shows_claims_with_reasons(world: AdminWorld) -> None:
    """Of a person, of a client alone, or why there would be nothing."""
    api = await world.owner()
    question = {"user_id": world.auth.maria.id, "scope": "openid email", "claims": {"id_token": {"email": None}}}
    preview = (await api.post(f"{SHOP}/preview", question)).json()
    assert preview["reasons"] == []
    (email,) = [claim for claim in preview["issued"]["id_token"] if claim["name"] == "email"]
    assert email == {
        "name": "email",
        "value": world.auth.maria.email,
        "is_fresh": False,
        "source": "claims_parameter",
        "scopes": [],
        "why": "The claims parameter asks for it by name.",
    }
    assert preview["issued"]["asks_consent"] is True
    nothing = (await api.post(f"{SHOP}/preview", {})).json()
    assert nothing["issued"] is None
    assert [reason["error"] for reason in nothing["reasons"]] == ["unauthorized_client"]
    assert (await api.post(f"{SHOP}/preview", {"scope": 'a"b'})).status_code == 400
    assert (await api.post(f"{SHOP}/preview", {"user_id": "nobody"})).status_code == 404
    support = await world.as_new("suse", "tenant_support")
    assert (await support.post(f"{SHOP}/preview", {})).status_code == 403


@pytest.mark.case("I1")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "secrets"),
        ("DELETE", "secrets/x"),
        ("GET", "grants"),
        ("DELETE", "grants/x"),
        ("POST", "revoke-grants"),
        ("GET", "consents"),
        ("POST", "preview"),
    ],
)
async def test_a_client_that_is_not_there_has_no_parts(world: AdminWorld, method: str, path: str) -> None:
    """In one's own tenant, and in another."""
    api = await world.owner()
    body: dict[str, Any] = {"json": {}} if path in {"secrets", "preview"} else {}
    absent = await api(method, f"{CLIENTS}/nothing/{path}", **body)
    foreign = await api(method, f"/tenants/other/clients/shop/{path}", **body)
    assert (absent.status_code, foreign.status_code) == (404, 404)
