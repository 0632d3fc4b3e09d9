"""What `storage.Store.transaction` promises: all of it or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import (
    a_code,
    a_grant,
    a_link,
    a_password,
    a_refresh_token,
    a_resource,
    a_session,
    a_signing_key,
    a_tenant,
    a_user,
    an_access_token,
    an_interaction,
)
from opentrusty_core.storage.contract.planted import JTI, REVOKED_JTI, Planted, plant
from opentrusty_core.storage.contract.visible import visible
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.outcomes import CodeRedeemed, RefreshRedeemed, RefreshReused, Taken, Unknown
from opentrusty_core.storage.store import TenantRepositories

case = pytest.mark.case


async def change_everything(world: World, repos: TenantRepositories, planted: Planted) -> None:
    """What changes most of a tenant, by most of its verbs."""
    user = a_user(world.runtime)
    await repos.users.add(user, world.event())
    await repos.users.update(replace(planted.user, username="changed", version=2), world.event())
    assert await repos.links.withdraw(planted.user.id, world.now, world.event())
    await repos.passwords.set(a_password(world.runtime, planted.user.id), world.event())
    await repos.links.make(a_link(world.runtime, planted.user.id), world.event())
    await repos.tenant.update(replace(world.here_tenant, display_name="Changed", version=2), world.event())
    await repos.clients.update(replace(planted.client, client_name="Changed", version=2), world.event())
    await repos.resources.save(replace(planted.resource, scopes={"changed": ""}), world.event())
    await repos.resources.save(a_resource(world.runtime), world.event())
    key = replace(planted.key, status=KeyStatus.RETIRING, retiring_at=world.now)
    assert await repos.signing_keys.step((key,), world.event())
    await repos.roles.update(replace(planted.role, permission_names=(), version=2), world.event())
    await repos.groups.update(replace(planted.group, description="Changed", version=2), world.event())
    assert await repos.groups.leave(planted.group.id, planted.user.id, world.event())
    assert await repos.groups.join(planted.group.id, {user.id: world.event()}, world.now)
    assert await repos.assignments.revoke(planted.assignment.principal, planted.assignment.role, world.event())
    assert isinstance(await world.redeem(planted.issued.redemption(), at=repos), CodeRedeemed)
    assert isinstance(await world.refresh(planted.refresh_token, at=repos), RefreshRedeemed)
    assert await repos.access_tokens.revoke(planted.access_token.hash, world.event())
    assert await repos.access_tokens.revoke_jwt(JTI, world.now + timedelta(hours=1), world.event())
    await repos.sessions.touch(planted.session.touched(world.now + timedelta(minutes=1), timedelta(hours=1)))
    assert await repos.interactions.update(replace(planted.interaction, consent_given=True))
    assert await repos.grants.revoke(planted.grant.id, world.now, world.event())
    assert await repos.sessions.end(planted.session.id, world.now, world.event())
    assert await repos.consents.withdraw(planted.user.id, planted.client.client_id, world.now, world.event())
    await repos.sessions.start(a_session(world.runtime, user.id), world.event())
    await repos.interactions.start(an_interaction(world.runtime, "a-client"))
    grant = a_grant(world.runtime, a_session(world.runtime, user.id), "a-client")
    await repos.codes.issue(a_code(world.runtime, grant), grant, world.event())
    await repos.access_tokens.add(an_access_token(world.runtime, "a-client"), world.event())
    await repos.audit.append(world.event())


async def refuse_everything(world: World, repos: TenantRepositories, planted: Planted) -> None:
    """What each verb refuses that could have begun to change something."""
    user, client, resource, session = planted.user, planted.client, planted.resource, planted.session
    taken, e = a_user(world.runtime, username=user.username), world.event()
    named, other = a_tenant(world.runtime, name=world.there_tenant.name), a_resource(world.runtime)
    greedy = replace(other, scopes={"own": "", **resource.scopes})
    attempts: list[tuple[type[Exception], Callable[[], Awaitable[object]]]] = [
        (Conflict, lambda: repos.tenant.create(named, e)),
        (Conflict, lambda: repos.tenant.update(replace(world.here_tenant, version=1), e)),
        (Conflict, lambda: repos.users.add(taken, e)),
        (Conflict, lambda: repos.users.update(replace(user, version=1), e)),
        (NotFound, lambda: repos.users.update(replace(taken, version=2), e)),
        (NotFound, lambda: repos.users.delete(taken.id, e)),
        (Conflict, lambda: repos.clients.add(client, e)),
        (Conflict, lambda: repos.clients.update(replace(client, version=1), e)),
        (NotFound, lambda: repos.clients.delete("no-client", e)),
        (Conflict, lambda: repos.resources.save(greedy, e)),
        (NotFound, lambda: repos.resources.delete(greedy.identifier, e)),
        (Conflict, lambda: repos.roles.add(planted.role, e)),
        (Conflict, lambda: repos.roles.update(replace(planted.role, version=1), e)),
        (Conflict, lambda: repos.roles.delete(planted.role.name, e, force=False)),
        (Conflict, lambda: repos.groups.update(replace(planted.group, version=1), e)),
        (NotFound, lambda: repos.groups.delete("no-group", e)),
    ]
    for error, attempt in attempts:
        with pytest.raises(error):
            await attempt()
    now, event, grant = world.now, world.event(), a_grant(world.runtime, session, client.client_id)
    touched = session.touched(now + timedelta(minutes=5), timedelta(hours=1))
    gone, code = world.runtime.token_bytes(32), a_code(world.runtime, grant)
    key = a_signing_key(world.runtime, status=KeyStatus.ACTIVE)
    assert not await repos.signing_keys.add(key, event)
    assert not await repos.signing_keys.step((key,), event)
    assert not await repos.assignments.assign(planted.assignment, event)
    assert not await repos.groups.leave(planted.group.id, "no-user", event)
    assert not await repos.assignments.revoke(planted.assignment.principal, "no_role", event)
    assert not await repos.codes.issue(code, grant, event, touch=touched, interaction_hash=gone)
    assert await world.redeem(planted.issued.redemption(redirect_uri=None), at=repos) == Unknown()
    assert await world.refresh(planted.refresh_token, client_id="another-client", at=repos) == Unknown()
    assert await world.refresh(planted.refresh_token, 7, at=repos) == RefreshReused(grant_id=planted.grant.id)
    assert not await repos.sessions.end("no-session", now, event)
    assert not await repos.sessions.end_all("no-user", now, event)
    assert not await repos.grants.revoke("no-grant", now, event)
    assert not await repos.consents.withdraw(user.id, "no-client", now, event)
    assert not await repos.access_tokens.revoke(gone, event)
    assert not await repos.access_tokens.revoke_jwt(REVOKED_JTI, now + timedelta(hours=1), event)


class TestTransactions(Contract):
    """`Store.transaction`."""

    async def test_a_transaction_commits_at_its_end(self, world: World) -> None:
        """Everything that was written in it stands afterwards, as it could be read inside."""
        planted = await plant(world)
        before = await visible(world.here, planted.known, world.now)
        async with world.store.transaction(world.here_tenant.id) as repos:
            await change_everything(world, repos, planted)
            inside = await visible(repos, planted.known, world.now)
        assert inside != before
        assert await visible(world.here, planted.known, world.now) == inside

    async def test_an_exception_rolls_everything_back(self, world: World) -> None:
        """Nothing that was written in it stands afterwards; the exception comes through, and it can be done again."""
        planted = await plant(world)
        before = await visible(world.here, planted.known, world.now)
        async with world.undone() as repos:
            await change_everything(world, repos, planted)
        assert await visible(world.here, planted.known, world.now) == before
        async with world.store.transaction(world.here_tenant.id) as repos:
            await change_everything(world, repos, planted)

    @pytest.mark.parametrize("delete", ["user", "client"])
    async def test_a_deletion_is_rolled_back_with_all_that_it_took(self, world: World, delete: str) -> None:
        """Sessions, grants, tokens and roles, platform roles too, are there as before."""
        planted = await plant(world)
        before = await visible(world.here, planted.known, world.now)
        async with world.undone() as repos:
            if delete == "user":
                await repos.users.delete(planted.user.id, world.event())
            else:
                await repos.clients.delete(planted.client.client_id, world.event())
            assert await repos.grants.get(planted.grant.id) is None
        assert await visible(world.here, planted.known, world.now) == before
        assert (
            len(
                await world.store.platform.assignments.of_principal(
                    world.here_tenant.id, Principal.user(planted.user.id)
                )
            )
            == 1
        )

    async def test_a_refusal_inside_rolls_back_what_came_before_it(self, world: World) -> None:
        """An outcome that is raised is an exception like any other, where it is not caught."""
        taken = await world.user(username="taken")
        new = a_user(world.runtime)

        async def add_both() -> None:
            async with world.store.transaction(world.here_tenant.id) as repos:
                await repos.users.add(new, world.event())
                await repos.users.add(a_user(world.runtime, username="taken"), world.event())

        with pytest.raises(Conflict):
            await add_both()
        assert (await world.here.users.page(ALL)).items == (taken,)

    async def test_a_refusal_that_is_caught_inside_changes_nothing(self, world: World) -> None:
        """Whatever a verb had done before it refused is undone; the transaction goes on and commits the rest."""
        planted = await plant(world)
        new, event = a_user(world.runtime), world.event()
        before = await visible(world.here, planted.known, world.now)
        async with world.store.transaction(world.here_tenant.id) as repos:
            await refuse_everything(world, repos, planted)
            assert await visible(repos, planted.known, world.now) == before
            await repos.users.add(new, event)
        assert await world.here.users.get(new.id) == new
        assert (await world.events())[-1] == event

    async def test_a_tenant_is_made_with_all_that_belongs_to_it(self, world: World) -> None:
        """Its record, its first user and their role: together, or, on an exception, none of it."""
        tenant, user = a_tenant(world.runtime), a_user(world.runtime)

        async def make(repos: TenantRepositories) -> None:
            await repos.tenant.create(tenant, world.event())
            await repos.users.add(user, world.event())
            assert await repos.tenant.get() == tenant

        async with world.undone(tenant.id) as repos:
            await make(repos)
        assert await world.store.platform.tenants.find(tenant.name) is None
        assert await world.store.tenant(tenant.id).users.get(user.id) is None
        async with world.store.transaction(tenant.id) as repos:
            await make(repos)
        assert await world.store.platform.tenants.find(tenant.name) == tenant
        assert await world.store.tenant(tenant.id).users.get(user.id) == user

    async def test_an_event_is_written_with_its_change_or_not_at_all(self, world: World) -> None:
        """An appended event stands at the commit, and is gone with a rollback."""
        kept, lost = world.event(), world.event()
        async with world.store.transaction(world.here_tenant.id) as repos:
            await repos.audit.append(kept)
            assert kept in (await repos.audit.page(ALL)).items
        async with world.undone() as repos:
            await repos.audit.append(lost)
        events = await world.events()
        assert kept in events
        assert lost not in events

    async def test_a_cancelled_transaction_rolls_back(self, world: World) -> None:
        """A request that is cut off leaves nothing half-done, and the store works on."""
        user = a_user(world.runtime)
        with anyio.CancelScope() as scope:
            async with world.store.transaction(world.here_tenant.id) as repos:
                await repos.users.add(user, world.event())
                scope.cancel()
                await anyio.sleep_forever()
        assert scope.cancelled_caught
        assert await world.here.users.get(user.id) is None
        await world.here.users.add(user, world.event())

    @case("C2", "D4")
    async def test_a_code_redeemed_in_a_transaction_that_fails_is_unspent(self, world: World) -> None:
        """Its refresh token never was, and the code is good once more."""
        issued = await world.issued()
        token = a_refresh_token(world.runtime, issued.code.client_id)
        async with world.undone() as repos:
            assert isinstance(await world.redeem(issued.redemption(), refresh_token=token, at=repos), CodeRedeemed)
        assert not await world.is_refreshable(token)
        assert isinstance(await world.redeem(issued.redemption(), refresh_token=token), CodeRedeemed)
        assert await world.is_refreshable(token)

    async def test_a_session_that_never_began_gives_no_slot_back(self, world: World) -> None:
        """What `Sessions.start` gives back, it gives back with the session."""
        planted = await plant(world)  # its bucket is full
        session = a_session(world.runtime, planted.user.id)
        async with world.undone() as repos:
            await repos.sessions.start(session, world.event(), refund=(planted.bucket,))
        assert not isinstance(await world.here.throttles.take((planted.bucket,), world.now), Taken)
        async with world.store.transaction(world.here_tenant.id) as repos:
            await repos.sessions.start(session, world.event(), refund=(planted.bucket,))
        assert isinstance(await world.here.throttles.take((planted.bucket,), world.now), Taken)
