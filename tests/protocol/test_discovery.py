"""Discovery and keys (OpenID Connect Discovery 1.0, RFC 8414, RFC 7517): what is said is what is so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.tenant import TenantStatus
from tests.support.cast import ALGORITHMS, ISSUER, ORDERS, signing_key
from tests.support.messages import Answer
from tests.support.world import World


async def document(world: World, at: str = "acme") -> dict[str, Any]:
    answer = Answer.of(world.protocol.discovery(await world.issuer(at)))
    assert answer.status == 200
    return answer.json


async def test_every_endpoint_lies_under_the_issuer(world: World) -> None:
    """One tenant, one issuer, one set of endpoints."""
    content = await document(world)
    assert content["issuer"] == ISSUER
    endpoints = {name: url for name, url in content.items() if name.endswith(("_endpoint", "_uri"))}
    assert endpoints == {
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "userinfo_endpoint": f"{ISSUER}/userinfo",
        "jwks_uri": f"{ISSUER}/jwks",
        "introspection_endpoint": f"{ISSUER}/introspect",
        "revocation_endpoint": f"{ISSUER}/revoke",
        "end_session_endpoint": f"{ISSUER}/logout",
    }
    assert (await document(world, "globex"))["issuer"] == ISSUER.replace("acme", "globex")


async def test_what_a_provider_has_to_say_is_said(world: World) -> None:
    """OpenID Connect Discovery 1.0 §3: required members, and those whose defaults would be untrue."""
    content = await document(world)
    assert content["response_types_supported"] == ["code"]
    assert content["response_modes_supported"] == ["query", "form_post"]
    assert content["subject_types_supported"] == ["public"]
    assert "RS256" in content["id_token_signing_alg_values_supported"]
    assert "none" not in content["id_token_signing_alg_values_supported"]
    assert content["code_challenge_methods_supported"] == ["S256"]
    assert content["claims_parameter_supported"] is True
    assert content["request_parameter_supported"] is False
    assert content["request_uri_parameter_supported"] is False  # its default is true
    assert content["authorization_response_iss_parameter_supported"] is True
    assert set(content["prompt_values_supported"]) == {"none", "login", "consent", "select_account"}
    assert {"sub", "auth_time", "acr", "amr", "sid", "email", "name"} <= set(content["claims_supported"])


async def test_the_supported_grants_are_those_that_the_token_endpoint_knows(world: World) -> None:
    """Derived, not written twice: each is answered, and any other is not."""
    supported = (await document(world))["grant_types_supported"]
    assert set(supported) == {"authorization_code", "refresh_token", "client_credentials"}
    for grant_type in (*supported, "password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"):
        answer = await world.post("token", "web", {"grant_type": grant_type})
        assert (answer.json["error"] == "unsupported_grant_type") == (grant_type not in supported)


async def test_the_supported_client_authentication_is_what_clients_can_register(world: World) -> None:
    """`none` wherever a public client may come, and not at introspection."""
    content = await document(world)
    methods = {method.value for method in AuthMethod}
    assert set(content["token_endpoint_auth_methods_supported"]) == methods
    assert set(content["revocation_endpoint_auth_methods_supported"]) == methods
    assert set(content["introspection_endpoint_auth_methods_supported"]) == methods - {"none"}


async def test_the_supported_scopes_follow_the_tenants_resources(world: World) -> None:
    """A new API shows within a second."""
    before = (await document(world))["scopes_supported"]
    assert {"openid", "profile", "email", "address", "phone", "offline_access", "orders:read"} <= set(before)
    await world.repos().resources.save(
        Resource(identifier=ORDERS, name="Orders", scopes={"orders:all": ""}), world.event()
    )
    world.runtime.advance(seconds=1)
    after = (await document(world))["scopes_supported"]
    assert set(before) ^ set(after) == {"orders:read", "orders:write", "orders:all"}
    assert (await document(world, "globex"))["scopes_supported"] == before


@pytest.mark.parametrize("name", ["discovery", "jwks"])
async def test_the_documents_are_json_that_anybody_may_keep_for_a_while(world: World, name: str) -> None:
    """Shorter than a key is announced before it signs."""
    response = getattr(world.protocol, name)(await world.issuer())
    headers = dict(response.headers)
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"cache-control"] == b"public, max-age=300"
    assert json.loads(response.body)


async def test_the_key_set_holds_public_halves_only(world: World) -> None:
    """Each with its kid, its algorithm and its use; no private or symmetric member."""
    keys = (await world.jwks())["keys"]
    assert {key["alg"] for key in keys} == set(ALGORITHMS)
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert set(key) <= {"kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"}
        assert key["kty"] in {"RSA", "EC"}


@pytest.mark.case("I1")
async def test_two_tenants_share_no_key(world: World) -> None:
    """A key set is a tenant's own."""
    acme, globex = [{key["kid"] for key in (await world.jwks(at=at))["keys"]} for at in ("acme", "globex")]
    assert acme.isdisjoint(globex)


