"""The header Idempotency-Key: a creation that is sent again gets the first answer, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from opentrusty_core import Actor, HttpResponse, Management
from opentrusty_core.management import Repeated
from opentrusty_server.http import Request

HEADER = "idempotency-key"
_REPLAYED = ((b"idempotency-replayed", b"true"),)


async def answered_once(
    make: Callable[[], Awaitable[HttpResponse]], request: Request, body: bytes, actor: Actor, management: Management
) -> HttpResponse:
    """What `make` answers, or answered when the request came first.

    Raises:
        Invalid: the key is not one.
        KeyReused: it stood for another request.
        Conflict: the first request of the key is still being answered.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return await make()
    asked = b"\0".join((request.method.encode(), request.path.encode(), request.query, body))
    begun = await management.idempotency.begin(actor, request.route, key, asked)
    if isinstance(begun, Repeated):
        return _loaded(begun.answer)
    try:
        answer = await make()
    except Exception:
        await management.idempotency.abandon(begun)
        raise
    await management.idempotency.finish(begun, _dumped(answer))
    return answer


def _dumped(answer: HttpResponse) -> bytes:
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in answer.headers]
    return json.dumps([answer.status, headers, answer.body.decode()]).encode()


def _loaded(content: bytes) -> HttpResponse:
    status, headers, body = json.loads(content)
    sent = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)
    return HttpResponse(status=status, headers=(*sent, *_REPLAYED), body=body.encode())
