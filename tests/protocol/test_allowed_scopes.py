"""What a tenant allows: scopes and resources that its settings leave out are asked for, granted and issued no more."""

from __future__ import annotations

from opentrusty_core.domain.tenant import TenantSettings
from tests.support.cast import ORDERS
from tests.support.messages import Answer
from tests.support.world import World

EVERYTHING = "openid profile email offline_access orders:read stock:read"


async def allow_only(world: World, *scopes: str, resources: tuple[str, ...] | None = None) -> None:
    """An owner narrows what is allowed, and a second goes by."""
    settings = TenantSettings(allowed_scopes=scopes or None, allowed_resources=resources)
    await world.change_tenant(settings=settings)
    world.runtime.advance(seconds=1)


async def test_what_is_not_allowed_is_as_if_nobody_knew_of_it(world: World) -> None:
    """Asked for, it is ignored (OpenID Connect Core 1.0 §3.1.2.1); discovery does not name it."""
    await allow_only(world, "openid", "email", "orders:read")
    tokens = await world.tokens(scope=EVERYTHING)
    assert tokens["scope"] == "openid email orders:read"
    document = Answer.of(world.protocol.discovery(await world.issuer()))
    assert document.json["scopes_supported"] == ["email", "openid", "orders:read"]


async def test_a_machine_gets_of_its_scopes_those_that_are_allowed(world: World) -> None:
    """Whatever it was registered for before."""
    await allow_only(world, "openid", "orders:read")
    assert (await world.machine()).json["scope"] == "orders:read"
    assert (await world.machine(scope="orders:write")).error == (400, "invalid_scope")


async def test_an_api_that_is_not_allowed_is_no_audience(world: World) -> None:
    """Neither its scopes nor its identifier stand in a token."""
    await allow_only(world, resources=(ORDERS,))
    assert (await world.machine("opaque")).json["scope"] == "orders:read orders:write"
    tokens = await world.tokens(scope="openid orders:read stock:read")
    assert tokens["scope"] == "openid orders:read"
    await allow_only(world, resources=())
    assert (await world.machine()).json["scope"] == ""


async def test_what_was_granted_before_is_issued_no_more(world: World) -> None:
    """At the next refresh and at the redemption of a code that was on its way; the answer says what is left."""
    tokens = await world.tokens(scope=EVERYTHING)
    assert tokens["scope"] == EVERYTHING
    code = await world.code(scope=EVERYTHING)
    await allow_only(world, "openid", "offline_access", "stock:read")
    left = "openid offline_access stock:read"
    assert (await world.redeem(code)).json["scope"] == left
    refreshed = await world.refresh(tokens["refresh_token"])
    assert refreshed.json["scope"] == left
    claims = await world.verified(refreshed.json["access_token"], "https://api.example/stock", typ="at+jwt")
    assert claims["scope"] == left
    await world.change_tenant(settings=TenantSettings())
    world.runtime.advance(seconds=1)
    assert (await world.refresh(tokens["refresh_token"])).json["scope"] == EVERYTHING
