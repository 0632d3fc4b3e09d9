"""Tenants are worlds apart: whatever belongs to one opens nothing in the other, and looks like nothing at all.

The two tenants of this world are twins: the same client ids and secrets, the same user ids. Only what keeps tenants
apart can make the difference.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from opentrusty_core.domain.tenant import TenantStatus
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse
from tests.support.cast import ALICE, AUTH_URL, USERS
from tests.support.world import World

PAIRS = list(itertools.permutations(("acme", "globex"), 2))
INACTIVE = {"active": False}


async def test_the_twins_are_alike(world: World) -> None:
    """So that the refusals below have one reason only."""
    for at in ("acme", "globex"):
        tokens = await world.tokens(scope="openid email orders:read", at=at)
        assert (await world.userinfo(tokens["access_token"], at=at)).status == 200
        assert (await world.introspect(tokens["access_token"], "api", at=at))["iss"] == f"{AUTH_URL}/t/{at}"
        assert (await world.refresh(tokens["refresh_token"], at=at)).status == 200


@pytest.mark.case("I1", "I2")
@pytest.mark.parametrize(("home", "away"), PAIRS)
@pytest.mark.parametrize("client_id", ["web", "opaque", "spa"])
async def test_no_artefact_of_one_tenant_opens_anything_in_the_other(
    world: World, home: str, away: str, client_id: str
) -> None:
    """Codes and refresh tokens are unknown, access tokens inactive; and at home all of them are unharmed."""
    code = await world.code(client_id, at=home)
    tokens = await world.tokens(client_id, at=home)
    assert (await world.redeem(code, client_id, at=away)).error == (400, "invalid_grant")
    assert (await world.refresh(tokens["refresh_token"], client_id, at=away)).error == (400, "invalid_grant")
    assert (await world.userinfo(tokens["access_token"], at=away)).error == (401, "invalid_token")
    for name in ("access_token", "refresh_token", "id_token"):
        if client_id != "spa":
            assert await world.introspect(tokens[name], client_id, at=away) == INACTIVE
        assert (await world.revoke(tokens[name], client_id, at=away)).status == 200
    hinted = await world.redirect(client_id, id_token_hint=tokens["id_token"], at=away)
    assert hinted["error"] == "invalid_request"
    assert (await world.redeem(code, client_id, at=home)).status == 200
    assert (await world.userinfo(tokens["access_token"], at=home)).status == 200
    assert (await world.refresh(tokens["refresh_token"], client_id, at=home)).status == 200


@pytest.mark.case("I2")
@pytest.mark.parametrize(("home", "away"), PAIRS)
async def test_a_session_is_one_tenants(world: World, home: str, away: str) -> None:
    """Its browser is a stranger in the other."""
    answer = await world.authorize(prompt="none", at=away, browser=world.browsers[home])
    assert isinstance(answer, AuthorizationResponse)
    assert answer.parameters["error"] == "login_required"
    assert "code" in await world.redirect(prompt="none", at=away)


@pytest.mark.case("I1")
async def test_a_foreign_thing_looks_like_an_absent_one(world: World) -> None:
    """To the byte: what exists elsewhere and what never was get the same answer."""
    tokens, opaque, code = await world.tokens(), await world.tokens("opaque"), await world.code()
    absent_refresh = world.refresh_tokens.mint("globex-id", world.runtime.new_id(), 0)
    twins: list[tuple[Callable[[str], Awaitable[object]], str, str]] = [
        (lambda value: world.redeem(value, at="globex"), code, "otc_" + "A" * 43),
        (lambda value: world.refresh(value, at="globex"), tokens["refresh_token"], absent_refresh),
        (lambda value: world.userinfo(value, at="globex"), tokens["access_token"], "x"),
        (lambda value: world.userinfo(value, at="globex"), opaque["access_token"], "ota_" + "A" * 43),
        (lambda value: world.introspect(value, at="globex"), opaque["access_token"], "ota_" + "A" * 43),
        (lambda value: world.revoke(value, at="globex"), opaque["access_token"], "ota_" + "A" * 43),
    ]
    for ask, foreign, absent in twins:
        assert await ask(foreign) == await ask(absent)


@pytest.mark.case("I1")
async def test_a_cache_never_answers_for_another_tenant(world: World) -> None:
    """The same client id within the same second: each tenant sees its own."""
    assert "code" in await world.redirect("web")
    await world.repos("globex").clients.delete("web", world.event())
    assert (await world.post("revocation", "web", {"token": "x"}, at="globex")).error == (401, "invalid_client")
    assert (await world.post("revocation", "web", {"token": "x"})).status == 200
    issuers = [await world.issuer(at) for at in ("acme", "globex", "acme")]
    assert [issuer.identifier.rpartition("/")[2] for issuer in issuers] == ["acme", "globex", "acme"]


@pytest.mark.case("I1", "G8")
async def test_an_origin_is_allowed_where_it_is_registered(world: World) -> None:
    """Exactly, in its tenant only, for as long as its client is active; `null` never."""
    await world.change_client("spa", at="globex", allowed_origins=("https://other.example",))
    acme, globex = await world.issuer("acme"), await world.issuer("globex")
    allows = world.protocol.allows_origin
    assert await allows(acme, "https://spa.example")
    assert not await allows(globex, "https://spa.example")
    assert await allows(globex, "https://other.example")
    for origin in (
        "null",
        "",
        "*",
        "https://spa.example/",
        "http://spa.example",
        "https://SPA.example",
        "https://web.example",
    ):
        assert not await allows(acme, origin), origin
    await world.change_client("spa", allowed_origins=())
    world.runtime.advance(seconds=1)
    assert not await allows(acme, "https://spa.example")


@pytest.mark.case("I3", "D7")
async def test_an_id_that_comes_again_elsewhere_inherits_nothing(world: World) -> None:
    """Deleted here, made anew there or here: what was issued to the first is dead."""
    tokens, code = await world.tokens(scope="openid offline_access"), await world.code()
    browser = world.browsers["acme"]
    for at in ("acme", "globex"):
        await world.repos(at).users.delete(ALICE, world.event())
    for at in ("globex", "acme"):
        await world.repos(at).users.add(USERS[0], world.event())
        assert (await world.userinfo(tokens["access_token"], at=at)).error == (401, "invalid_token")
        assert (await world.refresh(tokens["refresh_token"], at=at)).error == (400, "invalid_grant")
        assert (await world.redeem(code, at=at)).error == (400, "invalid_grant")
        answer = await world.authorize(prompt="none", at=at, browser=browser)
        assert isinstance(answer, AuthorizationResponse)
        assert answer.parameters["error"] == "login_required"


@pytest.mark.case("I3")
async def test_a_client_made_anew_under_the_same_id_does_not_inherit_the_tokens_of_the_first(world: World) -> None:
    """A machine's JWT hangs from no grant that could be revoked: it is older than the client that now has its name."""
    old = (await world.machine()).json["access_token"]
    assert (await world.introspect(old, "machine"))["active"] is True
    client = await world.repos().clients.get("machine")
    assert client
    await world.repos().clients.delete("machine", world.event())
    world.runtime.advance(seconds=2)
    await world.repos().clients.add(replace(client, created_at=world.runtime.now()), world.event())
    assert (await world.introspect(old, "machine"))["active"] is False
    new = (await world.machine()).json["access_token"]
    assert (await world.introspect(new, "machine"))["active"] is True


@pytest.mark.case("D7")
async def test_a_suspended_tenant_serves_nobody_within_a_second(world: World) -> None:
    """Its issuer is gone as if it had never been; the other tenant notices nothing."""
    await world.issuer("acme")
    await world.change_tenant(status=TenantStatus.SUSPENDED)
    world.runtime.advance(seconds=0.499)
    assert await world.protocol.issuer("acme") is not None, "nobody has asked anew"
    world.runtime.advance(seconds=0.501)
    assert await world.protocol.issuer("acme") is None
    assert "code" in await world.redirect(at="globex")
