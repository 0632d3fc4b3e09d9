"""Introspection (RFC 7662) and revocation (RFC 7009): a client's own tokens, and nobody else's."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType, Outcome
from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.domain.resource import Resource
from tests.support.cast import ALICE, CLIENTS, ISSUER, ORDERS, secret_of
from tests.support.messages import basic, post
from tests.support.world import World

INACTIVE = {"active": False}


async def test_an_access_token_is_told_in_full_to_its_client(world: World) -> None:
    """RFC 7662 §2.2."""
    tokens = await world.tokens(scope="openid orders:read")
    claims = await world.verified(tokens["access_token"], ISSUER, typ="at+jwt")
    answer = await world.post("introspection", "web", {"token": tokens["access_token"]})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == {
        "active": True,
        "token_type": "Bearer",
        "iss": ISSUER,
        "sub": ALICE,
        "username": "alice",
        "aud": [ISSUER, ORDERS],
        "client_id": "web",
        "scope": "openid orders:read",
        "iat": claims["iat"],
        "exp": claims["exp"],
        "jti": claims["jti"],
    }


async def test_an_opaque_token_is_told_like_a_jwt(world: World) -> None:
    """The format is the client's choice, the meaning is not."""
    now = int(world.runtime.now().timestamp())
    told = await world.introspect((await world.tokens("opaque", scope="openid"))["access_token"], "opaque")
    assert told.pop("jti")
    assert told == {
        "active": True,
        "token_type": "Bearer",
        "iss": ISSUER,
        "sub": ALICE,
        "username": "alice",
        "aud": ISSUER,
        "client_id": "opaque",
        "scope": "openid",
        "iat": now,
        "exp": now + 600,
    }


async def test_a_refresh_token_is_told_without_a_token_type(world: World) -> None:
    """It is no access token; it ends when idle, before its absolute end."""
    now = int(world.runtime.now().timestamp())
    tokens = await world.tokens(scope="openid email offline_access")
    assert await world.introspect(tokens["refresh_token"]) == {
        "active": True,
        "iss": ISSUER,
        "sub": ALICE,
        "username": "alice",
        "client_id": "web",
        "scope": "openid email offline_access",
        "iat": now,
        "exp": now + 30 * 24 * 3600,
    }


async def test_a_spent_refresh_token_is_active_as_long_as_a_retry_would_be_answered(world: World) -> None:
    """And its successor from then on alone."""
    first = (await world.tokens("spa"))["refresh_token"]
    second = (await world.refresh(first, "spa")).json["refresh_token"]
    secrets = next(client.secrets for client in CLIENTS if client.client_id == "web")
    await world.change_client("spa", token_endpoint_auth_method=AuthMethod.BASIC, secrets=secrets)
    credentials = basic("spa", secret_of("web"))
    for wait, active in ((59, [True, True]), (1, [False, True])):
        world.runtime.advance(seconds=wait)
        told = [await world.post("introspection", None, {"token": it}, headers=credentials) for it in (first, second)]
        assert [answer.json["active"] for answer in told] == active


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
async def test_a_hint_is_only_a_hint(world: World, hint: str | None) -> None:
    """RFC 7662 §2.1, RFC 7009 §2.1: every kind is found all the same."""
    tokens = await world.tokens()
    for name in ("access_token", "refresh_token"):
        form = {"token": tokens[name], "token_type_hint": hint}
        assert (await world.post("introspection", "web", form)).json["active"] is True
        assert (await world.post("revocation", "web", form)).status == 200
        assert (await world.post("introspection", "web", form)).json == INACTIVE


@pytest.mark.case("G3")
async def test_nobody_is_told_of_another_clients_token(world: World) -> None:
    """Every client about every other's, access or refresh, JWT or opaque; with the same bytes as for garbage."""
    owners = ("web", "opaque", "post")
    tokens = {client_id: await world.tokens(client_id) for client_id in owners}
    for owner, asker in itertools.permutations([*owners, "machine"], 2):
        if owner == "machine":
            continue
        for name in ("access_token", "refresh_token"):
            assert await world.introspect(tokens[owner][name], asker) == INACTIVE
    assert await world.introspect("garbage") == INACTIVE


