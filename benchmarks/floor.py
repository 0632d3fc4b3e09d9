"""The floor: the least that an answer costs under uvicorn, as plain ASGI and through Starlette. Every run measures it
too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_BODY = b'{"ok":true}'
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())],
}
_REST = {"type": "http.response.body", "body": _BODY}

Message = MutableMapping[str, Any]


async def asgi(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answers everything with the same ready bytes."""
    if scope["type"] == "lifespan":
        raise RuntimeError("no lifespan here")
    await send(dict(_START))
    await send(dict(_REST))


async def _answer(_: Request) -> JSONResponse:
    return JSONResponse({"ok": True})


starlette = Starlette(routes=[Route("/readyz", _answer), Route("/{rest:path}", _answer)])
