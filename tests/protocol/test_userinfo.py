"""The userinfo endpoint (OpenID Connect Core 1.0 §5.3) and bearer tokens (RFC 6750)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.protocol.messages import HttpRequest
from tests.support.cast import ALICE
from tests.support.messages import Answer, post
from tests.support.runtime import START
from tests.support.world import World

EMAIL = {"sub": ALICE, "email": "alice@example.com", "email_verified": True}


async def ask(world: World, http: HttpRequest) -> Answer:
    return Answer.of(await world.protocol.userinfo(http, await world.issuer()))


@pytest.mark.parametrize("client_id", ["web", "spa", "opaque", "es"])
async def test_the_three_ways_to_bring_a_token_are_one(world: World, client_id: str) -> None:
    """GET and POST with the header, POST with the body (RFC 6750 §2.1, §2.2)."""
    token = (await world.tokens(client_id, scope="openid email"))["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    for http in (
        HttpRequest(method="GET", headers=bearer),
        HttpRequest(method="GET", headers={"authorization": f"bearer   {token} "}),
        HttpRequest(method="POST", headers=bearer),
        post({}, bearer),
        post({"access_token": token}),
        post({"access_token": token, "unheard_of": "1"}),
    ):
        answer = await ask(world, http)
        assert answer.status == 200
        assert answer.json == EMAIL
        assert answer.headers == {
            "content-type": "application/json",
            "cache-control": "no-store",
            "pragma": "no-cache",
        }


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", {}),
        ("openid offline_access orders:read", {}),
        ("openid email", {"email": "alice@example.com", "email_verified": True}),
        ("openid phone", {"phone_number": "+441865000000", "phone_number_verified": False}),
        ("openid address", {"address": {"formatted": "Christ Church\nOxford"}}),
        (
            "openid profile",
            {
                "name": "Alice Liddell",
                "given_name": "Alice",
                "family_name": "Liddell",
                "birthdate": "1852-05-04",
                "preferred_username": "alice",
                "updated_at": int(START.timestamp()),
            },
        ),
    ],
)
async def test_each_scope_releases_its_claims(world: World, scope: str, claims: dict[str, Any]) -> None:
    """OpenID Connect Core 1.0 §5.4; what is not known is left out."""
    token = (await world.tokens(scope=scope))["access_token"]
    assert (await world.userinfo(token)).json == {"sub": ALICE, **claims}


async def test_all_scopes_together_release_everything_known(world: World) -> None:
    """Each claim once; `sub` is the ID token's."""
    tokens = await world.tokens(scope="openid profile email address phone")
    info = (await world.userinfo(tokens["access_token"])).json
    assert len(info) == 1 + 6 + 2 + 1 + 2
    assert info["sub"] == (await world.verified(tokens["id_token"], "web", typ="JWT"))["sub"]


async def test_claims_asked_for_by_name_come_with_the_scopes(world: World) -> None:
    """§5.5: for userinfo only those of its section; a `sub` asked for replaces nobody."""
    asked = {
        "userinfo": {"name": {"essential": True}, "nickname": None, "sub": {"value": "somebody-else"}, "x": None},
        "id_token": {"birthdate": None},
    }
    token = (await world.tokens(scope="openid email", claims=json.dumps(asked)))["access_token"]
    assert (await world.userinfo(token)).json == {**EMAIL, "name": "Alice Liddell"}


async def test_claims_are_as_the_person_is_now(world: World) -> None:
    """A change shows at once, in the tokens that are out."""
    token = (await world.tokens(scope="openid email"))["access_token"]
    await world.change_user(ALICE, email="liddell@example.com", email_verified=False)
    info = (await world.userinfo(token)).json
    assert (info["email"], info["email_verified"]) == ("liddell@example.com", False)
    await world.change_user(ALICE, email=None)
    assert (await world.userinfo(token)).json == {"sub": ALICE}


async def test_a_refreshed_token_releases_no_more_than_its_own_scope(world: World) -> None:
    """Narrowed at refresh, narrowed here."""
    tokens = await world.tokens(scope="openid email")
    narrow = (await world.refresh(tokens["refresh_token"], scope="openid")).json
    assert (await world.userinfo(narrow["access_token"])).json == {"sub": ALICE}
    assert (await world.userinfo(tokens["access_token"])).json == EMAIL


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_token_there_is_a_challenge_and_no_error(world: World, method: str) -> None:
    """RFC 6750 §3.1: who brought nothing is told nothing more, and is no event."""
    answer = await ask(world, HttpRequest(method=method))
    assert (answer.status, answer.json) == (401, {})
    assert answer.headers["www-authenticate"] == 'Bearer realm="OpenTrusty"'
    assert answer.headers["cache-control"] == "no-store"
    assert await world.refusals() == []


