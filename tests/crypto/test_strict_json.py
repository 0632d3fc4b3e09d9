"""One meaning or none."""

from __future__ import annotations

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto import strict_json
from opentrusty_core.crypto.strict_json import NotStrictJSON

_text = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)


@given(_values, st.booleans())
def test_what_json_writes_is_read_back(value: object, ascii_only: bool) -> None:
    assert strict_json.loads(json.dumps(value, ensure_ascii=ascii_only).encode(), max_depth=100) == value


@given(st.binary(max_size=200) | st.text('[]{}":,\\u0dn1e', max_size=200).map(str.encode))
def test_anything_else_is_one_error(data: bytes) -> None:
    with contextlib.suppress(NotStrictJSON):
        strict_json.loads(data)


@pytest.mark.case("F5")
@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":[', '"', '["\\"",'])
def test_thirty_thousand_levels_are_refused_without_recursion(opening: str) -> None:
    with pytest.raises(NotStrictJSON):
        strict_json.loads((opening * 30_000).encode())


@pytest.mark.case("F5")
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")])
def test_sixteen_levels_pass_and_seventeen_do_not(left: str, right: str) -> None:
    assert strict_json.loads((left * 16 + "1" + right * 16).encode())
    with pytest.raises(NotStrictJSON, match="16 deep"):
        strict_json.loads((left * 17 + "1" + right * 17).encode())


@pytest.mark.case("F5")
def test_brackets_in_strings_and_side_by_side_are_not_depth() -> None:
    flat = json.dumps([{"a": '[[[[\\"{{{{'}] * 40).encode()
    assert len(strict_json.loads(flat)) == 40


@pytest.mark.case("F6")
@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '[{"b":{"a":1,"\\u0061":2}}]'])
def test_a_name_that_stands_twice_is_refused(text: str) -> None:
    with pytest.raises(NotStrictJSON, match="twice"):
        strict_json.loads(text.encode())


@pytest.mark.case("F9")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 21, "9" * 5000])
def test_a_number_has_to_be_finite_and_bounded(number: str) -> None:
    with pytest.raises(NotStrictJSON):
        strict_json.loads(f'{{"exp":{number}}}'.encode())


def test_an_ordinary_float_is_read() -> None:
    assert math.isclose(strict_json.loads(b"1700000000.25"), 1700000000.25)


@pytest.mark.case("K16")
@pytest.mark.parametrize(
    "data", [b'"\\u0000"', b'"\\ud800"', b'{"\\udfff":1}', b'[["a\\u0000"]]', b'"\x00"', b'"\xed\xa0\x80"', b'"\xff"']
)
def test_nul_and_lone_surrogates_are_refused(data: bytes) -> None:
    with pytest.raises(NotStrictJSON):
        strict_json.loads(data)


def test_an_escaped_pair_of_surrogates_is_one_character() -> None:
    assert strict_json.loads(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"{} {}", b"{'a':1}"])
def test_other_encodings_and_trailing_text_are_refused(data: bytes) -> None:
    with pytest.raises(NotStrictJSON):
        strict_json.loads(data)
