"""The one form of a username or email, so that twins are one person to every lookup and every counter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.user import MAX_IDENTIFIER, normalised, validated_email
from opentrusty_core.errors import Invalid

bounded = settings(derandomize=True, max_examples=200)


@pytest.mark.case("K15", "K4")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "alice"),
        ("  alice ", "alice"),
        ("\uff41\uff4c\uff49\uff43\uff45", "alice"),
        ("ﬁona", "fiona"),
        ("Straße", "STRASSE"),
        ("jose\u0301", "josé"),
        ("Å", "\u212b"),
        ("\u017fam", "sam"),
        ("\u2160vy", "ivy"),
        ("alice\uff20example.com", "alice@EXAMPLE.com"),
    ],
)
def test_twins_are_one(one: str, other: str) -> None:
    """Letter case, compatibility forms, combining marks and the blanks around make no second person."""
    assert normalised(one) == normalised(other)


@pytest.mark.case("K15")
@bounded
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_the_form_does_not_depend_on_how_the_text_was_composed(text: str) -> None:
    """Every normal form of a text has the same form, and that form is stable."""
    try:
        form = normalised(text)
    except Invalid:
        return
    assert {normalised(unicodedata.normalize(kind, text)) for kind in ("NFC", "NFD", "NFKC", "NFKD")} == {form}
    assert normalised(form) == form


@pytest.mark.case("K15")
@bounded
@given(st.text(st.sampled_from("abcXYZ0189@._-"), min_size=1, max_size=40))
def test_letter_case_never_makes_a_second_person(text: str) -> None:
    """Either case finds the same person."""
    assert normalised(text.upper()) == normalised(text.lower()) == normalised(text)


@pytest.mark.case("K15")
def test_the_form_of_every_character_is_stable() -> None:
    """What is stored in normal form is found again by itself, whatever the script (planes 0 and 1 hold them all)."""
    unstable = []
    for point in range(0x20000):
        try:
            form = normalised(chr(point))
        except Invalid:
            continue
        if normalised(form) != form:
            unstable.append(point)
    assert unstable == []


@pytest.mark.case("K16")
@pytest.mark.parametrize(
    "text",
    ["a\0b", "\0", "\ud800", "a\udfffb", "a b", "a\tb", "a\nb", "a\u00a0b", "a\u2028b", "a\u202eb", "a\u200bb", "\x7f"],
    ids=ascii,
)
def test_what_is_no_text_or_hides_is_refused(text: str) -> None:
    """NUL, lone surrogates, controls, blanks inside, direction marks, zero-width characters."""
    with pytest.raises(Invalid):
        normalised(text)
    with pytest.raises(Invalid):
        validated_email(f"{text}@example.com")


@pytest.mark.case("K15")
@pytest.mark.parametrize(
    "character", ["\u034f", "\u115f", "\u17b5", "\u180b", "\u3164", "\ufe0f", "\uffa0", "\U000e0101"], ids=ascii
)
def test_no_invisible_character_makes_a_twin(character: str) -> None:
    """`alice` followed by a filler or a selector looks like `alice`."""
    with pytest.raises(Invalid):
        normalised(f"alice{character}")


def test_an_identifier_is_neither_empty_nor_endless() -> None:
    """1 to 254 characters of normal form."""
    assert normalised("a" * MAX_IDENTIFIER)
    for text in ("", "   ", "a" * (MAX_IDENTIFIER + 1), "\ufdfa" * 15):  # the last is 18 characters each in NFKC
        with pytest.raises(Invalid):
            normalised(text)


@pytest.mark.parametrize("email", ["alice@example.com", "a.b+c@sub.example.co", "x@localhost", "josé@exámple.com"])
def test_a_plain_address_is_kept_as_written(email: str) -> None:
    """Letter case and spelling are the person's."""
    assert validated_email(f" {email.title()} ") == email.title()


@pytest.mark.case("K15")
@pytest.mark.parametrize(
    "email",
    [
        "",
        "alice",
        "@example.com",
        "alice@",
        "a@b@example.com",
        "alice@example.com@evil.test",
        "alice\uff20evil.test@example.com",
        "alice\ufe6bevil.test@example.com",
        "alice@.example.com",
        "alice@example.com.",
        "alice@example..com",
        '"alice"@example.com',
        "alice<x>@example.com",
        "alice,bob@example.com",
        "alice;bob@example.com",
        "alice@[127.0.0.1]",
        "Alice (me) <alice@example.com>",
        "alice\\@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_an_address_that_two_mailers_could_read_apart_is_refused(email: str) -> None:
    """One `@` in normal form, nothing quoted, no comments, no lists."""
    with pytest.raises(Invalid) as caught:
        validated_email(email)
    assert set(caught.value.fields) == {"email"}


@pytest.mark.case("K15")
def test_what_is_kept_of_an_address_is_what_was_checked() -> None:
    """A full-width at sign passes only as the plain one that it stands for."""
    assert validated_email("Alice\uff20\uff45xample.com") == "Alice@example.com"


@pytest.mark.case("K15")
@bounded
@given(st.text(st.sampled_from('aB@\uff20\ufe6b.,;:"<>()[]\\ \u200b\0ß'), max_size=20))
def test_every_address_kept_has_one_plain_at(text: str) -> None:
    """Whatever is sent, what is stored can be split in one way only, and is its own twin."""
    try:
        kept = validated_email(text)
    except Invalid:
        return
    assert kept.count("@") == 1
    assert not set(kept) & set('\uff20\ufe6b,;:"<>()[]\\ \0')
    assert normalised(kept) == normalised(text)
