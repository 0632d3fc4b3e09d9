"""What is too big, too slow or of the wrong kind (row L1)."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from opentrusty_server import http
from opentrusty_server.http import MAX_BODY
from tests.support.auth_plane import World

pytestmark = pytest.mark.case("L1")

FORM = {"content-type": "application/x-www-form-urlencoded"}
POSTS = [
    "/t/acme/token",
    "/t/acme/introspect",
    "/t/acme/revoke",
    "/t/acme/userinfo",
    "/t/acme/authorize",
    "/t/acme/logout",
    "/t/acme/interaction/oti_x/sign-in",
    "/t/acme/interaction/oti_x/consent",
]
every_post = pytest.mark.parametrize("path", POSTS)


@every_post
async def test_a_body_that_is_too_long_is_413(world: World, path: str) -> None:
    """Announced or not, nothing beyond 64 KiB is kept."""
    async with world.client() as client:
        announced = await client.post(path, content=b"a=" + b"x" * MAX_BODY, headers=FORM)
        assert announced.status_code == 413

        read = 0

        async def endless() -> Any:
            nonlocal read
            for _ in range(1000):
                read += 1
                yield b"x" * 1024

        unannounced = await client.post(path, content=endless(), headers=FORM)
        assert unannounced.status_code == 413
        assert unannounced.headers["connection"] == "close"
        assert read <= MAX_BODY // 1024 + 2  # given up on in the middle, not read to its end


@every_post
async def test_a_body_of_the_greatest_length_is_read(world: World, path: str) -> None:
    """64 KiB are answered by the endpoint itself."""
    async with world.client() as client:
        answer = await client.post(path, content=b"a=" + b"x" * (MAX_BODY - 2), headers=FORM)
    assert answer.status_code in {303, 400, 401, 403}


@every_post
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "Multipart/Mixed"])
async def test_a_multipart_body_is_415(world: World, path: str, kind: str) -> None:
    """No endpoint of ours takes files."""
    async with world.client() as client:
        answer = await client.post(path, content=b"--x--", headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999", "²"])
async def test_a_length_that_is_no_number_is_refused(world: World, length: str) -> None:
    """Whatever a server lets through, it is not trusted here."""
    status, _ = await asgi(world, [(b"content-length", length.encode("latin-1"))], [body(b"")])
    assert status == 413


@pytest.mark.case("L2")
async def test_a_body_that_does_not_arrive_is_408(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that stops in the middle is not waited for."""
    monkeypatch.setattr(http, "BODY_WITHIN", 0.01)
    status, headers = await asgi(world, [], [body(b"grant_type=", more=True)])
    assert status == 408
    assert headers[b"connection"] == b"close"


async def test_half_a_body_never_passes_for_a_whole_one(world: World) -> None:
    """Where the connection ends in the middle the request is not carried out."""
    before = len(await world.events())
    secret = world.secrets["own"]
    form = f"grant_type=refresh_token&client_id=own&client_secret={secret}&refresh_token=x".encode()
    for messages in ([body(form, more=True), {"type": "http.disconnect"}], [{"type": "http.disconnect"}]):
        status, _ = await asgi(world, [], list(messages))
        assert status == 400
        assert len(await world.events()) == before


async def test_a_get_does_not_wait_for_a_body(world: World) -> None:
    """Bodies belong to POST."""
    async with world.client() as client:
        answer = await client.request("GET", "/t/acme/userinfo", content=b"x" * (MAX_BODY + 1))
    assert answer.status_code == 401


def body(data: bytes, *, more: bool = False) -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


async def asgi(
    world: World, headers: list[tuple[bytes, bytes]], messages: list[MutableMapping[str, Any]]
) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of the answer to a token request that arrives in these messages, then never again."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0) if messages else await asyncio.Future()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/t/acme/token",
        "query_string": b"",
        "headers": [(b"host", b"auth.example"), (b"content-type", FORM["content-type"].encode()), *headers],
        "client": ("192.0.2.1", 1),
    }
    await world.app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])
