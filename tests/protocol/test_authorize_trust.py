"""Before the redirect URI is trusted every failure is a page: nothing goes to a place that nobody registered."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.authorization_request import ResponseMode
from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.errors import InvalidRequest, ProtocolError
from opentrusty_core.protocol.messages import HttpRequest
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse
from tests.support.cast import ISSUER, STATE
from tests.support.messages import post, query_of
from tests.support.world import World

shared = settings(derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The world of a test lives through all its examples."""

REGISTERED = "https://web.example/cb"
Pairs = list[tuple[str, str]]


async def page(world: World, query: str | bytes) -> ProtocolError:
    """The error that a page shows; the request was written down once and redirected nowhere."""
    before = len(await world.refusals())
    with pytest.raises(ProtocolError) as caught:
        await world.ask(query)
    assert caught.value.status == 400
    assert caught.value.description
    events = await world.refusals()
    assert len(events) == before + 1
    assert events[-1].type is AuditType.AUTHORIZATION_REFUSED
    return caught.value


@pytest.mark.case("A1")
@pytest.mark.parametrize(
    "presented",
    [
        "http://web.example/cb",
        "https://WEB.example/cb",
        "https://web.example/CB",
        "https://web.example/cb/",
        "https://web.example//cb",
        "https://web.example/cb?",
        "https://web.example/cb?a=b",
        "https://web.example/cb#",
        "https://web.example:443/cb",
        "https://web.example./cb",
        "https://web.example/x/..;/cb",
        "https://web.example/x/../cb",
        "https://web.example/%63b",
        "https://web.example%2fcb",
        "https://webxexample/cb",
        "https://web.example.evil.test/cb",
        "https://evil.test/https://web.example/cb",
        "https://web.example@evil.test/cb",
        "https://web.example\\@evil.test/cb",
        "https://evil.test",
        "//web.example/cb",
        "javascript:alert(1)",
        " https://web.example/cb",
        "https://web.example/cb\n",
        "https://web.example/other",
    ],
)
async def test_a_uri_that_is_not_registered_is_never_redirected_to(world: World, presented: str) -> None:
    """A page, without a Location."""
    error = await page(world, urlencode(world.question("web", redirect_uri=presented)))
    assert isinstance(error, InvalidRequest)
    assert presented not in error.description


@pytest.mark.case("A1", "A3")
@shared
@given(position=st.integers(0, len(REGISTERED)), removed=st.integers(0, 2), added=st.text(max_size=2))
async def test_no_edit_of_the_registered_uri_is_redirected_to(
    world: World, position: int, removed: int, added: str
) -> None:
    """Equal to the byte, or a page."""
    presented = REGISTERED[:position] + added + REGISTERED[position + removed :]
    assume(presented != REGISTERED)
    assume(presented.encode(errors="replace").decode() == presented)
    await page(world, urlencode(world.question("web", redirect_uri=presented)))


@pytest.mark.case("A2")
async def test_a_native_application_listens_on_any_port_of_loopback(world: World) -> None:
    """The answer goes to the port of the request, and only the port is free."""
    for port in (1, 8080, 65535):
        uri = f"http://127.0.0.1:{port}/cb"
        answer = await world.authorize("native", redirect_uri=uri)
        assert isinstance(answer, AuthorizationResponse)
        assert answer.location.startswith(f"{uri}?code=")
        redeemed = await world.redeem(answer.parameters["code"], "native", redirect_uri=uri)
        assert redeemed.status == 200
    for uri in ("http://localhost/cb", "http://127.0.0.1:8080/other", "http://[::1]:8080/cb"):
        await page(world, urlencode(world.question("native", redirect_uri=uri)))


