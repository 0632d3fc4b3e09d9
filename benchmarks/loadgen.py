"""Load from wrk: one thread, 16 connections, a Lua script that knows what the right answers look like."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

CONNECTIONS = 16
SCRIPTS = Path(__file__).parent / "lua"
_GRACE = 30
"""Seconds past the end of the load after which wrk is given up on."""

Data: TypeAlias = "str | int | Mapping[str, Data] | Sequence[Data]"


class LoadFailed(Exception):
    """wrk is missing, or did not do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk saw; latencies are milliseconds a request, `example` is the first unexpected answer."""

    requests: int
    operations: int
    seconds: float
    p50: float
    p99: float
    unexpected: int
    broken: int
    timeouts: int
    example: str

    @property
    def problem(self) -> str | None:
        """Why these figures mean nothing, or None."""
        if self.unexpected:
            return f"{self.unexpected} unexpected answers, the first: {self.example}"
        if self.broken or self.timeouts:
            return f"{self.broken} broken connections, {self.timeouts} time-outs"
        return None if self.operations else "nothing was completed"


def require_wrk() -> str:
    """The path of wrk. Raises `LoadFailed` with what to install."""
    found = shutil.which("wrk")
    if found is None:
        raise LoadFailed("wrk, the load generator, is not installed: apt-get install wrk (or make bench-tools).")
    return found


def run(script: str, url: str, data: Mapping[str, Data], *, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Put load on `url` by the named script, which is given `data`. Raises `LoadFailed`."""
    wrk = require_wrk()
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(f"return {lua(data)}\n")
        file.flush()
        options = ["-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s", "--timeout", "10s"]
        command = [wrk, *options, "-s", str(SCRIPTS / f"{script}.lua"), url, "--", file.name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _GRACE, check=False)
        except subprocess.TimeoutExpired:
            raise LoadFailed(f"wrk did not end within {_GRACE} s of its time: {url}") from None
    line = done.stdout.rstrip().rpartition("\n")[2]
    if done.returncode or not line.startswith("{"):
        raise LoadFailed(f"wrk ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return _load(json.loads(line))


def _load(found: Mapping[str, Any]) -> Load:
    return Load(
        requests=found["requests"],
        operations=found["operations"],
        seconds=found["microseconds"] / 1e6,
        p50=found["p50"] / 1e3,
        p99=found["p99"] / 1e3,
        unexpected=found["unexpected"],
        broken=found["broken"],
        timeouts=found["timeouts"],
        example=found["example"],
    )


def lua(value: Data) -> str:
    """The value as a Lua expression."""
    match value:
        case str():
            return '"' + "".join(_escaped(byte) for byte in value.encode()) + '"'
        case int():
            return str(value)
        case Mapping():
            return "{" + ",".join(f"[{lua(key)}]={lua(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "{" + ",".join(lua(item) for item in value) + "}"


def _escaped(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}"
