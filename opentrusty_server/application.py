"""What every plane is to its server: an ASGI application from start to stop, and each answer written, counted, noted.

Plain ASGI, no framework: a request is read once, the plane has an answer to it, and what every answer has in common is
added here.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from starlette.types import Receive, Scope, Send

from opentrusty_core import HttpResponse, Runtime, Settings, Store
from opentrusty_server.access_log import AccessLog
from opentrusty_server.headers import NO_STORE, Headers, common_headers
from opentrusty_server.http import Request
from opentrusty_server.lifecycle import Lifecycle, answer_lifespan
from opentrusty_server.logs import described
from opentrusty_server.metrics import Listener, RequestMetrics
from opentrusty_server.network import Network

_log = logging.getLogger("opentrusty.errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """An answer that is written while it is made; it is cut off where making it fails."""

    media_type: str
    chunks: AsyncIterator[bytes]
    filename: str | None = None


Answer = HttpResponse | Stream


class Application(ABC):
    """A plane: it says what it answers by `_answer`.

    Args:
        url: its own origin.
        settings: of the deployment.
        runtime: time and entropy.
        metrics: what it counts; they have a listener where `metrics_port` says so and there is a lifecycle.
        lifecycle: what has to hold before it may serve; None where nothing has to.
        store: closed with it, where it is given.
    """

    def __init__(
        self,
        url: str,
        settings: Settings,
        runtime: Runtime,
        *,
        metrics: RequestMetrics,
        lifecycle: Lifecycle | None = None,
        store: Store | None = None,
    ) -> None:
        self._settings = settings
        self._network = Network(url, settings.trusted_proxies, runtime)
        self._common = common_headers(secure=url.startswith("https://"))
        self._metrics = metrics
        self._listener: Listener | None = None
        self._lifecycle = lifecycle
        self._store = store
        self.access_log = AccessLog(runtime)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await answer_lifespan(self.start, self.stop, receive, send)
        else:
            raise RuntimeError(f"This application does not speak {scope['type']}.")

    async def start(self) -> None:
        """Begins to serve; raises `ConfigurationError` where that cannot be."""
        if self._lifecycle is None:
            return
        if self._settings.metrics_port is not None:
            self._listener = Listener(self._metrics, self._settings.metrics_host, self._settings.metrics_port)
        await self._lifecycle.start()

    async def stop(self) -> None:
        """Ends what `start` began."""
        if self._lifecycle is not None:
            await self._lifecycle.stop()
        self.access_log.flush()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._store is not None:
            await self._store.close()

    @asynccontextmanager
    async def lifespan(self, _app: object = None) -> AsyncIterator[None]:
        """Serves for as long as it is open: hand it to the application that the plane is mounted in."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    @abstractmethod
    async def _answer(self, request: Request, scope: Scope) -> tuple[Answer, Headers]:
        """The answer, whatever goes wrong, and the headers that it gets beside its own and those of every answer."""

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = self._network.read(scope, receive)
        answer, more = await self._answer(request, scope)
        headers = (*self._common, *more, (b"x-request-id", request.id.encode("ascii")))
        if isinstance(answer, Stream):
            status = 200
            await _write_stream(answer, request, headers, receive, send)
        else:
            status = answer.status
            own = [*answer.headers, *headers]
            if status != 204:  # RFC 9110 §8.6
                own.append((b"content-length", str(len(answer.body)).encode("ascii")))
            await send({"type": "http.response.start", "status": status, "headers": own})
            await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})
        seconds = time.perf_counter() - started
        self._metrics.request(request.route, status, seconds)
        self.access_log.note(request, status, seconds)


async def _write_stream(stream: Stream, request: Request, more: Headers, receive: Receive, send: Send) -> None:
    """Writes while there is somebody who reads; where making it fails, the connection ends before its time."""
    headers = [(b"content-type", stream.media_type.encode("ascii")), *NO_STORE, *more]
    if stream.filename is not None:
        headers.append((b"content-disposition", f'attachment; filename="{stream.filename}"'.encode("ascii")))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if request.method == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_until_gone, receive, tasks.cancel_scope)
        try:
            async for chunk in stream.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except Exception as error:
            fields = {"request_id": request.id, "endpoint": request.route, **described(error)}
            _log.error("an answer was cut off", extra={"fields": fields})
            raise
        await send({"type": "http.response.body", "body": b""})
        tasks.cancel_scope.cancel()


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