@pytest.mark.case("L6")
async def test_a_key_is_published_before_it_signs_and_after(world: World) -> None:
    """Announced and retiring keys stand in the set; retired ones do not; only the active one signs."""
    repos, active = world.repos(), signing_key("acme-id", "ES256")
    announced = signing_key("acme-id", "ES256", KeyStatus.ANNOUNCED)
    await repos.signing_keys.add(announced, world.event())
    world.runtime.advance(seconds=1)
    token = (await world.machine()).json["access_token"]
    assert {active.kid, announced.kid} <= {key["kid"] for key in (await world.jwks())["keys"]}

    now = world.runtime.now()
    retiring = replace(active, status=KeyStatus.RETIRING, retiring_at=now)
    promoted = replace(announced, status=KeyStatus.ACTIVE, activated_at=now)
    assert await repos.signing_keys.step((retiring, promoted), world.event())
    world.runtime.advance(seconds=1)
    assert {active.kid, announced.kid} <= {key["kid"] for key in (await world.jwks())["keys"]}
    assert (await world.introspect(token, "machine"))["active"] is True
    fresh = (await world.machine()).json["access_token"]
    assert (await world.verified(fresh, ORDERS, typ="at+jwt"))["client_id"] == "machine"
    assert fresh.partition(".")[0] != token.partition(".")[0]

    retired = replace(retiring, status=KeyStatus.RETIRED, retired_at=now)
    assert await repos.signing_keys.step((retired,), world.event())
    world.runtime.advance(seconds=1)
    assert active.kid not in {key["kid"] for key in (await world.jwks())["keys"]}
    assert await world.introspect(token, "machine") == {"active": False}
    assert (await world.introspect(fresh, "machine"))["active"] is True


async def test_the_first_token_that_needs_an_algorithm_makes_its_key(world: World) -> None:
    """A new tenant has no RSA key until then."""
    keys = world.store._database.tenants["acme-id"].signing_keys  # there is no verb that loses a key
    del keys[signing_key("acme-id", "RS256").kid]
    world.restart()
    assert {key["alg"] for key in (await world.jwks())["keys"]} == {"ES256"}
    tokens = await world.tokens("web")
    world.runtime.advance(seconds=1)
    assert {key["alg"] for key in (await world.jwks())["keys"]} == set(ALGORITHMS)
    assert await world.verified(tokens["id_token"], "web", typ="JWT")


async def test_a_tenant_that_is_unknown_or_suspended_has_no_issuer(world: World) -> None:
    """Both look alike; a suspension takes hold within a second, and so does its end."""
    for name in ("nobody", "acme-id", "ACME", ""):
        assert await world.protocol.issuer(name) is None
    await world.issuer()
    await world.change_tenant(status=TenantStatus.SUSPENDED)
    world.runtime.advance(seconds=1)
    assert await world.protocol.issuer("acme") is None
    assert await world.protocol.issuer("globex") is not None
    await world.change_tenant(status=TenantStatus.ACTIVE)
    world.runtime.advance(seconds=1)
    assert await world.protocol.issuer("acme") is not None
