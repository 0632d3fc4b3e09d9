"""Records out of JSON: the Admin Plane names fields as the domain does, so the types there say how to read them."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from opentrusty_core.errors import OpenTrustyError

R = TypeVar("R")

UNTOLD = datetime.fromtimestamp(0, UTC)
"""A moment that the API does not tell, and that no command shows."""


def read(cls: type[R], data: Mapping[str, Any], **more: Any) -> R:
    """The record that the JSON object describes; `more` are fields that it has not, or has in another form.

    Raises:
        OpenTrustyError: it is not such a record, as that of a much newer version.
    """
    record: Any = cls
    hints = _hints(record)
    try:
        told = {name: _value(hints[name], data[name]) for name in hints if name in data and name not in more}
        made: R = record(**told, **more)
    except (TypeError, ValueError, KeyError) as error:
        raise OpenTrustyError(f"The answer holds a {cls.__name__} that this version cannot read: {error}.") from None
    return made


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.init}


def _value(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
        origin = typing.get_origin(hint)
    if origin in (tuple, frozenset):
        items = value.split() if isinstance(value, str) else value  # a scope is one text (RFC 6749 §3.3)
        return origin(_value(typing.get_args(hint)[0], item) for item in items)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is timedelta:
        return timedelta(seconds=value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return read(hint, value) if dataclasses.is_dataclass(hint) and isinstance(hint, type) else value
