"""Previews: what is shown is what would be issued, claim by claim, and every claim says why it is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import GrantType
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.scope import STANDARD_SCOPES
from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.preview import ClaimPreview, ClaimSource
from opentrusty_core.protocol.deps import ClaimsContext
from tests.preview.conftest import SYSTEM, Looking
from tests.support.cast import ALICE, API_SCOPES, BOB, ISSUER, ORDERS, STOCK
from tests.support.world import World, new_world

FRESH = {"jti", "gid", "sid", "at_hash"}
PEOPLES = ["web", "spa", "native", "legacy", "es", "opaque", "codeonly", "partner"]
CLAIM_NAMES = ["email", "name", "birthdate", "locale", "acr", "unheard_of", "sub", "phone_number"]
requests = st.dictionaries(
    st.sampled_from(CLAIM_NAMES), st.sampled_from([None, {"essential": True}, {"values": ["x", "y"]}]), max_size=4
).filter(lambda claims: not (claims.get("sub") or claims.get("acr")))
lasting = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def extras(context: ClaimsContext) -> Mapping[str, object]:
    """What an embedder might add; `email` is ours wherever it is released, `iss` always."""
    return {"tier": context.use, "email": "extra@example.com", "iss": "https://evil.example"}


def shown(claims: tuple[ClaimPreview, ...] | None) -> dict[str, object]:
    """Name to value, without what is made anew for each token."""
    return {claim.name: claim.value for claim in claims or () if not claim.is_fresh}


def fresh(claims: tuple[ClaimPreview, ...] | None) -> set[str]:
    return {claim.name for claim in claims or () if claim.is_fresh}


def said(token: str) -> dict[str, Any]:
    """What a JWT says; that it is well signed is tested elsewhere."""
    return jwt.decode(token, options={"verify_signature": False})


def compared(preview: tuple[ClaimPreview, ...] | None, issued: dict[str, Any]) -> None:
    assert fresh(preview) == issued.keys() & FRESH
    assert json.loads(json.dumps(shown(preview))) == {n: v for n, v in issued.items() if n not in FRESH}


# --- what is shown is what is issued ---------------------------------------------------------------------------------


@pytest.mark.parametrize("embedded", [False, True])
@lasting
@given(
    st.sampled_from(PEOPLES),
    st.lists(st.sampled_from([*STANDARD_SCOPES, *API_SCOPES, "unknown"]), unique=True),
    requests,
    requests,
)
async def test_a_preview_shows_what_is_then_issued(
    embedded: bool, client_id: str, scopes: list[str], userinfo: dict[str, Any], id_token: dict[str, Any]
) -> None:
    """Access token, ID token and userinfo, for any client, scope and `claims` parameter: same names, same values."""
    world = await new_world(extra_claims=extras if embedded else None)
    await world.change_client("partner", skip_consent=True)
    claims: dict[str, object] = {}
    claims |= {"userinfo": userinfo} if userinfo else {}
    claims |= {"id_token": id_token} if id_token else {}
    world.runtime.advance(seconds=5)
    await world.sign_in()
    preview = await Looking(world=world).issued(client_id, *(scopes or ["openid"]), claims=claims)
    tokens = await world.tokens(
        client_id, scope=" ".join(scopes or ["openid"]), claims=json.dumps(claims) if claims else None, nonce=None
    )
    assert tokens["scope"].split() == list(preview.scope)
    assert set(preview.ignored_scope) == set(scopes or ["openid"]) - set(preview.scope)
    assert tokens["expires_in"] == preview.access_token_lifetime.total_seconds()
    assert ("refresh_token" in tokens) == preview.has_refresh_token
    if client_id == "opaque":
        compared(preview.access_token, await world.introspect(tokens["access_token"], client_id))
    else:
        compared(preview.access_token, said(tokens["access_token"]))
    assert ("id_token" in tokens) == (preview.id_token is not None)
    if "id_token" in tokens:
        compared(preview.id_token, said(tokens["id_token"]))
        compared(preview.userinfo, (await world.userinfo(tokens["access_token"])).json)


@pytest.mark.parametrize("client_id", ["machine", "opaque"])
@pytest.mark.parametrize("scope", [None, "orders:read"])
async def test_a_machine_s_preview_shows_what_is_then_issued(
    looking: Looking, client_id: str, scope: str | None
) -> None:
    """Its own token, without a person and without asking anybody."""
    preview = await looking.issued(client_id, *([scope] if scope else []), user_id=None)
    tokens = (await looking.world.machine(client_id, scope=scope)).json
    assert (preview.id_token, preview.userinfo, preview.has_refresh_token) == (None, None, False)
    assert preview.asks_consent is None
    assert list(preview.scope) == tokens["scope"].split()
    if client_id == "machine":
        compared(preview.access_token, said(tokens["access_token"]))
    else:
        compared(preview.access_token, await looking.world.introspect(tokens["access_token"], client_id))


# --- why -------------------------------------------------------------------------------------------------------------


async def test_every_claim_says_what_put_it_there(looking: Looking) -> None:
    """The scope that releases it, the parameter that asks for it, or the token itself."""
    claims = {"userinfo": {"birthdate": {"essential": True}, "email": None}, "id_token": {"name": None}}
    preview = await looking.issued("web", "openid", "email", "orders:read", claims=claims)
    by_name = {claim.name: claim for claim in preview.userinfo or ()}
    assert {name: (claim.source, claim.scopes) for name, claim in by_name.items()} == {
        "sub": (ClaimSource.TOKEN, ()),
        "email": (ClaimSource.SCOPE, ("email",)),
        "email_verified": (ClaimSource.SCOPE, ("email",)),
        "birthdate": (ClaimSource.CLAIMS_PARAMETER, ()),
    }
    assert by_name["email"].why == "The scope email releases it, and it is asked for by name."
    assert by_name["email_verified"].why == "The scope email releases it."
    assert by_name["birthdate"].why == "The claims parameter asks for it by name as essential."
    named = [claim for claim in preview.id_token or () if claim.source is ClaimSource.CLAIMS_PARAMETER]
    assert [(claim.name, claim.value) for claim in named] == [("name", "Alice Liddell")]
    assert {claim.source for claim in preview.access_token} == {ClaimSource.TOKEN}
    assert preview.audience == (ISSUER, ORDERS)


async def test_an_embedder_s_claims_are_told_apart(looking: Looking) -> None:
    """Also where ours took the place of theirs."""
    world = await new_world(extra_claims=extras)
    preview = await Looking(world=world).issued("web", "openid", "email")
    sources = {claim.name: claim.source for claim in preview.userinfo or ()}
    assert (sources["tier"], sources["email"]) == (ClaimSource.EXTRA, ClaimSource.SCOPE)
    sources = {claim.name: claim.source for claim in preview.access_token}
    assert (sources["email"], sources["iss"]) == (ClaimSource.EXTRA, ClaimSource.TOKEN)


@pytest.mark.parametrize(
    ("scope", "claims", "missing"),
    [
        (("openid", "phone"), None, {}),
        (("openid", "profile"), {"userinfo": {"name": None, "unheard_of": None}}, {"unheard_of", "nickname"}),
        (("openid",), {"id_token": {"locale": None, "acr": None}}, {"locale"}),
        (("email", "orders:read"), None, {"email", "email_verified"}),
        (("orders:read",), {"id_token": {"name": None}}, {"name"}),
    ],
)
async def test_what_is_asked_for_and_would_not_come_is_named(
    looking: Looking, scope: tuple[str, ...], claims: dict[str, object] | None, missing: set[str]
) -> None:
    """Not known of the person, no such claim, or nowhere to be delivered."""
    preview = await looking.issued("web", *scope, claims=claims)
    found = {claim.name: claim.why for claim in preview.missing}
    assert found.keys() >= set(missing)
    issued = shown(preview.userinfo).keys() | shown(preview.id_token).keys()
    assert not found.keys() & issued
    assert all(why.endswith(".") for why in found.values())
    if "profile" not in scope:
        assert found.keys() == set(missing)


async def test_without_a_scope_all_that_the_client_may_ask_for_is_shown(looking: Looking) -> None:
    """What the tenant does not know any more is ignored, as it is at the authorization endpoint."""
    preview = await looking.issued("codeonly")
    assert set(preview.scope) == {*STANDARD_SCOPES, *API_SCOPES} - {"offline_access"}
    assert preview.ignored_scope == ("offline_access",)
    assert preview.audience == (ISSUER, ORDERS, STOCK)
    machine = await looking.issued("opaque", user_id=None)
    assert set(machine.ignored_scope) == set(STANDARD_SCOPES)


async def test_it_says_whether_the_person_would_be_asked(looking: Looking) -> None:
    """A client of the tenant's own never asks; another's asks until what is wanted was allowed."""
    assert (await looking.issued("web", "openid")).asks_consent is False
    assert (await looking.issued("partner", "openid")).asks_consent is True
    await looking.world.allow("partner", "openid")
    assert (await looking.issued("partner", "openid")).asks_consent is False
    assert (await looking.issued("partner", "openid", "email")).asks_consent is True


# --- why not ---------------------------------------------------------------------------------------------------------


async def test_what_is_suspended_or_disabled_gets_nothing_and_all_of_it_is_told(looking: Looking) -> None:
    """A change shows at once: nothing that was remembered for a second is shown."""
    world = looking.world
    await looking.issued()
    await world.change_user(ALICE, status=UserStatus.DISABLED)
    assert await looking.refused() == ["user_disabled"]
    client = await world.repos().clients.get("web")
    assert client is not None
    await world.change_client("web", status=type(client.status)("disabled"))
    assert await looking.refused() == ["client_disabled", "user_disabled"]
    await world.change_tenant(status=TenantStatus.SUSPENDED)
    assert await looking.refused() == ["tenant_suspended", "client_disabled", "user_disabled"]
    assert await looking.refused("machine", user_id=None) == ["tenant_suspended"]


@pytest.mark.parametrize(
    ("client_id", "user_id", "scope", "claims", "error"),
    [
        ("machine", ALICE, ("openid",), None, "unauthorized_client"),
        ("web", None, ("orders:read",), None, "unauthorized_client"),
        ("frugal", ALICE, ("openid", "orders:read"), None, "invalid_scope"),
        ("machine", None, ("openid",), None, "invalid_scope"),
        ("machine", None, ("stock:read",), None, "invalid_scope"),
        ("web", ALICE, ("openid",), {"userinfo": "x"}, "invalid_request"),
        ("web", ALICE, ("openid",), {"userinfo": {"x" * 9000: None}}, "invalid_request"),
        (
            "web",
            ALICE,
            ("openid",),
            {"id_token": {"acr": {"essential": True, "values": ["phr"]}}},
            "unmet_authentication_requirements",
        ),
        ("web", ALICE, ("openid",), {"id_token": {"sub": {"value": BOB}}}, "login_required"),
    ],
)
async def test_what_the_protocol_would_refuse_is_refused_with_its_error(
    looking: Looking,
    client_id: str,
    user_id: str | None,
    scope: tuple[str, ...],
    claims: dict[str, object] | None,
    error: str,
) -> None:
    """By the very checks of the endpoints."""
    assert await looking.refused(client_id, *scope, user_id=user_id, claims=claims) == [error]


async def test_a_client_that_wants_a_fresh_sign_in_has_one(looking: Looking) -> None:
    """The preview is of somebody who has just signed in."""
    await looking.world.change_client("web", default_max_age=0)
    await looking.issued()


# --- who may look, and what is left behind ---------------------------------------------------------------------------


@pytest.mark.case("I1")
async def test_what_is_not_there_is_not_found(looking: Looking) -> None:
    """Another tenant's client or user looks the same as none."""
    world = looking.world
    await world.repos("globex").clients.add(replace(await client_of(world, "web"), client_id="theirs"), world.event())
    for client_id, options in (
        ("theirs", {}),
        ("nothing", {}),
        ("web", {"user_id": "nobody"}),
        ("web", {"tenant_id": "nowhere"}),
    ):
        with pytest.raises(NotFound):
            await looking.at(client_id, **options)  # type: ignore[arg-type]


