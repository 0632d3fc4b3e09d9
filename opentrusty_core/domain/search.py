"""How people are found by a part of their names: each typed term begins a username, an email, or a word of a name.

All of it is compared folded, without case, accents and width: `muller` finds Müller, and `МАРИЯ` Мария. A word with a
hyphen or an apostrophe counts as a whole and from each of its parts on: `luc` finds Jean-Luc.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from zlib import crc32

from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import MAX_IDENTIFIER, User
from opentrusty_core.errors import Invalid

NAME_CLAIMS = ("name", "given_name", "family_name", "middle_name", "nickname")
MAX_TERMS = 8
"""How many terms may be typed."""
MAX_LENGTH = 100
"""How much of a term counts."""
MAX_ENTRIES = 24
"""How many terms may find one person."""
_BEGINNING = 3
_BITS = 63


def parse_search(text: str) -> tuple[str, ...]:
    """The folded terms of what somebody typed, the longest first: it finds the fewest. None where nothing was typed.

    Raises:
        Invalid: too long, too many terms, or characters only that no name has.
    """
    if len(text) > MAX_IDENTIFIER:
        raise Invalid({"search": f"It is longer than {MAX_IDENTIFIER} characters."})
    terms = {(word.rstrip(",;") or word)[:MAX_LENGTH] for word in folded(text).split()}
    if text.strip() and not terms:
        raise Invalid({"search": "It holds no character that a name has."})
    if len(terms) > MAX_TERMS:
        raise Invalid({"search": f"Search for {MAX_TERMS} words at most."})
    return tuple(sorted(terms, key=lambda term: (-len(term), term)))


def entries_of(user: User) -> tuple[str, ...]:
    """All that a term may begin to find this user: the folded username, email and words of names, each once."""
    texts = (user.claims.get(name) for name in NAME_CLAIMS)
    names = [compact(user.username), compact(user.email or "")]
    words = [word for text in texts if isinstance(text, str) for word in words_in(text)]
    entries = dict.fromkeys(entry[:MAX_LENGTH] for entry in (*names, *words) if entry)
    return tuple(entries)[:MAX_ENTRIES]


def tenant_entries(tenant: Tenant) -> tuple[str, ...]:
    """All that a term may begin to find this tenant: the folded words of both its names, each once."""
    found = (*words_in(tenant.name), *words_in(tenant.display_name))
    entries = dict.fromkeys(word[:MAX_LENGTH] for word in found)
    return tuple(entries)[:MAX_ENTRIES]


def begun_by(term: str, user: User) -> tuple[str, ...]:
    """Which entries of a user the term begins."""
    return tuple(entry for entry in entries_of(user) if entry.startswith(term))


def beginnings_of(texts: Iterable[str]) -> int:
    """With which letters the texts begin, as a set of 63 bits: one for each beginning of one to three letters.

    A text whose bits are not all among those of some entries begins none of them; where they are, it may (B. H. Bloom,
    Space/Time Trade-offs in Hash Coding with Allowable Errors, 1970). The bits are stored: they never change.
    """
    bits = 0
    for text in texts:
        for length in range(1, min(_BEGINNING, len(text)) + 1):
            bits |= 1 << crc32(text[:length].encode()) % _BITS
    return bits


def compact(identifier: str) -> str:
    """An identifier folded, without white space."""
    return "".join(folded(identifier).split())


def words_in(text: str) -> Iterator[str]:
    """The folded words of a text, each from every part on."""
    for word in folded(text).split():
        letters = [at for at in range(len(word)) if _is_letter(word[at])]
        yield from (word[at : letters[-1] + 1] for at in letters if at == 0 or not _is_letter(word[at - 1]))


def folded(text: str) -> str:
    """Without case, compatibility forms and marks above or below; decomposed, so that a part of 김 begins it."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return plain if plain.isascii() and plain.isprintable() else "".join(map(_without_marks, plain))


def _without_marks(character: str) -> str:
    match unicodedata.category(character):
        case "Mn" | "Cf":
            return ""
        case "Cc" | "Cs":  # no database takes them, and no name has them
            return " "
        case _:
            return character


def _is_letter(character: str) -> bool:
    """Anything but punctuation, space and controls: symbols and marks are parts of words too."""
    return unicodedata.category(character)[0] not in "PZC"
