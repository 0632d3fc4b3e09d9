"""A scenario put under load for some rounds, and what each cost."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
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
    `floor` is what a bare answer cost just before: a virtual machine is not equally quick from minute to minute.
    """

    load: Load
    server: float
    database: float
    others: float
    floor: float


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

    @property
    def in_floors(self) -> float:
        """CPU time of both as a multiple of a bare answer's."""
        return self._median(lambda round_: (round_.server + round_.database) / round_.floor)

    def to_json(self) -> dict[str, Any]:
        """Every round, and the medians."""
        medians = ("per_second", "p50", "p99", "server", "database", "total", "in_floors", "others")
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


class Floor:
    """A bare ASGI server that stays up beside what is measured, so that every round can be held against its moment."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.rounds: list[Round] = []

    def measure(self, floor: float = 0) -> float:
        """CPU µs of a bare answer now; `floor`, where it is given, is what this one is held against."""
        calls: list[Data] = [{"method": "GET", "path": "/", "headers": {}}]
        data: dict[str, Data] = {"status": 200, "marker": '"ok":true', "requests": calls}
        self.rounds.append(loaded("requests", data, self._server, None, floor, seconds=1))
        return self.rounds[-1].server


def measure(scenario: Scenario, site: Site, server: Server, database: Database, floor: Floor, plan: Plan) -> Measured:
    """The scenario under load; it ends at the first round with a wrong answer, which makes the figures worthless."""
    done: list[Round] = []
    problem: str | None = None
    try:
        if plan.warm_up:
            problem = loadgen.run(scenario.script, server.url, scenario.prepare(site), seconds=1).problem
        while problem is None and len(done) < plan.rounds:
            wait_for_quiet(plan.patience)
            bare = floor.measure()
            data = scenario.prepare(site)
            done.append(loaded(scenario.script, data, server, database, bare, seconds=plan.seconds))
            problem = done[-1].load.problem
    except (ValueError, LookupError) as error:
        problem = f"it could not be prepared: {error}"
    return measured(scenario.name, database.kind, server, done, problem, steps=scenario.steps)


def measured(
    name: str, database_kind: str, server: Server, rounds: Iterable[Round], problem: str | None, *, steps: int = 1
) -> Measured:
    """The outcome; without figures where there was a problem."""
    return Measured(
        name=name,
        database_kind=database_kind,
        steps=steps,
        resident=resident_mebibytes(server.pid),
        rounds=tuple(rounds) if problem is None else (),
        problem=problem,
    )


def loaded(
    script: str, data: dict[str, Data], server: Server, database: Database | None, floor: float, *, seconds: float
) -> Round:
    """One round: the CPU time that the server and PostgreSQL spent meanwhile, over the operations that were completed.

    `floor` is noted as it is; with 0 the round is the floor's own.
    """
    before = _spent(server, database)
    load = loadgen.run(script, server.url, data, seconds=seconds)
    spent = _Spent(*(now - then for now, then in zip(_spent(server, database), before, strict=True)))
    if load.unexpected and server.last_words:
        load = replace(load, example=f"{load.example}\nIts log ends: {server.last_words}")
    operations = load.operations or 1
    own = spent.server * 1e6 / operations
    return Round(
        load=load,
        server=own,
        database=spent.database * 1e6 / operations,
        others=max(0.0, spent.machine - spent.server - spent.database - spent.wrk) / spent.clock,
        floor=floor or own,
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
