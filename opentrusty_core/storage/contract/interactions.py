"""What `storage.Interactions` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.authorization_request import AuthorizationRequest, Display, Prompt, ResponseMode
from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.session import Session
from opentrusty_core.storage.contract.builders import a_consent
from opentrusty_core.storage.contract.world import MICROSECOND, Contract, World
from opentrusty_core.storage.outcomes import OpenedInteraction, Recognised

case = pytest.mark.case


async def opened(world: World, interaction: Interaction, session: Session | None = None) -> OpenedInteraction | None:
    """What the interaction's own browser opens, showing the session's handle or none."""
    return await world.here.interactions.open(
        interaction.hash,
        interaction.browser_hash,
        world.now,
        session_handle_hash=session.handle_hash if session else None,
    )


class TestInteractions(Contract):
    """`Interactions`."""

    async def test_an_interaction_is_read_as_it_was_written(self, world: World) -> None:
        """Every field of the request comes back, in every kind of value."""
        request = AuthorizationRequest(
            client_id="a-client",
            redirect_uri="http://127.0.0.1:1234/cb?a=b",
            redirect_uri_given=False,
            response_mode=ResponseMode.FORM_POST,
            scope=("openid", "a:b"),
            state="ståte & more",
            nonce="",
            code_challenge=None,
            prompt=frozenset({Prompt.LOGIN, Prompt.CONSENT}),
            max_age=0,
            login_hint="Müller",
            hinted_user_id="an-id",
            acr_values=("a", "b"),
            claims=ClaimsRequest(userinfo={"name": ClaimRequest(essential=True, values=("x", 1, True, None))}),
            ui_locales=("de-CH", "de"),
            claims_locales=("en",),
            display=Display.TOUCH,
        )
        interaction = await world.interaction(
            request=request, account_selected=True, proved_user_id="an-id", proved_at=world.now
        )
        assert await opened(world, interaction) == OpenedInteraction(interaction=interaction, recognised=None)

    @case("A12", "I5")
    async def test_only_its_own_browser_opens_it(self, world: World) -> None:
        """To any other browser it is absent, as one that never was."""
        interaction, other = await world.interaction(), await world.interaction()
        look_up = world.here.interactions.open
        assert await look_up(interaction.hash, other.browser_hash, world.now, session_handle_hash=None) is None
        never = world.runtime.token_bytes(32)
        assert await look_up(never, interaction.browser_hash, world.now, session_handle_hash=None) is None

    @case("A12")
    async def test_it_moves_from_its_browser_to_another(self, world: World) -> None:
        """From its own alone, with all that it knows; the browser before opens it no more."""
        interaction, other = await world.interaction(proved_user_id="an-id", proved_at=world.now), world.runtime
        to, stranger = other.token_bytes(32), other.token_bytes(32)
        interactions = world.here.interactions
        assert await interactions.move(interaction.hash, stranger, to) is False
        assert await interactions.move(stranger, interaction.browser_hash, to) is False
        assert await opened(world, interaction) is not None
        assert await world.there.interactions.move(interaction.hash, interaction.browser_hash, to) is False
        assert await interactions.move(interaction.hash, interaction.browser_hash, to) is True
        assert await opened(world, interaction) is None
        moved = replace(interaction, browser_hash=to)
        assert await opened(world, moved) == OpenedInteraction(interaction=moved, recognised=None)
        assert await interactions.move(interaction.hash, interaction.browser_hash, stranger) is False

    async def test_it_is_open_until_its_end_and_not_at_it(self, world: World) -> None:
        """A microsecond before `expires_at` it is open, at `expires_at` it is not."""
        interaction = await world.interaction()
        world.move_to(interaction.expires_at - MICROSECOND)
        assert await opened(world, interaction) is not None
        world.move_to(interaction.expires_at)
        assert await opened(world, interaction) is None

    async def test_it_opens_with_the_session_that_the_browser_shows(self, world: World) -> None:
        """With the person, and their consent to the client that asks."""
        user, client = await world.user(), await world.client()
        session = await world.session(user)
        consent = a_consent(world.runtime, user.id, client.client_id, claims=frozenset({"name"}))
        await world.here.consents.save(consent, world.event())
        await world.here.consents.save(a_consent(world.runtime, user.id, "another-client"), world.event())
        interaction = await world.interaction(client_id=client.client_id, browser_hash=session.browser_hash)
        assert await opened(world, interaction, session) == OpenedInteraction(
            interaction=interaction, recognised=Recognised(session=session, user=user, consent=consent)
        )
        foreign = await world.interaction(client_id="a-third-client", browser_hash=session.browser_hash)
        assert await opened(world, foreign, session) == OpenedInteraction(
            interaction=foreign, recognised=Recognised(session=session, user=user, consent=None)
        )

    @case("K17")
    async def test_a_session_that_is_not_live_in_this_browser_does_not_show(self, world: World) -> None:
        """The interaction opens without another browser's session, an ended or an expired one."""
        session = await world.session()
        planted = await world.interaction()
        own = await world.interaction(browser_hash=session.browser_hash, expires_at=world.now + timedelta(days=9))
        assert await opened(world, planted, session) == OpenedInteraction(interaction=planted, recognised=None)
        world.move_to(session.idle_expires_at)
        assert await opened(world, own, session) == OpenedInteraction(interaction=own, recognised=None)
        ended = await world.session()
        await world.here.sessions.end(ended.id, world.now, world.event())
        late = await world.interaction(browser_hash=ended.browser_hash)
        assert await opened(world, late, ended) == OpenedInteraction(interaction=late, recognised=None)

    @case("A13")
    async def test_answers_are_written_down_and_nothing_else(self, world: World) -> None:
        """`update` moves the answers and the proof; the request, the browser and the end stay."""
        interaction = await world.interaction()
        answered = replace(
            interaction, account_selected=True, consent_given=True, proved_user_id="an-id", proved_at=world.now
        )
        lie = replace(answered, browser_hash=world.runtime.token_bytes(32), expires_at=world.now + timedelta(days=9))
        assert await world.here.interactions.update(lie) is True
        assert await opened(world, interaction) == OpenedInteraction(interaction=answered, recognised=None)
        assert await world.here.interactions.update(interaction) is True
        assert await opened(world, interaction) == OpenedInteraction(interaction=interaction, recognised=None)

    async def test_it_finishes_once(self, world: World) -> None:
        """Then it is gone: it cannot be opened, answered or finished again."""
        interaction, other = await world.interaction(), await world.interaction()
        assert await world.here.interactions.finish(interaction.hash) is True
        assert await opened(world, interaction) is None
        assert await world.here.interactions.update(interaction) is False
        assert await world.here.interactions.finish(interaction.hash) is False
        assert await opened(world, interaction) is None
        assert await opened(world, other) is not None
