"""A run: the floor, then each database with its server, start-up times and scenarios."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import anyio

from benchmarks import references
from benchmarks.databases import DATABASES, Database
from benchmarks.measure import Floor, Measured, measure, measured
from benchmarks.plan import Plan
from benchmarks.processes import resident_mebibytes
from benchmarks.scenarios import TOKENS
from benchmarks.seed import Seeded, seed
from benchmarks.servers import free_url, serve_auth, serve_floor
from benchmarks.site import Site

FLOORS = {"floor-asgi": references.ASGI, "floor-starlette": references.STARLETTE}
PEOPLE, SESSIONS = 2000, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class StartUp:
    """Seconds from spawn to the first 200 of /readyz, a median, and the resident memory then."""

    database: str
    seconds: float
    resident: float


@dataclass(slots=True)
class Outcome:
    """What a run found, as it grows."""

    results: list[Measured] = field(default_factory=list)
    start_ups: list[StartUp] = field(default_factory=list)

    @property
    def floor(self) -> float | None:
        """CPU µs of a bare ASGI answer in this run: the median over its rounds, one before each other round."""
        rounds = [round_.server for one in self.results if one.name == "floor-asgi" for round_ in one.rounds]
        return statistics.median(rounds) if rounds else None


def run(plan: Plan) -> Outcome:
    """Measure everything that is planned. Says on standard error what it is at."""
    outcome = Outcome()
    with floor() as bare:
        for kind in plan.databases:
            say(f"{kind}: preparing")
            with DATABASES[kind]() as database:
                url = free_url()
                seeded = seeded_for(plan, database, url)
                outcome.start_ups.append(_start_up(plan, database, url))
                outcome.results += _measured(plan, database, url, seeded, bare)
        outcome.results += _floors(plan, bare)
    return outcome


@contextmanager
def floor() -> Iterator[Floor]:
    """The bare ASGI server, running, after a second in which it got warm."""
    with _folder() as folder, serve_floor("asgi", folder) as server:
        Floor(server).measure()
        yield Floor(server)


def seeded_for(plan: Plan, database: Database, url: str, *, servings: int = 1) -> Seeded:
    """Fill the database with as much as the plan needs, `servings` times; a round uses up its refresh tokens."""
    clients = [client for scenario in plan.scenarios for client in scenario.tokens]
    most = max((clients.count(client) for client in set(clients)), default=0)
    tokens = most * TOKENS * (plan.rounds + plan.warm_up) * servings
    people = PEOPLE if any(scenario.script == "password" for scenario in plan.scenarios) else SESSIONS
    return anyio.run(lambda: seed(database, url, people=people, sessions=SESSIONS, refresh_tokens=tokens))


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def _measured(plan: Plan, database: Database, url: str, seeded: Seeded, bare: Floor) -> Iterator[Measured]:
    """The scenarios in order; neighbours of one variant share a server."""
    site = Site(url, seeded)
    for variant, scenarios in groupby(plan.scenarios, key=lambda scenario: scenario.variant):
        with serve_auth(database, url, variant=variant) as server, site:
            for scenario in scenarios:
                one = measure(scenario, site, server, database, bare, plan)
                yield one
                say(f"{database.kind}: {one.name}: {_brief(one)}")


def _brief(one: Measured) -> str:
    if one.problem is not None:
        return f"INVALID: {one.problem}"
    spent = f"{one.server:,.0f} + {one.database:,.0f} µs, {one.in_floors:.1f} × floor"
    return f"{one.per_second:,.0f}/s, {spent}, others {one.others:.1f}"


def _start_up(plan: Plan, database: Database, url: str) -> StartUp:
    seconds, resident = [], []
    for _ in range(plan.start_ups):
        with serve_auth(database, url) as server:
            seconds.append(server.start_up)
            resident.append(resident_mebibytes(server.pid))
    found = StartUp(database=database.kind, seconds=statistics.median(seconds), resident=statistics.median(resident))
    say(f"{database.kind}: ready after {found.seconds:.2f} s with {found.resident:.0f} MiB")
    return found


def _floors(plan: Plan, bare: Floor) -> Iterator[Measured]:
    """What the other rounds were held against, and what Starlette adds to it."""
    with _folder() as folder, serve_floor("starlette", folder) as server:
        starlette = Floor(server)
        for _ in range(plan.rounds):
            starlette.measure(bare.measure())
        for name, rounds in (("floor-asgi", bare.rounds), ("floor-starlette", starlette.rounds)):
            problem = next((found for round_ in rounds if (found := round_.load.problem)), None)
            yield measured(name, "-", server, rounds, problem)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="opentrusty-bench-") as name:
        yield Path(name)
