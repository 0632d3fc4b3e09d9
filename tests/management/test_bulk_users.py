"""One thing is done to many users, each through the rules that hold for them alone."""

from __future__ import annotations

from typing import Any

import pytest

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.bulk import BulkAction, BulkStep
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.user import User, UserStatus
from opentrusty_core.errors import Denied, Invalid, NotFound, StoreUnavailable
from opentrusty_core.management import Actor, bulk_users
from tests.management.place import EVERYTHING, SYSTEM, Place

ACTIVE, DISABLED = UserStatus.ACTIVE, UserStatus.DISABLED


@pytest.fixture
async def crowd(acme: Place, monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Seven users whose names begin alike, in steps of three."""
    monkeypatch.setattr(bulk_users, "STEP", 3)
    create = acme.management.users.create
    return [await create(SYSTEM, acme.tenant.id, {"username": f"many-{number}"}) for number in range(7)]


async def run(place: Place, action: BulkAction, *, actor: Actor = SYSTEM, **how: Any) -> list[BulkStep]:
    return [step async for step in place.management.bulk_users.run(actor, place.tenant.id, action, **how)]


async def names(place: Place, status: UserStatus | None = None) -> set[str]:
    users = await place.management.users.page(SYSTEM, place.tenant.id, EVERYTHING, status=status)
    return {user.username for user in users.items}


async def test_it_is_done_to_all_whom_the_search_finds(acme: Place, crowd: list[User]) -> None:
    """Step by step, with counts that grow; and to nobody else."""
    steps = await run(acme, BulkAction.DISABLE, search="many-")
    assert [(step.done, step.not_done) for step in steps] == [(3, 0), (6, 0), (7, 0)]
    assert await names(acme, DISABLED) == {user.username for user in crowd}
    await run(acme, BulkAction.ENABLE, status=DISABLED)
    assert await names(acme, DISABLED) == set()
    await run(acme, BulkAction.DELETE, search="many-")
    assert await names(acme) == {"olive", "adam", "pat"}


async def test_sessions_of_many_end(acme: Place, crowd: list[User]) -> None:
    """Those of others stay."""
    sessions = [await acme.session(user) for user in (*crowd, acme.plain)]
    await run(acme, BulkAction.END_SESSIONS, search="many-")
    now = acme.runtime.now()
    found = [await acme.store.tenant(acme.tenant.id).sessions.get(session.id) for session in sessions]
    assert [it is not None and it.ended_at == now for it in found] == [True] * 7 + [False]


async def test_a_dry_run_counts_and_changes_nothing(acme: Place, crowd: list[User]) -> None:
    """Those who stand above the actor are not counted among those it would be done to."""
    before = await acme.events()
    steps = await run(acme, BulkAction.DELETE, status=ACTIVE, dry_run=True, actor=await acme.actor(acme.admin))
    assert (steps[-1].done, steps[-1].not_done) == (8, 2), "seven and pat, but neither the owner nor themselves"
    assert await acme.events() == before
    assert len(await names(acme)) == 10
    assert {refusal.username for step in steps for refusal in step.refused} == {"olive", "adam"}
    assert len(crowd) == 7


@pytest.mark.case("J1", "J7")
async def test_what_is_refused_for_one_keeps_nobody_else_from_it(acme: Place, crowd: list[User]) -> None:
    """The last owner stays, and whoever does it does it not to themselves; the reasons are told."""
    steps = await run(acme, BulkAction.DISABLE, status=ACTIVE)
    (refusal,) = [refusal for step in steps for refusal in step.refused]
    assert (refusal.username, refusal.user_id) == ("olive", acme.owner.id)
    assert "last owner" in refusal.reason
    assert await names(acme, ACTIVE) == {"olive"}
    await run(acme, BulkAction.ENABLE, status=DISABLED)
    steps = await run(acme, BulkAction.DELETE, status=ACTIVE, actor=await acme.actor(acme.admin))
    told = {refusal.username: refusal.reason for step in steps for refusal in step.refused}
    assert told.keys() == {"olive", "adam"}
    assert "permissions that you lack" in told["olive"]
    assert "That is you" in told["adam"]
    assert await names(acme) == {"olive", "adam"}
    assert crowd


async def test_the_audit_tells_each_and_all_of_it(acme: Place, crowd: list[User]) -> None:
    """Each user's event names the run, and the run has an event of its own."""
    actor = await acme.actor(acme.owner)
    await run(acme, BulkAction.DISABLE, search="many-", actor=actor)
    (summary,) = await acme.events(AuditType.USERS_CHANGED)
    disabled = await acme.events(AuditType.USER_DISABLED)
    assert {event.target for event in disabled} == {user.id for user in crowd}
    assert {event.details["bulk"] for event in disabled} == {summary.target}
    assert summary.details == {"action": "disable", "search": "many-", "status": None, "done": 7, "not_done": 0}
    assert (summary.actor_id, summary.outcome) == (acme.owner.id, Outcome.SUCCESS)


async def test_what_was_done_stays_done_when_the_rest_fails(
    acme: Place, crowd: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audit says that it did not end well, and how far it came."""
    steps = acme.management.bulk_users.run(SYSTEM, acme.tenant.id, BulkAction.DISABLE, search="many-")
    assert (await anext(steps)).done == 3
    with pytest.raises(StoreUnavailable):
        await steps.athrow(StoreUnavailable("gone"))  # type: ignore[attr-defined]
    (summary,) = await acme.events(AuditType.USERS_CHANGED)
    assert (summary.outcome, summary.details["done"]) == (Outcome.FAILURE, 3)
    assert len(await names(acme, DISABLED)) == 3
    assert crowd


@pytest.mark.parametrize("search", ["", " ", "\0"], ids=ascii)
async def test_nothing_is_done_to_nobody_in_particular(acme: Place, search: str) -> None:
    """Who forgets the search does not mean everybody."""
    for dry_run in (True, False):
        with pytest.raises(Invalid):
            await run(acme, BulkAction.DELETE, dry_run=dry_run, search=search)
    assert len(await names(acme)) == 3


@pytest.mark.parametrize("action", BulkAction)
async def test_each_action_needs_its_permission(acme: Place, globex: Place, action: BulkAction) -> None:
    """And a tenant of another looks absent."""
    with pytest.raises(Denied):
        await run(acme, action, search="many", actor=await acme.actor(acme.plain))
    with pytest.raises(NotFound):
        await run(globex, action, search="many", actor=await acme.actor(acme.owner))


async def test_who_loses_the_permission_meanwhile_goes_no_further(acme: Place, crowd: list[User]) -> None:
    """Authority is looked up at each step: what was done stays, and the audit says how far it came."""
    steps = acme.management.bulk_users.run(
        await acme.actor(acme.admin), acme.tenant.id, BulkAction.DISABLE, search="many-"
    )
    assert (await anext(steps)).done == 3
    await acme.management.roles.revoke(SYSTEM, acme.tenant.id, Principal.user(acme.admin.id), "tenant_admin")
    with pytest.raises(Denied):
        await anext(steps)
    assert len(await names(acme, DISABLED)) == 3
    (summary,) = await acme.events(AuditType.USERS_CHANGED)
    assert (summary.outcome, summary.details["done"]) == (Outcome.FAILURE, 3)
    assert crowd


async def test_who_is_disabled_meanwhile_goes_no_further(acme: Place, crowd: list[User]) -> None:
    steps = acme.management.bulk_users.run(
        await acme.actor(acme.admin), acme.tenant.id, BulkAction.DISABLE, search="many-"
    )
    await anext(steps)
    await acme.management.users.disable(SYSTEM, acme.tenant.id, acme.admin.id)
    with pytest.raises(Denied):
        await anext(steps)
    assert crowd
