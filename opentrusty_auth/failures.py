"""Every error becomes an answer here, once: JSON for programs, a page for people, the request id on both."""

from __future__ import annotations

import logging

from opentrusty_auth.plane import Plane, retry_after
from opentrusty_core import HttpResponse, json_response
from opentrusty_core.errors import (
    ConfigurationError,
    Denied,
    DomainError,
    NotFound,
    ProtocolError,
    ServerError,
    StoreError,
    StoreUnavailable,
    TemporarilyUnavailable,
    Throttled,
)
from opentrusty_server.headers import Headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.logs import described
from opentrusty_server.pages.views import Branding, ErrorPage

RETRY_AFTER = 5
"""Seconds after which a client may try again where nothing better is known."""
_log = logging.getLogger("opentrusty.errors")


def failure(
    error: Exception, request: Request, plane: Plane, *, page: bool, look: Branding | None = None
) -> HttpResponse:
    """The answer to a request that failed; what is not ours to blame on the client is logged."""
    refusal = _refusal(error)
    if refusal.status >= 500:
        fields = {"request_id": request.id, "endpoint": request.route, **described(error)}
        _log.log(
            logging.WARNING if isinstance(error, StoreUnavailable) else logging.ERROR,
            "request failed",
            extra={"fields": fields},
        )
    if not page:
        content = {"error": refusal.code, "error_description": refusal.description, "request_id": request.id}
        return json_response(content, status=refusal.status, headers=(*_NO_STORE, *refusal.headers))
    view = ErrorPage(
        code=refusal.code,
        request_id=request.id,
        description=refusal.description if refusal.status < 500 else None,
        branding=look or Branding(name="OpenTrusty"),
    )
    return plane.page(view, request, status=refusal.status, headers=refusal.headers)


_NO_STORE: Headers = ((b"cache-control", b"no-store"),)


def _refusal(error: Exception) -> HttpError:
    match error:
        case HttpError():
            return error
        case ProtocolError():
            return HttpError(error.status, error.error, error.description)
        case Throttled():
            return HttpError(429, "too_many_requests", str(error), headers=retry_after(error.retry_after))
        case Denied():
            return HttpError(403, "forbidden", str(error))
        case NotFound():
            return HttpError(404, "not_found", str(error))
        case DomainError():
            return HttpError(400, "invalid_request", str(error))
        case StoreUnavailable():
            return _later(error.retry_after)
        case StoreError() | ConfigurationError():
            return _later(RETRY_AFTER)
        case _:
            return HttpError(500, ServerError.error, ServerError.description)


def _later(seconds: int) -> HttpError:
    return HttpError(
        503, TemporarilyUnavailable.error, TemporarilyUnavailable.description, headers=retry_after(seconds)
    )
