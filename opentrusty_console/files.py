"""The built console, read once: whatever is not in this table does not exist, so no path leads out of the folder."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opentrusty_core.errors import ConfigurationError

STATIC = Path(__file__).with_name("static")
"""Where `npm run build` in web-console/ puts what it makes; the wheel carries it."""
INDEX = "index.html"
NONCE = b"__CSP_NONCE__"
"""Stands in index.html wherever the nonce of a response goes (Vite's `html.cspNonce`)."""
_HASHED = "assets/"
_FOREVER = b"public, max-age=31536000, immutable"  # the name changes with the content
_REVALIDATE = b"no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A static file; `gzipped` is empty where compressing gains nothing."""

    content_type: bytes
    cache_control: bytes
    body: bytes = field(repr=False)
    gzipped: bytes = field(repr=False)


def is_built(folder: Path = STATIC) -> bool:
    """Whether there is a console to serve: a checkout has none until `make console` has run."""
    return (folder / INDEX).is_file()


def load(folder: Path = STATIC) -> tuple[bytes, Mapping[str, File]]:
    """The text of index.html, and every other file by its URL path.

    Raises:
        ConfigurationError: the console has not been built.
    """
    if not is_built(folder):
        raise ConfigurationError("The console is not built: run `make console`.")
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in {INDEX, "config.json"}:
            files[f"/{name}"] = _file(name, path.read_bytes())
    return (folder / INDEX).read_bytes(), files


def _file(name: str, body: bytes) -> File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    gzipped = gzip.compress(body, mtime=0)
    return File(
        content_type=(f"{kind}; charset=utf-8" if kind.startswith("text/") else kind).encode("ascii"),
        cache_control=_FOREVER if name.startswith(_HASHED) else _REVALIDATE,
        body=body,
        gzipped=gzipped if len(gzipped) < len(body) else b"",
    )