@pytest.mark.case("G3")
@pytest.mark.parametrize("owner", ["web", "spa", "opaque", "machine"])
async def test_a_resource_is_told_of_the_tokens_that_are_meant_for_it(world: World, owner: str) -> None:
    """And of no other: neither another API's, nor the issuer's, nor any refresh token."""
    mine = (await world.machine()).json if owner == "machine" else await world.tokens(owner, scope="openid orders:read")
    assert (await world.introspect(mine["access_token"], "api"))["active"] is True
    if owner != "machine":
        other = await world.tokens(owner, scope="openid stock:read")
        assert await world.introspect(other["access_token"], "api") == INACTIVE
        assert await world.introspect(mine["refresh_token"], "api") == INACTIVE


@pytest.mark.case("G3", "E1")
@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
async def test_nobody_in_particular_is_told_nothing(world: World, endpoint: str) -> None:
    """Unauthenticated, with a good token in hand: 401, and the token lives."""
    tokens = await world.tokens()
    http = post({"token": tokens["access_token"]}, {"authorization": f"Bearer {tokens['access_token']}"})
    response = await getattr(world.protocol, endpoint)(http, await world.issuer())
    assert response.status == 401
    assert (await world.post(endpoint, None, {"token": tokens["access_token"]})).error == (401, "invalid_client")
    answer = await world.post(endpoint, None, {"token": tokens["access_token"], "client_id": "web"})
    assert answer.error == (401, "invalid_client")
    assert (await world.introspect(tokens["access_token"]))["active"] is True


async def test_a_public_client_may_revoke_and_not_introspect(world: World) -> None:
    """RFC 7662 §2.1 asks for authorization; RFC 7009 §2.1 for the client only."""
    tokens = await world.tokens("spa")
    answer = await world.post("introspection", "spa", {"token": tokens["access_token"]})
    assert answer.error == (401, "invalid_client")
    assert (await world.revoke(tokens["refresh_token"], "spa")).status == 200
    assert (await world.userinfo(tokens["access_token"])).status == 401


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
async def test_the_token_has_to_be_there(world: World, endpoint: str) -> None:
    """An empty one is none."""
    for form in ({}, {"token": ""}):
        answer = await world.post(endpoint, "web", form)
        assert answer.error == (400, "invalid_request")
        assert answer.json["error_description"] == "The parameter token is missing."


# --- revocation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client_id", ["web", "opaque"])
async def test_a_revoked_access_token_ends_alone(world: World, client_id: str) -> None:
    """At once, for everybody; its grant and siblings live on."""
    tokens = await world.tokens(client_id, scope="openid orders:read")
    sibling = (await world.refresh(tokens["refresh_token"], client_id)).json
    answer = await world.revoke(tokens["access_token"], client_id)
    assert (answer.status, answer.json) == (200, {})
    assert answer.headers["cache-control"] == "no-store"
    assert await world.introspect(tokens["access_token"], client_id) == INACTIVE
    assert await world.introspect(tokens["access_token"], "api") == INACTIVE
    assert (await world.introspect(sibling["access_token"], client_id))["active"] is True
    assert (await world.refresh(tokens["refresh_token"], client_id)).status == 200
    (event,) = [event for event in await world.audit() if event.type is AuditType.TOKEN_REVOKED]
    assert (event.outcome, event.actor_kind, event.client_id) == (Outcome.SUCCESS, ActorKind.CLIENT, client_id)


