"""Where a request was sent and where it came from: what is believed and what is not."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core import Limits
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.throttle import Limit
from opentrusty_server.http import HttpError
from opentrusty_server.network import Network
from tests.support.auth_plane import SETTINGS, World
from tests.support.auth_plane import world as open_world
from tests.support.runtime import FakeRuntime

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:aaaa::/48"))


def seen(peer: str | None, *headers: tuple[str, str], trusted: bool = True) -> str | None:
    """The address that a request seems to come from."""
    network = Network("https://auth.example", PROXIES if trusted else (), FakeRuntime())
    scope = {
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": (peer, 1) if peer else None,
    }
    return network.read(scope, None).ip  # type: ignore[arg-type]


def forwarded(value: str) -> tuple[str, str]:
    return ("x-forwarded-for", value)


@pytest.mark.case("K2")
@pytest.mark.parametrize(
    ("peer", "headers", "ip"),
    [
        ("192.0.2.1", [forwarded("1.2.3.4")], "192.0.2.1"),
        ("10.0.0.1", [forwarded("192.0.2.7")], "192.0.2.7"),
        ("10.0.0.1", [forwarded("1.2.3.4, 192.0.2.7")], "192.0.2.7"),
        ("10.0.0.1", [forwarded("1.2.3.4, 192.0.2.7, 10.0.0.2")], "192.0.2.7"),
        ("10.0.0.1", [forwarded("1.2.3.4"), forwarded("192.0.2.7")], "192.0.2.7"),
        ("10.0.0.1", [forwarded("10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        ("10.0.0.1", [forwarded("192.0.2.7, nonsense")], "10.0.0.1"),
        ("10.0.0.1", [forwarded("nonsense, 10.0.0.2")], "10.0.0.2"),
        ("10.0.0.1", [forwarded("192.0.2.7:4711")], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [("forwarded", "for=1.2.3.4"), ("x-real-ip", "1.2.3.4")], "10.0.0.1"),
        ("::ffff:10.0.0.1", [forwarded("192.0.2.7")], "192.0.2.7"),
        ("2001:db8:aaaa::1", [forwarded("2001:db8:1::7")], "2001:db8:1::7"),
        (None, [forwarded("1.2.3.4")], None),
        ("testclient", [forwarded("1.2.3.4")], "testclient"),
    ],
)
def test_only_trusted_proxies_say_where_a_request_came_from(
    peer: str | None, headers: list[tuple[str, str]], ip: str | None
) -> None:
    """The right-most hop that is not our proxy counts; what a stranger wrote left of it does not."""
    assert seen(peer, *headers) == ip


@pytest.mark.case("K2")
@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_no_forwarded_header_makes_a_stranger_somebody_else(value: str) -> None:
    """From a peer that is no proxy of ours, no header changes the address; without proxies none ever does."""
    assert seen("192.0.2.1", forwarded(value)) == "192.0.2.1"
    assert seen("10.0.0.1", forwarded(value), trusted=False) == "10.0.0.1"


@pytest.mark.case("K2")
async def test_a_spoofed_address_gives_no_fresh_bucket() -> None:
    """A sprayer who invents an address for every guess is throttled all the same, and the audit has the real one."""
    wide = Limit(burst=1000, interval=Limits().account.interval)
    limits = Limits(account=wide, network=replace(wide, burst=3))
    async with open_world(limits=limits) as world, world.browser() as browser:
        page = await browser.open(world.authorize_url())
        statuses = []
        for n in range(5):
            fields = {**page.form.fields, "username": f"user{n}", "password": "wrong"}
            reply = await browser.post(page.form.action, fields, headers={"x-forwarded-for": f"198.51.100.{n}"})
            statuses.append(reply.status)
        assert statuses == [200, 200, 200, 429, 429]
        failures = [event for event in await world.events() if event.type is AuditType.SIGN_IN]
        assert {event.origin.ip for event in failures} == {"192.0.2.1"}


async def test_behind_a_trusted_proxy_people_have_buckets_of_their_own() -> None:
    """The proxy's own address does not throttle everybody behind it."""
    settings = replace(SETTINGS, trusted_proxies=(ip_network("192.0.2.0/24"),))
    wide = Limit(burst=1000, interval=Limits().account.interval)
    limits = Limits(account=wide, network=replace(wide, burst=1))
    async with open_world(settings=settings, limits=limits) as world, world.browser() as browser:
        page = await browser.open(world.authorize_url())
        for n in range(3):
            fields = {**page.form.fields, "username": f"user{n}", "password": "wrong"}
            reply = await browser.post(page.form.action, fields, headers={"x-forwarded-for": f"198.51.100.{n}"})
            assert reply.status == 200


