"""No verb of one tenant's repositories sees or touches anything of another's: what is foreign looks absent."""

from __future__ import annotations

import inspect
import typing

import pytest

from opentrusty_core.storage.contract import trespass_registry, trespass_roles, trespass_signed_in  # noqa: F401 - they register
from opentrusty_core.storage.contract.planted import plant
from opentrusty_core.storage.contract.trespass import TRESPASSES
from opentrusty_core.storage.contract.visible import visible
from opentrusty_core.storage.contract.world import Contract, World
from opentrusty_core.storage.outcomes import Limited, Unknown
from opentrusty_core.storage.store import TenantRepositories

case = pytest.mark.case


class TestIsolation(Contract):
    """Tenants are worlds apart."""

    @case("I1", "I2")
    @pytest.mark.parametrize("verb", TRESPASSES)
    async def test_what_is_foreign_looks_absent_and_stays_untouched(self, world: World, verb: str) -> None:
        """Each verb, given the other tenant's ids, answers as if they did not exist, and changes nothing there."""
        planted = await plant(world)
        before = await visible(world.here, planted.known, world.now)
        await TRESPASSES[verb](world, planted)
        assert await visible(world.here, planted.known, world.now) == before
        assert isinstance(await world.here.throttles.take((planted.bucket,), world.now), Limited)
        assert not isinstance(await world.redeem(planted.issued.redemption()), Unknown)

    @case("I3")
    async def test_what_was_deleted_is_not_inherited(self, world: World) -> None:
        """A user and a client with the ids of deleted ones, in the same tenant or another, find nothing of theirs."""
        planted = await plant(world)
        await world.here.users.delete(planted.user.id, world.event())
        await world.here.clients.delete(planted.client.client_id, world.event())
        for repos in (world.here, world.there):
            await repos.users.add(planted.user, world.event())
            await repos.clients.add(planted.client, world.event())
            assert await repos.passwords.get(planted.user.id) is None
            assert await repos.consents.of_user(planted.user.id) == ()
            assert await repos.assignments.of_principal(planted.assignment.principal) == ()
            assert await repos.grants.get(planted.grant.id) is None
            assert await repos.sessions.get(planted.session.id) is None
            assert await world.refresh(planted.refresh_token, at=repos) == Unknown()
            assert await world.redeem(planted.issued.redemption(), at=repos) == Unknown()

    def test_every_verb_is_tried(self) -> None:
        """A verb that is added to the repositories needs its trespass here."""
        verbs = {
            f"{name}.{verb}"
            for name, repository in inspect.getmembers(TenantRepositories, lambda it: isinstance(it, property))
            for verb, _ in inspect.getmembers(typing.get_type_hints(repository.fget)["return"], inspect.isfunction)
            if not verb.startswith("_")
        }
        assert verbs == set(TRESPASSES)
