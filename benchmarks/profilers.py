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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType

TOP = 25
_ROOT = Path(__file__).parent.parent
_EVERY = 0.001
"""CPU seconds between two samples."""

Place = tuple[str, int, str]
"""File, line and function."""


@contextmanager
def cprofile(path: Path) -> Iterator[None]:
    """Counts and times every call on the main thread until the end of the block, then writes `path`."""
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        yield
    finally:
        profiler.disable()
        profiler.dump_stats(path)


@contextmanager
def sample(path: Path) -> Iterator[None]:
    """Samples the main thread's stack until the end of the block, then writes `path`."""
    alone: Counter[Place] = Counter()
    within: Counter[Place] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        alone[_place(frame)] += 1
        seen: set[Place] = set()
        while frame is not None:
            seen.add(_place(frame))
            frame = frame.f_back
        within.update(seen)

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        rows = [[*place, alone[place], count] for place, count in within.items()]
        path.write_text(json.dumps({"samples": alone.total(), "rows": rows}))


PROFILERS: dict[str, Callable[[Path], AbstractContextManager[None]]] = {"sample": sample, "cprofile": cprofile}


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
    rows = json.loads(path.read_text())["rows"]
    return [((file, line, name), own, all_in, 0) for file, line, name, own, all_in in rows]


def _counted(path: Path) -> list[tuple[Place, float, float, int]]:
    stats = pstats.Stats(str(path)).stats  # type: ignore[attr-defined] # what the module documents by its dump
    return [(place, own, all_in, calls) for place, (_, calls, own, all_in, _) in stats.items()]


def _place(frame: FrameType) -> Place:
    return frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_code.co_qualname


def _named(place: Place) -> str:
    file, line, name = place
    short = file.rpartition("/site-packages/")[2].removeprefix(f"{_ROOT}/")
    return f"{short}:{line} {name}" if line else name
