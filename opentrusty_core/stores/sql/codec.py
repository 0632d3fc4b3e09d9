"""Records in tables: explicit columns for what queries need, the other fields together in one JSON document.

Compiled once from the records' type hints. Decoding is strict: a value of the wrong type is a damaged row, not a guess.
A field that is None or empty by default, and is so, is left out of the document; every other default is written, so
that a later version with another default does not change what was stored. A field that this version does not know (a
newer one wrote it) is ignored.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from operator import attrgetter
from typing import Any, Generic, TypeVar

from opentrusty_core.errors import StoreError

T = TypeVar("T")
Row = tuple[Any, ...]
Params = dict[str, Any]
Convert = Callable[[Any], Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DOCUMENT = "document"
_dump = json.JSONEncoder(separators=(",", ":")).encode  # ASCII: every text fits, lone surrogates and NUL too
_decode = json.JSONDecoder().raw_decode


class Damaged(StoreError):
    """A row does not hold what its type says."""


class Record(Generic[T]):
    """How one record lies in its table.

    Args:
        name: what queries call it: `{{name}}` is its column list, `{{name:alias}}` a select list, `{{:name}}` its
            parameters.
        cls: a frozen dataclass.
        columns: the fields with a column of their own, the key first; the others, if any, share the column `document`.
            `principal.kind` is a field of the record in a field, in the column `principal_kind`.
        lifted: texts of a record inside this one that have a column too, column to the field that holds that record.
    """

    def __init__(self, name: str, cls: type[T], columns: str, *, lifted: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._cls = cls
        fields = _fields(cls)
        paths = {path.replace(".", "_"): path for path in columns.split()}
        own = {column: _at(path, fields) for column, path in paths.items()}
        self._inner = _inner(paths, fields)
        for path in paths.values():
            fields.pop(path.partition(".")[0], None)
        converts = {column: _column(field) for column, field in own.items()}
        self._names = tuple(own)
        self._params = [(attrgetter(path), f"{name}_{column}", converts[column][0]) for column, path in paths.items()]
        self._reads = [(column, read) for column, (_, read) in converts.items() if read is not None]
        self._document = _Object(cls, fields) if fields else None
        self._lifted = tuple((lifted or {}).items())
        self.columns = (*own, *(lifted or {}), DOCUMENT) if fields else self._names
        self.width = len(self.columns)

    def params(self, record: T) -> Params:
        """The parameters `name_column` of a record."""
        params: Params = {}
        for get, param, write in self._params:
            value = get(record)
            params[param] = value if write is None or value is None else write(value)
        if self._document is not None:
            document = self._document.dump(record)
            for column, holder in self._lifted:
                params[f"{self.name}_{column}"] = document[holder].pop(column, None) if holder in document else None
            params[f"{self.name}_{DOCUMENT}"] = _dump(document)
        return params

    def read(self, row: Row, start: int = 0) -> T:
        """The record in `row`, whose columns begin at `start`.

        Raises:
            Damaged: it is not one.
        """
        end = start + len(self._names)
        values = dict(zip(self._names, row[start:end], strict=True))
        try:
            for column, read in self._reads:
                if values[column] is not None:
                    values[column] = read(values[column])
            for name, inner, parts in self._inner:
                values[name] = inner(**{part: values.pop(column) for part, column in parts})
            if self._document is not None:
                document = _load(row[end + len(self._lifted)])
                for at, (column, holder) in enumerate(self._lifted, end):
                    if row[at] is not None:
                        _of(dict, _of(dict, document).setdefault(holder, {}))[column] = row[at]
                self._document.load_into(values, document)
            return self._cls(**values)
        except (TypeError, ValueError, KeyError) as error:
            raise Damaged(f"a stored {self.name} cannot be read: {error}") from error

    def find(self, row: Row, start: int = 0) -> T | None:
        """The same, or None where an outer join found none."""
        return None if row[start] is None else self.read(row, start)


class Document(Generic[T]):
    """How a record lies in one text, where it has no table."""

    def __init__(self, cls: type[T]) -> None:
        self._object = _Object(cls)

    def dump(self, record: T) -> str:
        """The text."""
        return _dump(self._object.dump(record))

    def load(self, text: str) -> T:
        """The record in the text. Raises `Damaged` where there is none."""
        try:
            return typing.cast("T", self._object.load(_load(text)))
        except (TypeError, ValueError, KeyError) as error:
            raise Damaged(f"a stored document cannot be read: {error}") from error


def _load(text: str) -> Any:
    value, end = _decode(text)  # a quarter quicker than `decode`, which looks for white space around
    if end != len(text):
        raise ValueError("more than one document")
    return value


# --- from a type hint to its two conversions --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Field:
    name: str
    hint: Any
    default: Any  # dataclasses.MISSING where the field has none


def _fields(cls: type) -> dict[str, _Field]:
    hints = typing.get_type_hints(cls)
    return {
        field.name: _Field(
            field.name,
            hints[field.name],
            field.default if field.default_factory is dataclasses.MISSING else field.default_factory(),
        )
        for field in dataclasses.fields(cls)
    }


def _at(path: str, fields: Mapping[str, _Field]) -> _Field:
    name, _, part = path.partition(".")
    return _fields(fields[name].hint)[part] if part else fields[name]


def _inner(paths: Mapping[str, str], fields: Mapping[str, _Field]) -> list[tuple[str, type, list[tuple[str, str]]]]:
    """The records in fields: name, class, and the column of each of their fields."""
    found: dict[str, list[tuple[str, str]]] = {}
    for column, path in paths.items():
        name, _, part = path.partition(".")
        if part:
            found.setdefault(name, []).append((part, column))
    return [(name, fields[name].hint, parts) for name, parts in found.items()]


def _column(field: _Field) -> tuple[Convert | None, Convert | None]:
    """How a field is written to and read from a column of its own; None: as it is."""
    hint = _required(field.hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Choice(hint).dump, _Choice(hint).load
    if hint is bool:
        return None, bool
    if hint == tuple[str, ...]:  # a scope: its tokens hold no space (RFC 6749 §3.3)
        return " ".join, lambda text: tuple(text.split())
    return None, None


def _required(hint: Any) -> Any:
    """`T` of `T | None`, else the hint itself."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    return hint


