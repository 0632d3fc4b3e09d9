"""A plane as a process of its own: uvicorn with our bounds, logs and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine
from importlib.util import find_spec

import uvicorn
from starlette.types import ASGIApp

from opentrusty_core import Provider, Settings, SystemRuntime, load_master_keys, load_settings
from opentrusty_core.errors import ConfigurationError, StoreError
from opentrusty_server.ending import Server, Workers
from opentrusty_server.logs import configure

DRAIN_WITHIN = 25
"""Seconds that requests in flight get to finish after SIGTERM (row R22)."""
KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than the 60 of common load balancers, so that they close first."""
MAX_HEAD = 32 * 1024

CreateApp = Callable[[Settings], ASGIApp]
Check = Callable[[Settings], Coroutine[None, None, None]]


async def refuse_wrong_key(settings: Settings) -> None:
    """Returns unless the master key is known to be wrong (row R15); a database that is absent is waited for later.

    Raises:
        ConfigurationError: it is.
    """
    from opentrusty_core.stores import open_store

    runtime = SystemRuntime()
    master_keys = load_master_keys(settings, runtime)
    store = open_store(settings.database_url)
    try:
        await Provider(store, settings.config, master_keys, runtime=runtime).start()
    except StoreError:
        pass
    finally:
        await store.close()


def serve(
    create: CreateApp,
    factory: str,
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    check: Check | None = refuse_wrong_key,
) -> None:
    """Serves a plane until SIGTERM or SIGINT, and then returns (see `ending`).

    Args:
        create: makes the application.
        factory: `module:function` of what makes it in worker processes, which read the settings anew from the
            environment (see `in_worker`).
        settings: of the deployment.
        host: the address to listen on.
        port: the port to listen on.
        workers: processes that share the port.
        check: what has to hold, told here once before any worker starts; None for a plane without a database.

    Raises:
        ConfigurationError: the plane cannot start as configured.
    """
    configure(settings.log_level)
    # uvicorn raises the signal again when it has shut down in order; until it listens there is nothing to shut down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if check is not None:
        asyncio.run(check(settings))
    several = workers > 1
    config = uvicorn.Config(
        factory if several else create(settings),
        host=host,
        port=port,
        workers=workers,
        factory=several,
        interface="asgi3",
        http=_http(),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN_WITHIN,
        h11_max_incomplete_event_size=MAX_HEAD,
        ssl_certfile=settings.tls_certificate_file,
        ssl_keyfile=settings.tls_key_file,
    )
    try:
        did_start = _run_workers(config) if several else _run_server(config)
    except SystemExit as error:
        did_start = not error.code
    if not did_start:
        raise ConfigurationError("The server did not start; the log above says why.")


def _run_server(config: uvicorn.Config) -> bool:
    server = Server(config)
    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again when it has ended in order
        server.run()
    return server.started


def _run_workers(config: uvicorn.Config) -> bool:
    workers = Workers(config, [config.bind_socket()])
    workers.run()
    return not workers.failed


def in_worker(create: CreateApp) -> ASGIApp:
    """The application of a worker process, from the environment that `serve` left it."""
    settings = load_settings()
    configure(settings.log_level)
    return create(settings)


def _http() -> str:
    return "opentrusty_server.bounded_http:BoundedHttpTools" if find_spec("httptools") else "h11"
