"""The lines of an upload: read as they arrive, each for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.errors import Invalid
from opentrusty_core.management.import_lines import MAX_LINE, ImportFormat, Line, lines_of

COLUMNS = ("username", "email", "name")
CSV, JSONL = ImportFormat.CSV, ImportFormat.JSONL


async def read(data: bytes, format_: ImportFormat, *, chunk: int = 7) -> list[Line]:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), chunk):
            yield data[start : start + chunk]

    return [line async for line in lines_of(pieces(), format_, COLUMNS)]


def said(*lines: Line) -> list[tuple[int, dict[str, object]]]:
    return [(line.number, dict(line.fields)) for line in lines]


@pytest.mark.parametrize("chunk", [1, 2, 7, 1000])
async def test_lines_come_with_their_numbers_wherever_the_upload_is_cut(chunk: int) -> None:
    """Blank ones are passed over, and the last need not end."""
    lines = await read(b'{"username":"a"}\r\n\n  \n{"username":"\xc3\xbc"}', JSONL, chunk=chunk)
    assert said(*lines) == [(1, {"username": "a"}), (4, {"username": "ü"})]
    lines = await read(b"username,name\r\na,A\r\n\r\nb,\nc,C", CSV, chunk=chunk)
    assert said(*lines) == [
        (2, {"username": "a", "name": "A"}),
        (4, {"username": "b"}),
        (5, {"username": "c", "name": "C"}),
    ]


async def test_a_mark_of_byte_order_is_no_part_of_the_first_line() -> None:
    """Spreadsheets write it."""
    assert said(*await read(b'\xef\xbb\xbf{"username":"a"}', JSONL)) == [(1, {"username": "a"})]
    assert said(*await read(b"\xef\xbb\xbfUsername\na\n", CSV)) == [(2, {"username": "a"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_cells_are_divided_as_the_header_is(delimiter: str) -> None:
    """By a comma, a semicolon or a tab; the others are then text."""
    lines = await read(delimiter.join(["username", "name"]).encode() + f'\na{delimiter}"x,y;z"\n'.encode(), CSV)
    assert said(*lines) == [(2, {"username": "a", "name": "x,y;z"})]


async def test_a_quoted_cell_may_hold_line_ends_and_quotes() -> None:
    """The record has the number of its first line."""
    lines = await read(b'username,name\na,"one\ntwo ""2"", \xe2\x80\xa8 three"\nb,B\n', CSV)
    assert said(*lines) == [
        (2, {"username": "a", "name": 'one\ntwo "2", \u2028 three'}),
        (4, {"username": "b", "name": "B"}),
    ]


async def test_a_quote_that_never_ends_costs_its_own_line_only() -> None:
    """Also where it stands near the end, or where much follows."""
    for filler in (b"", b"x,X\n" * 20_000):
        lines = await read(b'username,name\na,"A\nb,B\n' + filler + b"c,C\n", CSV, chunk=5000)
        assert lines[0].number == 2
        assert "not closed" in lines[0].problems["line"]
        assert said(lines[1], lines[-1]) == [
            (3, {"username": "b", "name": "B"}),
            (len(lines) + 1, {"username": "c", "name": "C"}),
        ]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b'{"username":', "JSON"),
        (b"[]", "object"),
        (b"7", "object"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":"\\u0000"}', "NUL"),
        (b'{"a":"\xff"}', "UTF-8"),
        (b"[" * 1000, "deep"),
        (b'{"a":"' + b"x" * MAX_LINE + b'"}', "longer"),
        (b"x" * (5 * MAX_LINE), "longer"),
    ],
)
async def test_a_bad_json_line_is_told_and_the_next_is_read(bad: bytes, why: str) -> None:
    """By its number."""
    lines = await read(bad + b'\n{"username":"b"}\n', JSONL, chunk=10_000)
    assert lines[0].number == 1
    assert why in lines[0].problems["line"]
    assert said(*lines[1:]) == [(2, {"username": "b"})]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"a,b,c", "3 cells"),
        (b"a", "1 cells"),
        (b'a,b"c"d"', "quote"),
        (b'"a"b,c', "quote"),
        (b"a,\xff", "UTF-8"),
        (b"a," + b"x" * MAX_LINE, "longer"),
    ],
)
async def test_a_bad_csv_line_is_told_and_the_next_is_read(bad: bytes, why: str) -> None:
    """By its number."""
    lines = await read(b"username,name\n" + bad + b"\nb,B\n", CSV, chunk=10_000)
    assert lines[0].number == 2
    assert why in lines[0].problems["line"], lines[0]
    assert said(*lines[1:]) == [(3, {"username": "b", "name": "B"})]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"user,name\n", "'user'"),
        (b"username,USERNAME\n", "twice"),
        (b"username,name,\n", "''"),
        (b"\xff\xfeu\0", "UTF-8"),
        (b'"username\n', "header"),
        (b"x" * (2 * MAX_LINE), "header"),
        (b"\nusername\n", "header"),
    ],
)
async def test_a_csv_without_a_header_that_fits_is_refused(data: bytes, why: str) -> None:
    """Before anything of it is read, and the answer says which columns there are."""
    with pytest.raises(Invalid) as refused:
        await read(data, CSV, chunk=10_000)
    assert why in refused.value.fields["header"]


async def test_an_empty_upload_of_json_lines_has_no_lines() -> None:
    """That is no mistake."""
    assert await read(b"", JSONL) == []


@given(st.binary(max_size=300), st.sampled_from([CSV, JSONL]), st.integers(1, 50))
async def test_no_upload_breaks_the_reading(data: bytes, format_: ImportFormat, chunk: int) -> None:
    """Every line is read or told, whatever it is, and wherever it is cut."""
    header = b"username,email,name\n"
    lines = await read(header + data, format_, chunk=chunk)
    assert lines == await read(header + data, format_, chunk=1000)
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
    assert all(bool(line.problems) != bool(line.fields) or not line.problems for line in lines)
