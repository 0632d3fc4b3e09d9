"""The Admin Plane's problems (RFC 9457) as the errors that the use cases themselves raise: the same exit codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from opentrusty_cli.errors import NotSignedIn
from opentrusty_cli.remote.http import Answer
from opentrusty_core.errors import (
    ChangedMeanwhile,
    Conflict,
    Denied,
    DomainError,
    Invalid,
    NotFound,
    OpenTrustyError,
    StoreUnavailable,
    Throttled,
)

_PREFIX = "urn:opentrusty:problem:"
_NESTED = ("owner.invitation.", "owner.", "link.", "settings.")
"""Where bodies have what the use cases name without more."""
_OF_CODE: Mapping[str, Callable[[str], OpenTrustyError]] = {
    "unauthenticated": NotSignedIn,
    "forbidden": Denied,
    "not_found": NotFound,
    "conflict": Conflict,
    "precondition_failed": ChangedMeanwhile,
    "temporarily_unavailable": StoreUnavailable,
}


class Misfits(Invalid):
    """Some fields are not acceptable; `pointers` has the same sentences by JSON pointers into the body (RFC 6901)."""

    def __init__(self, pointers: Mapping[str, str]) -> None:
        super().__init__({_name(pointer): why for pointer, why in pointers.items()})
        self.pointers = dict(pointers)


def error_of(answer: Answer) -> OpenTrustyError:
    """The error that an answer tells."""
    problem = answer.json()
    code = str(problem.get("type", "")).removeprefix(_PREFIX)
    detail = str(problem.get("detail") or f"{answer.url} answered {answer.status}.")
    if pointers := _pointers(problem.get("errors")):
        return Misfits(pointers)
    if code == "too_many_requests":
        return Throttled(_seconds(answer.headers.get("retry-after")))
    if code in _OF_CODE:
        return _OF_CODE[code](detail)
    if answer.status >= 500:
        return OpenTrustyError(f"{detail} (request {problem.get('request_id')})")
    return DomainError(detail)


def _pointers(errors: Any) -> dict[str, str]:
    if not isinstance(errors, list):
        return {}
    return {_pointer(error): str(error.get("detail")) for error in errors if isinstance(error, dict)}


def _pointer(error: Mapping[str, Any]) -> str:
    """Where it is in the body; a parameter of the query counts as a field of its name."""
    return unquote(str(error["pointer"])).removeprefix("#") if "pointer" in error else f"/{error.get('parameter')}"


def _name(pointer: str) -> str:
    """As in `claims.address`."""
    name = ".".join(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    for prefix in _NESTED:
        name = name.removeprefix(prefix)
    return name


def _seconds(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() else 1
