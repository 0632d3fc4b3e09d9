"""Where the code that decides fails, nothing is allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opentrusty_core.domain.audit import ActorKind, Origin
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import StoreUnavailable
from opentrusty_core.management import Actor, actor_of_client, actor_of_user
from opentrusty_core.stores.memory.roles import MemoryAssignments
from tests.management.place import Place
from tests.management.test_isolation import USE_CASES, all_events, ids_of


class BrokenPolicy(frozenset[Permission]):
    """Permissions that cannot be asked for."""

    def __contains__(self, item: object) -> bool:
        raise ZeroDivisionError

    def __or__(self, other: object) -> BrokenPolicy:
        return self

    def __iter__(self) -> Iterator[Permission]:
        raise ZeroDivisionError


@pytest.mark.case("L7")
@pytest.mark.parametrize("name", USE_CASES)
async def test_a_use_case_whose_policy_throws_does_nothing(acme: Place, name: str) -> None:
    """Whatever else the actor is."""
    _, call = USE_CASES[name]
    ids = await ids_of(acme)
    before = await all_events(acme)
    actor = Actor(
        kind=ActorKind.USER,
        id=acme.owner.id,
        tenant_id=acme.tenant.id,
        permissions=BrokenPolicy(Permission),
        platform_permissions=BrokenPolicy(),
    )
    with pytest.raises(ZeroDivisionError):
        await call(acme.management, actor, acme.tenant.id, ids)
    assert await all_events(acme) == before


@pytest.mark.case("L7")
async def test_who_cannot_be_looked_up_is_nobody(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """No actor is made where the roles cannot be read, and nobody is taken hold of."""

    async def fail(*_: object) -> None:
        raise StoreUnavailable

    owner = await acme.actor(acme.owner)
    monkeypatch.setattr(MemoryAssignments, "held_by", fail)
    for look_up in (actor_of_user, actor_of_client):
        with pytest.raises(StoreUnavailable):
            await look_up(acme.store, acme.tenant.id, acme.owner.id, Origin(), acme.runtime.now())
    before = await all_events(acme)
    with pytest.raises(StoreUnavailable):
        await acme.management.users.set_password(owner, acme.tenant.id, acme.plain.id, "a long enough password")
    assert await all_events(acme) == before
