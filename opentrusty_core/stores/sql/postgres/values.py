"""PostgreSQL's binary formats of the types that our parameters have (src/backend/utils/adt, the `*recv` functions).

psycopg reads answers in C, but asks each value for its type before it writes it; the server has told us the types.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from struct import Struct
from typing import Any

from opentrusty_core.stores.sql.engine import Unstorable

Encode = Callable[[Any], bytes]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_INT8 = Struct("!q")
_INT4 = Struct("!i")
_ARRAY = Struct("!iiIii")  # dimensions, whether it holds NULLs, type of the elements, length, lower bound
_NULL = _INT4.pack(-1)


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


def _array(element: int) -> Encode:
    encode = ENCODERS[element]

    def encode_array(values: Sequence[Any]) -> bytes:
        parts = [_ARRAY.pack(1, 1, element, len(values), 1)]
        for value in values:
            if value is None:
                parts.append(_NULL)
            else:
                data = encode(value)
                parts += (_INT4.pack(len(data)), data)
        return b"".join(parts)

    return encode_array


ENCODERS: dict[int, Encode] = {
    16: lambda value: b"\1" if value else b"\0",  # bool
    17: bytes,  # bytea
    20: _INT8.pack,  # int8
    23: _INT4.pack,  # int4
    25: _text,  # text
    114: str.encode,  # json
    1184: _moment,  # timestamptz
}
"""By the type's oid (src/include/catalog/pg_type.dat)."""

ENCODERS |= {1009: _array(25), 199: _array(114), 1185: _array(1184)}
