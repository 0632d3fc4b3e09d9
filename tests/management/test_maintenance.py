"""Maintenance: keys stepped in every tenant, what has expired purged, one process at a time, within its budget."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.page import MAX_PAGE
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.management import KeySteps, Management
from opentrusty_core.management.maintenance import LOCK
from opentrusty_core.storage import Store
from tests.management.place import SYSTEM, Place


async def test_a_run_makes_the_keys_that_tenants_lack(acme: Place, globex: Place) -> None:
    report = await acme.management.maintenance.maintain()
    assert (report.ran, report.finished, report.tenants, report.keys_made) == (True, True, 2, 2)
    for place in (acme, globex):
        keys = await place.management.keys.list(SYSTEM, place.tenant.id)
        assert {(key.alg, key.status) for key in keys} == {
            ("ES256", KeyStatus.ACTIVE),
            ("RS256", KeyStatus.ACTIVE),
        }
    again = await acme.management.maintenance.maintain()
    assert (again.keys_made, again.keys_changed, again.finished) == (0, 0, True)


async def test_every_page_of_tenants_is_visited(management: Management, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2 * MAX_PAGE + 1):
        await management.tenants.create(SYSTEM, f"tenant-{number}")
    visited: list[str] = []

    async def step(tenant_id: str) -> KeySteps:  # making 401 RSA keys would take a minute
        visited.append(tenant_id)
        return KeySteps(made=1, changed=2)

    monkeypatch.setattr(management.keys, "step", step)
    report = await management.maintenance.maintain()
    assert len(set(visited)) == report.tenants == report.keys_made == 2 * MAX_PAGE + 1
    assert report.keys_changed == 2 * report.tenants


async def test_what_has_expired_goes_in_small_batches(acme: Place) -> None:
    for _ in range(7):
        await acme.session(acme.plain)
    acme.runtime.advance(days=400)
    report = await acme.management.maintenance.maintain(batch=2)
    assert report.finished
    assert report.purged.get("sessions") == 7
    assert (await acme.management.maintenance.maintain(batch=2)).purged == {}


async def test_live_sessions_and_grants_stay(acme: Place) -> None:
    session = await acme.session(acme.plain)
    grant = await acme.grant(acme.plain, session, "offline_access")
    assert (await acme.management.maintenance.maintain()).purged == {}
    repos = acme.store.tenant(acme.tenant.id)
    assert await repos.sessions.get(session.id) == session
    assert await repos.grants.get(grant.id) == grant


async def test_a_spent_budget_leaves_the_rest_to_the_next_run(acme: Place) -> None:
    for _ in range(5):
        await acme.session(acme.plain)
    acme.runtime.advance(days=400)
    first = await acme.management.maintenance.maintain(budget=timedelta(0), batch=2)
    assert (first.ran, first.finished, first.tenants) == (True, False, 0)
    assert first.purged["sessions"] == 2, "one batch at least"
    assert (await acme.management.maintenance.maintain(batch=2)).purged["sessions"] == 3


@pytest.mark.case("R14")
async def test_two_processes_do_not_do_it_at_once(acme: Place, store: Store) -> None:
    async with store.exclusive(LOCK) as alone:
        assert alone
        report = await acme.management.maintenance.maintain()
    assert (report.ran, report.keys_made) == (False, 0)
    assert (await acme.management.maintenance.maintain()).ran
