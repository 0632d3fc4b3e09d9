"""`opentrusty user import` and `export`: users from files and into them."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import tenant_option
from opentrusty_cli.out_files import file_option, out_file, private_file, write_pieces
from opentrusty_cli.output import text
from opentrusty_cli.progress import Progress
from opentrusty_cli.user_options import search_option, status_option
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.domain.user_import import LineOutcome, LineReport

_FORMATS = ("jsonl", "csv")
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_CHUNK = 64 * 1024
_TOLD = 100
"""How many refused lines are told on standard error; --report has them all."""

_in_file = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("import")
@tenant_option
@click.argument("file", type=_in_file)
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="What the file is; else its name tells.")
@click.option("--update", is_flag=True, help="Set email and claims of users who are there; else they are skipped.")
@click.option("--dry-run", is_flag=True, help="Say what would become of every line and write nothing.")
@click.option("--report", type=out_file, help="Write what became of every line to this file, as JSON Lines.")
@operation
async def import_(
    desk: Desk, tenant_name: str, file: Path, format_: str | None, update: bool, dry_run: bool, report: Path | None
) -> None:
    """Add the users of a file, JSON Lines or CSV; - is standard input. Bad lines are told, good ones are kept."""
    from opentrusty_core.management import ImportFormat

    kind = ImportFormat(format_ or _guessed(file))
    tenant_id = await desk.tenant_id(tenant_name)
    with _input(file) as upload, _Reports(report) as reports:
        size, progress, totals = _size(upload), Progress("lines"), dict.fromkeys(LineOutcome, 0)
        run = desk.management.user_imports.run(
            desk.actor, tenant_id, _chunks(upload), kind, update=update, dry_run=dry_run
        )
        async for step in run:
            totals = dict(step.totals)
            reports.write(step.reports)
            progress(sum(totals.values()), upload.tell() / size if size else None)
        progress.end()
        reports.tell()
    counts = ", ".join(f"{count:,} {outcome.value}" for outcome, count in totals.items())
    record = {**{outcome.value: count for outcome, count in totals.items()}, "dry_run": dry_run}
    desk.output.done(f"Dry run: {counts}." if dry_run else f"{counts[:1].upper()}{counts[1:]}.", record, key="created")
    if totals[LineOutcome.REFUSED]:
        raise click.exceptions.Exit(1)


@click.command()
@tenant_option
@click.argument("user", required=False)
@search_option
@status_option
@file_option
@operation
async def export(
    desk: Desk, tenant_name: str, user: str | None, search: str, status: UserStatus | None, path: Path | None
) -> None:
    """Write users as JSON Lines, which import reads; or all that is known of USER as one JSON document."""
    tenant_id = await desk.tenant_id(tenant_name)
    exports = desk.management.user_exports
    if user is None:
        pieces = exports.lines(desk.actor, tenant_id, search=search, status=status)
    elif search or status is not None:
        raise click.UsageError("Give either USER or a search.")
    else:
        pieces = exports.person(desk.actor, tenant_id, await desk.user_id(tenant_id, user))
    await write_pieces(pieces, path)


class _Reports:
    """What became of lines: all of it in a file if there is one, what was refused on standard error."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else private_file(path)
        self._refused: list[LineReport] = []
        self._more = 0

    def __enter__(self) -> _Reports:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, reports: tuple[LineReport, ...]) -> None:
        """Note some lines."""
        for report in reports:
            if self._file is not None:
                self._file.write(json.dumps(_of_report(report), ensure_ascii=False).encode() + b"\n")
            if report.outcome is LineOutcome.REFUSED and len(self._refused) < _TOLD:
                self._refused.append(report)
            elif report.outcome is LineOutcome.REFUSED:
                self._more += 1

    def tell(self) -> None:
        """Say which lines were refused, and why."""
        for report in self._refused:
            why = " ".join(f"{name}: {problem}" for name, problem in report.problems.items())
            click.echo(text(f"Line {report.line}: {why}"), err=True)
        if self._more:
            click.echo(f"{self._more:,} more lines were refused; --report FILE writes them all.", err=True)


def _of_report(report: LineReport) -> dict[str, object]:
    return {
        "line": report.line,
        "outcome": report.outcome.value,
        "username": report.username,
        "id": report.user_id,
        "problems": dict(report.problems),
    }


def _guessed(file: Path) -> str:
    if file.suffix.lower() not in _SUFFIXES:
        raise click.UsageError("Say with --format what the file is: its name does not tell.")
    return _SUFFIXES[file.suffix.lower()]


def _size(file: BinaryIO) -> int | None:
    """How long it is, where that is known beforehand."""
    try:
        status = os.fstat(file.fileno())
    except OSError:  # no file of the operating system's
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _input(path: Path) -> AbstractContextManager[BinaryIO]:
    """Where an import comes from: standard input, or a file."""
    return nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb")
