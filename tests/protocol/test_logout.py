"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): who may sign whom out, and where it leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from opentrusty_core.crypto.handles import Handle, hash_handle
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.session import Browser
from opentrusty_core.errors import InvalidRequest
from opentrusty_core.protocol.endpoints.logout import ConfirmLogout, LoggedOut
from opentrusty_core.protocol.messages import HttpRequest
from tests.support.cast import BOB
from tests.support.messages import post, query_of
from tests.support.world import World

BYE = "https://web.example/bye"
STATE = "s" * 128


async def logout(
    world: World,
    *,
    at: str = "acme",
    browser: Browser | None = None,
    confirmed: bool = False,
    method: str = "GET",
    **parameters: str,
) -> ConfirmLogout | LoggedOut:
    if method == "GET":
        http = HttpRequest(method="GET", query=urlencode(parameters).encode(), origin=world.origin)
    else:
        http = post(parameters, origin=world.origin)
    return await world.protocol.logout(http, browser or world.browsers[at], await world.issuer(at), confirmed=confirmed)


async def signed_in(world: World, at: str = "acme") -> bool:
    return "code" in await world.redirect(prompt="none", at=at)


async def hint(world: World, client_id: str = "web", at: str = "acme") -> str:
    token: str = (await world.tokens(client_id, at=at))["id_token"]
    return token


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_client_that_vouches_signs_out_at_once_and_gets_the_browser_back(world: World, method: str) -> None:
    """By an ID token of this very session; the state comes back (§2, §3)."""
    answer = await logout(
        world,
        method=method,
        id_token_hint=await hint(world),
        post_logout_redirect_uri=BYE,
        state=STATE,
        client_id="web",
    )
    assert isinstance(answer, LoggedOut)
    assert answer.request.location
    assert answer.request.location.partition("?")[0] == BYE
    assert query_of(answer.request.location) == {"state": STATE}
    assert not await signed_in(world)
    (event,) = [event for event in await world.audit() if event.type is AuditType.SIGN_OUT]
    assert (event.client_id, event.target) == ("web", world.sessions["acme"].id)


async def test_what_hangs_from_the_session_ends_with_it(world: World) -> None:
    """Tokens, codes not yet redeemed and interactions; offline access stays."""
    tokens, offline = await world.tokens(), await world.tokens(scope="openid offline_access")
    code = await world.code()
    await world.authorize(prompt="select_account")
    await logout(world, id_token_hint=tokens["id_token"])
    assert (await world.refresh(tokens["refresh_token"])).error == (400, "invalid_grant")
    assert (await world.userinfo(tokens["access_token"])).status == 401
    assert (await world.redeem(code)).error == (400, "invalid_grant")
    assert not world.store._database.tenants["acme-id"].interactions
    assert (await world.refresh(offline["refresh_token"])).status == 200


@pytest.mark.parametrize(
    ("parameters", "location"),
    [
        ({}, None),
        ({"state": STATE}, None),
        ({"post_logout_redirect_uri": BYE}, BYE),
        ({"post_logout_redirect_uri": BYE, "state": "a b&c=d"}, f"{BYE}?state=a+b%26c%3Dd"),
        ({"post_logout_redirect_uri": f"{BYE}?keep=1", "state": "x"}, f"{BYE}?keep=1&state=x"),
        ({"post_logout_redirect_uri": BYE, "client_id": "web", "ui_locales": "fr en", "logout_hint": "x"}, BYE),
    ],
)
async def test_the_browser_goes_where_the_client_registered_or_stays(
    world: World, parameters: dict[str, Any], location: str | None
) -> None:
    """Without a target there is only a page; a state without a target leads nowhere."""
    answer = await logout(world, id_token_hint=await hint(world), **parameters)
    assert isinstance(answer, LoggedOut)
    assert answer.request.location == location


@pytest.mark.case("A17")
@pytest.mark.parametrize("parameters", [{}, {"state": "x"}, {"client_id": "web"}, {"logout_hint": "alice"}], ids=str)
async def test_nobody_is_signed_out_without_being_asked(world: World, parameters: dict[str, Any]) -> None:
    """No hint: the person confirms, and the form carries the same request."""
    answer = await logout(world, **parameters)
    assert isinstance(answer, ConfirmLogout)
    assert answer.parameters == parameters
    assert await signed_in(world)
    confirmed = await logout(world, method="POST", confirmed=True, **parameters)
    assert isinstance(confirmed, LoggedOut)
    assert not await signed_in(world)


@pytest.mark.case("A17")
async def test_a_registered_target_without_a_hint_is_asked_about_first(world: World) -> None:
    """`client_id` names whose target it is (§2); the person says yes before anything happens."""
    target: dict[str, Any] = {"client_id": "web", "post_logout_redirect_uri": BYE}
    assert isinstance(await logout(world, **target), ConfirmLogout)
    assert await signed_in(world)
    answer = await logout(world, confirmed=True, **target)
    assert isinstance(answer, LoggedOut)
    assert answer.request.location == BYE


