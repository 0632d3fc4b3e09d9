"""No verb of one tenant's repositories sees or touches anything of another's: what is foreign looks absent."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.user import normalised
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import a_code, a_grant, a_password, a_session, a_tenant
from opentrusty_core.storage.contract.planted import JTI, ORIGIN, REVOKED_JTI, Planted, plant
from opentrusty_core.storage.contract.visible import visible
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.outcomes import AccessLookup, Limited, Taken, Unknown
from opentrusty_core.storage.store import TenantRepositories

case = pytest.mark.case
Trespass = Callable[[World, Planted], Awaitable[None]]
TRESPASSES: dict[str, Trespass] = {}


def trespass(verb: str) -> Callable[[Trespass], Trespass]:
    """Register what the verb answers, in the tenant `there`, to what was planted here."""

    def register(function: Trespass) -> Trespass:
        TRESPASSES[verb] = function
        return function

    return register


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
            assert await repos.assignments.of_user(planted.user.id) == ()
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


# --- People --------------------------------------------------------------------------------------------------------


@trespass("users.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    assert await world.there.users.find(normalised(planted.user.username)) == (planted.user, None)


@trespass("users.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.get(planted.user.id) is None


@trespass("users.find")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.find(normalised(planted.user.username)) is None
    assert await world.there.users.find(normalised(planted.user.email or "")) is None


@trespass("users.update")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.users.update(replace(planted.user, version=2), world.event())


@trespass("users.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.users.delete(planted.user.id, world.event())
    await world.there.users.add(planted.user, world.event())
    await world.there.users.delete(planted.user.id, world.event())
    held = await world.store.platform.assignments.of_user(world.here_tenant.id, planted.user.id)
    assert [assignment.role for assignment in held] == ["platform_admin"]


@trespass("users.page")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.users.page(ALL)).items == ()
    assert (await world.there.users.page(ALL, prefix="user-")).items == ()


@trespass("passwords.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.passwords.get(planted.user.id) is None


@trespass("passwords.set")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    await world.there.passwords.set(a_password(world.runtime, planted.user.id), world.event())


@trespass("passwords.rehash")
async def _(world: World, planted: Planted) -> None:
    new = a_password(world.runtime, planted.user.id)
    await world.there.passwords.rehash(planted.password, new, world.event())
    assert await world.there.passwords.get(planted.user.id) is None


@trespass("consents.save")
async def _(world: World, planted: Planted) -> None:
    await world.there.consents.save(replace(planted.consent, scope=frozenset({"more"})), world.event())


@trespass("consents.withdraw")
async def _(world: World, planted: Planted) -> None:
    pair = (planted.user.id, planted.client.client_id)
    assert await world.there.consents.withdraw(*pair, world.now, world.event()) is False


@trespass("consents.of_user")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.consents.of_user(planted.user.id) == ()


@trespass("throttles.take")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.throttles.take((planted.bucket,), world.now) == Taken()


@trespass("throttles.refund")
async def _(world: World, planted: Planted) -> None:
    await world.there.throttles.refund((planted.bucket,), world.now)


# --- Registry ------------------------------------------------------------------------------------------------------


@trespass("tenant.create")
async def _(world: World, planted: Planted) -> None:
    twin = a_tenant(world.runtime, name=world.here_tenant.name)
    with pytest.raises(Conflict):
        await world.store.tenant(twin.id).tenant.create(twin, world.event())


@trespass("tenant.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.tenant.get() == world.there_tenant


@trespass("tenant.update")
async def _(world: World, planted: Planted) -> None:
    await world.there.tenant.update(replace(world.there_tenant, display_name="Changed", version=2), world.event())


@trespass("clients.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.clients.add(replace(planted.client, client_name="Foreign"), world.event())


@trespass("clients.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.clients.get(planted.client.client_id) is None


@trespass("clients.update")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.clients.update(replace(planted.client, version=2), world.event())


@trespass("clients.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.clients.delete(planted.client.client_id, world.event())
    await world.there.clients.add(planted.client, world.event())
    await world.there.clients.delete(planted.client.client_id, world.event())


@trespass("clients.page")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.clients.page(ALL)).items == ()


@trespass("clients.allows_origin")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.clients.allows_origin(ORIGIN) is False


@trespass("resources.save")
async def _(world: World, planted: Planted) -> None:
    await world.there.resources.save(replace(planted.resource, identifier="https://foreign.example"), world.event())
    await world.there.resources.save(replace(planted.resource, name="Foreign", scopes={}), world.event())


@trespass("resources.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.resources.delete(planted.resource.identifier, world.event())


@trespass("resources.all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.resources.all() == ()


@trespass("signing_keys.all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.signing_keys.all() == ()


@trespass("signing_keys.add")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.signing_keys.add(replace(planted.key, public_jwk="{}"), world.event()) is True


@trespass("signing_keys.step")
async def _(world: World, planted: Planted) -> None:
    stepped = replace(planted.key, status=KeyStatus.RETIRING, retiring_at=world.now)
    assert await world.there.signing_keys.step((stepped,), world.event()) is False


@trespass("assignments.assign")
async def _(world: World, planted: Planted) -> None:
    foreign = replace(planted.assignment, tenant_id=world.there_tenant.id)
    assert await world.there.assignments.assign(foreign, world.event()) is True


@trespass("assignments.revoke")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.assignments.revoke(planted.user.id, planted.assignment.role, world.event()) is False


@trespass("assignments.of_user")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.assignments.of_user(planted.user.id) == ()


@trespass("assignments.of_role")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.assignments.of_role(planted.assignment.role) == ()


@trespass("audit.append")
async def _(world: World, planted: Planted) -> None:
    await world.there.audit.append(world.event())


@trespass("audit.page")
async def _(world: World, planted: Planted) -> None:
    assert len((await world.there.audit.page(ALL)).items) == 1  # its own creation


# --- Signed in -----------------------------------------------------------------------------------------------------


@trespass("sessions.start")
async def _(world: World, planted: Planted) -> None:
    session = a_session(world.runtime, planted.user.id)
    await world.there.sessions.start(session, world.event(), replaces=planted.session.id, refund=(planted.bucket,))


@trespass("sessions.recognise")
async def _(world: World, planted: Planted) -> None:
    session = planted.session
    assert await world.there.sessions.recognise(session.handle_hash, session.browser_hash, world.now) is None


@trespass("sessions.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.sessions.get(planted.session.id) is None


@trespass("sessions.touch")
async def _(world: World, planted: Planted) -> None:
    await world.there.sessions.touch(replace(planted.session, idle_expires_at=planted.session.expires_at))


@trespass("sessions.end")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.sessions.end(planted.session.id, world.now, world.event()) is False


@trespass("sessions.end_all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.sessions.end_all(planted.user.id, world.now, world.event()) == 0
    own = a_session(world.runtime, planted.user.id, browser_hash=planted.session.browser_hash)
    await world.there.sessions.start(own, world.event())
    assert await world.there.sessions.end_all(planted.user.id, world.now, world.event()) == 1


@trespass("sessions.of_user")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.sessions.of_user(planted.user.id, world.now, ALL)).items == ()


@trespass("interactions.start")
async def _(world: World, planted: Planted) -> None:
    await world.there.interactions.start(replace(planted.interaction, consent_given=True))


@trespass("interactions.open")
async def _(world: World, planted: Planted) -> None:
    flow, handle_hash = planted.interaction, planted.session.handle_hash
    look_up = world.there.interactions.open
    assert await look_up(flow.hash, flow.browser_hash, world.now, session_handle_hash=handle_hash) is None
    await world.there.interactions.start(flow)
    opened = await look_up(flow.hash, flow.browser_hash, world.now, session_handle_hash=handle_hash)
    assert opened is not None
    assert opened.recognised is None


@trespass("interactions.update")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.interactions.update(replace(planted.interaction, consent_given=True)) is False


@trespass("interactions.finish")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.interactions.finish(planted.interaction.hash) is False


# --- Access --------------------------------------------------------------------------------------------------------


@trespass("codes.issue")
async def _(world: World, planted: Planted) -> None:
    grant = a_grant(world.runtime, planted.session, planted.client.client_id)
    code, touched = a_code(world.runtime, grant), replace(planted.session, idle_expires_at=planted.session.expires_at)
    issue = world.there.codes.issue
    assert await issue(code, grant, world.event(), interaction_hash=planted.interaction.hash) is False
    assert await issue(code, grant, world.event(), touch=touched) is True


@trespass("codes.redeem")
async def _(world: World, planted: Planted) -> None:
    assert await world.redeem(planted.issued.redemption(), at=world.there) == Unknown()


@trespass("refresh_tokens.redeem")
async def _(world: World, planted: Planted) -> None:
    for generation in (0, 1):
        assert await world.refresh(planted.refresh_token, generation, at=world.there) == Unknown()


@trespass("refresh_tokens.look_up")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.refresh_tokens.look_up(planted.refresh_token.id, None, world.now) is None


@trespass("access_tokens.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.access_tokens.add(planted.access_token, None)
    assert await world.there.access_tokens.look_up(planted.access_token.hash, world.now) is None  # the grant is foreign


@trespass("access_tokens.look_up")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.access_tokens.look_up(planted.access_token.hash, world.now) is None


@trespass("access_tokens.look_up_jwt")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.access_tokens.look_up_jwt(JTI, planted.grant.id, world.now) is None
    assert await world.there.access_tokens.look_up_jwt(REVOKED_JTI, None, world.now) == AccessLookup()


@trespass("access_tokens.revoke")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.access_tokens.revoke(planted.access_token.hash, world.event()) is False


@trespass("access_tokens.revoke_jwt")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.access_tokens.revoke_jwt(JTI, planted.access_token.expires_at, world.event()) is True


@trespass("grants.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.grants.get(planted.grant.id) is None


@trespass("grants.revoke")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.grants.revoke(planted.grant.id, world.now, world.event()) is False


@trespass("grants.revoke_all")
async def _(world: World, planted: Planted) -> None:
    user_id, client_id = planted.user.id, planted.client.client_id
    revoke_all = world.there.grants.revoke_all
    assert await revoke_all(world.now, world.event(), user_id=user_id) == 0
    assert await revoke_all(world.now, world.event(), client_id=client_id) == 0
    assert await revoke_all(world.now, world.event(), user_id=user_id, client_id=client_id) == 0


@trespass("grants.of_user")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.grants.of_user(planted.user.id, world.now, ALL)).items == ()
