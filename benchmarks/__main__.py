"""The command: `python -m benchmarks` measures everything and prints a table; see `--help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import loadgen, report
from benchmarks.databases import DATABASES, POSTGRESQL
from benchmarks.plan import Plan
from benchmarks.profilers import PROFILERS
from benchmarks.run import FLOORS, Outcome, run, say
from benchmarks.scenarios import SCENARIOS, Scenario

NOISE = 0.2
"""Cores that others may use before the table warns of it."""
RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where a figure is invalid or the load could not be made."""
    options = _parser().parse_args(arguments)
    if options.list:
        print("\n".join(scenario.name for scenario in SCENARIOS))
        return 0
    try:
        scenarios = _chosen(options.only)
        if not options.management:
            loadgen.require_wrk()
        if options.management:
            from benchmarks import management

            text, content, valid = management.run(quick=options.quick)
        elif options.scale:
            from benchmarks import scale

            text, content, valid = scale.run(_plan(options, scenarios), quick=options.quick)
        elif options.profile:
            from benchmarks import profile

            return profile.run(options.profile, _plan(options, scenarios))
        else:
            text, content, valid = _table(run(_plan(options, scenarios)))
    except loadgen.LoadFailed as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    path = options.json or RESULTS / f"{_kind(options)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, default=str) + "\n")
    say(f"everything behind it: {path}")
    return 0 if valid else 1


def _kind(options: argparse.Namespace) -> str:
    return "management" if options.management else "scale" if options.scale else "latest"


def _parser() -> argparse.ArgumentParser:
    names = ", ".join(scenario.name for scenario in SCENARIOS)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure OpenTrusty as whole processes under load from wrk.",
        epilog=f"Scenarios: {names}.",
    )
    parser.add_argument("--only", action="append", metavar="NAME", help="a scenario, or those whose name begins so")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--seconds", type=float, help="of load in each round (5; 2 with --quick)")
    parser.add_argument("--rounds", type=int, help="of each scenario; medians are shown (3; 1 with --quick)")
    parser.add_argument(
        "--patience", type=float, default=0, metavar="SECONDS", help="how long a round may wait for a quiet machine (0)"
    )
    parser.add_argument("--quick", action="store_true", help="a glance: short, one round, no warm-up")
    parser.add_argument("--scale", action="store_true", help="many users and tenants against few, on PostgreSQL")
    parser.add_argument(
        "--management", action="store_true", help="how long administrators wait among many users and tenants"
    )
    parser.add_argument(
        "--profile",
        nargs="?",
        const="sample",
        choices=[*PROFILERS],
        help="where the server's time goes, for each scenario",
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="where to write every round (benchmarks/results/)")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    return parser


def _chosen(wanted: list[str] | None) -> tuple[Scenario, ...]:
    if not wanted:
        return SCENARIOS
    unknown = [name for name in wanted if not any(scenario.name.startswith(name) for scenario in SCENARIOS)]
    if unknown:
        raise loadgen.LoadFailed(f"There is no scenario {', '.join(unknown)}; --list names them.")
    return tuple(scenario for scenario in SCENARIOS if any(scenario.name.startswith(name) for name in wanted))


def _databases(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(DATABASES) if options.database == "both" else (options.database,)


def _plan(options: argparse.Namespace, scenarios: tuple[Scenario, ...]) -> Plan:
    return Plan(
        scenarios=scenarios,
        databases=(POSTGRESQL,) if options.scale else _databases(options),
        seconds=options.seconds or (2 if options.quick else 5),
        rounds=options.rounds or (1 if options.quick else 3),
        warm_up=not options.quick,
        start_ups=1 if options.quick else 5,
        patience=options.patience,
    )


def _table(outcome: Outcome) -> tuple[str, dict[str, Any], bool]:
    references = {scenario.name: scenario.reference for scenario in SCENARIOS}
    lines = [report.table(outcome.results, references | FLOORS), ""]
    lines += [
        f"start-up on {one.database}: {one.seconds:.2f} s to the first /readyz, {one.resident:.0f} MiB resident"
        for one in outcome.start_ups
    ]
    busiest = max((one.others for one in outcome.results if one.rounds), default=0)
    if busiest > NOISE:
        lines.append(f"Others used up to {busiest:.1f} cores meanwhile, which makes everything dearer: see --patience.")
    content = report.document(
        outcome.results, {"floor_us": outcome.floor, "start_up": [asdict(one) for one in outcome.start_ups]}
    )
    return "\n".join(lines), content, all(one.problem is None for one in outcome.results)


if __name__ == "__main__":
    sys.exit(main())
