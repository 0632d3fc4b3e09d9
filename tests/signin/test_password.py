"""Signing in with a password: alike for everybody who fails, a fresh session for who succeeds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core import Browser, Limits, PasswordMustChange, Passwords, Provider, SignedIn, User, WrongCredentials
from opentrusty_core.crypto.passwords import Verified
from opentrusty_core.domain.audit import ActorKind, AuditType, Outcome
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.user import UserStatus, normalised
from opentrusty_core.errors import Denied, Invalid
from tests.signin.steps import ORIGIN, fresh_browser, sign_in
from tests.support.auth_plane import PASSWORD, SETTINGS, SYSTEM, World, quick_passwords
from tests.support.auth_plane import world as open_world
from tests.support.runtime import FakeRuntime


async def attempt(world: World, identifier: str, password: str) -> SignedIn | PasswordMustChange | WrongCredentials:
    return await world.provider.signin.password(
        world.tenant, fresh_browser(world), ORIGIN, identifier=identifier, password=password
    )


class Counted(Passwords):
    """Counts the hashes that are computed."""

    def __init__(self, runtime: FakeRuntime) -> None:
        super().__init__(runtime.token_bytes, time_cost=1, memory_cost=8)
        self.count = 0

    def _argon2_ok(self, encoded: str, secret: bytes) -> bool:
        self.count += 1
        return super()._argon2_ok(encoded, secret)


def over(world: World, passwords: Passwords, limits: Limits | None = None) -> Provider:
    """Another provider over the same store."""
    return Provider(
        world.store,
        SETTINGS.config,
        world.provider._master_keys,
        runtime=world.runtime,
        passwords=passwords,
        limits=limits,
    )


# ---- Who succeeds


@pytest.mark.parametrize("identifier", ["maria", "MARIA", " maria ", "maria@people.example", "Maria@People.Example"])
async def test_a_person_signs_in_by_username_or_email_in_any_case(world: World, identifier: str) -> None:
    """The identifier is compared in its normal form."""
    outcome = await attempt(world, identifier, PASSWORD)
    assert isinstance(outcome, SignedIn)
    assert outcome.user.id == world.maria.id


@pytest.mark.case("A12")
async def test_a_sign_in_makes_a_new_handle_and_a_new_sid_and_ends_the_session_before(world: World) -> None:
    """Nothing that was known of the browser's session before opens the new one."""
    browser = fresh_browser(world)
    first = await sign_in(world, browser)
    browser = Browser(hash=browser.hash, session_hash=first.session.handle_hash)
    second = await sign_in(world, browser, "sam")
    assert first.handle != second.handle
    assert first.session.id != second.session.id
    assert first.session.handle_hash != second.session.handle_hash
    sessions = world.store.tenant(world.tenant.id).sessions
    ended = await sessions.get(first.session.id)
    assert ended is not None
    assert ended.ended_at == world.runtime.now()
    assert await world.provider.signin.current_user(browser, world.tenant) is None
    renewed = Browser(hash=browser.hash, session_hash=second.session.handle_hash)
    user = await world.provider.signin.current_user(renewed, world.tenant)
    assert user is not None
    assert user.id == world.sam.id


async def test_a_session_says_how_and_until_when(world: World) -> None:
    """Method, context, where from, and the tenant's own lifetimes stand in the record; the handle does not."""
    signed_in = await sign_in(world, fresh_browser(world))
    session, lifetimes, now = signed_in.session, world.tenant.settings.lifetimes, world.runtime.now()
    assert (session.amr, session.acr, session.ip) == (("pwd",), "urn:opentrusty:acr:1fa", "192.0.2.1")
    assert (session.idle_expires_at, session.expires_at) == (now + lifetimes.session_idle, now + lifetimes.session)
    assert session.auth_time == session.created_at == now
    assert signed_in.handle not in repr(signed_in)
    (event,) = [event for event in await world.events() if event.type is AuditType.SIGN_IN]
    assert (event.outcome, event.actor_id, event.target) == (Outcome.SUCCESS, world.maria.id, session.id)


