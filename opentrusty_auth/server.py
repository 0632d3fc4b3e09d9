"""The Auth Plane as a process of its own: uvicorn with our bounds, logs and shutdown."""

from __future__ import annotations

from importlib.util import find_spec

import uvicorn

from opentrusty_auth.app import AuthPlane, create_app
from opentrusty_auth.logs import configure
from opentrusty_core import Settings, SystemRuntime, load_master_keys, load_settings
from opentrusty_core.errors import ConfigurationError

DRAIN_WITHIN = 25
"""Seconds that requests in flight get to finish after SIGTERM (row R22)."""
KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than the 60 of common load balancers, so that they close first."""
MAX_HEAD = 32 * 1024


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serves until SIGTERM or SIGINT. Workers of more than one read the settings anew from the environment.

    Raises:
        ConfigurationError: the plane cannot start as configured.
    """
    configure(settings.log_level)
    several = workers > 1
    if several:
        load_master_keys(settings, SystemRuntime())  # told here, before any worker starts
    app = f"{__name__}:from_environment" if several else create_app(settings)
    try:
        uvicorn.run(
            app,
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
    except SystemExit as error:
        if error.code:
            raise ConfigurationError("The server did not start; the log above says why.") from None


def from_environment() -> AuthPlane:
    """The application of a worker process."""
    settings = load_settings()
    configure(settings.log_level)
    return create_app(settings)


def _http() -> str:
    return "opentrusty_auth.bounded_http:BoundedHttpTools" if find_spec("httptools") else "h11"
