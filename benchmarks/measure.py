"""A scenario put under load for some rounds, and what each cost."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks import loadgen
from benchmarks.databases import Database
from benchmarks.loadgen import Data, Load
from benchmarks.processes import cpu_seconds, resident_mebibytes
from benchmarks.scenarios import Scenario
from benchmarks.servers import Server
from benchmarks.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One stretch of load; CPU is µs for an operation, of the server and of PostgreSQL."""

    load: Load
    server: float
    database: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A scenario's rounds on one database; the properties are medians over the rounds."""

    name: str
    database_kind: str
    steps: int
    resident: float
    rounds: tuple[Round, ...]
    problem: str | None = None

    @property
    def per_second(self) -> float:
        """Operations a second."""
        return self._median(lambda round_: round_.load.operations / round_.load.seconds)

    @property
    def p50(self) -> float:
        """Milliseconds a request."""
        return self._median(lambda round_: round_.load.p50)

    @property
    def p99(self) -> float:
        """Milliseconds a request."""
        return self._median(lambda round_: round_.load.p99)

    @property
    def server(self) -> float:
        """CPU µs of the server for an operation."""
        return self._median(lambda round_: round_.server)

    @property
    def database(self) -> float:
        """CPU µs of PostgreSQL for an operation."""
        return self._median(lambda round_: round_.database)

    @property
    def total(self) -> float:
        """CPU µs of both."""
        return self._median(lambda round_: round_.server + round_.database)

    def to_json(self) -> dict[str, Any]:
        """Every round, and the medians."""
        medians = ("per_second", "p50", "p99", "server", "database", "total")
        return {
            "scenario": self.name,
            "database": self.database_kind,
            "requests_an_operation": self.steps,
            "resident_mib": round(self.resident, 1),
            "problem": self.problem,
            "median": {name: round(getattr(self, name), 3) for name in medians} if self.rounds else None,
            "rounds": [asdict(round_) for round_ in self.rounds],
        }

    def _median(self, value: Callable[[Round], float]) -> float:
        return statistics.median(value(round_) for round_ in self.rounds)


def measure(
    scenario: Scenario, site: Site, server: Server, database: Database, *, seconds: float, rounds: int, warm_up: bool
) -> Measured:
    """The scenario under load; it ends at the first round with a wrong answer, which makes the figures worthless."""
    done: list[Round] = []
    problem: str | None = None
    try:
        if warm_up:
            problem = loadgen.run(scenario.script, server.url, scenario.prepare(site), seconds=1).problem
        while problem is None and len(done) < rounds:
            data = scenario.prepare(site)
            done.append(loaded(scenario.script, data, server, database, seconds=seconds))
            problem = done[-1].load.problem
    except (ValueError, LookupError) as error:
        problem = f"it could not be prepared: {error}"
    return Measured(
        name=scenario.name,
        database_kind=database.kind,
        steps=scenario.steps,
        resident=resident_mebibytes(server.pid),
        rounds=tuple(done) if problem is None else (),
        problem=problem,
    )


def loaded(script: str, data: dict[str, Data], server: Server, database: Database | None, *, seconds: float) -> Round:
    """One round: the CPU time that the server and PostgreSQL spent meanwhile, over the operations that were
    completed.
    """
    postmaster = database.postmaster if database else None
    before = cpu_seconds(server.pid), cpu_seconds(postmaster) if postmaster else 0.0
    load = loadgen.run(script, server.url, data, seconds=seconds)
    after = cpu_seconds(server.pid), cpu_seconds(postmaster) if postmaster else 0.0
    if load.unexpected and server.last_words:
        load = replace(load, example=f"{load.example}\nIts log ends: {server.last_words}")
    operations = load.operations or 1
    return Round(
        load=load,
        server=(after[0] - before[0]) * 1e6 / operations,
        database=(after[1] - before[1]) * 1e6 / operations,
    )
