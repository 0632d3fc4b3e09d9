"""What belongs to no tenant: static files and health."""

from __future__ import annotations

from opentrusty_auth.plane import Plane
from opentrusty_core import HttpResponse, json_response
from opentrusty_server.http import HttpError, Request
from opentrusty_server.lifecycle import Lifecycle
from opentrusty_server.pages.render import ASSET_CACHE_CONTROL


def asset(request: Request, plane: Plane) -> HttpResponse:
    """A static file of the pages. Raises `HttpError` 404."""
    found = plane.pages.assets.get(request.path)
    if found is None:
        raise HttpError(404, "not_found", "There is nothing at this address.")
    headers = (
        (b"content-type", found.content_type.encode("ascii")),
        (b"cache-control", ASSET_CACHE_CONTROL.encode("ascii")),
        (b"vary", b"Accept-Encoding"),
    )
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HttpResponse(headers=(*headers, (b"content-encoding", b"gzip")), body=found.gzipped)
    return HttpResponse(headers=headers, body=found.body)


def live() -> HttpResponse:
    """The process answers; whether anything behind it does, `ready` tells."""
    return json_response({"status": "live"})


async def ready(plane: Plane, lifecycle: Lifecycle) -> HttpResponse:
    """Whether requests can be served: the master key was checked, the database answers and its schema is ours.

    Raises:
        StoreError, ConfigurationError: they cannot.
    """
    await lifecycle.ensure_started()
    await plane.provider.check()
    return json_response({"status": "ready"})