async def test_an_outdated_hash_is_replaced_at_the_sign_in(world: World) -> None:
    """The next sign-in meets a hash of today's parameters, and the audit says so."""
    passwords = world.store.tenant(world.tenant.id).passwords
    old = await passwords.get(world.maria.id)
    assert old is not None
    stronger = over(world, Passwords(world.runtime.token_bytes, time_cost=2, memory_cost=16))
    outcome = await stronger.signin.password(
        world.tenant, fresh_browser(world), ORIGIN, identifier="maria", password=PASSWORD
    )
    assert isinstance(outcome, SignedIn)
    new = await passwords.get(world.maria.id)
    assert new is not None
    assert "m=16,t=2" in new.encoded
    assert new.changed_at == old.changed_at
    assert [event.target for event in await world.events() if event.type is AuditType.PASSWORD_REHASHED] == [
        world.maria.id
    ]


# ---- Who fails


@pytest.mark.case("K1")
@pytest.mark.parametrize("who", ["nobody", "maria", "disabled", "without-password"])
async def test_everybody_who_fails_costs_one_hash_and_gets_the_same_answer(world: World, who: str) -> None:
    """Unknown, disabled, without a password, or mistyped: equal outcomes, one argon2 evaluation and one event each."""
    users = world.provider.management.users
    disabled = await world.add_user("disabled")
    await users.disable(SYSTEM, world.tenant.id, disabled.id)
    await users.create(SYSTEM, world.tenant.id, {"username": "without-password"})
    passwords = Counted(world.runtime)
    before = len(await world.events())
    given = PASSWORD if who == "disabled" else "wrong horse battery staple"
    outcome = await over(world, passwords).signin.password(
        world.tenant, fresh_browser(world), ORIGIN, identifier=who, password=given
    )
    assert outcome == WrongCredentials()
    assert passwords.count == 1
    assert len(await world.events()) == before + 1


@pytest.mark.case("L4")
async def test_what_was_typed_as_an_unknown_name_is_written_nowhere(world: World) -> None:
    """People type their password where their name belongs: the event of the failure holds none of it."""
    await attempt(world, "my secret pass", "x")
    await attempt(world, "maria", "my secret pass")
    failures = [event for event in await world.events() if event.outcome is Outcome.FAILURE]
    assert "my secret pass" not in repr(failures)
    assert sorted((event.reason or "", event.target or "") for event in failures) == [
        ("unknown user", ""),
        ("wrong password", world.maria.id),
    ]
    assert {event.actor_kind for event in failures} == {ActorKind.ANONYMOUS}


@pytest.mark.case("K14")
async def test_a_password_of_a_kibibyte_is_evaluated_and_a_longer_one_refused_before_any_work(world: World) -> None:
    """1,024 bytes are looked at; one more is refused before the user is looked up, a slot taken or a hash computed."""
    passwords = Counted(world.runtime)
    signin = over(world, passwords).signin
    browser, before = fresh_browser(world), len(await world.events())
    for password in ("x" * 1025, "é" * 513, "x" * 5000):
        with pytest.raises(Invalid) as refusal:
            await signin.password(world.tenant, browser, ORIGIN, identifier="maria", password=password)
        assert refusal.value.fields.keys() == {"password"}
    assert (passwords.count, len(await world.events())) == (0, before)
    outcome = await signin.password(world.tenant, browser, ORIGIN, identifier="maria", password="x" * 1024)
    assert isinstance(outcome, WrongCredentials)
    assert passwords.count == 1


@pytest.mark.case("K14")
async def test_a_password_of_64_characters_and_more_works(world: World) -> None:
    """Length is no reason to refuse a password that was set."""
    long = "correct horse " * 10
    await world.provider.management.users.set_password(SYSTEM, world.tenant.id, world.maria.id, long)
    assert isinstance(await attempt(world, "maria", long), SignedIn)


@pytest.mark.case("K16")
@pytest.mark.parametrize("password", ["nul\0", "lone \ud800"])
async def test_a_password_that_is_not_text_is_invalid(world: World, password: str) -> None:
    """NUL and lone surrogates are refused, not hashed."""
    with pytest.raises(Invalid):
        await attempt(world, "maria", password)


@pytest.mark.case("K15", "K16")
@pytest.mark.parametrize("identifier", ["", " ", "ma\0ria", "lone \ud800", "ma ria", "a" * 255, "\u202emaria"])
async def test_text_that_cannot_be_a_name_is_answered_like_a_wrong_password(world: World, identifier: str) -> None:
    """Impossible identifiers tell nothing: the answer is that of every failure."""
    assert await attempt(world, identifier, PASSWORD) == WrongCredentials()


