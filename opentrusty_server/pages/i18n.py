"""Languages of the pages: English in the templates, other languages in `locales/*.json`, keyed by the English message.

The catalogues are plain text, read once and escaped as they are read. Plural messages come in pairs, "one" and "other",
which serves the Germanic languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from markupsafe import Markup, escape

LOCALES = Path(__file__).parent / "locales"
SOURCE_LANGUAGE = "en"
MAX_TAGS = 16  # a browser sends fewer than ten; the rest of a longer header is not worth reading

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_QUALITY = re.compile(r"[qQ]=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)")


class Catalogue:
    """The messages of one language, as safe HTML."""

    def __init__(self, language: str, direction: str, messages: Mapping[str, str]) -> None:
        self.language = language
        self.direction = direction
        self._messages = {english: escape(text) for english, text in messages.items()}

    def translate(self, message: str, **values: object) -> Markup:
        """The text with `{name}` filled in; values are escaped. A message without a translation stays English."""
        text = self._messages.get(message)
        if text is None:
            text = escape(message)
        return text.format(**values) if values else text

    def plural(self, one: str, other: str, n: int) -> Markup:
        """The text for the number `n`, which fills `{n}`."""
        return self.translate(one if n == 1 else other, n=n)


class Catalogues:
    """All languages of a folder, and the choice among them."""

    def __init__(self, folder: Path = LOCALES) -> None:
        self._by_language = {SOURCE_LANGUAGE: Catalogue(SOURCE_LANGUAGE, "ltr", {})}
        for path in sorted(folder.glob("*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            self._by_language[path.stem.lower()] = Catalogue(path.stem, content["direction"], content["messages"])

    def __iter__(self) -> Iterator[Catalogue]:
        return iter(self._by_language.values())

    def choose(self, locales: Iterable[str]) -> Catalogue:
        """The first tag that has a catalogue, itself or shortened (RFC 4647 §3.4 lookup); English when none has."""
        found = filter(None, map(self.find, locales))
        return next(found, self._by_language[SOURCE_LANGUAGE])

    def find(self, tag: str) -> Catalogue | None:
        """The catalogue of the tag, itself or shortened."""
        wanted = tag.lower()
        while wanted and wanted not in self._by_language:
            wanted = wanted.rpartition("-")[0]
        return self._by_language.get(wanted)


def preferred_locales(*, ui_locales: str = "", accept_language: str = "") -> tuple[str, ...]:
    """Language tags, most wanted first: ui_locales (OIDC Core §3.1.2.1), then Accept-Language (RFC 9110 §12.5.4).

    Malformed parts are passed over; `q=0` means not wanted.
    """
    asked = [tag for tag in ui_locales.split()[:MAX_TAGS] if _TAG.fullmatch(tag)]
    weighed: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:MAX_TAGS]:
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        if _TAG.fullmatch(tag) and quality > 0:
            weighed.append((quality, tag))
    weighed.sort(key=lambda pair: -pair[0])
    return (*asked, *(tag for _, tag in weighed))


def _quality(parameters: list[str]) -> float:
    if not parameters:
        return 1.0
    match = _QUALITY.fullmatch(parameters[0])
    return float(match[1]) if match else 0.0
