"""What commands print: a table for people, json, yaml, or ids alone; plain text where nobody watches.

json and yaml are stable: `show`, `create` and `update` print the record, `list` prints
`{"items": […], "next_after": …}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import click

Record = Mapping[str, object]
F = TypeVar("F", bound=Callable[..., Any])


class Format(StrEnum):
    """The value of `-o`."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Prints records in the format that was asked for."""

    format: Format

    @property
    def is_table(self) -> bool:
        """Whether a person reads it."""
        return self.format is Format.TABLE

    def one(self, record: Record, *, key: str = "id", secrets: Mapping[str, str] | None = None) -> None:
        """Print one record. `secrets` are seen this once: within the record, or with `-o id` on standard error."""
        shown = {**record, **(secrets or {})}
        match self.format:
            case Format.JSON | Format.YAML:
                self._structured(shown)
            case Format.ID:
                click.echo(record[key])
                for name, value in (secrets or {}).items():
                    click.echo(f"{name}: {value}", err=True)
            case Format.TABLE:
                _table(("", ""), [(name, text(value)) for name, value in shown.items()])
                if secrets:
                    click.echo(f"Keep {' and '.join(secrets)} now: this is the only time it is shown.", err=True)

    def many(
        self,
        records: Sequence[Record],
        columns: Sequence[str],
        *,
        key: str = "id",
        next_after: str | None = None,
    ) -> None:
        """Print a list; a table shows `columns` only. `next_after` tells where the next page begins."""
        match self.format:
            case Format.JSON | Format.YAML:
                self._structured({"items": list(records), "next_after": next_after})
            case Format.ID:
                for record in records:
                    click.echo(record[key])
            case Format.TABLE:
                _table(columns, [tuple(text(record[name]) for name in columns) for record in records])
        if next_after is not None and self.format in {Format.TABLE, Format.ID}:
            click.echo(f"There is more: --after {next_after}, or --all.", err=True)

    def done(self, message: str, record: Record, *, key: str = "id") -> None:
        """Print that something was done: a sentence for people, else `record`."""
        if self.format is Format.TABLE:
            click.echo(message)
        else:
            self.one(record, key=key)

    def _structured(self, value: object) -> None:
        if self.format is Format.JSON:
            click.echo(json.dumps(value, indent=2, ensure_ascii=False))
        else:
            import yaml

            click.echo(yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip("\n"))


def output_option(function: F) -> F:
    """Add `-o`, given to the command as `output`."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str) -> Output:
        return Output(format=Format(value))

    formats = click.Choice([format_.value for format_ in Format])
    option = click.option(
        "-o", "--output", type=formats, default="table", show_default=True, callback=parse, help="How to print."
    )
    return option(function)


def text(value: object) -> str:
    """A value in one line of a table; what could steer a terminal is escaped."""
    match value:
        case None:
            line = ""
        case bool():
            line = "yes" if value else "no"
        case str():
            line = value
        case Mapping():
            line = ", ".join(f"{name}={text(item)}" for name, item in value.items())
        case list() | tuple():
            line = ", ".join(text(item) for item in value)
        case _:
            line = str(value)
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in line)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Lines and bold heads on a terminal; elsewhere columns of plain text, which cut and awk understand."""
    if sys.stdout.isatty():
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, show_header=any(columns))
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    lines = [tuple(name.upper() for name in columns), *rows] if any(columns) else list(rows)
    widths = [max((len(line[at]) for line in lines), default=0) for at in range(len(columns))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
