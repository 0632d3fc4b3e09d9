"""What does not travel as one JSON value: uploads that are read piece by piece, and answers that are made so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeVar

from pydantic import BaseModel

from opentrusty_server.http import Request

T = TypeVar("T")

NDJSON = "application/x-ndjson"
_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
_NOTHING: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """As an operation's `body`: the media types that it reads by `Call.upload`, of at most `most` bytes in all."""

    media_types: tuple[str, ...]
    most: int


async def received(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body of a request piece by piece, once all of it is here: on disk, where it is long.

    Whoever sends a body need not read an answer before its end, so none may begin before.

    Raises:
        HttpError: it is too long (413) or too slow (408).
    """
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it has been read
    try:
        await request.save(file, most)
    except BaseException:
        file.close()
        raise
    return _pieces(file)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


async def begun(pieces: AsyncIterator[T]) -> AsyncIterator[T]:
    """The same, the first of them made already: what is refused is so before an answer begins. Raises what it does."""
    first = await anext(pieces, _NOTHING)

    async def all_of_them() -> AsyncIterator[T]:
        if first is not _NOTHING:
            yield first
        async for piece in pieces:
            yield piece

    return all_of_them()


def line_of(model: BaseModel) -> bytes:
    """The model as a line of NDJSON."""
    return model.model_dump_json().encode() + b"\n"
