"""Parameters in `application/x-www-form-urlencoded` form, read strictly from the raw bytes (RFC 6749 §3.1, §3.2,
appendix B).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from opentrusty_core.errors import InvalidRequest
from opentrusty_core.protocol.messages.http import HttpRequest

FORM = "application/x-www-form-urlencoded"
MAX_PARAMETERS = 100
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Form(Mapping[str, str]):
    """Parameters by name. Empty ones count as absent; `repeated` names those that came more than once."""

    values_by_name: Mapping[str, str]
    repeated: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> str:
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def single(self) -> Form:
        """The same form, if nothing came twice (RFC 6749 §3.1). Raises `InvalidRequest`."""
        if self.repeated:
            raise InvalidRequest(description="A parameter is repeated.")
        return self

    def required(self, name: str) -> str:
        """The value of a parameter that has to be there. Raises `InvalidRequest`."""
        value = self.values_by_name.get(name)
        if value is None:
            raise InvalidRequest(description=f"The parameter {name} is missing.")
        return value


def parse_form(data: bytes, *, keep_empty: bool = False) -> Form:
    """The parameters of a query or body; empty ones too where they are to be kept.

    Raises:
        InvalidRequest: a broken escape, bytes that are not UTF-8, a NUL, or more than 100 parameters.
    """
    if _BAD_ESCAPE.search(data):
        raise InvalidRequest(description="A parameter has a broken percent-encoding.")
    pairs = data.split(b"&") if data else []
    if len(pairs) > MAX_PARAMETERS:
        raise InvalidRequest(description="There are too many parameters.")
    values: dict[str, str] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    for pair in pairs:
        raw_name, _, raw_value = pair.partition(b"=")
        name, value = _decode(raw_name), _decode(raw_value)
        if name in seen:
            repeated.add(name)
        seen.add(name)
        if value or keep_empty:
            values[name] = value
    return Form(values, frozenset(repeated))


def body_form(request: HttpRequest) -> Form:
    """The parameters of a POST body, each once. Raises `InvalidRequest` as `posted_form` does, and for a repeated
    parameter.
    """
    return posted_form(request).single()


def posted_form(request: HttpRequest) -> Form:
    """The parameters of a POST body; parameters in the query beside them are refused.

    Raises:
        InvalidRequest: another content type, parameters in the query, or a malformed parameter.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise InvalidRequest(description=f"The content type has to be {FORM}.")
    if request.query:
        raise InvalidRequest(description="Parameters belong in the body, not in the query.")
    return parse_form(request.body)


def _decode(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise InvalidRequest(description="A parameter is not UTF-8.") from None
    if "\0" in text:
        raise InvalidRequest(description="A parameter holds a NUL.")
    return text
