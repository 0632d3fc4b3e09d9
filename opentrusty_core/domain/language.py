"""Language tags (BCP 47), and texts that carry one: `client_name#de` (RFC 7591 §2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}")


def is_tag(text: str) -> bool:
    """Whether it has the form of a language tag."""
    return _TAG.fullmatch(text) is not None


def look_up(tagged: Mapping[str, str], name: str, languages: Iterable[str]) -> str | None:
    """The text `name#tag` in the first language that has one, itself or shortened (RFC 4647 §3.4); tags in any case."""
    texts = {key.partition("#")[2].lower(): text for key, text in tagged.items() if key.startswith(f"{name}#")}
    for tag in languages:
        wanted = tag.lower()
        while wanted:
            if wanted in texts:
                return texts[wanted]
            wanted = wanted.rpartition("-")[0]
    return None
