"""A scenario put under load for some rounds, and what each cost."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from benchmarks import loadgen
from benchmarks.databases import Database
from benchmarks.loadgen import Data, Load
from benchmarks.plan import Plan
from benchmarks.processes import cpu_seconds, machine_seconds, resident_mebibytes, wait_for_quiet
from benchmarks.scenarios import Scenario
from benchmarks.servers import Server
from benchmarks.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One stretch of load; CPU is µs for an operation, of the server and of PostgreSQL.

    `others` is how many cores processes that are not ours used meanwhile: they fill the caches, so all gets dearer.
    """

    load: Load
    server: float
    database: float
    others: float


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
    def others(self) -> float:
        """Cores that others used meanwhile."""
        return self._median(lambda round_: round_.others)

    @property
    def total(self) -> float:
        """CPU µs of both."""
        return self._median(lambda round_: round_.server + round_.database)

    def to_json(self) -> dict[str, Any]:
        """Every round, and the medians."""
        medians = ("per_second", "p50", "p99", "server", "database", "total", "others")
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
    scenario: Scenario, site: Site, server: Server, database: Database, plan: Plan, *, rounds: int | None = None
) -> Measured:
    """The scenario under load; it ends at the first round with a wrong answer, which makes the figures worthless."""
    done: list[Round] = []
    problem: str | None = None
    try:
        if plan.warm_up:
            problem = loadgen.run(scenario.script, server.url, scenario.prepare(site), seconds=1).problem
        while problem is None and len(done) < (rounds or plan.rounds):
            data = scenario.prepare(site)
            done.append(loaded(scenario.script, data, server, database, seconds=plan.seconds, patience=plan.patience))
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


def loaded(
    script: str,
    data: dict[str, Data],
    server: Server,
    database: Database | None,
    *,
    seconds: float,
    patience: float = 0,
) -> Round:
    """One round: the CPU time that the server and PostgreSQL spent meanwhile, over the operations that were completed.

    It begins when the machine is quiet, or after `patience` seconds.
    """
    wait_for_quiet(patience)
    before = _spent(server, database)
    load = loadgen.run(script, server.url, data, seconds=seconds)
    spent = _Spent(*(now - then for now, then in zip(_spent(server, database), before, strict=True)))
    if load.unexpected and server.last_words:
        load = replace(load, example=f"{load.example}\nIts log ends: {server.last_words}")
    operations = load.operations or 1
    return Round(
        load=load,
        server=spent.server * 1e6 / operations,
        database=spent.database * 1e6 / operations,
        others=max(0.0, spent.machine - spent.server - spent.database - spent.wrk) / spent.clock,
    )


class _Spent(NamedTuple):
    """Seconds."""

    server: float
    database: float
    wrk: float
    machine: float
    clock: float


def _spent(server: Server, database: Database | None) -> _Spent:
    own = os.times()
    return _Spent(
        server=cpu_seconds(server.pid),
        database=cpu_seconds(database.postmaster) if database and database.postmaster else 0.0,
        wrk=own.user + own.system + own.children_user + own.children_system,
        machine=machine_seconds(),
        clock=time.monotonic(),
    )
