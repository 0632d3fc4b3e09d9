"""What a running program has spent: CPU time and memory, read from /proc (proc(5)); Linux only."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_GLANCE = 1.0
_QUIET = 0.2
"""Seconds looked at, and the cores that others may use in them."""
# Fields of /proc/PID/stat after the command's name, counted from 0: state is 0.
_PARENT, _UTIME, _CUTIME = 1, 11, 13


def cpu_seconds(root: int) -> float:
    """User and system time of a process and all its descendants, those that have ended and were waited for included."""
    ticks = 0
    for pid in _tree(root):
        if stat := _stat(pid):
            ticks += sum(int(field) for field in stat[_UTIME : _CUTIME + 2])
    return ticks / _TICKS


def machine_seconds() -> float:
    """CPU time that everything on the machine has spent since it started, stolen time included."""
    user, nice, system, _idle, _waiting, *rest = map(int, (PROC / "stat").read_text().partition("\n")[0].split()[1:9])
    return (user + nice + system + sum(rest)) / _TICKS


def wait_for_quiet(patience: float) -> None:
    """Return when others leave the machine alone for a moment, or after `patience` seconds."""
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0:
        before, started = machine_seconds(), time.monotonic()
        time.sleep(min(_GLANCE, left))
        if (machine_seconds() - before) / (time.monotonic() - started) < _QUIET:
            return


def resident_mebibytes(root: int) -> float:
    """Resident memory of a process and its descendants; pages that two of them share count twice."""
    kibibytes = 0
    for pid in _tree(root):
        try:
            status = (PROC / str(pid) / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        kibibytes += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return kibibytes / 1024


def _tree(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[_PARENT]), []).append(int(entry.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, ())


def _stat(pid: int) -> list[str] | None:
    """The fields after the name, which stands in parentheses and may hold anything; None for a process that is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