UNTRUSTED: dict[str, tuple[str, str | None]] = {
    "unknown client": ("client_id", "nobody"),
    "disabled client": ("client_id", "web2"),
    "no client": ("client_id", None),
    "unregistered URI": ("redirect_uri", "https://evil.test/cb"),
    "no URI": ("redirect_uri", None),
}
FAULTS: dict[str, dict[str, Any]] = {
    "nothing else": {},
    "no response type": {"response_type": None},
    "implicit": {"response_type": "token"},
    "unknown mode": {"response_mode": "fragment"},
    "form post": {"response_mode": "form_post", "response_type": "token"},
    "bad scope": {"scope": 'openid "'},
    "no PKCE": {"code_challenge": None},
    "plain PKCE": {"code_challenge_method": "plain"},
    "prompt none and more": {"prompt": "none login"},
    "silent without session": {"prompt": "none", "max_age": "0"},
    "bad max_age": {"max_age": "-1"},
    "request object": {"request": "e30.e30."},
    "request URI": {"request_uri": "https://evil.test/request"},
    "registration": {"registration": "{}"},
    "bad claims": {"claims": "{"},
    "bad hint": {"id_token_hint": "x"},
    "endless state": {"state": "s" * 3000},
    "endless nonce": {"nonce": "n" * 3000},
}


@pytest.mark.case("A5")
async def test_no_error_is_redirected_before_the_uri_is_trusted(world: World) -> None:
    """Every untrusted client or URI together with every other fault: a page, never a redirect."""
    await world.change_client("web2", status=ClientStatus.DISABLED)
    for (name, value), fault in itertools.product(UNTRUSTED.values(), FAULTS.values()):
        await page(world, urlencode(world.question("web", **{**fault, name: value})))


@pytest.mark.case("A5")
async def test_two_untrusted_things_are_no_better_than_one(world: World) -> None:
    """Client and URI both wrong, in every pair."""
    await world.change_client("web2", status=ClientStatus.DISABLED)
    for (one, first), (two, second) in itertools.permutations(UNTRUSTED.values(), 2):
        await page(world, urlencode(world.question("web", **{one: first, two: second})))


@pytest.mark.case("A1", "I2")
async def test_a_client_is_not_lent_the_uri_of_another(world: World) -> None:
    """Registered, but by somebody else."""
    for other in ("web2", "partner", "spa", "native"):
        await page(world, urlencode(world.question("web", redirect_uri=world.question(other)["redirect_uri"])))


@pytest.mark.case("A6")
@shared
@given(data=st.data(), same=st.booleans())
async def test_a_repeated_parameter_is_refused_wherever_it_stands(
    world: World, data: st.DataObject, same: bool
) -> None:
    """To the client where client and URI stand alone, on a page where one of them is what is repeated."""
    pairs: Pairs = list(world.question("web").items())
    name, value = data.draw(st.sampled_from([*pairs, ("prompt", "login"), ("unheard_of", "1")]))
    again = value if same else data.draw(st.sampled_from(["", "https://evil.test/cb", "x"]))
    if name not in dict(pairs):
        pairs.append((name, value))
    pairs.insert(data.draw(st.integers(0, len(pairs))), (name, again))
    query = urlencode(pairs)
    if name in {"client_id", "redirect_uri"}:
        await page(world, query)
        return
    answer = await world.ask(query)
    assert isinstance(answer, AuthorizationResponse)
    assert answer.redirect_uri == REGISTERED
    assert answer.parameters["error"] == "invalid_request"
    assert answer.parameters["iss"] == ISSUER
    assert answer.parameters.get("state") == (None if name == "state" else STATE)


@pytest.mark.case("A6")
async def test_of_two_response_modes_neither_is_taken(world: World) -> None:
    """The error goes the plain way."""
    answer = await world.ask(urlencode(world.question("web", response_mode="query")) + "&response_mode=form_post")
    assert isinstance(answer, AuthorizationResponse)
    assert answer.mode is ResponseMode.QUERY
    assert answer.parameters["error"] == "invalid_request"


