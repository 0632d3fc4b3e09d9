"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.databases import DATABASES
from benchmarks.scenarios import SCENARIOS, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure, for how many seconds and rounds; `patience` is how long each round waits for a quiet machine."""

    scenarios: tuple[Scenario, ...] = SCENARIOS
    databases: tuple[str, ...] = tuple(DATABASES)
    seconds: float = 5
    rounds: int = 3
    warm_up: bool = True
    start_ups: int = 5
    patience: float = 0