@pytest.mark.case("J4")
async def test_who_looks_may_read_clients_and_for_a_person_people(looking: Looking) -> None:
    """Without the one nothing is shown, without the other nothing of a person; and nothing is written down."""
    everything = frozenset(Permission)
    before = await looking.world.audit()
    for lacking, user_id in ((Permission.CLIENT_READ, None), (Permission.USER_READ, ALICE)):
        actor = replace(SYSTEM, kind=type(SYSTEM.kind)("user"), tenant_id="acme-id", platform_permissions=frozenset())
        actor = replace(actor, permissions=everything - {lacking})
        with pytest.raises(Denied):
            await looking.at("machine", user_id=user_id, actor=actor)
    assert await looking.world.audit() == before


async def test_a_look_at_a_person_is_written_down_and_nothing_else_is(looking: Looking) -> None:
    """Who looked, at whom, for which client; a machine has no person to look at."""
    world = looking.world
    before, grants = await world.audit(), world.store._database.tenants["acme-id"].grants.copy()
    await looking.issued("machine", user_id=None)
    assert await world.audit() == before
    await looking.issued("opaque", "openid")
    (event,) = [event for event in await world.audit() if event not in before]
    assert (event.type, event.target, event.client_id) == (AuditType.TOKEN_PREVIEWED, ALICE, "opaque")
    assert event.details == {"via": "test"}
    tables = world.store._database.tenants["acme-id"]
    assert (tables.grants, tables.access_tokens, tables.codes) == (grants, {}, {})


async def client_of(world: World, client_id: str) -> Any:
    client = await world.repos().clients.get(client_id)
    assert client is not None
    assert client.may(GrantType.AUTHORIZATION_CODE)
    return client