@pytest.mark.case("A6")
@pytest.mark.parametrize("moved", ["client_id", "redirect_uri", "state", "scope", "unheard_of=1"])
async def test_query_and_body_do_not_mix(world: World, moved: str) -> None:
    """A POST with anything in its query is a page, whatever stands where."""
    body = world.question("web")
    query = urlencode({moved: body.pop(moved)}) if moved in body else moved
    http = post(body, query=query.encode())
    with pytest.raises(InvalidRequest):
        await world.protocol.authorize(http, world.browsers["acme"], await world.issuer())


async def test_a_posted_request_is_as_good_as_one_in_the_query(world: World) -> None:
    """OpenID Connect Core 1.0 §3.1.2.1: GET and POST."""
    answer = await world.protocol.authorize(post(world.question("web")), world.browsers["acme"], await world.issuer())
    assert isinstance(answer, AuthorizationResponse)
    assert (await world.redeem(answer.parameters["code"])).status == 200


@pytest.mark.parametrize(
    "content_type", [None, "", "application/json", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_a_posted_request_is_a_form(world: World, content_type: str | None) -> None:
    """Any other body is not looked at."""
    headers = {} if content_type is None else {"content-type": content_type}
    http = HttpRequest(method="POST", headers=headers, body=urlencode(world.question("web")).encode())
    with pytest.raises(InvalidRequest):
        await world.protocol.authorize(http, world.browsers["acme"], await world.issuer())


@pytest.mark.case("K16")
@pytest.mark.parametrize(
    "piece",
    [b"state=%", b"state=%4", b"state=%zz", b"state=%ff", b"state=%c0%80", b"state=%ed%a0%80", b"state=%00", b"%00=1"],
)
async def test_bytes_that_are_no_text_are_refused_before_anything_is_read(world: World, piece: bytes) -> None:
    """Broken escapes, bytes that are not UTF-8, surrogates, NUL."""
    query = urlencode(world.question("web", state=None)).encode()
    await page(world, query + b"&" + piece)


async def test_a_hundred_parameters_are_enough(world: World) -> None:
    """What nobody asked for is not parsed without end."""
    query = urlencode(world.question("web"))
    fill = "&".join(f"p{number}=1" for number in range(100 - query.count("&") - 1))
    assert isinstance(await world.ask(f"{query}&{fill}"), AuthorizationResponse)
    await page(world, f"{query}&{fill}&more=1")


async def test_the_only_registered_uri_is_taken_where_none_is_named(world: World) -> None:
    """RFC 6749 §3.1.2.3; OpenID Connect asks for it always (§3.1.2.1), and two are no choice."""
    answer = await world.authorize("legacy", redirect_uri=None, scope="orders:read")
    assert isinstance(answer, AuthorizationResponse)
    assert answer.redirect_uri == "https://legacy.example/cb"
    assert (await world.redeem(answer.parameters["code"], "legacy", redirect_uri=None)).status == 200
    await page(world, urlencode(world.question("legacy", redirect_uri=None, scope="orders:read openid")))
    await page(world, urlencode(world.question("web", redirect_uri=None, scope="orders:read")))


async def test_what_the_uri_brings_along_stays(world: World) -> None:
    """RFC 6749 §3.1.2: its query is retained."""
    answer = await world.authorize("web", redirect_uri="https://web.example/other?keep=1")
    assert isinstance(answer, AuthorizationResponse)
    assert answer.location.startswith("https://web.example/other?keep=1&code=")
    assert query_of(answer.location)["keep"] == "1"


@pytest.mark.case("L4")
async def test_a_refused_request_is_written_down_without_what_it_carried(world: World) -> None:
    """Who and why, with the address and the request's id; not what was typed or sent."""
    secret = "canary-4711"
    await page(world, urlencode(world.question("web", redirect_uri=f"https://evil.test/{secret}", state=secret)))
    (event,) = await world.refusals()
    assert (event.client_id, event.reason, event.outcome) == ("web", "invalid_request", Outcome.FAILURE)
    assert (event.origin.ip, event.origin.request_id) == ("192.0.2.1", "r-1")
    assert secret not in repr(event)
    assert quote(secret) not in repr(event)