async def test_a_token_in_the_query_is_not_looked_at(world: World) -> None:
    """RFC 9700 §4.3.2: URLs are logged everywhere."""
    token = (await world.tokens())["access_token"]
    answer = await ask(world, HttpRequest(method="GET", query=urlencode({"access_token": token}).encode()))
    assert answer.status == 401
    both = post({"access_token": token}, query=b"access_token=x")
    assert (await ask(world, both)).error == (400, "invalid_request")


@pytest.mark.case("F1", "L4")
async def test_a_bad_token_gets_the_error_in_header_and_body(world: World) -> None:
    """RFC 6750 §3, to the letter; one event, without the token."""
    answer = await world.userinfo("canary-token")
    assert answer.error == (401, "invalid_token")
    description = "The access token is invalid, expired or revoked."
    assert answer.json == {"error": "invalid_token", "error_description": description, "request_id": "r-1"}
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="OpenTrusty", error="invalid_token", error_description="{description}"'
    )
    assert answer.headers["cache-control"] == "no-store"
    (event,) = await world.refusals()
    assert (event.type, event.reason) == (AuditType.REQUEST_REFUSED, "invalid_token")
    assert "canary" not in repr(event)


@pytest.mark.case("A6")
async def test_a_token_is_sent_once_and_as_a_bearer(world: World) -> None:
    """Two of them, twice the same, another scheme, an empty one, a body of another kind: 400 or 401, one event."""
    token = (await world.tokens())["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    refused = {
        "header and body": post({"access_token": token}, bearer),
        "twice in the body": post(f"access_token={token}&access_token={token}"),
        "another scheme": HttpRequest(method="GET", headers={"authorization": f"Basic {token}"}),
        "DPoP": HttpRequest(method="GET", headers={"authorization": f"DPoP {token}"}),
        "no value": HttpRequest(method="GET", headers={"authorization": "Bearer "}),
        "two headers": HttpRequest(method="GET", headers={"authorization": f"Bearer {token}, Bearer {token}"}),
    }
    for number, (kind, http) in enumerate(refused.items(), 1):
        answer = await ask(world, http)
        assert answer.status in {400, 401}, kind
        assert answer.headers["www-authenticate"].startswith("Bearer "), kind
        assert len(await world.refusals()) == number, kind
    as_json = HttpRequest(
        method="POST", headers={"content-type": "application/json"}, body=json.dumps({"access_token": token}).encode()
    )
    assert (await ask(world, as_json)).status == 401


async def test_a_token_without_openid_is_not_enough(world: World) -> None:
    """RFC 6750 §3.1 insufficient_scope."""
    token = (await world.tokens(scope="email"))["access_token"]
    answer = await world.userinfo(token)
    assert answer.error == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_a_token_ends_with_its_time_its_revocation_or_its_grant(world: World) -> None:
    """Each by itself, for a JWT and an opaque one."""
    for client_id in ("web", "opaque"):
        alone, family, old = [await world.tokens(client_id) for _ in range(3)]
        await world.revoke(alone["access_token"], client_id)
        await world.revoke(family["refresh_token"], client_id)
        for tokens in (alone, family):
            assert (await world.userinfo(tokens["access_token"])).error == (401, "invalid_token")
        assert (await world.userinfo(old["access_token"])).status == 200
        world.runtime.advance(timedelta(minutes=10))
        assert (await world.userinfo(old["access_token"])).error == (401, "invalid_token")


async def test_a_key_ring_that_was_replaced_opens_nothing_old(world: World) -> None:
    """The keys that count are the stored ones, a second later at most."""
    token = (await world.tokens("spa"))["access_token"]
    assert (await world.userinfo(token)).status == 200
    world.store._database.tenants["acme-id"].signing_keys.clear()  # as after a leak
    world.runtime.advance(seconds=1)
    assert (await world.userinfo(token)).error == (401, "invalid_token")
