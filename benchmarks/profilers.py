"""Two profilers for a server process, and the costliest functions of what they wrote (see `benchmarks.profile`).

`cprofile` counts every call, and makes each dearer: read its numbers of calls. `sample` looks at the stack a thousand
times a CPU second and disturbs little: read its shares. A library in C counts for the Python function that called it.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import signal
from collections import Counter
from pathlib import Path
from types import FrameType

TOP = 25
_ROOT = Path(__file__).parent.parent
_EVERY = 0.001
"""CPU seconds between two samples."""

Place = tuple[str, int, str]
"""File, line and function."""


class CProfile:
    """Counts and times every call on the main thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._profiler = cProfile.Profile()

    def start(self) -> None:
        """Begin."""
        self._profiler.enable()

    def stop(self) -> None:
        """End, and write the file."""
        self._profiler.disable()
        self._profiler.dump_stats(self._path)


class Sample:
    """Looks at the main thread's stack whenever the process has spent another millisecond (or the kernel's tick)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._alone: Counter[Place] = Counter()
        self._within: Counter[Place] = Counter()

    def start(self) -> None:
        """Begin."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)

    def stop(self) -> None:
        """End, and write the file."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        rows = [[*place, self._alone[place], count] for place, count in self._within.items()]
        self._path.write_text(json.dumps(rows))

    def _look(self, _number: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self._alone[_place(frame)] += 1
        seen: set[Place] = set()
        while frame is not None:
            seen.add(_place(frame))
            frame = frame.f_back
        self._within.update(seen)


PROFILERS: dict[str, type[Sample] | type[CProfile]] = {"sample": Sample, "cprofile": CProfile}


def on_signals(kind: str, path: Path) -> None:
    """Profile from SIGUSR1 to SIGUSR2, so that neither start-up nor warm-up is in it; `path` then holds the outcome."""
    profiler = PROFILERS[kind](path)
    signal.signal(signal.SIGUSR1, lambda _number, _frame: profiler.start())
    signal.signal(signal.SIGUSR2, lambda _number, _frame: profiler.stop())


def top(kind: str, path: Path, operations: int, microseconds: float) -> str:
    """The costliest functions by their own time, in µs an operation that took `microseconds` of CPU without a
    profiler.
    """
    rows = _sampled(path) if kind == "sample" else _counted(path)
    total = sum(own for _, own, _, _ in rows) or 1
    lines = [f"{'own µs':>8} {'with callees':>12} {'calls':>7}  function"]
    for place, own, all_in, calls in sorted(rows, key=lambda row: -row[1])[:TOP]:
        count = f"{calls / operations:7.1f}" if calls else f"{'':7}"
        lines.append(
            f"{own / total * microseconds:8.1f} {all_in / total * microseconds:12.1f} {count}  {_named(place)}"
        )
    return "\n".join(lines)


def _sampled(path: Path) -> list[tuple[Place, float, float, int]]:
    return [((file, line, name), own, all_in, 0) for file, line, name, own, all_in in json.loads(path.read_text())]


def _counted(path: Path) -> list[tuple[Place, float, float, int]]:
    stats = pstats.Stats(str(path)).stats  # type: ignore[attr-defined] # what the module documents by its dump
    return [(place, own, all_in, calls) for place, (_, calls, own, all_in, _) in stats.items()]


def _place(frame: FrameType) -> Place:
    return frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_code.co_qualname


def _named(place: Place) -> str:
    file, line, name = place
    short = file.rpartition("/site-packages/")[2].removeprefix(f"{_ROOT}/")
    return f"{short}:{line} {name}" if line else name
