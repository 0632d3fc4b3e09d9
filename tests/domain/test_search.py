"""Finding people by a part of their names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.search import (
    MAX_ENTRIES,
    MAX_LENGTH,
    MAX_TERMS,
    beginnings_of,
    begun_by,
    entries_of,
    parse_search,
)
from opentrusty_core.domain.user import User, normalised
from opentrusty_core.errors import Invalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
bounded = settings(derandomize=True, max_examples=300)


def a_person(username: str = "someone", email: str | None = None, **claims: Any) -> User:
    return User(id="an-id", username=username, email=email, claims=claims, created_at=NOW, updated_at=NOW)


def finds(search: str, user: User) -> bool:
    return all(begun_by(term, user) for term in parse_search(search))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ann", "Anna Schmidt"),
        ("SCHM", "Anna Schmidt"),
        ("schm ann", "Anna Schmidt"),
        ("muller", "Jörg Müller"),
        ("müller", "Joerg Muller"),
        ("zoe", "Zoë"),
        ("jean-luc", "Jean-Luc Picard"),
        ("luc", "Jean-Luc Picard"),
        ("o'brien", "Miles O'Brien"),
        ("brien", "Miles O'Brien"),
        ("мария", "МАРИЯ Иванова"),
        ("李", "李小龍"),
        ("기", "김민수"),
        ("strasse", "Anna Straße"),
        ("\uff21nna", "Anna"),
        ("Davis, Sammy", "Sammy Davis (Jr.)"),
        ("jr", "Sammy Davis (Jr.)"),
        ("हिन", "हिन्दी"),
    ],
)
def test_a_part_of_a_name_finds_its_person(typed: str, name: str) -> None:
    """Whatever the case, the accents, the width and the order of the words."""
    assert finds(typed, a_person(name=name))


@pytest.mark.parametrize("typed", ["nna", "schmidt anna x", "ann@", "annaschmidt", "müllers"])
def test_only_the_beginning_of_a_word_finds_it(typed: str) -> None:
    """And every term has to find something."""
    assert not finds(typed, a_person(name="Anna Schmidt", given_name="Jörg", family_name="Müller"))


def test_usernames_and_emails_are_found_from_their_beginning() -> None:
    """In normal form, the whole of them; each term may begin another thing."""
    person = a_person("Anna.S", "Schmidt@example.org", nickname="Ännchen")
    for typed in ("anna.", "ANNA.S", "schmidt@ex", "annch", "anna.s schmidt@example.org ännchen"):
        assert finds(typed, person), typed
    for typed in ("s", "example.org"):
        assert finds(typed, person) is (typed == "s"), typed


def test_nothing_typed_asks_for_nothing() -> None:
    """White space is nothing."""
    assert parse_search("") == parse_search(" \t ") == ()


def test_the_longest_term_stands_first() -> None:
    """It finds the fewest; a term that is typed twice counts once."""
    assert list(parse_search("b ccc aa b")) == ["ccc", "aa", "b"]


@pytest.mark.parametrize("text", ["a" * 255, " ".join("abcdefghi"), "\0", "\u200b", "\ud800"], ids=ascii)
def test_what_no_name_holds_is_refused(text: str) -> None:
    """With one sentence about the search."""
    with pytest.raises(Invalid) as refused:
        parse_search(text)
    assert set(refused.value.fields) == {"search"}


def test_as_many_terms_as_people_type_are_taken() -> None:
    """And not one more."""
    assert len(parse_search(" ".join("abcdefgh"))) == MAX_TERMS


def test_a_person_has_a_bounded_number_of_words() -> None:
    """Of a bounded length each; a long term still finds a long word."""
    person = a_person(name="x" * 2000, nickname=" ".join(f"w{number}" for number in range(300)))
    assert len(entries_of(person)) == MAX_ENTRIES
    assert max(map(len, entries_of(person))) == MAX_LENGTH
    assert finds("x" * 200, person)


@bounded
@given(st.text(max_size=100))
def test_no_word_holds_what_no_database_takes(text: str) -> None:
    """Words are texts without NUL, lone surrogates and white space."""
    for word in entries_of(a_person(name=text, given_name=text[::-1])):
        assert word.encode()
        assert not set(word) & {"\0", " ", "\n"}


@bounded
@given(st.text(min_size=1, max_size=40))
def test_whoever_has_a_username_is_found_by_it(name: str) -> None:
    """However it is written, unless nothing of it can be seen."""
    try:
        form = normalised(name)
    except Invalid:
        return
    assert not entries_of(a_person(name)) or finds(form, a_person(name))


@bounded
@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8), st.data())
def test_what_begins_an_entry_has_only_bits_of_the_entries(entries: list[str], data: st.DataObject) -> None:
    """So nobody is left out whom a term finds; and the bits fit into the integer of every database."""
    entry = data.draw(st.sampled_from(entries))
    begun = entry[: data.draw(st.integers(1, len(entry)))]
    bits = beginnings_of(entries)
    assert beginnings_of([begun]) & bits == beginnings_of([begun])
    assert 0 <= bits < 2**63


def test_bits_leave_most_others_out() -> None:
    """Three letters tell one name from nearly all; and they are stored, so that they may never change."""
    names = [a + b + c for a in "abcdefghijklmnopqrst" for b in "aeiou" for c in "lmnrst"]
    found = [name for name in names if beginnings_of(["kar"]) & ~beginnings_of([name, "zz"]) == 0]
    assert "kar" in found
    assert len(found) < len(names) / 50
    assert beginnings_of(["ada", "lovelace"]) == 144115188109755392