@pytest.mark.parametrize("client_id", ["web", "spa", "opaque"])
async def test_a_revoked_refresh_token_ends_its_whole_grant(world: World, client_id: str) -> None:
    """RFC 7009 §2.1: the access tokens of the same grant go too; other grants stay."""
    tokens, other = await world.tokens(client_id), await world.tokens(client_id)
    fresh = (await world.refresh(tokens["refresh_token"], client_id)).json
    assert (await world.revoke(fresh["refresh_token"], client_id)).status == 200
    for family in (tokens, fresh):
        assert (await world.userinfo(family["access_token"])).status == 401
        assert (await world.refresh(family["refresh_token"], client_id)).error == (400, "invalid_grant")
    assert (await world.userinfo(other["access_token"])).status == 200
    (event,) = [event for event in await world.audit() if event.type is AuditType.GRANT_REVOKED]
    assert event.client_id == client_id


async def test_a_spent_generation_revokes_the_same_grant(world: World) -> None:
    """A client that lost the newest token can still end it all."""
    first = await world.tokens("spa")
    second = (await world.refresh(first["refresh_token"], "spa")).json
    third = (await world.refresh(second["refresh_token"], "spa")).json
    assert (await world.revoke(first["refresh_token"], "spa")).status == 200
    assert (await world.userinfo(third["access_token"])).status == 401
    assert (await world.refresh(third["refresh_token"], "spa")).error == (400, "invalid_grant")


@pytest.mark.case("G3")
@pytest.mark.parametrize(("owner", "other"), [("web", "web2"), ("web", "spa"), ("spa", "web"), ("opaque", "api")])
async def test_nobody_ends_another_clients_token(world: World, owner: str, other: str) -> None:
    """200 all the same (RFC 7009 §2.2), and nothing happened, nor was written down as if it had."""
    tokens = await world.tokens(owner, scope="openid orders:read")
    for name in ("access_token", "refresh_token"):
        answer = await world.revoke(tokens[name], other)
        assert (answer.status, answer.json) == (200, {})
    assert (await world.userinfo(tokens["access_token"])).status == 200
    assert (await world.refresh(tokens["refresh_token"], owner)).status == 200
    ends = {AuditType.TOKEN_REVOKED, AuditType.GRANT_REVOKED}
    assert not [event for event in await world.audit() if event.type in ends]


async def test_a_machine_ends_its_own_token(world: World) -> None:
    """Without a grant behind it."""
    for client_id in ("machine", "opaque"):
        token = (await world.machine(client_id)).json["access_token"]
        assert (await world.introspect(token, client_id))["active"] is True
        assert (await world.revoke(token, client_id)).status == 200
        assert await world.introspect(token, client_id) == INACTIVE


@pytest.mark.parametrize("kind", ["garbage", "code", "id_token", "expired", "again"])
async def test_there_is_nothing_to_revoke_and_that_is_fine(world: World, kind: str) -> None:
    """RFC 7009 §2.2: an invalid token is no error; what it is not, it does not end."""
    tokens = await world.tokens()
    values: dict[str, Any] = {"garbage": "x", "code": await world.code(), "id_token": tokens["id_token"]}
    value = values.get(kind, tokens["access_token"])
    if kind == "expired":
        world.runtime.advance(minutes=10)
    if kind == "again":
        assert (await world.revoke(value)).status == 200
    before = len(await world.audit())
    assert (await world.revoke(value)).status == 200
    assert len(await world.audit()) == before
    if kind == "code":
        assert (await world.redeem(value)).status == 200
    assert (await world.refresh(tokens["refresh_token"])).status == 200


async def test_a_resource_that_moved_is_told_by_its_old_audience_no_more(world: World) -> None:
    """What counts is what the token says and what the client is now."""
    token = (await world.tokens(scope="orders:read"))["access_token"]
    assert (await world.introspect(token, "api"))["active"] is True
    await world.repos().resources.save(Resource(identifier="https://api.example/v2", name="v2"), world.event())
    await world.change_client("api", resource_identifiers=("https://api.example/v2",))
    world.runtime.advance(seconds=1)
    assert await world.introspect(token, "api") == INACTIVE
