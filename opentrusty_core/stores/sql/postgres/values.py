"""PostgreSQL's binary formats of the types that our tables use (src/backend/utils/adt, the `*send` and `*recv` functions)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

from opentrusty_core.stores.sql.engine import Unstorable

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]

BOOL, BYTEA, INT8, INT4, TEXT, JSON, TIMESTAMPTZ = 16, 17, 20, 23, 25, 114, 1184
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_INT8 = Struct("!q")
_INT4 = Struct("!i")
_ARRAY = Struct("!iiIii")  # dimensions, has NULLs, type of the elements, length, lower bound


def _text(value: str) -> bytes:
    if "\0" in value:
        raise Unstorable("text")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise Unstorable("text") from None


def _moment(value: datetime) -> bytes:
    since = value - _EPOCH  # a naive datetime is refused here
    return _INT8.pack((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds)


def _from_moment(data: bytes) -> datetime:
    (microseconds,) = _INT8.unpack(data)
    return _EPOCH + timedelta(microseconds=microseconds)


def _array(type_: int) -> Encode:
    encode = ENCODERS[type_]

    def encode_array(values: Sequence[Any]) -> bytes:
        parts = [_ARRAY.pack(1, 1, type_, len(values), 1)]
        for value in values:
            data = None if value is None else encode(value)
            parts += (_INT4.pack(-1),) if data is None else (_INT4.pack(len(data)), data)
        return b"".join(parts)

    return encode_array


ENCODERS: dict[int, Encode] = {
    BOOL: lambda value: b"\1" if value else b"\0",
    BYTEA: bytes,
    INT8: _INT8.pack,
    INT4: _INT4.pack,
    TEXT: _text,
    JSON: str.encode,
    TIMESTAMPTZ: _moment,
}
ENCODERS |= {1009: _array(TEXT), 199: _array(JSON), 1185: _array(TIMESTAMPTZ)}

DECODERS: dict[int, Decode | None] = {
    BOOL: lambda data: data == b"\1",
    BYTEA: None,  # as it is
    INT8: lambda data: _INT8.unpack(data)[0],
    INT4: lambda data: _INT4.unpack(data)[0],
    TEXT: bytes.decode,
    JSON: bytes.decode,
    TIMESTAMPTZ: _from_moment,
}
