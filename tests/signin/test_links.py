"""One-time links as their person uses them: looked at as often as they like, spent once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from opentrusty_core import (
    DeadLink,
    LinkKind,
    OpenLink,
    Origin,
    PasswordChosen,
    PasswordProblem,
    PasswordRejected,
    Provider,
    SignedIn,
    WrongCredentials,
)
from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome
from opentrusty_core.domain.tenant import TenantSettings, Throttling
from opentrusty_core.domain.throttle import Rate
from opentrusty_core.errors import Throttled
from opentrusty_core.management import MadeLink
from tests.signin.steps import ORIGIN, Tab, fresh_browser, sign_in
from tests.support.auth_plane import PASSWORD, SETTINGS, SYSTEM, World, quick_passwords

NEW = "an entirely new battery staple"
INVITATION, RESET = LinkKind.INVITATION, LinkKind.PASSWORD_RESET


def handle(made: MadeLink) -> str:
    return made.url.rpartition("#")[2]


async def invited(world: World, **options: object) -> MadeLink:
    fields = {"username": "ida", "email": "ida@people.example"}
    return await world.provider.management.links.invite(SYSTEM, world.tenant.id, fields, **options)  # type: ignore[arg-type]


async def reset(world: World, **options: object) -> MadeLink:
    """A reset of maria's."""
    start = world.provider.management.links.start_reset
    return await start(SYSTEM, world.tenant.id, world.maria.id, **options)  # type: ignore[arg-type]


async def look(world: World, kind: LinkKind, text: str, ip: str = "192.0.2.1") -> OpenLink | DeadLink:
    return await world.provider.signin.open_link(kind, text, world.tenant, Origin(ip=ip))


async def spend(
    world: World, kind: LinkKind, text: str, password: str = NEW
) -> PasswordChosen | PasswordRejected | DeadLink:
    return await world.provider.signin.spend_link(kind, text, world.tenant, ORIGIN, password=password)


async def events(world: World, *types: AuditType) -> list[AuditEvent]:
    return [event for event in await world.events() if event.type in types]


async def signs_in(world: World, identifier: str, password: str) -> bool:
    outcome = await world.provider.signin.password(
        world.tenant, fresh_browser(world), ORIGIN, identifier=identifier, password=password
    )
    assert isinstance(outcome, SignedIn | WrongCredentials)
    return isinstance(outcome, SignedIn)


# ---- What a good link does


async def test_an_invitation_is_looked_at_and_spent_for_the_first_password(world: World) -> None:
    """Looking spends nothing, however often; then the person signs in by what they chose."""
    made = await invited(world, client_id="shop")
    for _ in range(3):
        assert await look(world, INVITATION, handle(made)) == OpenLink(link=made.link, user=made.user)
    assert await spend(world, INVITATION, handle(made)) == PasswordChosen(user=made.user, client_id="shop")
    assert await signs_in(world, "ida", NEW)
    (used,) = await events(world, AuditType.LINK_USED)
    (chosen,) = [event for event in await events(world, AuditType.PASSWORD_SET) if event.target == made.user.id]
    for event in (used, chosen):
        assert (event.actor_kind, event.actor_id, event.target) == (ActorKind.USER, made.user.id, made.user.id)
        assert event.origin == ORIGIN
    assert used.details == {"kind": "invitation", "link_id": made.link.id}


@pytest.mark.case("K10", "D7")
async def test_a_reset_replaces_the_password_and_kills_every_session_and_grant(world: World) -> None:
    """Whoever held them may be the reason for the reset; and nobody is signed in by it."""
    tab = await Tab.begin(world, client_id="own", scope="openid offline_access")
    await tab.sign_in()
    code = await tab.code()
    await world.redeem(code, "own")
    sessions = world.store.tenant(world.tenant.id).sessions
    before = tab.browser.session_hash
    assert before is not None
    made = await reset(world)
    assert isinstance(await spend(world, RESET, handle(made)), PasswordChosen)
    assert await world.provider.signin.current_user(tab.browser, world.tenant) is None
    assert tab.browser.hash is not None
    assert await sessions.recognise(before, tab.browser.hash, world.runtime.now()) is None
    assert len(await events(world, AuditType.GRANT_REVOKED)) == 1
    assert len(await events(world, AuditType.SIGN_OUT)) == 1
    assert not await signs_in(world, "maria", PASSWORD)
    assert await signs_in(world, "maria", NEW)


