"""SQL answers as memory does, whatever is asked in whatever order, while time goes by.

Ids and names come from a few, so that records meet; what belongs to one tenant is tried in the other, too.
`HYPOTHESIS_PROFILE=thorough` looks longer, at other sequences each time.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stores.machine import TwoStores
from tests.stores.machine_access import GivingRules, TakingRules
from tests.stores.machine_links import LinkRules
from tests.stores.machine_people import PeopleRules
from tests.stores.machine_registry import RegistryRules
from tests.stores.machine_roles import RolesRules
from tests.support.postgres import Cluster

THOROUGH = settings.default is not None and settings.default.max_examples > 100


class RegistryMachine(RegistryRules, LinkRules, PeopleRules):
    """What administrators do, in any order, and everything that can be read in between."""


class RolesMachine(RolesRules, PeopleRules):
    """Who may do what, while users and clients come and go."""


class TokensMachine(GivingRules):
    """What people and their applications do."""


class AccessMachine(TakingRules, PeopleRules):
    """The same, while sessions, grants, users and clients come to their end."""


MACHINES = [RegistryMachine, RolesMachine, TokensMachine, AccessMachine]


def against(new_url: Callable[[], str], machine: type[TwoStores], *, examples: int) -> None:
    """Run the machine, each time against a new store; without `THOROUGH` every run does the same."""

    class Machine(machine):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__(new_url())

    bounded = settings(
        max_examples=examples * 20 if THOROUGH else examples,
        stateful_step_count=50,
        derandomize=not THOROUGH,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Machine, settings=bounded)


@pytest.mark.parametrize("machine", MACHINES)
def test_sqlite_answers_as_memory_does(machine: type[TwoStores], migrated_sqlite: Path, volatile_folder: Path) -> None:
    """Over sequences of verbs with moving time: the same outcomes, the same visible state."""
    with tempfile.TemporaryDirectory(dir=volatile_folder) as folder:
        copies = (shutil.copy(migrated_sqlite, Path(folder, f"{number}.db")) for number in itertools.count())
        against(lambda: f"sqlite:///{next(copies)}", machine, examples=20)


@pytest.mark.parametrize("machine", MACHINES)
def test_postgres_answers_as_memory_does(
    machine: type[TwoStores], postgres_cluster: Cluster, migrated_postgres: str
) -> None:
    """The same, over fewer sequences."""

    def new_url() -> str:
        return postgres_cluster.url(postgres_cluster.create_database(template=migrated_postgres))

    against(new_url, machine, examples=4)