@pytest.mark.case("K15")
@given(
    twin=st.sampled_from(["maria", "ｍａｒｉａ", "MARIA", "ᵐaria", "maria ", "Maria"]),  # noqa: RUF001 - the point
)
async def test_unicode_twins_are_one_person(twin: str) -> None:
    """Every spelling with the same normal form signs in the same person."""
    async with open_world() as world:
        assert normalised(twin) == "maria"
        outcome = await attempt(world, twin, PASSWORD)
        assert isinstance(outcome, SignedIn)
        assert outcome.user.id == world.maria.id


async def test_a_browser_without_its_cookie_gets_no_session(world: World) -> None:
    """A session is bound to the browser's own cookie; without one the sign-in fails closed."""
    with pytest.raises(Denied):
        await world.provider.signin.password(world.tenant, Browser(), ORIGIN, identifier="maria", password=PASSWORD)


async def test_a_person_of_another_tenant_is_nobody_here(world: World) -> None:
    """Users belong to one tenant."""
    other = await world.provider.management.tenants.create(SYSTEM, "globex")
    await world.add_user("olga", tenant=other)
    assert await attempt(world, "olga", PASSWORD) == WrongCredentials()


@pytest.mark.case("K10", "D7")
@pytest.mark.parametrize("before", ["the hash", "the session"])
async def test_a_password_that_is_changed_while_it_is_looked_at_signs_nobody_in(world: World, before: str) -> None:
    """Who resets a stolen password need not fear the thief who is signing in at that very moment."""

    class Racing(Passwords):
        async def verify(self, encoded: str, password: str) -> Verified:
            verified = await super().verify(encoded, password)
            world.runtime.advance(seconds=1)
            users = world.provider.management.users
            await users.set_password(SYSTEM, world.tenant.id, world.maria.id, "set at this very moment")
            return verified

    passwords = Racing(world.runtime.token_bytes, time_cost=1, memory_cost=8)
    browser = fresh_browser(world)
    if before == "the session":
        earlier = await sign_in(world, browser, "sam")
        browser = Browser(hash=browser.hash, session_hash=earlier.session.handle_hash)
    outcome = await over(world, passwords).signin.password(
        world.tenant, browser, ORIGIN, identifier="maria", password=PASSWORD
    )
    assert outcome == WrongCredentials()
    user = await world.provider.signin.current_user(browser, world.tenant)
    assert (user and user.id) == (world.sam.id if before == "the session" else None)
    live = await world.store.tenant(world.tenant.id).sessions.of_user(
        world.maria.id, world.runtime.now(), PageRequest()
    )
    assert live.items == ()
    (failure,) = [e for e in await world.events() if e.type is AuditType.SIGN_IN and e.outcome is Outcome.FAILURE]
    assert (failure.reason, failure.target) == ("wrong password", world.maria.id)


# ---- An embedder's own people


class People:
    """A directory with one person, which remembers what it was asked."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.asked: list[tuple[str, ...]] = []

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        self.asked.append(("find", tenant_id, identifier))
        return self.user if identifier == "django" else None

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        return self.user if user_id == self.user.id else None

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        self.asked.append(("check", user.id if user else "", password))
        return user is not None and password == "from django"


async def test_a_directory_brings_its_own_people(world: World) -> None:
    """Names go to the directory as typed, passwords are checked by it, for nobody too; inactive people stay outside."""
    person = replace(world.maria, id="42", username="django")
    people = People(person)
    provider = Provider(
        world.store,
        SETTINGS.config,
        world.provider._master_keys,
        runtime=world.runtime,
        passwords=quick_passwords(world.runtime),
        directory=people,
    )

    async def check(name: str, password: str) -> SignedIn | PasswordMustChange | WrongCredentials:
        return await provider.signin.password(
            world.tenant, fresh_browser(world), ORIGIN, identifier=name, password=password
        )

    outcome = await check("django", "from django")
    assert isinstance(outcome, SignedIn)
    assert outcome.session.user_id == "42"
    assert await check("django", "wrong") == WrongCredentials()
    assert await check("nobody", "wrong") == WrongCredentials()
    assert people.asked[-1] == ("check", "", "wrong")
    assert await check("DJANGO", "from django") == WrongCredentials()
    assert people.asked[-2] == ("find", world.tenant.id, "DJANGO")
    people.user = replace(person, status=UserStatus.DISABLED)
    assert await check("django", "from django") == WrongCredentials()
