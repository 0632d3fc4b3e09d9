"""What an interaction still needs follows from facts, and from nothing that a browser says."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from opentrusty_core import (
    Browser,
    Gone,
    NeedsAccountChoice,
    NeedsConsent,
    NeedsSignIn,
    Ready,
    WrongPerson,
)
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.user import UserStatus
from tests.signin.steps import ORIGIN, Tab, fresh_browser, sign_in
from tests.support.auth_plane import SYSTEM, World


async def test_a_sign_in_goes_from_password_to_consent_to_code(world: World) -> None:
    """Each answer moves the interaction on by one step, and only the last makes a code possible."""
    tab = await Tab.begin(world, scope="openid email")
    pending = await tab.pending()
    assert isinstance(pending, NeedsSignIn)
    assert pending.user is None
    assert await tab.resume() is None
    await tab.sign_in()
    pending = await tab.pending()
    assert isinstance(pending, NeedsConsent)
    assert (pending.user.username, pending.new_scope, pending.granted_scope) == ("maria", ("openid", "email"), ())
    assert await tab.resume() is None
    assert await tab.allow()
    assert isinstance(await tab.pending(), Ready)
    assert (await tab.code()).startswith("otc_")
    assert isinstance(await tab.pending(), Gone)


@pytest.mark.case("A13")
@pytest.mark.parametrize("answers", list(itertools.permutations(["select", "allow"])), ids="-".join)
async def test_answers_to_steps_that_are_not_pending_change_nothing(world: World, answers: tuple[str, ...]) -> None:
    """Before the sign-in every answer is refused, in any order, and the sign-in stays pending."""
    tab = await Tab.begin(world, prompt="select_account consent")
    for answer in answers:
        assert not await getattr(tab, answer)()
        assert isinstance(await tab.pending(), NeedsSignIn)
        assert await tab.resume() is None


@pytest.mark.case("A13")
async def test_consent_cannot_be_given_before_the_account_is_chosen(world: World) -> None:
    """The steps have an order; a later answer does not stand for an earlier one."""
    first = await Tab.begin(world)
    await first.sign_in()
    world.runtime.advance(seconds=1)
    tab = await Tab.begin(world, first.browser, prompt="select_account")
    assert isinstance(await tab.pending(), NeedsAccountChoice)
    assert not await tab.allow()
    assert isinstance(await tab.pending(), NeedsAccountChoice)
    assert await tab.select()
    assert isinstance(await tab.pending(), NeedsConsent)
    assert not await tab.select()


@pytest.mark.case("A12")
async def test_an_interaction_is_bound_to_its_browser(world: World) -> None:
    """The link to an interaction opens nothing in another browser, one without a cookie, or another tenant."""
    tab = await Tab.begin(world)
    await tab.sign_in()
    signin = world.provider.signin
    other = await world.provider.management.tenants.create(SYSTEM, "globex")
    for browser in (fresh_browser(world), Browser(), Browser(session_hash=tab.browser.session_hash)):
        assert isinstance(await signin.pending(tab.handle, browser, world.tenant), Gone)
        assert not await signin.consent(tab.handle, browser, world.tenant, ORIGIN)
    assert isinstance(await signin.pending(tab.handle, tab.browser, other), Gone)
    assert isinstance(await tab.pending(), NeedsConsent)


@pytest.mark.parametrize("handle", ["", "x", "otn_" + "a" * 43, "oti_" + "a" * 43, "oti_" + "a" * 44])
async def test_a_handle_that_names_nothing_is_gone(world: World, handle: str) -> None:
    """Malformed handles and handles of another kind are answered like unknown ones."""
    tab = await Tab.begin(world)
    assert isinstance(await world.provider.signin.pending(handle, tab.browser, world.tenant), Gone)


async def test_an_interaction_ends_after_its_lifetime(world: World) -> None:
    """An expired interaction is gone, and cannot be answered."""
    tab = await Tab.begin(world)
    await tab.sign_in()
    world.runtime.advance(world.tenant.settings.lifetimes.interaction)
    assert isinstance(await tab.pending(), Gone)
    assert not await tab.allow()


async def test_an_interaction_of_a_disabled_client_is_gone_within_a_second(world: World) -> None:
    """Nobody is asked to sign in for an application that may do nothing."""
    tab = await Tab.begin(world)
    await world.provider.management.clients.disable(SYSTEM, world.tenant.id, "shop")
    world.runtime.advance(seconds=1)
    assert isinstance(await tab.pending(), Gone)


async def test_a_disabled_person_has_to_sign_in_and_cannot(world: World) -> None:
    """A session of somebody who is disabled recognises nobody."""
    tab = await Tab.begin(world)
    await tab.sign_in()
    disabled = replace(world.maria, status=UserStatus.DISABLED, version=world.maria.version + 1)
    event = AuditEvent(id=world.runtime.new_id(), at=world.runtime.now(), type=AuditType.USER_UPDATED)
    await world.store.tenant(world.tenant.id).users.update(disabled, event)
    pending = await tab.pending()
    assert isinstance(pending, NeedsSignIn)
    assert pending.user is None
    assert not await tab.allow()


async def test_who_has_to_sign_in_again_is_named(world: World) -> None:
    """With prompt=login the page knows who is signed in; the session before does not count."""
    first = await Tab.begin(world)
    await first.sign_in()
    world.runtime.advance(seconds=1)
    tab = await Tab.begin(world, first.browser, prompt="login")
    pending = await tab.pending()
    assert isinstance(pending, NeedsSignIn)
    assert pending.user is not None
    assert pending.user.id == world.maria.id
    await tab.sign_in()
    assert isinstance(await tab.pending(), NeedsConsent)


@pytest.mark.case("A20")
async def test_signing_in_as_somebody_else_than_the_hinted_person_ends_in_a_refusal(world: World) -> None:
    """A person whom the client does not expect is not asked to sign in again and again."""
    hint = await id_token(world)
    world.runtime.advance(seconds=1)
    tab = await Tab.begin(world, id_token_hint=hint)
    assert isinstance(await tab.pending(), NeedsSignIn)
    await tab.sign_in("sam")
    assert isinstance(await tab.pending(), WrongPerson)
    assert await tab.resume() is None
    await tab.sign_in("maria")
    assert isinstance(await tab.pending(), Ready)  # she allowed it when the hint was made


async def test_a_session_of_somebody_else_asks_the_hinted_person_to_sign_in(world: World) -> None:
    """Whoever was signed in before the request is no reason to refuse it."""
    hint = await id_token(world)
    browser = fresh_browser(world)
    signed_in = await sign_in(world, browser, "sam")
    world.runtime.advance(seconds=1)
    browser = Browser(hash=browser.hash, session_hash=signed_in.session.handle_hash)
    assert isinstance(await (await Tab.begin(world, browser, id_token_hint=hint)).pending(), NeedsSignIn)


async def id_token(world: World) -> str:
    """An ID token of maria's for the client `shop`."""
    tab = await Tab.begin(world)
    await tab.sign_in()
    await tab.allow()
    return str((await world.redeem(await tab.code()))["id_token"])