@pytest.mark.case("A17")
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/bye",
        f"{BYE}/",
        f"{BYE}?x=1",
        f"{BYE}?keep=1&x=1",
        f"{BYE}#x",
        BYE.replace("https", "http"),
        BYE.upper(),
        "https://web.example/cb",
        "//web.example/bye",
        "javascript:alert(1)",
        "/bye",
    ],
)
@pytest.mark.parametrize("how", ["hint", "client_id", "neither"])
async def test_an_unregistered_target_is_a_page(world: World, target: str, how: str) -> None:
    """However the client is named: no redirect, nobody signed out, one event."""
    named: dict[str, dict[str, Any]] = {"hint": {"id_token_hint": await hint(world)}, "client_id": {"client_id": "web"}}
    for confirmed in (False, True):
        with pytest.raises(InvalidRequest) as caught:
            await logout(world, post_logout_redirect_uri=target, confirmed=confirmed, **named.get(how, {}))
        assert target not in caught.value.description
    assert await signed_in(world)
    assert [event.reason for event in await world.refusals()] == ["invalid_request"] * 2


@pytest.mark.case("A17")
async def test_a_target_needs_a_client_to_be_registered_for(world: World) -> None:
    """Neither without one, nor with another's, an unknown or a disabled one."""
    await world.change_client("web2", status=ClientStatus.DISABLED, post_logout_redirect_uris=(BYE,))
    others: list[dict[str, Any]] = [{}, {"client_id": "partner"}, {"client_id": "nobody"}, {"client_id": "web2"}]
    for named in others:
        with pytest.raises(InvalidRequest):
            await logout(world, post_logout_redirect_uri=BYE, **named)
    assert await signed_in(world)


@pytest.mark.case("A17", "F8", "I2")
@pytest.mark.parametrize(
    "kind", ["garbage", "alg none", "changed", "access token", "another tenant's", "of another session"]
)
async def test_a_hint_that_is_not_of_this_session_vouches_for_nothing(world: World, kind: str) -> None:
    """Ignored: the person is asked, and a target alone is no one's."""
    own = await world.tokens()
    hints = {
        "garbage": "x",
        "alg none": "eyJhbGciOiJub25lIn0." + own["id_token"].split(".")[1] + ".",
        "changed": own["id_token"][:-6] + "AAAAAA",
        "access token": own["access_token"],
        "another tenant's": await hint(world, at="globex"),
        "of another session": own["id_token"],
    }
    if kind == "of another session":
        await world.sign_in(BOB)
    answer = await logout(world, id_token_hint=hints[kind])
    assert isinstance(answer, ConfirmLogout)
    assert await signed_in(world)
    if kind != "of another session":
        with pytest.raises(InvalidRequest):
            await logout(world, id_token_hint=hints[kind], post_logout_redirect_uri=BYE)
    else:
        answer = await logout(world, id_token_hint=hints[kind], post_logout_redirect_uri=BYE)
        assert isinstance(answer, ConfirmLogout)
    assert await signed_in(world)


@pytest.mark.case("A17")
async def test_a_hint_of_one_client_does_not_speak_for_another(world: World) -> None:
    """§2: client_id and aud have to be the same."""
    token = await hint(world, "web2")
    with pytest.raises(InvalidRequest):
        await logout(world, id_token_hint=token, client_id="web", post_logout_redirect_uri=BYE)
    with pytest.raises(InvalidRequest):
        await logout(world, id_token_hint=token, post_logout_redirect_uri=BYE)
    assert await signed_in(world)


async def test_an_expired_hint_still_vouches(world: World) -> None:
    """§2: people sign out long after they signed in."""
    token = await hint(world)
    world.runtime.advance(minutes=50)
    answer = await logout(world, id_token_hint=token, post_logout_redirect_uri=BYE)
    assert isinstance(answer, LoggedOut)
    assert answer.request.location == BYE


@pytest.mark.case("D7")
async def test_a_disabled_clients_hint_vouches_for_nothing(world: World) -> None:
    """The person is asked."""
    token = await hint(world)
    await world.change_client("web", status=ClientStatus.DISABLED)
    world.runtime.advance(seconds=1)
    assert isinstance(await logout(world, id_token_hint=token), ConfirmLogout)


async def test_who_is_not_signed_in_is_signed_out_already(world: World) -> None:
    """No question to a stranger, nor to a browser with half of its cookies; the registered target holds."""
    own = world.browsers["acme"]
    token = await hint(world)
    for browser in (
        Browser(),
        Browser(hash=own.hash),
        Browser(session_hash=own.session_hash),
        replace(own, hash=hash_handle(Handle.BROWSER, "another")),
    ):
        answer = await logout(world, browser=browser, id_token_hint=token, post_logout_redirect_uri=BYE)
        assert isinstance(answer, LoggedOut)
        assert answer.request.location == BYE
    assert await signed_in(world)


@pytest.mark.case("I1", "I2")
async def test_a_logout_is_one_tenants(world: World) -> None:
    """The other tenant's session goes on, and its browser is a stranger here."""
    answer = await logout(world, browser=world.browsers["globex"], confirmed=True)
    assert isinstance(answer, LoggedOut)
    assert await signed_in(world)
    assert await signed_in(world, "globex")
    await logout(world, id_token_hint=await hint(world))
    assert not await signed_in(world)
    assert await signed_in(world, "globex")


@pytest.mark.case("A6")
async def test_a_repeated_parameter_is_a_page(world: World) -> None:
    """In the query and in the body, and both at once."""
    pairs = urlencode([("post_logout_redirect_uri", BYE), ("post_logout_redirect_uri", BYE), ("client_id", "web")])
    issuer, browser = await world.issuer(), world.browsers["acme"]
    for http in (
        HttpRequest(method="GET", query=pairs.encode()),
        post(pairs),
        post({"client_id": "web"}, query=b"state=x"),
    ):
        with pytest.raises(InvalidRequest):
            await world.protocol.logout(http, browser, issuer, confirmed=True)
    assert await signed_in(world)
    assert len(await world.refusals()) == 3
