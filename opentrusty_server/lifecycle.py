"""From start to stop: waits for the database, then keeps house in the background."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Send

from opentrusty_core import Provider
from opentrusty_core.errors import ConfigurationError, OpenTrustyError, StoreError
from opentrusty_server.logs import described

Step = Callable[[], Awaitable[None]]

RETRY_EVERY = 1.0
"""Seconds between two looks at a database that is not there."""
MAINTAIN_AFTER = 1.0
"""Seconds of serving before the first maintenance: whoever waits for a server to start does not wait for that."""
MAINTAIN_EVERY = 60.0
"""Seconds between two rounds of maintenance, give or take a tenth, so that many processes do not all come at once."""
_log = logging.getLogger("opentrusty.lifecycle")


class Lifecycle:
    """Whether the provider may serve, and the task that sees to it.

    Args:
        url: the plane's own origin, as the log names it.
    """

    def __init__(self, provider: Provider, url: str) -> None:
        self._provider = provider
        self._url = url
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._waiting_for = ""
        self.started = False

    async def start(self) -> None:
        """Begins the background task. A database that is absent is waited for; a wrong master key is refused.

        Raises:
            ConfigurationError: the deployment cannot be served from as configured.
        """
        try:
            await self.ensure_started()
        except StoreError as error:
            self._note_waiting(error)
        self._task = asyncio.create_task(self._run(), name="opentrusty maintenance")

    async def ensure_started(self) -> None:
        """Returns once the provider may serve.

        Raises:
            StoreUnavailable, SchemaMismatch, ConfigurationError: it may not, yet.
        """
        if self.started:
            return
        async with self._starting:
            if not self.started:
                await self._provider.start()
                self.started = True
                _log.info("serving", extra={"fields": {"url": self._url}})

    async def stop(self) -> None:
        """Ends the background task."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while not self.started:
            await asyncio.sleep(RETRY_EVERY)
            try:
                await self.ensure_started()
            except ConfigurationError as error:
                _log.critical("refusing to serve", extra={"fields": described(error)})
                return  # no time heals it; until a restart every request is answered 503
            except StoreError as error:
                self._note_waiting(error)
        await asyncio.sleep(MAINTAIN_AFTER)
        while True:
            await self._maintain()
            jitter = self._provider.runtime.token_bytes(1)[0] / 255 - 0.5
            await asyncio.sleep(MAINTAIN_EVERY * (1 + 0.2 * jitter))

    def _note_waiting(self, error: StoreError) -> None:
        """Says what is waited for, once for each reason."""
        if str(error) != self._waiting_for:
            self._waiting_for = str(error)
            _log.warning("the database cannot be used yet", extra={"fields": described(error)})

    async def _maintain(self) -> None:
        try:
            report = await self._provider.maintain()
        except OpenTrustyError as error:
            _log.warning("maintenance failed", extra={"fields": described(error)})
        except Exception as error:  # noqa: BLE001 - the next round tries again; serving goes on
            _log.error("maintenance failed", extra={"fields": described(error)})
        else:
            if report.audits_refused:
                refused = {"tenant_ids": list(report.audits_refused)}
                _log.error("an audit is not as it was sealed: run `opentrusty audit verify`", extra={"fields": refused})
            if report.keys_made or report.keys_changed or report.purged or report.erased:
                fields = {
                    "keys_made": report.keys_made,
                    "keys_changed": report.keys_changed,
                    "purged": dict(report.purged),
                    "tenants_erased": report.tenants_erased,
                    "erased": dict(report.erased),
                }
                _log.info("maintenance done", extra={"fields": fields})


async def answer_lifespan(start: Step, stop: Step, receive: Receive, send: Send) -> None:
    """Speaks ASGI's lifespan protocol for a plane; a start that is refused ends it, and the log says why."""
    await receive()
    try:
        await start()
    except OpenTrustyError as error:
        _log.critical("refusing to start", extra={"fields": described(error)})
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await stop()
    await send({"type": "lifespan.shutdown.complete"})