@pytest.mark.parametrize("mailed", [True, False])
async def test_a_link_that_was_mailed_verifies_its_address(world: World, mailed: bool) -> None:
    made = await invited(world, mailed=mailed)
    await spend(world, INVITATION, handle(made))
    user = await world.provider.management.users.get(SYSTEM, world.tenant.id, "ida")
    assert user.email_verified is mailed
    assert user.version == (2 if mailed else 1)


@pytest.mark.case("K12")
async def test_a_mailed_link_verifies_no_address_that_came_later(world: World) -> None:
    made = await invited(world, mailed=True)
    other = {"email": "else@people.example"}
    await world.provider.management.users.update(SYSTEM, world.tenant.id, made.user.id, other)  # type: ignore[arg-type]
    assert isinstance(await spend(world, INVITATION, handle(made)), PasswordChosen)
    user = await world.provider.management.users.get(SYSTEM, world.tenant.id, "ida")
    assert (user.email, user.email_verified) == ("else@people.example", False)


async def test_a_password_that_must_be_changed_need_not_be_after_a_reset(world: World) -> None:
    """The person has chosen it themselves."""
    users = world.provider.management.users
    await users.set_password(SYSTEM, world.tenant.id, world.maria.id, "given by an administrator", must_change=True)
    await spend(world, RESET, handle(await reset(world)))
    assert await signs_in(world, "maria", NEW)


# ---- What a link does not do


async def test_a_password_that_is_not_taken_leaves_the_link_good(world: World) -> None:
    made = await reset(world)
    for password, problem in (
        ("short", PasswordProblem.TOO_SHORT),
        ("", PasswordProblem.TOO_SHORT),
        ("x" * 1025, PasswordProblem.TOO_LONG),
        ("maria@people.example", PasswordProblem.NAME),
        ("1234567890qwertyuiop", PasswordProblem.COMMON),
    ):
        assert await spend(world, RESET, handle(made), password) == PasswordRejected(problem=problem, user=world.maria)
    assert await signs_in(world, "maria", PASSWORD)
    assert isinstance(await spend(world, RESET, handle(made)), PasswordChosen)


@pytest.mark.case("K10")
async def test_a_link_is_good_once(world: World) -> None:
    made = await reset(world)
    assert isinstance(await spend(world, RESET, handle(made)), PasswordChosen)
    assert await spend(world, RESET, handle(made), "yet another battery staple") == DeadLink()
    assert await look(world, RESET, handle(made)) == DeadLink()
    assert await signs_in(world, "maria", NEW)


Death = Callable[[World, MadeLink], Awaitable[object]]


async def _expire(world: World, made: MadeLink) -> None:
    world.runtime.advance(seconds=24 * 3600)


DEATHS: dict[str, Death] = {
    "expired": _expire,
    "replaced": lambda world, _: reset(world),
    "withdrawn": lambda world, _: world.provider.management.links.withdraw(SYSTEM, world.tenant.id, world.maria.id),
    "disabled": lambda world, _: world.provider.management.users.disable(SYSTEM, world.tenant.id, world.maria.id),
    "deleted": lambda world, _: world.provider.management.users.delete(SYSTEM, world.tenant.id, world.maria.id),
    "changed": lambda world, _: world.provider.management.users.set_password(
        SYSTEM, world.tenant.id, world.maria.id, NEW
    ),
}


@pytest.mark.case("K10", "K13")
@pytest.mark.parametrize("how", DEATHS)
async def test_a_dead_link_opens_nothing(world: World, how: str) -> None:
    """Over, replaced, withdrawn, its person gone, or the password changed since."""
    made = await reset(world)
    await DEATHS[how](world, made)
    credential = await world.store.tenant(world.tenant.id).passwords.get(world.maria.id)
    assert await look(world, RESET, handle(made)) == DeadLink()
    assert await spend(world, RESET, handle(made), "yet another battery staple") == DeadLink()
    assert await world.store.tenant(world.tenant.id).passwords.get(world.maria.id) == credential