class _Object:
    """A dataclass as a JSON object, or those of its fields that are given."""

    def __init__(self, cls: type, fields: Mapping[str, _Field] | None = None) -> None:
        self._cls = cls
        converts = [(field, *_json(field.hint)) for field in (fields or _fields(cls)).values()]
        self._dumps = [(field.name, _empty(field.default), dump) for field, dump, _ in converts]
        self._loads = [(field.name, _as_it_is(field.hint), load) for field, _, load in converts]

    def dump(self, record: Any) -> dict[str, Any]:
        document = {}
        for name, empty, dump in self._dumps:
            value = getattr(record, name)
            if value is not empty and value != empty:
                document[name] = value if dump is None else dump(value)
        return document

    def load_into(self, values: dict[str, Any], document: Any) -> None:
        if type(document) is not dict:
            raise TypeError(f"{self._cls.__name__} is not an object")
        for name, type_, load in self._loads:
            if name in document:
                value = document[name]
                values[name] = value if type(value) is type_ else load(value)

    def load(self, document: Any) -> Any:
        values: dict[str, Any] = {}
        self.load_into(values, document)
        return self._cls(**values)


def _empty(default: Any) -> Any:
    """The default if it is None or empty, so that it can be left out."""
    is_value = default is dataclasses.MISSING or isinstance(default, bool | int) or bool(default)
    return dataclasses.MISSING if is_value else default


def _as_it_is(hint: Any) -> Any:
    """The type of a value that JSON holds as it is; None where it is to be converted or looked at more closely."""
    hint = _required(hint)
    return hint if hint in (str, int, bool) else None


class _Choice:
    """An enumeration by its values."""

    def __init__(self, cls: type[Enum]) -> None:
        self._values = {member.value: member for member in cls}
        self.load = self._values.__getitem__

    @staticmethod
    def dump(member: Enum) -> Any:
        return member.value


def _json(hint: Any) -> tuple[Convert | None, Convert]:
    """How a value of this type goes into JSON (None: as it is) and comes back."""
    if (inner := _required(hint)) is not hint:
        dump, load = _json(inner)
        return (None if dump is None else _optional(dump)), _optional(load)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (tuple, frozenset):
        return _sequence(origin, *_json(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(*_json(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Choice(hint).dump, _Choice(hint).load
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _Object(hint).dump, _Object(hint).load
    return _SCALARS[hint]


def _optional(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _sequence(cls: type, dump: Convert | None, load: Convert) -> tuple[Convert, Convert]:
    order = sorted if cls is frozenset else list
    return (
        order if dump is None else (lambda items: order(map(dump, items))),
        lambda items: cls([load(item) for item in _of(list, items)]),
    )


def _mapping(dump: Convert | None, load: Convert) -> tuple[Convert, Convert]:
    return (
        (lambda items: dict(items) if dump is None else {name: dump(item) for name, item in items.items()}),
        (lambda items: {name: load(item) for name, item in _of(dict, items).items()}),
    )


def _of(cls: type, value: Any) -> Any:
    if type(value) is not cls:
        raise TypeError(f"{type(value).__name__} instead of {cls.__name__}")
    return value


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970; refuses a naive datetime."""
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(number: int) -> datetime:
    """The moment, UTC-aware."""
    return EPOCH + timedelta(microseconds=number)


_SCALARS: dict[Any, tuple[Convert | None, Convert]] = {
    str: (None, lambda value: _of(str, value)),
    int: (None, lambda value: _of(int, value)),
    bool: (None, lambda value: _of(bool, value)),
    bytes: (lambda value: b64encode(value).decode(), lambda value: b64decode(_of(str, value), validate=True)),
    datetime: (to_microseconds, lambda value: from_microseconds(_of(int, value))),
    timedelta: (lambda value: value // MICROSECOND, lambda value: timedelta(microseconds=_of(int, value))),
    object: (None, lambda value: value),
}
