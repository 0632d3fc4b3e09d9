"""What people and tenants are found by (see `domain.search`) as it lies in a column, and what is looked for there."""

from __future__ import annotations

import json
from collections.abc import Iterable


def dump_entries(entries: tuple[str, ...]) -> str:
    """A JSON array in which an entry begins behind every quote that no space follows: none has a space inside."""
    return f"[{' ,'.join(map(json.dumps, entries))} ]"


def dump_beginnings(terms: Iterable[str]) -> str:
    """A JSON array of texts: how an entry that a term begins stands in the column, for `{{lacks:u.terms}}`."""
    return json.dumps([json.dumps(term).removesuffix('"') for term in terms])
