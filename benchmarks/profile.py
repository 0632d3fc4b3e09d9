"""`python -m benchmarks --profile [KIND] --only NAME`: where the server's time goes, in µs of an operation."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

from benchmarks import loadgen
from benchmarks.databases import DATABASES, Database
from benchmarks.measure import Floor, loaded, measure
from benchmarks.plan import Plan
from benchmarks.profilers import top
from benchmarks.run import floor, say, seeded_for
from benchmarks.scenarios import Scenario
from benchmarks.servers import free_url, serve_auth
from benchmarks.site import Site


def run(kind: str, plan: Plan) -> int:
    """Print the costliest functions of every scenario planned, on each database; 1 where a figure is invalid."""
    valid = True
    for name in plan.databases:
        with DATABASES[name]() as database, floor() as bare:
            url = free_url()
            site = Site(url, seeded_for(plan, database, url, servings=4))
            for scenario in plan.scenarios:
                valid &= _profile(kind, scenario, plan, database, bare, site)
    return 0 if valid else 1


def _profile(kind: str, scenario: Scenario, plan: Plan, database: Database, bare: Floor, site: Site) -> bool:
    """The scenario measured as it is, then once more under the profiler, whose shares divide up the first figure."""
    with serve_auth(database, site.url, variant=scenario.variant) as server, site:
        plain = measure(scenario, site, server, database, bare, replace(plan, rounds=1))
    if plain.problem is not None:
        say(f"INVALID {plain.name} on {plain.database_kind}: {plain.problem}")
        return False
    path = database.folder / "profile"
    variant = (*scenario.variant, "--profile", kind, str(path))
    with serve_auth(database, site.url, variant=variant) as server, site:
        loadgen.run(scenario.script, server.url, scenario.prepare(site), seconds=1)
        data, now = scenario.prepare(site), bare.measure()
        os.kill(server.pid, signal.SIGUSR1)
        slowed = loaded(scenario.script, data, server, database, now, seconds=plan.seconds)
        os.kill(server.pid, signal.SIGUSR2)
    said = f"{plain.server:,.0f} µs of the server ({slowed.server:,.0f} under {kind})"
    said += f" and {plain.database:,.0f} µs of PostgreSQL" if database.postmaster else ""
    print(f"\n{scenario.name} on {database.kind}, an operation of {scenario.steps} requests: {said}\n")
    print(top(kind, path, slowed.load.operations, plain.server), flush=True)
    return True
