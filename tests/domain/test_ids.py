"""Ids: unique, sortable by time, safe in a URL (RFC 9562 §5.7 in spirit)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.runtime import SystemRuntime, format_id

bounded = settings(derandomize=True, max_examples=200)
times = st.integers(0, 2**48 - 1)
entropy = st.binary(min_size=10, max_size=10)


@bounded
@given(one=st.tuples(times, entropy), other=st.tuples(times, entropy))
def test_ids_sort_by_time_then_by_chance(one: tuple[int, bytes], other: tuple[int, bytes]) -> None:
    """The order of the texts is the order of what they are made of, so no two ids are alike that should differ."""
    assert (format_id(*one) < format_id(*other)) == (one < other)
    assert (format_id(*one) == format_id(*other)) == (one == other)


@bounded
@given(time=times, chance=entropy)
def test_an_id_is_26_characters_that_need_no_escape(time: int, chance: bytes) -> None:
    """Lower case and digits: the same in URLs, headers and file names."""
    assert re.fullmatch(r"[0-7][0-9a-v]{25}", format_id(time, chance))


@pytest.mark.case("I3")
def test_the_system_never_makes_an_id_twice() -> None:
    """80 random bits within one millisecond."""
    runtime = SystemRuntime()
    ids = [runtime.new_id() for _ in range(5000)]
    assert len(set(ids)) == len(ids)
    assert [made[:9] for made in ids] == sorted(made[:9] for made in ids)


def test_the_system_clock_is_aware_and_monotonic() -> None:
    """UTC, and seconds that never run backwards."""
    runtime = SystemRuntime()
    assert runtime.now().tzinfo is UTC
    assert abs(runtime.now() - datetime.fromisoformat(runtime.now().isoformat())).total_seconds() < 1
    assert runtime.monotonic() <= runtime.monotonic()
    assert len(runtime.token_bytes(32)) == 32
    assert runtime.token_bytes(32) != runtime.token_bytes(32)
