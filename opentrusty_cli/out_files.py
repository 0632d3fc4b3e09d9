"""Files that commands write."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from opentrusty_cli.progress import Progress

out_file = click.Path(dir_okay=False, path_type=Path)
file_option = click.option(
    "--file", "path", type=out_file, help="Write there, for its owner only; else to standard output."
)


async def write_pieces(pieces: AsyncIterator[bytes], path: Path | None) -> None:
    """Write a stream to the file, or to standard output; progress is told where it goes to a file."""
    with _output(path) as out:
        progress, written = Progress("bytes"), 0
        async for piece in pieces:
            out.write(piece)
            written += len(piece)
            if path is not None:
                progress(written)
        progress.end()
        out.flush()


def private_file(path: Path) -> BinaryIO:
    """The file, emptied, for its owner only."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        os.fchmod(file.fileno(), 0o600)
    return file


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON that only this user can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)


def _output(path: Path | None) -> AbstractContextManager[BinaryIO]:
    """Where an export goes: standard output, which stays open, or a file."""
    return nullcontext(sys.stdout.buffer) if path is None else private_file(path)