@pytest.mark.parametrize(("peer", "kept"), [("10.0.0.1", True), ("192.0.2.1", False)])
@pytest.mark.parametrize("given", ["proxy-request-1", "a" * 65, "evil\r\nx", 'evil"', ""])
def test_a_request_id_is_taken_from_a_trusted_proxy_only(peer: str, kept: bool, given: str) -> None:
    """And only one that cannot break a log or a header."""
    network = Network("https://auth.example", PROXIES, FakeRuntime())
    scope = {
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"x-request-id", given.encode())],
        "client": (peer, 1),
    }
    request = network.read(scope, None)  # type: ignore[arg-type]
    assert (request.id == given) is (kept and given == "proxy-request-1")


# ---- Host


async def answer(world: World, host: bytes | None, path: str = "/t/acme/jwks") -> httpx2.Response:
    """The answer to a request with this Host header, or none."""
    async with world.client() as client:
        request = client.build_request("GET", path)
        request.headers = httpx2.Headers([(b"host", host)] if host is not None else [])
        return await client.send(request)


@pytest.mark.case("K11")
@pytest.mark.parametrize("host", [b"auth.example", b"AUTH.example", b"auth.example:443"])
async def test_our_own_host_is_answered(world: World, host: bytes) -> None:
    """With the scheme's own port or without, in any case."""
    assert (await answer(world, host)).status_code == 200


@pytest.mark.case("K11")
@pytest.mark.parametrize("path", ["/t/acme/jwks", "/t/acme/authorize", "/nothing", "/assets/x.css"])
@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"auth.example.evil.example",
        b"evil-auth.example",
        b"auth.example:80",
        b"auth.example:8443",
        b"auth.example@evil.example",
        b"auth.example.",
        b"auth.example/evil",
        b"auth.example#",
        b"",
        b" ",
        b"\xa0auth.example",
        b"[::1]",
    ],
)
async def test_another_host_is_misdirected(world: World, host: bytes, path: str) -> None:
    """421 for every host that is not AUTH_URL's; nothing of the answer is made from the header."""
    reply = await answer(world, host, path)
    assert reply.status_code == 421
    assert "evil" not in reply.text


@pytest.mark.case("K11")
@given(st.binary(max_size=60))
def test_no_host_but_ours_passes(host: bytes) -> None:
    """Any bytes but our own name are refused, never with another error."""
    network = Network("https://auth.example", (), FakeRuntime())
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", host)], "client": None}
    with pytest.raises(HttpError) as refusal:
        network.require_our_host(network.read(scope, None))  # type: ignore[arg-type]
    assert refusal.value.status in {400, 421}


@pytest.mark.case("K11")
async def test_no_host_or_two_are_bad_requests(world: World) -> None:
    """Which one would count is not guessed."""
    assert (await answer(world, None)).status_code == 400
    assert (await answer(world, b"auth.example, auth.example")).status_code == 400
    network = Network("https://auth.example", (), FakeRuntime())
    twice = [(b"host", b"auth.example"), (b"host", b"auth.example")]
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": twice, "client": None}
    with pytest.raises(HttpError) as refusal:
        network.require_our_host(network.read(scope, None))  # type: ignore[arg-type]
    assert refusal.value.status == 400


@pytest.mark.case("K11")
async def test_forwarded_hosts_are_not_looked_at(world: World) -> None:
    """X-Forwarded-Host and its kin change neither who is answered nor what the answer says."""
    async with world.client() as client:
        names = ("x-forwarded-host", "x-host", "forwarded", "x-original-host", "x-forwarded-server")
        headers = dict.fromkeys(names, "evil.example") | {"x-forwarded-proto": "http"}
        reply = await client.get("/t/acme/.well-known/openid-configuration", headers=headers)
    assert reply.json()["issuer"] == "https://auth.example/t/acme"
    assert "evil" not in reply.text


async def test_probes_need_no_host(world: World) -> None:
    """An orchestrator asks by address."""
    assert (await answer(world, b"10.1.2.3:8080", "/livez")).status_code == 200
    assert (await answer(world, b"10.1.2.3:8080", "/readyz")).status_code == 200
