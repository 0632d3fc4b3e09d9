"""The health of a deployment: told truly, and what is wrong by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.role import PLATFORM_ADMIN, PLATFORM_AUDITOR
from opentrusty_core.errors import Denied
from opentrusty_core.management import Actor, SystemHealth
from opentrusty_core.management.system import LATE, MOST_COUNTED, version
from opentrusty_core.storage import Store
from tests.management.place import SYSTEM, Place


async def health(place: Place) -> SystemHealth:
    return await place.management.system.health(SYSTEM)


def wrong(found: SystemHealth) -> set[str]:
    """The names of what is not as it should be."""
    assert found.is_fine is all(check.is_fine for check in found.checks)
    assert all(check.finding.endswith(".") for check in found.checks)
    return {check.name for check in found.checks if not check.is_fine}


@pytest.fixture
async def kept(acme: Place, store: Store) -> Place:
    """A place whose master key is remembered, as every server does, and that has been maintained."""
    await store.platform.claim_master_key((await health(acme)).master_key_id)
    await acme.management.maintenance.maintain()
    return acme


async def test_a_deployment_that_is_kept_is_fine(kept: Place) -> None:
    found = await health(kept)
    assert wrong(found) == set()
    assert (found.version, found.at) == (version(), kept.runtime.now())
    assert (found.keys.active, found.keys.announced) == (2, 0)
    assert found.next_rotation_at == kept.runtime.now() + timedelta(days=90)
    assert found.last_maintenance is not None
    assert (found.last_maintenance.finished, found.last_maintenance.keys_made) == (True, 1)
    assert found.audit_sealed_until is not None
    assert sum(found.backlog.values()) == 0


async def test_maintenance_that_never_ran_or_stopped_is_told(acme: Place, kept: Place) -> None:
    kept.runtime.advance(seconds=LATE.total_seconds())
    assert wrong(await health(kept)) == set()
    kept.runtime.advance(seconds=1)
    assert wrong(await health(kept)) == {"maintenance"}


async def test_before_the_first_maintenance_there_is_none(acme: Place) -> None:
    found = await health(acme)
    assert found.last_maintenance is None
    assert "maintenance" in wrong(found)


async def test_a_rotation_that_nobody_made_is_told(kept: Place) -> None:
    kept.runtime.advance(days=91)
    assert "keys" in wrong(await health(kept))
    await kept.management.maintenance.maintain()
    kept.runtime.advance(hours=1)  # no key signs before every cached JWKS knows it
    await kept.management.maintenance.maintain()
    assert wrong(await health(kept)) == set()


async def test_another_master_key_is_told(acme: Place, store: Store) -> None:
    """As where a server goes on with the old one while the database was sealed anew."""
    await store.platform.claim_master_key("0123456789abcdef")
    await acme.management.maintenance.maintain()
    assert wrong(await health(acme)) == {"master_key"}


async def test_a_backlog_counts_what_is_due(kept: Place) -> None:
    await kept.session(kept.plain)
    kept.runtime.advance(days=2, minutes=1)
    found = await health(kept)
    assert found.backlog["sessions"] == 1
    assert MOST_COUNTED > 1
    assert "backlog" not in wrong(found)


async def test_health_is_for_the_platform(acme: Place) -> None:
    for role in (PLATFORM_ADMIN, PLATFORM_AUDITOR):
        actor = Actor(kind=ActorKind.USER, id="p", tenant_id="platform", platform_permissions=role.permissions)
        assert (await acme.management.system.health(actor)).version == version()
    with pytest.raises(Denied):
        await acme.management.system.health(await acme.actor(acme.owner))
