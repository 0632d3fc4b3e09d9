"""Cursors of sorted lists: what is written is read back, in a total order, and nothing else is read."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.page import BY_MOMENT, BY_TEXT, Key, Sorting, dump_key, load_key
from opentrusty_core.errors import Invalid

bounded = settings(derandomize=True, max_examples=200)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)
ids = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=255)
moments = st.datetimes(timezones=st.just(UTC))


@bounded
@given(texts, ids)
def test_a_text_and_an_id_come_back(value: str, id_: str) -> None:
    """Whatever they hold; the cursor itself holds nothing that a URL or a shell would touch."""
    after = dump_key(Key(value, id_))
    assert load_key(after, BY_TEXT) == Key(value, id_)
    assert set(after) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@bounded
@given(moments, ids)
def test_a_moment_and_an_id_come_back(value: datetime, id_: str) -> None:
    """To the microsecond, in UTC."""
    key = load_key(dump_key(Key(value, id_)), BY_MOMENT)
    assert key == Key(value, id_)
    assert key.value.tzinfo is UTC


@bounded
@given(st.lists(st.tuples(texts, ids), min_size=2))
def test_every_key_stands_between_the_first_and_the_last(pairs: list[tuple[str, str]]) -> None:
    """So a list without a cursor begins before all of it, in either direction."""
    first, last = load_key(None, BY_TEXT), load_key(None, BY_TEXT, descending=True)
    for value, id_ in pairs:
        assert first <= Key(value, id_) < last


def test_moments_have_a_first_and_a_last_too() -> None:
    """The first and last that a calendar has."""
    now = Key(datetime(2026, 1, 1, tzinfo=UTC), "an-id")
    assert load_key(None, BY_MOMENT) < now < load_key(None, BY_MOMENT, descending=True)


def test_equal_values_stand_by_their_ids() -> None:
    """The order is total."""
    assert Key("same", "a") < Key("same", "b") < Key("saner", "a")


@pytest.mark.case("J5")
@pytest.mark.parametrize("sorting", [BY_TEXT, BY_MOMENT], ids=["text", "moment"])
@pytest.mark.parametrize(
    "after",
    [
        "",
        "a",
        "an-id",
        "ä",
        "a b",
        "YQ==\n",
        "' OR 1=1",
        urlsafe_b64encode(b"no second part").decode(),
        urlsafe_b64encode(b"one\0two\0three").decode(),
        urlsafe_b64encode(b"\xff\0not utf-8").decode(),
        "A" * 100_000,
    ],
    ids=ascii,
)
def test_what_is_no_cursor_is_refused(after: str, sorting: Sorting[str]) -> None:
    """With one plain sentence, whatever it is."""
    with pytest.raises(Invalid) as refused:
        load_key(after, sorting)
    assert set(refused.value.fields) == {"after"}


@pytest.mark.parametrize("text", ["", "yesterday", "2026-01-01T00:00:00", "0001-01-01T00:00:00+01:00"])
def test_a_cursor_of_another_list_is_no_moment(text: str) -> None:
    """Nor is a moment without a zone, or one before all time."""
    with pytest.raises(Invalid):
        load_key(dump_key(Key(text, "an-id")), BY_MOMENT)


def test_a_moment_of_another_zone_is_taken_in_utc() -> None:
    """Stores compare moments in UTC only."""
    moment = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert load_key(dump_key(Key(moment, "an-id")), BY_MOMENT).value.isoformat() == "2026-01-01T10:00:00+00:00"
