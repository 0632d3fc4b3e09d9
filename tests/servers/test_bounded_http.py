"""The server's own bounds on a request's head, over a real socket (rows L1, L2, L3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from uvicorn.server import ServerState

from opentrusty_server import bounded_http
from opentrusty_server.bounded_http import MAX_HEAD, BoundedHttpTools
from tests.support.auth_plane import World

HEAD = b"GET /livez HTTP/1.1\r\nhost: auth.example\r\n"
Talk = Callable[..., Awaitable[bytes]]


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[Talk]:
    """Sends pieces over one connection and gives all that comes back until it is closed."""
    config = uvicorn.Config(
        world.app,
        http=BoundedHttpTools,
        ws="none",
        lifespan="off",
        log_config=None,
        interface="asgi3",
        proxy_headers=False,
    )
    config.load()
    loop, state = asyncio.get_running_loop(), ServerState()
    server = await loop.create_server(lambda: BoundedHttpTools(config, state, {}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def talk(*pieces: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = b""
        try:
            for piece in pieces:
                writer.write(piece)
                with suppress(TimeoutError):  # so that the pieces arrive one by one
                    answer = await asyncio.wait_for(reader.read(65536), 0.005)
                    break  # who is answered in the middle stops talking
            async with asyncio.timeout(5):
                return answer + await reader.read()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    try:
        yield talk
    finally:
        server.close()
        await server.wait_closed()


async def test_a_request_in_one_piece_or_many_is_answered(world: World) -> None:
    """How a head is cut up does not matter."""
    async with listening(world) as talk:
        whole = await talk(HEAD + b"connection: close\r\n\r\n")
        cut = await talk(*(bytes([byte]) for byte in HEAD), b"connection: close\r\n\r\n")
        two = await talk(HEAD + b"\r\n" + HEAD + b"connection: close\r\n\r\n")
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert cut.startswith(b"HTTP/1.1 200 OK\r\n")
    assert two.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert b"server:" not in whole


@pytest.mark.case("L1")
@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD + b"x: " + b"a" * MAX_HEAD + b"\r\n\r\n"],
        [HEAD + b"x: y\r\n" * (MAX_HEAD // 5) + b"\r\n"],
        [HEAD + b"x: ", *[b"a" * 8192] * 5],
        [HEAD, *[b"x: y\r\n" * 1500] * 5, b"\r\n"],
        [b"GET /" + b"a" * 8192, *[b"a" * 8192] * 5],
    ],
    ids=["one-header", "many-headers", "endless-header", "endless-headers", "endless-path"],
)
async def test_a_head_that_is_too_long_is_431_and_the_connection_ends(world: World, pieces: list[bytes]) -> None:
    """Whether it comes at once or never ends, no more than 32 KiB of it are kept."""
    async with listening(world) as talk:
        answer = await talk(*pieces)
    assert answer.startswith(b"HTTP/1.1 431 "), answer[:80]
    assert b"connection: close" in answer
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_a_long_body_in_the_same_packet_is_not_taken_for_a_head(world: World) -> None:
    """Only the head counts towards its bound, in every request of a connection."""
    body = b"a=" + b"x" * (MAX_HEAD + 1000)
    post = b"POST /t/acme/token HTTP/1.1\r\nhost: auth.example\r\ncontent-length: %d\r\n" % len(body)
    async with listening(world) as talk:
        answer = await talk(post + b"\r\n" + body + HEAD + b"connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"HTTP/1.1 200 OK\r\n" in answer


@pytest.mark.case("L2")
@pytest.mark.parametrize(("pieces", "answers"), [([], 0), ([b"GET /li"], 0), ([HEAD], 0), ([HEAD + b"\r\nGET /"], 1)])
async def test_a_head_that_does_not_arrive_ends_the_connection(
    world: World, pieces: list[bytes], answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that says nothing, or stops in the middle of a head, is not kept."""
    monkeypatch.setattr(bounded_http, "HEAD_WITHIN", 0.05)
    async with listening(world) as talk:
        answer = await talk(*pieces)
    assert answer.count(b"HTTP/1.1 ") == answers


@pytest.mark.case("L3")
@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        HEAD + b"transfer-encoding: xchunked\r\n\r\n",
        HEAD + b"x y: z\r\n\r\n",
        HEAD + b"x : z\r\n\r\n",
        HEAD + b"x: a\x00b\r\n\r\n",
        HEAD + b"x: a\n\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"GET /livez\x00 HTTP/1.1\r\nhost: auth.example\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_a_request_that_two_servers_could_read_differently_is_400_and_the_connection_ends(
    world: World, request_: bytes
) -> None:
    """Smuggling lives on leniency; there is none."""
    async with listening(world) as talk:
        answer = await talk(request_, HEAD + b"connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_an_upgrade_is_ignored(world: World) -> None:
    """Nothing but HTTP is spoken here."""
    async with listening(world) as talk:
        answer = await talk(HEAD + b"connection: upgrade, close\r\nupgrade: websocket\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
