"""What does not travel as one JSON value: uploads that are read piece by piece, and answers that are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """An answer that is written while it is made; it is cut off where making it fails."""

    media_type: str
    chunks: AsyncIterator[bytes]
    filename: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """As an operation's `body`: the media types that it reads by `Call.chunks`, of at most `most` bytes in all."""

    media_types: tuple[str, ...]
    most: int
