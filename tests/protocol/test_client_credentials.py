"""The client credentials grant (RFC 6749 §4.4): a machine's own token."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.audit import ActorKind, AuditType, Outcome
from tests.support.cast import ISSUER, ORDERS
from tests.support.world import World

shared = settings(derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCOPES = ("orders:read", "orders:write", "stock:read", "openid", "offline_access", "x")


async def test_a_machine_gets_an_access_token_and_nothing_else(world: World) -> None:
    """RFC 6749 §4.4.3: no refresh token; no ID token, as there is nobody to name."""
    answer = await world.machine(scope="orders:read")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json.pop("access_token")
    assert answer.json == {"token_type": "Bearer", "expires_in": 600, "scope": "orders:read"}
    claims = await world.verified(token, ORDERS, typ="at+jwt")
    now = int(world.runtime.now().timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": ISSUER,
        "sub": "machine",
        "aud": ORDERS,
        "client_id": "machine",
        "scope": "orders:read",
        "iat": now,
        "exp": now + 600,
    }


async def test_without_a_scope_it_gets_all_that_it_may_have(world: World) -> None:
    """RFC 6749 §3.3; the scope that was issued is told."""
    assert (await world.machine()).json["scope"] == "orders:read orders:write"


@pytest.mark.case("G5")
@shared
@given(st.lists(st.sampled_from(SCOPES), min_size=1))
async def test_it_gets_what_it_is_registered_for_and_no_more(world: World, asked: list[str]) -> None:
    """Another API's scope, a person's or an unknown one is invalid_scope."""
    answer = await world.machine(scope=" ".join(asked))
    if set(asked) <= {"orders:read", "orders:write"}:
        assert answer.json["scope"] == " ".join(dict.fromkeys(asked))
    else:
        assert answer.error == (400, "invalid_scope")


@pytest.mark.case("G5")
async def test_the_standard_scopes_are_never_a_machines(world: World) -> None:
    """Registered for them or not: there is no person to tell of."""
    assert (await world.machine("opaque")).json["scope"] == "orders:read orders:write stock:read"
    assert (await world.machine("opaque", scope="openid orders:read")).error == (400, "invalid_scope")


@pytest.mark.case("G5")
async def test_a_scope_that_left_the_tenant_left_the_machine(world: World) -> None:
    """Registered earlier, and no API has it any more."""
    await world.repos().resources.delete(ORDERS, world.event())
    world.runtime.advance(seconds=1)
    assert (await world.machine(scope="orders:read")).error == (400, "invalid_scope")
    assert (await world.machine()).json["scope"] == ""


@pytest.mark.case("G5")
@pytest.mark.parametrize("client_id", ["web", "spa", "post"])
async def test_only_clients_registered_for_the_grant_may_use_it(world: World, client_id: str) -> None:
    """Public ones never are."""
    assert (await world.machine(client_id)).error == (400, "unauthorized_client")


async def test_a_client_may_use_only_the_grants_that_it_registered(world: World) -> None:
    """The code and refresh token grants as well."""
    code: dict[str, Any] = {"grant_type": "authorization_code", "code": "x"}
    refresh: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": "x"}
    for client_id, form in (("machine", code), ("machine", refresh), ("codeonly", refresh)):
        assert (await world.post("token", client_id, form)).error == (400, "unauthorized_client")


async def test_an_opaque_token_is_introspected_and_tells_nothing_by_itself(world: World) -> None:
    """A handle of 256 bits, kept as its hash."""
    token = (await world.machine("opaque", scope="orders:read")).json["access_token"]
    assert token.startswith("ota_")
    assert "." not in token
    content = await world.introspect(token, "api")
    assert (content["active"], content["sub"], content["client_id"]) == (True, "opaque", "opaque")
    assert (content["aud"], content["scope"]) == (ORDERS, "orders:read")
    kept = world.store._database.tenants["acme-id"].access_tokens
    assert token not in repr(kept)
    world.runtime.advance(seconds=600)
    assert await world.introspect(token, "api") == {"active": False}


async def test_two_requests_get_two_tokens(world: World) -> None:
    """Each with an id of its own."""
    one, two = [(await world.machine()).json["access_token"] for _ in range(2)]
    claims = [await world.verified(token, ORDERS, typ="at+jwt") for token in (one, two)]
    assert claims[0]["jti"] != claims[1]["jti"]


async def test_the_issue_is_written_down_as_the_clients(world: World) -> None:
    """One event; no token in it."""
    token = (await world.machine()).json["access_token"]
    (event,) = [event for event in await world.audit() if event.type is AuditType.TOKEN_ISSUED]
    assert (event.outcome, event.actor_kind, event.actor_id) == (Outcome.SUCCESS, ActorKind.CLIENT, "machine")
    assert event.details == {"grant_type": "client_credentials"}
    assert token not in repr(event)


async def test_a_machines_token_opens_no_userinfo(world: World) -> None:
    """Neither for an API nor for the issuer itself (RFC 6750 §3.1)."""
    token = (await world.machine()).json["access_token"]
    assert (await world.userinfo(token)).error == (401, "invalid_token")
    own = (await world.machine("api")).json["access_token"]
    assert (await world.verified(own, ISSUER, typ="at+jwt"))["scope"] == ""
    assert (await world.userinfo(own)).error == (403, "insufficient_scope")
