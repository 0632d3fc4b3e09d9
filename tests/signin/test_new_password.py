"""A password that must be changed: the old one opens the change and nothing else."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from opentrusty_core import (
    Browser,
    NeedsConsent,
    NeedsNewPassword,
    NeedsSignIn,
    PasswordMustChange,
    PasswordProblem,
    PasswordRejected,
    Ready,
    SignedIn,
    WrongCredentials,
)
from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.errors import Throttled
from tests.signin.steps import ORIGIN, Tab, fresh_browser, sign_in
from tests.support.auth_plane import PASSWORD, SYSTEM, World

EVERYTHING = PageRequest(limit=MAX_PAGE)
GIVEN, NEW = "given by an administrator", "chosen by nobody but me"


async def must_change(world: World, password: str = GIVEN) -> None:
    """Maria gets a password that is good for one sign-in."""
    users = world.provider.management.users
    await users.set_password(SYSTEM, world.tenant.id, world.maria.id, password, must_change=True)


async def prove(tab: Tab, password: str = GIVEN) -> PasswordMustChange | SignedIn | WrongCredentials:
    return await tab.world.provider.signin.password(
        tab.world.tenant, tab.browser, ORIGIN, identifier="maria", password=password, interaction=tab.handle
    )


async def choose(tab: Tab, password: str = NEW) -> SignedIn | PasswordRejected | None:
    outcome = await tab.world.provider.signin.new_password(
        tab.handle, tab.browser, tab.world.tenant, ORIGIN, password=password
    )
    if isinstance(outcome, SignedIn):
        tab.browser = Browser(hash=tab.browser.hash, session_hash=outcome.session.handle_hash)
    return outcome


async def sessions_of_maria(world: World) -> int:
    page = await world.provider.management.sessions.page(SYSTEM, world.tenant.id, world.maria.id, EVERYTHING)
    return len(page.items)


# ---- The way through


async def test_the_old_password_then_a_new_one_then_the_client(world: World) -> None:
    """In one tab: proved, changed, signed in, and on to what the client asks."""
    await must_change(world)
    tab = await Tab.begin(world)
    assert await prove(tab) == PasswordMustChange(user=world.maria)
    pending = await tab.pending()
    assert isinstance(pending, NeedsNewPassword)
    assert pending.user.id == world.maria.id
    signed_in = await choose(tab)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.session.amr == ("pwd",)
    assert isinstance(await tab.pending(), NeedsConsent)
    await tab.allow()
    assert isinstance(await tab.pending(), Ready)
    await tab.code()
    credential = await world.store.tenant(world.tenant.id).passwords.get(world.maria.id)
    assert credential is not None
    assert credential.must_change is False
    assert isinstance(await sign_in(world, fresh_browser(world), "maria", NEW), SignedIn)


async def test_both_steps_are_written_down(world: World) -> None:
    """The first as a sign-in that did not come about, the second as the person's own change."""
    await must_change(world)
    tab = await Tab.begin(world)
    await prove(tab)
    (refused,) = [event for event in await world.events() if event.type is AuditType.SIGN_IN]
    assert (refused.outcome, refused.reason, refused.target) == (
        Outcome.FAILURE,
        "password must be changed",
        world.maria.id,
    )
    await choose(tab)
    own = [e for e in await world.events() if e.type is AuditType.PASSWORD_SET and e.actor_id == world.maria.id]
    assert [event.target for event in own] == [world.maria.id]
    assert NEW not in repr(await world.events())


# ---- Nothing may be skipped


@pytest.mark.case("A13")
async def test_the_old_password_gives_no_session(world: World) -> None:
    """Not in this interaction, not without one: nobody is recognised, and no code is issued."""
    await must_change(world)
    tab = await Tab.begin(world, client_id="own")
    await prove(tab)
    assert await sessions_of_maria(world) == 0
    assert await tab.resume() is None
    assert not await tab.allow()
    assert not await tab.select()
    assert isinstance(await tab.pending(), NeedsNewPassword)
    alone = await world.provider.signin.password(
        world.tenant, fresh_browser(world), ORIGIN, identifier="maria", password=GIVEN
    )
    assert isinstance(alone, PasswordMustChange)
    assert await sessions_of_maria(world) == 0


@pytest.mark.case("A13")
async def test_a_new_password_without_the_old_one_changes_nothing(world: World) -> None:
    """Also after a wrong one, and for somebody who need not change theirs."""
    await must_change(world)
    tab = await Tab.begin(world)
    assert await choose(tab) is None
    assert isinstance(await prove(tab, "wrong horse battery staple"), WrongCredentials)
    assert await choose(tab) is None
    await tab.sign_in("sam")
    assert await choose(tab) is None
    assert isinstance(await prove(tab), PasswordMustChange)


@pytest.mark.case("A12", "A13")
async def test_the_change_opens_in_its_own_browser_and_tab_only(world: World) -> None:
    await must_change(world)
    tab = await Tab.begin(world)
    other_tab = await Tab.begin(world, tab.browser)
    await prove(tab)
    assert await choose(other_tab) is None
    assert await choose(replace(tab, browser=fresh_browser(world))) is None
    assert isinstance(await choose(tab), SignedIn)


