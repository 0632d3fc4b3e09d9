"""A JSON reader for text that strangers wrote: one meaning or none (RFC 8259 §4; I-JSON, RFC 7493).

Refused: duplicate names, nesting beyond a bound (before the parser recurses), NaN and infinities, numbers without
bounds, bytes that are not UTF-8, and strings with NUL or lone surrogates, which no database stores.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 16
_MAX_INTEGER_DIGITS = 20

# A whole string, or one bracket. An unterminated string is one quote: the parser fails there, no deeper.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_REFUSED_CHARACTER = re.compile("[\x00\ud800-\udfff]")


class NotStrictJSON(ValueError):
    """The text is not JSON, or is JSON with more than one reading; the message never quotes it."""


def loads(data: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The value that `data` (UTF-8) stands for; containers nest at most `max_depth` deep.

    Raises:
        NotStrictJSON: see the module.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrictJSON("not UTF-8") from None
    _check_depth(text, max_depth)
    try:
        value = _DECODER.decode(text)
    except NotStrictJSON:
        raise
    except ValueError:
        raise NotStrictJSON("not JSON") from None
    if "\\u" in text:  # only an escape can bring these in
        _check_characters(value)
    return value


def _check_depth(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _TOKEN.finditer(text):
        match text[match.start()]:
            case "[" | "{":
                depth += 1
                if depth > max_depth:
                    raise NotStrictJSON(f"nested more than {max_depth} deep")
            case "]" | "}":
                depth -= 1
            case _:
                pass


def _check_characters(value: Any) -> None:
    match value:
        case str():
            if _REFUSED_CHARACTER.search(value):
                raise NotStrictJSON("a string holds NUL or a lone surrogate")
        case list():
            for item in value:
                _check_characters(item)
        case dict():
            for name, item in value.items():
                _check_characters(name)
                _check_characters(item)
        case _:
            pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotStrictJSON("a name stands twice in one object")
    return result


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise NotStrictJSON("an integer is too long")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStrictJSON("a number is not finite")
    return number


def _constant(_: str) -> NoReturn:
    raise NotStrictJSON("a number is not finite")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
