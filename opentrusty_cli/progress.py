"""Progress of what takes long, on standard error: one line on a terminal, a new one now and then elsewhere."""

from __future__ import annotations

import sys
import time

import click

ON_TERMINAL, ELSEWHERE = 0.2, 10.0
"""Seconds between two lines."""


class Progress:
    """Says how many are done, no more often than people can read."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._every = ON_TERMINAL if self._terminal else ELSEWHERE
        self._said = time.monotonic()

    def __call__(self, done: int) -> None:
        """`done` are done by now."""
        now = time.monotonic()
        if now - self._said >= self._every:
            self._said = now
            click.echo(
                f"\r{done:,} {self._what}" if self._terminal else f"{done:,} {self._what}",
                err=True,
                nl=not self._terminal,
            )

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            click.echo("\r\x1b[2K", err=True, nl=False)