@pytest.mark.case("A13")
async def test_the_old_password_is_forgotten_after_ten_minutes(world: World) -> None:
    await must_change(world)
    tab = await Tab.begin(world)
    await prove(tab)
    world.runtime.advance(seconds=599)
    assert isinstance(await tab.pending(), NeedsNewPassword)
    world.runtime.advance(seconds=1)
    assert isinstance(await tab.pending(), NeedsSignIn)
    assert await choose(tab) is None


@pytest.mark.case("K18")
async def test_somebody_who_is_signed_in_does_not_stand_in_for_who_must_change(world: World) -> None:
    """Sam's session in the same browser answers nothing; his next sign-in does."""
    await must_change(world)
    tab = await Tab.begin(world, client_id="own", prompt="login")
    await tab.sign_in("sam")
    world.runtime.advance(seconds=1)
    await prove(tab)
    assert isinstance(await tab.pending(), NeedsNewPassword)
    assert await tab.resume() is None
    world.runtime.advance(seconds=1)
    await tab.sign_in("sam")
    assert isinstance(await tab.pending(), Ready)
    assert await choose(tab) is None


@pytest.mark.case("D7")
@pytest.mark.parametrize("how", ["disabled", "deleted", "set anew", "set anew to the same"])
async def test_a_proof_ends_with_the_password_that_it_is_of(world: World, how: str) -> None:
    await must_change(world)
    tab = await Tab.begin(world)
    await prove(tab)
    world.runtime.advance(seconds=1)
    users, ids = world.provider.management.users, (world.tenant.id, world.maria.id)
    match how:
        case "disabled":
            await users.disable(SYSTEM, *ids)
        case "deleted":
            await users.delete(SYSTEM, *ids)
        case "set anew":
            await users.set_password(SYSTEM, *ids, PASSWORD)
        case _:
            await must_change(world)
    assert isinstance(await tab.pending(), NeedsSignIn)
    assert await choose(tab) is None


# ---- The new password


async def test_the_new_password_keeps_to_the_policy_and_is_not_the_old_one(world: World) -> None:
    """A refused one leaves everything as it is."""
    await must_change(world)
    tab = await Tab.begin(world)
    await prove(tab)
    for password, problem in (
        ("short", PasswordProblem.TOO_SHORT),
        (GIVEN, PasswordProblem.SAME),
        ("maria@people.example", PasswordProblem.NAME),
        ("1234567890qwertyuiop", PasswordProblem.COMMON),
        ("x" * 1025, PasswordProblem.TOO_LONG),
    ):
        assert await choose(tab, password) == PasswordRejected(problem=problem, user=world.maria)
    assert isinstance(await prove(tab), PasswordMustChange)
    assert isinstance(await choose(tab), SignedIn)


@pytest.mark.case("K10")
async def test_the_change_ends_what_was_begun_before(world: World) -> None:
    """A session that slipped in beside the administrator's change ends with the person's own."""
    slipped = await sign_in(world, fresh_browser(world))
    await must_change(world)
    sessions = world.store.tenant(world.tenant.id).sessions
    event = (await world.events())[-1]
    late = replace(slipped.session, id=world.runtime.new_id(), handle_hash=b"l" * 32)
    await sessions.start(late, replace(event, id=world.runtime.new_id()))
    tab = await Tab.begin(world)
    await prove(tab)
    signed_in = await choose(tab)
    assert isinstance(signed_in, SignedIn)
    ended = await sessions.get(late.id)
    assert ended is not None
    assert ended.ended_at is not None
    assert await sessions_of_maria(world) == 1


@pytest.mark.case("K3")
async def test_of_many_who_choose_at_once_one_does(world: World) -> None:
    await must_change(world)
    tab = await Tab.begin(world)
    await prove(tab)
    outcomes: list[object] = []

    async def race(number: int) -> None:
        outcomes.append(await choose(replace(tab), f"{NEW} {number}"))

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(race, number)
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert outcomes.count(None) == 7


@pytest.mark.case("K2", "K6")
async def test_trying_the_old_password_as_the_new_one_is_throttled_apart_from_sign_ins(world: World) -> None:
    """Each try costs a hash. Who guesses at the account from outside does not use up these slots."""
    await must_change(world)
    tab = await Tab.begin(world)
    await prove(tab)
    for _ in range(10):
        await prove(await Tab.begin(world), "wrong horse battery staple")
    for _ in range(10):
        assert isinstance(await choose(tab, GIVEN), PasswordRejected)
    with pytest.raises(Throttled):
        await choose(tab)
    world.runtime.advance(seconds=30)
    assert isinstance(await choose(tab), SignedIn)


@pytest.mark.case("K2")
async def test_a_right_old_password_gives_its_slots_back(world: World) -> None:
    await must_change(world)
    tab = await Tab.begin(world)
    for _ in range(25):
        assert isinstance(await prove(tab), PasswordMustChange)
