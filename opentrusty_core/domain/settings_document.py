"""A tenant's settings as plain data, for files, command lines and APIs: objects, text, numbers, true and false, null;
durations in whole seconds.

A change is a JSON merge patch (RFC 7396): what it names is set, null takes a setting back to its default, a list is
replaced as a whole, all else stays.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from opentrusty_core.domain.tenant import TenantSettings
from opentrusty_core.errors import Invalid

Document = dict[str, Any]
MAX_SECONDS = 10**9
_MISSING = dataclasses.MISSING


LISTS = frozenset({"allowed_scopes", "allowed_resources"})
"""The settings that are lists."""


def document_of(settings: TenantSettings) -> Document:
    """Every setting, those that are not set as None."""
    return {name: _plain(getattr(settings, name)) for name in _hints(TenantSettings)}


def patched(settings: TenantSettings, patch: Mapping[str, object]) -> TenantSettings:
    """The settings with the patch applied; whether they are acceptable is not asked here.

    Raises:
        Invalid: one sentence for each part of the patch that no setting can be, under names such as `lifetimes.code`.
    """
    problems: dict[str, str] = {}
    changed = _object(settings, TenantSettings, patch, "", problems)
    if problems:
        raise Invalid(problems)
    return typing.cast("TenantSettings", changed)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return list(value) if isinstance(value, tuple) else value


def _object(current: object, cls: type, patch: Mapping[str, object], path: str, problems: dict[str, str]) -> object:
    """The record with the patch applied; `current` is None where there is none yet."""
    hints, values = _hints(cls), {}
    for name, value in patch.items():
        default = _default(cls, name) if name in hints else _MISSING
        if name not in hints:
            problems[f"{path}{name}"] = "There is no such setting."
        elif value is None and default is not _MISSING:
            values[name] = default
        elif (inner := _required(hints[name])) in _SCALARS:
            convert, sentence = _SCALARS[inner]
            try:
                values[name] = convert(value)
            except ValueError:
                problems[f"{path}{name}"] = sentence
        elif isinstance(value, Mapping):
            values[name] = _object(getattr(current, name, None), inner, value, f"{path}{name}.", problems)
        else:
            problems[f"{path}{name}"] = "It is an object."
    if current is not None:
        return dataclasses.replace(typing.cast("Any", current), **values)
    missing = [name for name in hints if name not in values and _default(cls, name) is _MISSING]
    problems.update({f"{path}{name}": "It is missing." for name in missing if f"{path}{name}" not in problems})
    return None if missing else cls(**values)


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return typing.get_type_hints(cls)


def _required(hint: Any) -> Any:
    """`T` of `T | None`, else the hint itself."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    return hint


def _default(cls: type, name: str) -> object:
    field = next(field for field in dataclasses.fields(cls) if field.name == name)
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


# --- A value of JSON to one of ours, or ValueError ------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError
    return value


def _seconds(value: object) -> timedelta:
    number = _number(value)
    if not 0 <= number <= MAX_SECONDS:
        raise ValueError
    return timedelta(seconds=number)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError
    return tuple(_text(item) for item in value)


_SCALARS: Mapping[Any, tuple[Callable[[object], object], str]] = {
    str: (_text, "It is a text."),
    bool: (_boolean, "It is true or false."),
    int: (_number, "It is a whole number."),
    timedelta: (_seconds, "It is a whole number of seconds."),
    tuple[str, ...]: (_texts, "It is a list of texts."),
}
