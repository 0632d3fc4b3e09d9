"""A client's fields as plain data, for files: texts, numbers, true and false, null, lists; durations in whole seconds,
the scope as one text (RFC 7591 §2).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any

from opentrusty_core.domain.client import Client
from opentrusty_core.domain.scope import format_scope, parse_scope
from opentrusty_core.errors import InvalidScope

MAX_SECONDS = 10**9
NOT_WRITTEN = frozenset({"client_id", "status", "secrets", "created_at", "updated_at", "version"})
"""The fields that are the server's, or have a place of their own."""


def document_of(client: Client) -> dict[str, Any]:
    """Every field that is not as it begins; the name and the scope always."""
    document = {}
    for name, field in _fields().items():
        value = getattr(client, name)
        if name in {"client_name", "scope"} or value != _default(field):
            document[name] = plain_value(name, value)
    return document


def plain_fields(client: Client) -> dict[str, Any]:
    """Every field, for comparing."""
    return {name: plain_value(name, getattr(client, name)) for name in _fields()}


def read_fields(document: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields that the document names, and one sentence for each part that is not of its form."""
    hints, fields, problems = _hints(), {}, {}
    for name, value in document.items():
        if name not in hints:
            problems[name] = "There is no such field."
            continue
        try:
            fields[name] = _read(name, hints[name], value)
        except _Misfit as misfit:
            problems[name] = str(misfit)
    return fields, problems


def defaults() -> dict[str, Any]:
    """What every field is that a document leaves out; the name has none."""
    return {name: _default(field) for name, field in _fields().items() if name != "client_name"}


class _Misfit(Exception):
    """A value is of another form than its field; the text is a sentence."""


@cache
def _fields() -> Mapping[str, dataclasses.Field[Any]]:
    return {field.name: field for field in dataclasses.fields(Client) if field.name not in NOT_WRITTEN}


@cache
def _hints() -> Mapping[str, Any]:
    hints = typing.get_type_hints(Client)
    return {name: hints[name] for name in _fields()}


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def plain_value(name: str, value: Any) -> Any:
    """The value of a field as plain data."""
    if name == "scope":
        return format_scope(value)
    if isinstance(value, tuple):
        return [plain_value("", item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return dict(value) if isinstance(value, Mapping) else value


def _read(name: str, hint: Any, value: object) -> Any:
    if name == "scope":
        try:
            return parse_scope(_text(value))
        except InvalidScope:
            raise _Misfit("It holds characters that a scope may not hold.") from None
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        if value is None:
            return None
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise _Misfit("It is a list.")
        return tuple(_read("", typing.get_args(hint)[0], item) for item in value)
    if hint in _SCALARS:
        return _SCALARS[hint](value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(hint, value)
    return _texts_by_name(value)


def _choice(cls: type[Enum], value: object) -> Enum:
    for member in cls:
        if member.value == value:
            return member
    raise _Misfit(f"Use {' or '.join(str(member.value) for member in cls)}.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Misfit("It is a text.")
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Misfit("It is true or false.")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Misfit("It is a whole number.")
    return value


def _seconds(value: object) -> timedelta:
    if not 0 <= _number(value) <= MAX_SECONDS:
        raise _Misfit("It is a whole number of seconds.")
    return timedelta(seconds=_number(value))


def _texts_by_name(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise _Misfit("It is an object of texts.")
    return {_text(name): _text(text) for name, text in value.items()}


_SCALARS: Mapping[Any, Any] = {str: _text, bool: _boolean, int: _number, timedelta: _seconds}
