"""The Console Plane as a process of its own."""

from __future__ import annotations

from starlette.types import ASGIApp

from opentrusty_console.app import create_app
from opentrusty_core import Settings
from opentrusty_server.serving import in_worker, serve


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """See `opentrusty_server.serving.serve`; it has no database to look at first."""
    serve(create_app, f"{__name__}:from_environment", settings, host=host, port=port, workers=workers, check=None)


def from_environment() -> ASGIApp:
    """The application of a worker process."""
    return in_worker(create_app)
