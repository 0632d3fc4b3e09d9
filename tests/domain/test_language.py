"""Texts in several languages: whoever asks gets the first of their languages in which there is one."""

from __future__ import annotations

import pytest

from opentrusty_core.domain.language import is_tag, look_up

TEXTS = {
    "client_name#de": "Laden",
    "client_name#pt-BR": "Loja",
    "client_name#zh-Hant": "店",
    "client_name_x#en": "Not this",
}


@pytest.mark.parametrize(
    ("languages", "text"),
    [
        (("de",), "Laden"),
        (("DE-at",), "Laden"),
        (("fr", "de"), "Laden"),
        (("pt-br", "de"), "Loja"),
        (("pt", "de"), "Laden"),
        (("zh-Hant-TW",), "店"),
        (("en",), None),
        ((), None),
    ],
)
def test_the_first_language_that_has_a_text_wins(languages: tuple[str, ...], text: str | None) -> None:
    """Itself or shortened, in whatever case (RFC 4647 §3.4); a shorter wish finds no longer tag."""
    assert look_up(TEXTS, "client_name", languages) == text


def test_the_texts_of_another_field_are_not_taken() -> None:
    """Names are compared whole."""
    assert look_up(TEXTS, "client", ("de", "en")) is None


@pytest.mark.parametrize(
    ("text", "good"),
    [("de", True), ("zh-Hant-TW", True), ("x" * 9, False), ("", False), ("de_AT", False), ("de-", False), ("d", False)],
)
def test_a_tag_has_the_form_of_one(text: str, good: bool) -> None:
    """BCP 47, roughly: no register of languages is consulted."""
    assert is_tag(text) is good