@pytest.mark.case("I5", "C5")
async def test_an_edited_or_foreign_link_opens_nothing(world: World) -> None:
    """Of another kind, in another tenant, with a letter changed, a session's handle, or no handle at all."""
    invitation, password_reset = await invited(world), await reset(world)
    text = handle(password_reset)
    edited = text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]
    wrong_kind = "otv_" + text.removeprefix("otp_")
    session = (await sign_in(world, fresh_browser(world))).handle
    dead = {edited, wrong_kind, session, text.upper(), text + "A", text[:-1], "", "\ud800", "otp_" + "A" * 43}
    before = len(await world.events())
    for kind in LinkKind:
        for wrong in dead:
            assert await look(world, kind, wrong) == DeadLink()
            assert await spend(world, kind, wrong) == DeadLink()
    assert await look(world, INVITATION, text) == DeadLink()
    assert await look(world, RESET, handle(invitation)) == DeadLink()
    other = await world.provider.management.tenants.create(SYSTEM, "globex")
    foreign = await world.provider.signin.open_link(RESET, text, other, ORIGIN)
    assert foreign == DeadLink()
    assert len(await world.events()) == before + len(dead) * 4 + 2  # one event each, and nothing else changed
    assert isinstance(await look(world, RESET, text), OpenLink)


@pytest.mark.case("L4")
async def test_the_refusal_of_a_link_names_neither_link_nor_person(world: World) -> None:
    await look(world, RESET, "otp_" + "A" * 43)
    (refused,) = await events(world, AuditType.LINK_REFUSED)
    assert (refused.outcome, refused.reason, refused.target) == (Outcome.FAILURE, "unknown link", None)
    assert (refused.actor_kind, refused.details) == (ActorKind.ANONYMOUS, {"kind": "password_reset"})
    made = await reset(world)
    await spend(world, RESET, handle(made))
    assert handle(made) not in repr(await world.events())


@pytest.mark.case("K2", "K6")
async def test_guessing_links_is_throttled_and_keeps_nobody_from_signing_in(world: World) -> None:
    """By network and by tenant; a good link costs no slot, and sign-ins are counted apart."""
    made = await reset(world)
    rate = Rate(burst=5, per_minute=1)
    tenant = await world.provider.management.tenants.update(
        SYSTEM, world.tenant.id, settings=TenantSettings(throttling=Throttling(network=rate))
    )
    world.tenant = tenant
    for _ in range(10):
        assert isinstance(await look(world, RESET, handle(made)), OpenLink)
    for _ in range(5):
        assert await look(world, RESET, "wrong") == DeadLink()
    with pytest.raises(Throttled) as throttled:
        await look(world, RESET, handle(made))
    assert throttled.value.retry_after == 60
    assert {event.reason for event in await events(world, AuditType.LINK_REFUSED)} == {"unknown link", "throttled"}
    assert isinstance(await look(world, RESET, handle(made), ip="198.51.100.7"), OpenLink)
    assert await signs_in(world, "maria", PASSWORD)
    world.runtime.advance(seconds=60)
    assert isinstance(await look(world, RESET, handle(made)), OpenLink)


async def test_an_embedder_s_own_people_have_no_links(world: World) -> None:
    """Their passwords are not ours to set."""

    class Nobody:
        async def find(self, tenant_id: str, identifier: str) -> None:
            return None

        async def get(self, tenant_id: str, user_id: str) -> None:
            return None

        async def check_password(self, tenant_id: str, user: object, password: str) -> bool:
            return False

    made = await reset(world)
    provider = Provider(
        world.store,
        SETTINGS.config,
        world.provider._master_keys,
        runtime=world.runtime,
        passwords=quick_passwords(world.runtime),
        directory=Nobody(),
    )
    assert await provider.signin.open_link(RESET, handle(made), world.tenant, ORIGIN) == DeadLink()
