"""The access log: one JSON line a request, written several at a time, so that it costs a request microseconds."""

from __future__ import annotations

import asyncio
import logging
from json.encoder import encode_basestring_ascii as quoted

from opentrusty_core import Runtime
from opentrusty_server.http import Request
from opentrusty_server.logs import Lines

FLUSH_AFTER = 0.1
"""Seconds that a line may wait; a process that is killed loses no more than these."""
_log = logging.getLogger("opentrusty.access")


class AccessLog:
    """Keeps lines for a moment. The path stays out, for it may hold a handle, and so do query, headers and body."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def note(self, request: Request, status: int, seconds: float) -> None:
        """An answered request."""
        if not _log.isEnabledFor(logging.INFO):
            return
        time = self._runtime.now().isoformat(timespec="milliseconds")
        tenant = "null" if request.tenant is None else quoted(request.tenant)
        ip = "null" if request.ip is None else quoted(request.ip)
        self._lines.append(
            f'{{"time":"{time}","level":"info","logger":"opentrusty.access","message":"request",'
            f'"request_id":{quoted(request.id)},"method":{quoted(request.method)},"endpoint":"{request.route}",'
            f'"tenant":{tenant},"status":{status},"ms":{seconds * 1000:.2f},"ip":{ip}}}'
        )
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_AFTER, self.flush)

    def flush(self) -> None:
        """Writes down what is kept."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._lines:
            _log.info(Lines(self._lines))
            self._lines = []
