"""`python -m benchmarks --profile [KIND] --only NAME`: where the server's time goes, in µs of an operation."""

from __future__ import annotations

from benchmarks.databases import DATABASES, Database
from benchmarks.measure import Measured, measure
from benchmarks.profilers import top
from benchmarks.run import Plan, say, seeded_for
from benchmarks.scenarios import Scenario
from benchmarks.servers import free_url, serve_auth
from benchmarks.site import Site


def run(kind: str, plan: Plan) -> int:
    """Print the costliest functions of every scenario planned, on each database; 1 where a figure is invalid."""
    valid = True
    for name in plan.databases:
        with DATABASES[name]() as database:
            url = free_url()
            site = Site(url, seeded_for(plan, database, url, servings=2))
            for scenario in plan.scenarios:
                valid &= _profile(kind, scenario, plan, database, site)
    return 0 if valid else 1


def _profile(kind: str, scenario: Scenario, plan: Plan, database: Database, site: Site) -> bool:
    """The scenario measured as it is, then once more under the profiler, whose shares divide up the first figure."""
    path = database.folder / "profile"
    plain = _measured(scenario, (), plan, database, site)
    slowed = _measured(scenario, ("--profile", kind, str(path)), plan, database, site)
    for one in (plain, slowed):
        if one.problem is not None:
            say(f"INVALID {one.name} on {one.database_kind}: {one.problem}")
            return False
    said = f"{plain.server:,.0f} µs of the server ({slowed.server:,.0f} under {kind})"
    said += f" and {plain.database:,.0f} µs of PostgreSQL" if database.postmaster else ""
    print(f"\n{scenario.name} on {database.kind}, an operation of {scenario.steps} requests: {said}\n")
    operations = sum(round_.load.operations for round_ in slowed.rounds)
    print(top(kind, path, operations, plain.server))
    return True


def _measured(scenario: Scenario, profiler: tuple[str, ...], plan: Plan, database: Database, site: Site) -> Measured:
    with serve_auth(database, site.url, variant=scenario.variant + profiler) as server, site:
        return measure(scenario, site, server, database, seconds=plan.seconds, rounds=plan.rounds, warm_up=False)
