"""From a request whose operation is known to its answer.

The order is the promise: who calls, whether they may, and only then what they sent. So nobody without the permission
learns from an answer what a body has to look like or whether a thing exists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from opentrusty_admin.call import Call, Plane
from opentrusty_admin.cors import SESSION_HEADER
from opentrusty_admin.idempotency import answered_once
from opentrusty_admin.operation import Access, Operation
from opentrusty_admin.problems import challenged, of_body, of_query
from opentrusty_admin.schemas.base import Model, Query, Versioned
from opentrusty_admin.stream import Upload
from opentrusty_core import Actor, Credentials, HttpResponse, json_body, parse_form
from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.errors import Denied, ProtocolError
from opentrusty_core.protocol.messages.http import NO_STORE, Headers
from opentrusty_server.application import Stream
from opentrusty_server.cookies import Cookies
from opentrusty_server.http import HttpError, Request

MAX_BODY: Final = 1024 * 1024
"""Bytes of a JSON body (row L1)."""
_JSON: Final = "application/json"
_ETAG: Final = re.compile(r'"([1-9][0-9]{0,17})"')
_HEADERS: Final[Headers] = ((b"content-type", b"application/json"), *NO_STORE)


class Dispatcher:
    """Performs operations."""

    def __init__(self, plane: Plane, cookies: Cookies) -> None:
        self._plane = plane
        self._cookies = cookies

    async def perform(
        self, operation: Operation, parameters: Mapping[str, str], request: Request
    ) -> HttpResponse | Stream:
        """The answer of an operation to a request.

        Raises:
            HttpError: HTTP or a schema refuses the request.
            OpenTrustyError: the caller is not known, or a use case refuses.
        """
        actor = await self._actor(operation, request)
        try:
            tenant_id = await self._enter(operation, parameters, actor)
            query, version = _query(operation, request), _version(operation, request)
            data, body = await _body(operation, request)
            call = Call(
                plane=self._plane,
                operation_id=operation.id,
                actor=actor,
                tenant_id=tenant_id,
                path={name: value for name, value in parameters.items() if name != "tenant"},
                query=query,
                version=version,
                body=body,
                request=request,
            )
            if operation.is_answered_once:
                management = self._plane.provider.management
                return await answered_once(lambda: _made(operation, call), request, data, actor, management)
            return _answered(operation, request, await operation.handler(call))
        except Denied:
            await self._plane.provider.management.audit.note_denied(actor, operation.id)
            raise

    async def _actor(self, operation: Operation, request: Request) -> Actor:
        if operation.permission is Access.PUBLIC:
            return Actor(kind=ActorKind.ANONYMOUS, id=None, origin=request.origin)
        headers = request.headers
        presented = Credentials(
            authorization=headers.get("authorization"),
            sessions=self._cookies.sessions(request) if SESSION_HEADER in headers else {},
            session_id=headers.get(SESSION_HEADER),
            web_origin=headers.get("origin"),
            fetch_site=headers.get("sec-fetch-site"),
            origin=request.origin,
        )
        try:
            return await self._plane.provider.callers.identify(presented)
        except ProtocolError as error:
            raise challenged(error) from error

    async def _enter(self, operation: Operation, parameters: Mapping[str, str], actor: Actor) -> str:
        """The id of the tenant that the path names, empty where it names none, if the actor may do this there."""
        if isinstance(operation.permission, Access):
            return ""
        if "tenant" not in parameters:
            for permission in operation.also:
                actor.require_platform(permission)
            if actor.platform_permissions.isdisjoint(operation.permissions):
                actor.require_platform(operation.permissions[0])
            return ""
        tenants = self._plane.provider.management.tenants
        tenant_id = await tenants.enter(actor, parameters["tenant"], *operation.permissions)
        for permission in operation.also:
            actor.require(permission, tenant_id)
        return tenant_id


def _query(operation: Operation, request: Request) -> Query:
    given = parse_form(request.query, keep_empty=True).single()
    try:
        return operation.query.model_validate_strings(dict(given))
    except ValidationError as error:
        raise of_query(error) from None


async def _body(operation: Operation, request: Request) -> tuple[bytes, Any]:
    """The body as it was sent, and what it says."""
    if operation.body is None:
        return b"", None
    if isinstance(operation.body, Upload):
        _require_media_type(request, operation.body.media_types)
        return b"", operation.body
    _require_media_type(request, (_JSON,))
    data = await request.body(MAX_BODY)
    json_body(data)
    try:
        return data, operation.body.model_validate_json(data)
    except ValidationError as error:
        raise of_body(error, operation.body) from None


def _require_media_type(request: Request, taken: tuple[str, ...]) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in taken:
        raise HttpError(415, "unsupported_media_type", f"The content type has to be {' or '.join(taken)}.")


def _version(operation: Operation, request: Request) -> int | None:
    """The version that If-Match asks for, or 0 where If-None-Match asks for none; None where any will do (RFC 9110
    §13.1.1, §13.1.2).
    """
    if request.method == "GET":
        return None
    if "if-none-match" in request.headers:
        takes_it = operation.conditional and request.method == "PUT"
        if not takes_it or request.headers["if-none-match"].strip() != "*":
            raise HttpError(400, "invalid", "This operation takes no such If-None-Match.")
        return 0
    value = request.headers.get("if-match")
    if value is None:
        return None
    if not operation.conditional:
        raise HttpError(400, "invalid", "This operation takes no If-Match.")
    if value.strip() == "*":
        return None
    match = _ETAG.fullmatch(value.strip())
    if match is None:
        raise HttpError(412, "precondition_failed", "If-Match is not the ETag of any version.")
    return int(match[1])


def _answered(operation: Operation, request: Request, answer: Model | Stream | None) -> HttpResponse | Stream:
    return answer if isinstance(answer, Stream) else _response(operation, request, answer)


async def _made(operation: Operation, call: Call[Any, Any]) -> HttpResponse:
    answer = await operation.handler(call)
    if isinstance(answer, Stream):
        raise TypeError(f"{operation.id} declares no stream")
    return _response(operation, call.request, answer)


def _response(operation: Operation, request: Request, answer: Model | None) -> HttpResponse:
    if answer is None:
        return HttpResponse(status=operation.status, headers=NO_STORE)
    headers = _HEADERS
    if isinstance(answer, Versioned):
        headers += ((b"etag", f'"{answer.version}"'.encode("ascii")),)
    if operation.identified_by is not None:
        made = quote(str(getattr(answer, operation.identified_by)), safe="")
        headers += ((b"location", f"{quote(request.path)}/{made}".encode("ascii")),)
    return HttpResponse(status=operation.status, headers=headers, body=answer.model_dump_json().encode())
