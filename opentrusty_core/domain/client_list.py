"""Lists of clients: by what they are sorted and by what they are found."""

from __future__ import annotations

from enum import StrEnum

from opentrusty_core.domain.client import Client
from opentrusty_core.domain.search import MAX_LENGTH, compact, folded, words_in

MAX_ENTRIES = 40
"""How many terms may find one client."""


class ClientSort(StrEnum):
    """What a list of clients may be sorted by."""

    CLIENT_ID = "client_id"
    CLIENT_NAME = "client_name"
    CREATED_AT = "created_at"


def name_key(client: Client) -> str:
    """The name as it sorts: without case, accents and width."""
    return " ".join(folded(client.client_name).split())


def entries_of(client: Client) -> tuple[str, ...]:
    """All that a term may begin to find this client, folded (see `domain.search`): its id, the words of its names in
    every language, and its tags.
    """
    names = [client.client_name, *(text for key, text in client.translations.items() if key.startswith("client_name#"))]
    words = [word for name in names for word in words_in(name)]
    entries = (compact(client.client_id), *map(compact, client.tags), *words)
    return tuple(dict.fromkeys(entry[:MAX_LENGTH] for entry in entries if entry))[:MAX_ENTRIES]


def is_found(client: Client, terms: tuple[str, ...]) -> bool:
    """Whether each of the terms begins something of the client's."""
    entries = entries_of(client)
    return all(any(entry.startswith(term) for entry in entries) for term in terms)
