"""Consent: what was allowed is remembered, grows, and is nobody else's."""

from __future__ import annotations

import json

import pytest

from opentrusty_core import NeedsConsent, NeedsSignIn, Ready
from opentrusty_core.domain.audit import AuditType
from tests.signin.steps import Tab
from tests.support.auth_plane import SYSTEM, World

CLAIMS = json.dumps({"userinfo": {"birthdate": None}, "id_token": {"email": {"essential": True}, "acr": None}})


async def test_only_what_is_new_is_asked_and_the_rest_is_kept(world: World) -> None:
    """A second consent adds to the first: what was allowed once stays allowed."""
    first = await Tab.begin(world, scope="openid profile", claims=CLAIMS)
    await first.sign_in()
    pending = await first.pending()
    assert isinstance(pending, NeedsConsent)
    assert pending.new_claims == ("birthdate", "email")
    assert await first.allow()
    await first.code()
    tab = await Tab.begin(world, first.browser, scope="openid email phone")
    pending = await tab.pending()
    assert isinstance(pending, NeedsConsent)
    assert (pending.new_scope, pending.granted_scope, pending.new_claims) == (("email", "phone"), ("openid",), ())
    assert await tab.allow()
    (consent,) = await world.store.tenant(world.tenant.id).consents.of_user(world.maria.id)
    assert consent.scope == {"openid", "profile", "email", "phone"}
    assert consent.claims == {"birthdate", "email"}
    given = [event for event in await world.events() if event.type is AuditType.CONSENT_GIVEN]
    assert [(event.actor_id, event.client_id) for event in given] == [(world.maria.id, "shop")] * 2


async def test_prompt_consent_asks_again_for_what_was_allowed(world: World) -> None:
    """The client may have the person asked although nothing is new."""
    first = await Tab.begin(world)
    await first.sign_in()
    await first.allow()
    world.runtime.advance(seconds=1)
    tab = await Tab.begin(world, first.browser, prompt="consent")
    pending = await tab.pending()
    assert isinstance(pending, NeedsConsent)
    assert (pending.new_scope, pending.granted_scope) == ((), ("openid", "profile"))
    assert await tab.allow()
    assert isinstance(await tab.pending(), Ready)


@pytest.mark.case("A14")
async def test_only_the_tenants_own_clients_go_without_consent(world: World) -> None:
    """A client that is not the tenant's own never gets a code before the person has allowed it."""
    own = await Tab.begin(world, client_id="own")
    await own.sign_in()
    assert isinstance(await own.pending(), Ready)
    shop = await Tab.begin(world, client_id="shop")
    await shop.sign_in()
    assert isinstance(await shop.pending(), NeedsConsent)


@pytest.mark.case("K18")
@pytest.mark.parametrize("prompt", ["", "consent"])
async def test_a_second_person_does_not_inherit_the_consent_of_the_first(world: World, prompt: str) -> None:
    """Who signs in after somebody else allowed the client in the same tab is asked anew."""
    tab = await Tab.begin(world, prompt=prompt)
    await tab.sign_in("maria")
    assert await tab.allow()
    assert isinstance(await tab.pending(), Ready)
    world.runtime.advance(seconds=1)
    await tab.sign_in("sam")
    pending = await tab.pending()
    assert isinstance(pending, NeedsConsent)
    assert pending.user.id == world.sam.id
    assert await tab.resume() is None


@pytest.mark.case("K18")
async def test_a_second_person_who_allowed_the_client_earlier_is_asked_where_the_client_demands_it(
    world: World,
) -> None:
    """With prompt=consent an old consent of the second person does not stand for an answer in this tab."""
    earlier = await Tab.begin(world)
    await earlier.sign_in("sam")
    await earlier.allow()
    world.runtime.advance(seconds=1)
    tab = await Tab.begin(world, prompt="consent")
    await tab.sign_in("maria")
    assert await tab.allow()
    await tab.sign_in("sam")
    assert isinstance(await tab.pending(), NeedsConsent)


@pytest.mark.case("K18")
async def test_signing_out_destroys_the_interactions_of_the_browser(world: World) -> None:
    """Who sits down after a sign-out finds nothing of the person before."""
    tab = await Tab.begin(world)
    signed_in = await tab.sign_in()
    await tab.allow()
    await world.provider.management.sessions.end(SYSTEM, world.tenant.id, signed_in.session.id)
    assert not isinstance(await tab.pending(), NeedsSignIn | NeedsConsent | Ready)
    assert await tab.resume() is None
