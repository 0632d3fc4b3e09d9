"""Progress of what takes long, on standard error: one line on a terminal, a new one now and then elsewhere."""

from __future__ import annotations

import sys
import time

import click

ON_TERMINAL, ELSEWHERE = 0.2, 10.0
"""Seconds between two lines."""
WIDTH = 30
"""Characters of a bar."""


class Progress:
    """Says how many are done, no more often than people can read."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._every = ON_TERMINAL if self._terminal else ELSEWHERE
        self._said = time.monotonic()

    def __call__(self, done: int, share: float | None = None) -> None:
        """`done` are done by now; `share` is how much of all that is, where that is known."""
        now = time.monotonic()
        if now - self._said >= self._every:
            self._said = now
            line = f"{done:,} {self._what}"
            if share is not None:
                line = f"{_bar(share)} {share:4.0%}  {line}" if self._terminal else f"{share:.0%}: {line}"
            click.echo(f"\r{line}" if self._terminal else line, err=True, nl=not self._terminal)

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            click.echo("\r\x1b[2K", err=True, nl=False)


def _bar(share: float) -> str:
    full = min(WIDTH, round(share * WIDTH))
    return f"[{'#' * full}{'-' * (WIDTH - full)}]"
