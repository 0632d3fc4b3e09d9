"""Every error becomes a problem here, once (RFC 9457), with all that is wrong with the fields and the request's id.

`type` is `urn:opentrusty:problem:` and a code for programs; `detail` is for people. `errors` point into the body by
JSON pointer (RFC 6901 §6), or name a parameter of the query.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from opentrusty_admin.schemas.base import Model
from opentrusty_admin.schemas.problem import FieldError, Problem
from opentrusty_core import HttpResponse
from opentrusty_core.errors import (
    ChangedMeanwhile,
    ConfigurationError,
    Conflict,
    Denied,
    DomainError,
    Invalid,
    KeyReused,
    NotFound,
    ProtocolError,
    ServerError,
    StoreError,
    StoreUnavailable,
    TemporarilyUnavailable,
    Throttled,
    Unauthenticated,
)
from opentrusty_server.headers import NO_STORE, Headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.logs import described

PREFIX = "urn:opentrusty:problem:"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a client may try again where nothing better is known."""
MAX_ERRORS = 100
"""Field errors that one problem lists."""
_MAX_POINTER = 300
_HEADERS: Headers = ((b"content-type", MEDIA_TYPE.encode("ascii")), *NO_STORE)
_OURS = {"extra_forbidden": "There is no such field.", "missing": "It is missing."}
_log = logging.getLogger("opentrusty.errors")


class FieldErrors(HttpError):
    """Some fields of the request are not acceptable."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__(400, "invalid", "The request is not acceptable; `errors` says why.")
        self.errors = tuple(errors)[:MAX_ERRORS]


def of_body(error: ValidationError, model: type[Model]) -> FieldErrors:
    """What is wrong with a JSON body of this model."""
    return FieldErrors(
        FieldError(pointer=_pointer(it["loc"]), detail=_unknown(it, model) or _detail(it)) for it in _errors(error)
    )


def of_query(error: ValidationError) -> FieldErrors:
    """What is wrong with a query string."""
    return FieldErrors(
        FieldError(parameter=str(it["loc"][0])[:_MAX_POINTER], detail=_detail(it)) for it in _errors(error)
    )


def challenged(error: ProtocolError) -> HttpError:
    """A refusal of the caller's credentials, with what they would have to show (RFC 6750 §3)."""
    challenge = 'Bearer realm="OpenTrusty"'
    if not isinstance(error, Unauthenticated):
        challenge += f', error="{error.error}", error_description="{error.description}"'
    headers = ((b"www-authenticate", challenge.encode("ascii")),)
    return HttpError(error.status, _CODES.get(error.status, "invalid"), error.description, headers=headers)


def problem(
    error: Exception, request: Request, *, fields: Mapping[str, str] | None = None, query: Iterable[str] = ()
) -> HttpResponse:
    """The answer to a request that failed; what is not the caller's fault is logged.

    `fields` says where the request has what the use case names otherwise; `query` are the names of its parameters.
    """
    refusal = _refusal(error, request, fields or {}, frozenset(query))
    if refusal.status >= 500:
        _log.log(
            logging.WARNING if isinstance(error, StoreUnavailable) else logging.ERROR,
            "request failed",
            extra={"fields": {"request_id": request.id, "endpoint": request.route, **described(error)}},
        )
    content = Problem(
        type=PREFIX + refusal.code,
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        detail=refusal.description,
        request_id=request.id,
        errors=refusal.errors if isinstance(refusal, FieldErrors) else None,
    )
    return HttpResponse(
        status=refusal.status,
        headers=(*_HEADERS, *refusal.headers),
        body=content.model_dump_json(exclude_none=True).encode(),
    )


_DOMAIN: Mapping[type[DomainError], tuple[int, str]] = {
    Denied: (403, "forbidden"),
    NotFound: (404, "not_found"),
    KeyReused: (422, "idempotency_key_reused"),
    Conflict: (409, "conflict"),
    DomainError: (400, "invalid"),
}
_CODES = {400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not_found"}


def _refusal(error: Exception, request: Request, fields: Mapping[str, str], query: frozenset[str]) -> HttpError:
    match error:
        case HttpError():
            return error
        case ProtocolError():
            return HttpError(error.status, _CODES.get(error.status, error.error), error.description)
        case Throttled():
            return HttpError(429, "too_many_requests", str(error), headers=_retry_after(error.retry_after))
        case ChangedMeanwhile() if {"if-match", "if-none-match"} & request.headers.keys():
            return HttpError(412, "precondition_failed", str(error))
        case Invalid():
            return FieldErrors(
                FieldError(parameter=name, detail=why)
                if name in query
                else FieldError(pointer=_pointer(fields.get(name, name.replace(".", "/")).split("/")), detail=why)
                for name, why in error.fields.items()
            )
        case DomainError():
            status, code = next(known for family, known in _DOMAIN.items() if isinstance(error, family))
            return HttpError(status, code, str(error))
        case StoreUnavailable():
            return _later(error.retry_after)
        case StoreError() | ConfigurationError():
            return _later(RETRY_AFTER)
        case _:
            return HttpError(500, ServerError.error, ServerError.description)


def _later(seconds: int) -> HttpError:
    return HttpError(
        503, TemporarilyUnavailable.error, TemporarilyUnavailable.description, headers=_retry_after(seconds)
    )


def _retry_after(seconds: int) -> Headers:
    return ((b"retry-after", str(seconds).encode("ascii")),)


def _errors(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _detail(error: Mapping[str, Any]) -> str:
    return _OURS.get(error["type"]) or f"{error['msg'].rstrip('.')}."


def _unknown(error: Mapping[str, Any], model: type[Model]) -> str | None:
    """Why there is no such field, where there is more to say of it."""
    match error["type"], error["loc"]:
        case "extra_forbidden", (str(name),):
            return model.not_known.get(name)
        case _:
            return None


def _pointer(parts: Iterable[str | int]) -> str:
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    pointer = "".join(f"/{quote(part, safe='~!$&()*+,;=:@', errors='replace')}" for part in escaped)
    return f"#{pointer[:_MAX_POINTER]}"
