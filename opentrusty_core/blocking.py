"""A blocking face for Django, Flask and scripts: the async core on one event loop in one background thread.

    blocking = Blocking()
    issuer = blocking(provider.protocol.issuer, "acme")

Any number of threads may call at once; their calls run side by side on the loop, sharing its connections.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import ParamSpec, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

P = ParamSpec("P")
T = TypeVar("T")


class Blocking:
    """Calls coroutine functions from threads that have no event loop. Make it after a server has forked its workers."""

    def __init__(self) -> None:
        self._running: AbstractContextManager[BlockingPortal] = start_blocking_portal()
        self._portal = self._running.__enter__()

    def __call__(self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `await function(...)` would give, or raise."""
        return self._portal.call(partial(function, *args, **kwargs))

    def close(self) -> None:
        """Finish the calls under way and stop the loop. Close the store before, through this very face."""
        self._running.__exit__(None, None, None)
