"""What `storage.Users`, `Passwords` and `Consents` promise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from opentrusty_core.domain.page import Page
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.user import UserStatus, normalised
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import (
    a_consent,
    a_password,
    a_user,
    an_access_token,
    an_assignment,
)
from opentrusty_core.storage.contract.world import ALL, Contract, World

case = pytest.mark.case


class TestUsers(Contract):
    """`Users`."""

    async def test_a_user_is_read_as_it_was_written(self, world: World) -> None:
        """Every field comes back, with every kind of JSON among the claims."""
        user = a_user(
            world.runtime,
            username="Jürgen",
            email=None,
            email_verified=False,
            status=UserStatus.DISABLED,
            claims={
                "name": "Jürgen 書 😀",
                "address": {"locality": "Köln"},
                "zoneinfo": "",
                "phone_number_verified": True,
            },
            version=7,
        )
        event = world.event()
        await world.here.users.add(user, event)
        assert await world.here.users.get(user.id) == user
        assert await world.here.users.get(world.runtime.new_id()) is None
        assert event in await world.events()

    @case("K4", "K15")
    @pytest.mark.parametrize(
        "twin",
        [{"username": "ALICE"}, {"username": "\uff41lice"}, {"username": " alice "}, {"email": "Alice@Example.ORG"}],
        ids=["case", "width", "white space", "email"],
    )
    async def test_a_name_is_taken_in_normal_form(self, world: World, twin: dict[str, Any]) -> None:
        """Twins that look alike are a conflict, at adding and at updating, and nothing is changed."""
        alice = await world.user(username="alice", email="alice@example.org")
        bob = await world.user(username="bob")
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.users.add(a_user(world.runtime, **twin), world.event())
        with pytest.raises(Conflict):
            await world.here.users.update(replace(bob, version=2, **twin), world.event())
        assert (await world.here.users.page(ALL)).items == tuple(sorted((alice, bob), key=lambda user: user.id))
        assert await world.events() == before

    async def test_many_users_have_no_email(self, world: World) -> None:
        """What is absent is not taken."""
        first, second = await world.user(email=None), await world.user(email=None)
        assert await world.here.users.get(first.id) == first
        assert await world.here.users.get(second.id) == second

    async def test_a_user_is_found_by_normal_form(self, world: World) -> None:
        """By username or by email, with the password, if there is one."""
        alice = await world.user(username="Alice", email="A.Liddell@Example.org")
        password = a_password(world.runtime, alice.id)
        assert await world.here.users.find(normalised("ALICE")) == (alice, None)
        await world.here.passwords.set(password, world.event())
        assert await world.here.users.find(normalised("ALICE")) == (alice, password)
        assert await world.here.users.find(normalised("a.liddell@example.org")) == (alice, password)
        assert await world.here.users.find("nobody") is None
        assert await world.here.users.find("") is None

    async def test_a_username_is_found_before_an_email(self, world: World) -> None:
        """Where the username of one is the email of another, it is the one who has it as their username."""
        mailed = await world.user(email="alice@example.org")
        named = await world.user(username="alice@example.org", email=None)
        assert await world.here.users.find("alice@example.org") == (named, None)
        await world.here.users.delete(named.id, world.event())
        assert await world.here.users.find("alice@example.org") == (mailed, None)

    async def test_an_update_replaces_the_version_before(self, world: World) -> None:
        """Every field, the names under which the user is found among them; its event is written."""
        user = await world.user(username="before")
        world.advance(seconds=1)
        changed = replace(
            user,
            username="After",
            email="after@example.org",
            email_verified=False,
            claims={"name": "After"},
            status=UserStatus.DISABLED,
            updated_at=world.now,
            version=2,
        )
        event = world.event()
        await world.here.users.update(changed, event)
        assert await world.here.users.get(user.id) == changed
        assert await world.here.users.find("before") is None
        assert await world.here.users.find("after") == (changed, None)
        assert (await world.events())[-1] == event

    async def test_an_update_that_comes_too_late_is_a_conflict(self, world: World) -> None:
        """Where any other version stands, or no such user is there, nothing is changed and no event written."""
        user = await world.user()
        await world.here.users.update(replace(user, version=2), world.event())
        before = await world.events()
        for version in (1, 2, 4):
            with pytest.raises(Conflict):
                await world.here.users.update(replace(user, username="late", version=version), world.event())
        with pytest.raises(NotFound):
            await world.here.users.update(a_user(world.runtime, version=2), world.event())
        assert await world.here.users.get(user.id) == replace(user, version=2)
        assert await world.events() == before

    @case("K18")
    async def test_a_deleted_user_leaves_nothing_but_the_audit(self, world: World) -> None:
        """Password, consents, sessions, grants with all that hangs from them, interactions and roles go with them."""
        user, client = await world.user(username="alice"), await world.client()
        session = await world.session(user)
        grant, token = await world.granted(session, client, scope=("openid", "offline_access"))
        opaque = an_access_token(world.runtime, client.client_id, grant)
        flow = await world.interaction(browser_hash=session.browser_hash)
        await world.here.access_tokens.add(opaque, None)
        await world.here.passwords.set(a_password(world.runtime, user.id), world.event())
        await world.link(user)
        await world.here.consents.save(a_consent(world.runtime, user.id, client.client_id), world.event())
        role = an_assignment(world.runtime, world.here_tenant.id, Principal.user(user.id))
        await world.here.assignments.assign(role, world.event())
        await world.store.platform.assignments.assign(replace(role, role="platform_admin"), world.event())
        other = await world.session()
        _, other_token = await world.granted(other, client)
        before, event = await world.events(), world.event()
        await world.here.users.delete(user.id, event)
        assert await world.here.users.get(user.id) is None
        assert await world.here.users.find("alice") is None
        assert await world.here.passwords.get(user.id) is None
        assert await world.here.links.of_user(user.id, world.now) is None
        assert await world.here.consents.of_user(user.id) == ()
        assert await world.here.sessions.get(session.id) is None
        assert await world.here.grants.get(grant.id) is None
        assert not await world.is_refreshable(token)
        assert await world.here.access_tokens.look_up(opaque.hash, world.now) is None
        assert await world.here.access_tokens.look_up_jwt("a-jti", grant.id, world.now) is None
        assert not await world.here.interactions.finish(flow.hash)
        assert await world.here.assignments.of_principal(role.principal) == ()
        assert await world.store.platform.assignments.of_principal(world.here_tenant.id, role.principal) == ()
        assert await world.store.platform.assignments.of_role("platform_admin", ALL) == Page(items=())
        assert await world.events() == (*before, event)
        assert await world.here.sessions.get(other.id) == other
        assert await world.is_refreshable(other_token)

    async def test_a_user_is_deleted_once(self, world: World) -> None:
        """Then there is none; the names are free again."""
        user = await world.user(username="alice", email="alice@example.org")
        await world.here.users.delete(user.id, world.event())
        before = await world.events()
        with pytest.raises(NotFound):
            await world.here.users.delete(user.id, world.event())
        assert await world.events() == before
        again = await world.user(username="alice", email="alice@example.org")
        assert await world.here.users.find("alice") == (again, None)


class TestPasswords(Contract):
    """`Passwords`."""

    async def test_a_password_is_set_and_replaced(self, world: World) -> None:
        """The last one stands; each writes its event; another user has none."""
        user, other = await world.user(), await world.user()
        assert await world.here.passwords.get(user.id) is None
        for must_change in (True, False):
            world.advance(seconds=1)
            credential, event = a_password(world.runtime, user.id, must_change=must_change), world.event()
            await world.here.passwords.set(credential, event)
            assert await world.here.passwords.get(user.id) == credential
            assert (await world.events())[-1] == event
        assert await world.here.passwords.get(other.id) is None

    async def test_a_rehash_replaces_what_it_was_made_from(self, world: World) -> None:
        """And writes its event."""
        user = await world.user()
        old, new = a_password(world.runtime, user.id), a_password(world.runtime, user.id)
        await world.here.passwords.set(old, world.event())
        event = world.event()
        await world.here.passwords.rehash(old, new, event)
        assert await world.here.passwords.get(user.id) == new
        assert (await world.events())[-1] == event

    async def test_a_rehash_never_undoes_a_change(self, world: World) -> None:
        """Where the password was changed meanwhile, or is gone, nothing is written and no event."""
        user = await world.user()
        old, changed, rehashed = (a_password(world.runtime, user.id) for _ in range(3))
        await world.here.passwords.rehash(old, rehashed, world.event())
        assert await world.here.passwords.get(user.id) is None
        await world.here.passwords.set(old, world.event())
        await world.here.passwords.set(changed, world.event())
        before = await world.events()
        await world.here.passwords.rehash(old, rehashed, world.event())
        assert await world.here.passwords.get(user.id) == changed
        assert await world.events() == before


class TestConsents(Contract):
    """`Consents`."""

    async def test_the_last_answer_is_remembered(self, world: World) -> None:
        """One record for each pair, by client id, with its event."""
        user = await world.user()
        consents = [
            a_consent(world.runtime, user.id, client_id, scope=frozenset({scope}), claims=frozenset(claims))
            for client_id, scope, claims in [("b", "openid", ()), ("a", "email", ()), ("B", "a:b", ("name", "email"))]
        ]
        await world.here.consents.save(a_consent(world.runtime, user.id, "b"), world.event())
        for consent in consents:
            event = world.event()
            await world.here.consents.save(consent, event)
            assert (await world.events())[-1] == event
        assert await world.here.consents.of_user(user.id) == (consents[2], consents[1], consents[0])
        assert await world.here.consents.of_user(world.runtime.new_id()) == ()

    async def test_withdrawing_ends_what_was_granted_between_the_two(self, world: World) -> None:
        """Consent and grants, offline ones too; not those of another user or to another client."""
        users, clients = [await world.user(), await world.user()], [await world.client(), await world.client()]
        tokens = {}
        for user in users:
            for client in clients:
                await world.here.consents.save(a_consent(world.runtime, user.id, client.client_id), world.event())
                _, tokens[user.id, client.client_id] = await world.granted(
                    await world.session(user), client, scope=("openid", "offline_access")
                )
        pair, event = (users[0].id, clients[0].client_id), world.event()
        count = world.here.consents.count_of_client
        assert [await count(client.client_id) for client in clients] == [2, 2]
        assert await world.here.consents.withdraw(*pair, world.now, event) is True
        assert (await world.events())[-1] == event
        assert [await count(client.client_id) for client in clients] == [1, 2]
        assert [consent.client_id for consent in await world.here.consents.of_user(pair[0])] == [clients[1].client_id]
        assert len(await world.here.consents.of_user(users[1].id)) == 2
        assert [each for each, token in tokens.items() if not await world.is_refreshable(token)] == [pair]

    async def test_there_may_be_grants_without_a_consent(self, world: World) -> None:
        """A client whose people are not asked has grants all the same: withdrawing ends them."""
        grant, token = await world.granted()
        assert await world.here.consents.withdraw(grant.user_id, grant.client_id, world.now, world.event()) is True
        assert not await world.is_refreshable(token)

    async def test_there_may_be_nothing_to_withdraw(self, world: World) -> None:
        """Then the answer is False, and there is no event; so it is a second time."""
        user = await world.user()
        before = await world.events()
        assert await world.here.consents.withdraw(user.id, "a-client", world.now, world.event()) is False
        assert await world.events() == before
        await world.here.consents.save(a_consent(world.runtime, user.id, "a-client"), world.event())
        assert await world.here.consents.withdraw(user.id, "a-client", world.now, world.event()) is True
        assert await world.here.consents.withdraw(user.id, "a-client", world.now, world.event()) is False
