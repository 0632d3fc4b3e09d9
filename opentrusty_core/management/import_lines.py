"""The lines of an upload, as it arrives: JSON Lines, or CSV with a header (RFC 4180), in UTF-8.

An upload may be of any length: never more of it is held than one line. A line that cannot be read is told by its number
and does not keep the next ones from being read.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO

from opentrusty_core.crypto import strict_json
from opentrusty_core.errors import Invalid

MAX_LINE = 64 * 1024
"""Bytes of a line, and of a CSV record of several lines."""
_BOM = b"\xef\xbb\xbf"
_DELIMITERS = ",;\t"


class ImportFormat(StrEnum):
    """How an upload is written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands in a line, by name; or, by name, what is wrong with it. `number` counts from 1, a header too."""

    number: int
    fields: Mapping[str, object] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


async def lines_of(upload: AsyncIterable[bytes], format_: ImportFormat, columns: Sequence[str]) -> AsyncIterator[Line]:
    """The lines of an upload; the header of a CSV, which names some of `columns`, is not among them.

    Cells of a CSV are texts, and those that are empty are not there.

    Raises:
        Invalid: there is no header, or it names what is not a column.
    """
    if format_ is ImportFormat.JSONL:
        async for number, raw in _physical_lines(upload):
            if raw is None or raw.strip():
                yield _json_line(number, raw)
        return
    reader: _CsvReader | None = None
    async for number, raw in _physical_lines(upload):
        if reader is None:
            reader = _CsvReader(_header(raw, columns))
            continue
        for line in reader.feed(number, raw):
            yield line
    if reader is None:
        raise Invalid({"header": "The file is empty."})
    for line in reader.finish():
        yield line


async def _physical_lines(upload: AsyncIterable[bytes]) -> AsyncIterator[tuple[int, bytes | None]]:
    """Lines without their ends, numbered from 1; None for one that is too long."""
    number, held, overflowing = 1, b"", False
    async for chunk in upload:
        *ended, rest = (held + chunk).split(b"\n")
        for line in ended:
            yield number, _line(number, line, overflowing)
            number, overflowing = number + 1, False
        held = rest
        if len(held) > MAX_LINE:
            held, overflowing = b"", True
    if held or overflowing:
        yield number, _line(number, held, overflowing)


def _line(number: int, line: bytes, overflowing: bool) -> bytes | None:
    if overflowing or len(line) > MAX_LINE:
        return None
    return line.removeprefix(_BOM).removesuffix(b"\r") if number == 1 else line.removesuffix(b"\r")


# --- JSON Lines ------------------------------------------------------------------------------------------------------


def _json_line(number: int, raw: bytes | None) -> Line:
    if raw is None:
        return _too_long(number)
    try:
        value = strict_json.loads(raw)
    except strict_json.NotStrictJSON as error:
        return Line(number=number, problems={"line": f"It cannot be read as JSON: {error}."})
    if not isinstance(value, dict):
        return Line(number=number, problems={"line": "It is not a JSON object."})
    return Line(number=number, fields=value)


# --- CSV -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    names: tuple[str, ...]
    delimiter: str


def _header(raw: bytes | None, columns: Sequence[str]) -> _Header:
    try:
        text = (raw or b"").decode()
    except UnicodeDecodeError:
        raise Invalid({"header": "The file is not in UTF-8."}) from None
    delimiter = max(_DELIMITERS, key=text.count)
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        raise Invalid({"header": "The first line is not a header."}) from None
    names = tuple(cell.strip().lower() for cell in cells)
    if not names:
        raise Invalid({"header": "The first line is not a header."})
    unknown = [name for name in names if name not in columns]
    if unknown:
        raise Invalid({"header": f"There is no column {unknown[0]!r}. Columns are {', '.join(columns)}."})
    if len(set(names)) < len(names):
        raise Invalid({"header": "A column stands there twice."})
    return _Header(names=names, delimiter=delimiter)


class _CsvReader:
    """Puts lines together to records: one goes on while a quote is open."""

    def __init__(self, header: _Header) -> None:
        self._header = header
        self._held: list[tuple[int, str]] = []
        self._size = 0
        self._is_open = False

    def feed(self, number: int, raw: bytes | None) -> Iterator[Line]:
        """The records that end with this line."""
        try:
            text = None if raw is None else raw.decode()
        except UnicodeDecodeError:
            text = None
        if text is None:
            yield from self._give_up()
            yield _too_long(number) if raw is None else Line(number=number, problems={"line": "It is not in UTF-8."})
            return
        self._held.append((number, text))
        self._size += len(text) + 1
        self._is_open ^= text.count('"') % 2 == 1
        if not self._is_open:
            yield from self._record()
        elif self._size > MAX_LINE:
            yield from self._give_up()

    def finish(self) -> Iterator[Line]:
        """What is left at the end."""
        yield from self._give_up()

    def _record(self) -> Iterator[Line]:
        number = self._held[0][0]
        text = "\n".join(text for _, text in self._held)
        self._held, self._size = [], 0
        if not text.strip():
            return
        names = self._header.names
        try:
            (cells,) = csv.reader(StringIO(text, newline="\n"), delimiter=self._header.delimiter, strict=True)
        except (csv.Error, ValueError):
            yield Line(number=number, problems={"line": "It cannot be read as CSV: a quote stands where none may."})
            return
        if len(cells) != len(names):
            problem = f"It has {len(cells)} cells, and the header has {len(names)}."
            yield Line(number=number, problems={"line": problem})
            return
        yield Line(number=number, fields={name: cell for name, cell in zip(names, cells, strict=True) if cell})

    def _give_up(self) -> Iterator[Line]:
        """The first of the lines held begins a quote that never ends: the others are read without it."""
        while self._is_open:
            (number, _), *others = self._held
            self._held, self._size, self._is_open = [], 0, False
            yield Line(number=number, problems={"line": "A quote is opened and not closed."})
            for other, text in others:
                yield from self.feed(other, text.encode())


def _too_long(number: int) -> Line:
    return Line(number=number, problems={"line": f"It is longer than {MAX_LINE // 1024} KiB."})
