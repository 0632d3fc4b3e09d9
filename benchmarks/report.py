"""The table on standard output, and the same with everything behind it as JSON."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.databases import POSTGRESQL
from benchmarks.measure import Measured
from benchmarks.references import FLOOR, NONE, Reference
from benchmarks.scenarios import SCENARIOS

COLUMNS = (
    "scenario",
    "database",
    "per s",
    "p50 ms",
    "p99 ms",
    "server µs",
    "PostgreSQL µs",
    "both µs",
    "× floor",
    "goal µs",
    "of goal",
    "Node mem µs",
    "Node PG µs",
    "RSS MiB",
    "others",
)
_REFERENCES = {scenario.name: scenario.reference for scenario in SCENARIOS}


def table(measured: Iterable[Measured], references: Mapping[str, Reference]) -> str:
    """One line for each scenario and database.

    `of goal` compares ratios to the floor, ours in this run with the goal's on the reference machine: below 1 the goal
    is met.
    """
    lines, problems = [], []
    for one in measured:
        if one.problem is not None:
            problems.append(f"INVALID {one.name} on {one.database_kind}: {one.problem}")
            lines.append([one.name, one.database_kind, "INVALID", *[""] * (len(COLUMNS) - 3)])
        else:
            lines.append(_line(one, references.get(one.name, NONE)))
    return "\n".join([aligned(COLUMNS, lines), *problems])


def _line(one: Measured, reference: Reference) -> list[str]:
    ours_on_postgresql = one.database_kind == POSTGRESQL
    goal = reference.goal if ours_on_postgresql else None
    return [
        one.name,
        one.database_kind,
        f"{one.per_second:,.0f}",
        f"{one.p50:.1f}",
        f"{one.p99:.1f}",
        f"{one.server:,.0f}",
        f"{one.database:,.0f}" if ours_on_postgresql else "",
        f"{one.total:,.0f}",
        f"{one.in_floors:.1f}",
        _number(goal),
        f"{one.in_floors * FLOOR / goal:.2f}" if goal else "",
        _number(reference.node_memory),
        _number(reference.node_postgresql) if ours_on_postgresql else "",
        f"{one.resident:.0f}",
        f"{one.others:.1f}",
    ]


def aligned(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in plain text: the first two columns to the left, figures to the right."""
    rows = [list(columns), *map(list, lines)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if n < 2 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join([line(rows[0]), "  ".join("-" * width for width in widths), *map(line, rows[1:])])


def _number(value: int | None) -> str:
    return f"{value:,}" if value is not None else ""


def document(results: Sequence[Measured], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about a run."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        **extra,
        "results": [
            one.to_json() | {"goal": _REFERENCES[one.name].goal if one.name in _REFERENCES else None} for one in results
        ],
    }


def machine() -> dict[str, Any]:
    """Where the run took place, and with what."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")), ""
    )
    packages = ("uvicorn", "uvloop", "httptools", "starlette", "cryptography", "psycopg")
    return {
        "processor": model or platform.machine(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in packages},
        "libpq": psycopg.pq.version_pretty(psycopg.pq.version()),
        "wrk": _wrk_version(),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _wrk_version() -> str:
    """Wrk ends with 1 after showing its version."""
    said = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2])
