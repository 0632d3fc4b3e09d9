"""Trespasses on browsers, and on grants with what hangs from them."""

from __future__ import annotations

from dataclasses import replace

from opentrusty_core.storage.contract.builders import a_code, a_grant, a_session
from opentrusty_core.storage.contract.planted import JTI, REVOKED_JTI, Planted
from opentrusty_core.storage.contract.trespass import trespass
from opentrusty_core.storage.contract.world import ALL, World
from opentrusty_core.storage.outcomes import AccessLookup, Unknown


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


@trespass("interactions.move")
async def _(world: World, planted: Planted) -> None:
    flow, thief = planted.interaction, world.runtime.token_bytes(32)
    assert await world.there.interactions.move(flow.hash, flow.browser_hash, thief) is False


@trespass("interactions.finish")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.interactions.finish(planted.interaction.hash) is False


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


@trespass("grants.of_client")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.grants.of_client(planted.grant.client_id, world.now, ALL)).items == ()
