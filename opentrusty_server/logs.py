"""Logs: one JSON object a line on standard error, control characters encoded (row L4).

No query, body, cookie or token ever goes into one.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from opentrusty_core.errors import OpenTrustyError

_encode = json.JSONEncoder(
    separators=(",", ":"), default=repr
).encode  # ASCII: line separators of every kind are encoded


class Lines:
    """The message of a record that stands for several lines, each JSON already."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def __str__(self) -> str:
        return "\n".join(self.lines)


class JsonFormatter(logging.Formatter):
    """A record as one line. `extra={"fields": {...}}` adds members to it."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, Lines):
            return str(record.msg)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and isinstance(record.exc_info[1], BaseException):
            line |= described(record.exc_info[1])
        return _encode(line)


def configure(level: str) -> None:
    """Sends what this process logs to standard error as JSON: ours from `level` on, of libraries only what is wrong,
    since some log whole URLs.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("opentrusty").setLevel(level.upper())


def described(error: BaseException) -> dict[str, object]:
    """What a log says of an error: its kind, its place, and its words where they are ours; others' may quote values."""
    said = f": {error}" if isinstance(error, OpenTrustyError) else ""
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, object] = {"error": f"{type(error).__qualname__}{said}"}
    if not isinstance(error, OpenTrustyError):
        found["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or error.__context__
    if cause is not None:
        found["cause"] = described(cause)
    return found
