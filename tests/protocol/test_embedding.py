"""For those who embed: people from a table of their own (`Directory`), and claims of their own (`extra_claims`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from opentrusty_core.domain.user import User, UserStatus
from opentrusty_core.protocol.deps import ClaimsContext
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse
from tests.support.cast import ALICE, ISSUER, ORDERS
from tests.support.runtime import START
from tests.support.world import World, new_world


@dataclass
class Staff:
    """A users table with integer ids."""

    rows: dict[int, User] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, *names: str) -> Staff:
        return cls(
            {
                number: User(
                    id=str(number), username=name, email=f"{name}@corp.example", created_at=START, updated_at=START
                )
                for number, name in enumerate(names, 41)
            }
        )

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        return next((user for user in self.rows.values() if user.username == identifier), None)

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        self.asked.append((tenant_id, user_id))
        return self.rows.get(int(user_id))

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        return False


@pytest.fixture
def staff() -> Staff:
    return Staff.of("ann", "ben")


@pytest.fixture
async def office(staff: Staff) -> World:
    """A world whose people are the staff; number 42 is signed in to acme."""
    world = await new_world(directory=staff)
    await world.sign_in("42")
    return world


async def test_people_may_come_from_a_table_with_integer_ids(office: World, staff: Staff) -> None:
    """The whole dance; the directory is asked about its own tenant's person."""
    tokens = await office.tokens(scope="openid profile email")
    claims = await office.verified(tokens["id_token"], "web", typ="JWT")
    assert claims["sub"] == "42"
    info = (await office.userinfo(tokens["access_token"])).json
    assert (info["sub"], info["preferred_username"], info["email"]) == ("42", "ben", "ben@corp.example")
    told = await office.introspect(tokens["access_token"])
    assert (told["sub"], told["username"]) == ("42", "ben")
    assert (await office.refresh(tokens["refresh_token"])).status == 200
    assert (await office.introspect(tokens["refresh_token"]))["sub"] == "42"
    assert set(staff.asked) == {("acme-id", "42")}


@pytest.mark.case("D7", "K5")
@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "disabled"])
async def test_who_left_the_directory_holds_nothing(office: World, staff: Staff, gone: bool) -> None:
    """At once: no code, no token, no refresh, no userinfo."""
    tokens, code = await office.tokens(scope="openid offline_access"), await office.code()
    if gone:
        del staff.rows[42]
    else:
        staff.rows[42] = replace(staff.rows[42], status=UserStatus.DISABLED)
    assert (await office.redeem(code)).error == (400, "invalid_grant")
    assert (await office.refresh(tokens["refresh_token"])).error == (400, "invalid_grant")
    assert (await office.userinfo(tokens["access_token"])).error == (401, "invalid_token")
    assert await office.introspect(tokens["access_token"]) == {"active": False}
    assert await office.introspect(tokens["refresh_token"]) == {"active": False}
    answer = await office.authorize(prompt="none")
    assert isinstance(answer, AuthorizationResponse)
    assert answer.parameters["error"] == "login_required"


async def test_a_change_in_the_directory_shows_at_once(office: World, staff: Staff) -> None:
    """Nothing of a person is copied."""
    token = (await office.tokens(scope="openid email"))["access_token"]
    staff.rows[42] = replace(staff.rows[42], email="new@corp.example")
    assert (await office.userinfo(token)).json["email"] == "new@corp.example"


# --- claims ----------------------------------------------------------------------------------------------------------


@dataclass
class Claims:
    """An embedder's callable, with what it was asked."""

    answer: Mapping[str, object]
    asked: list[ClaimsContext] = field(default_factory=list)

    async def __call__(self, context: ClaimsContext) -> Mapping[str, object]:
        self.asked.append(context)
        return self.answer


async def test_claims_of_an_embedder_are_in_tokens_and_userinfo(world: World) -> None:
    """It is told for whom and what, and its answer is added everywhere."""
    claims = Claims({"department": "Wonderland", "level": 7})
    world = await new_world(extra_claims=claims)
    tokens = await world.tokens(scope="openid email")
    access = await world.verified(tokens["access_token"], ISSUER, typ="at+jwt")
    identity = await world.verified(tokens["id_token"], "web", typ="JWT")
    info = (await world.userinfo(tokens["access_token"])).json
    for content in (access, identity, info):
        assert (content["department"], content["level"], content["sub"]) == ("Wonderland", 7, ALICE)
    assert [context.use for context in claims.asked] == ["access_token", "id_token", "userinfo"]
    for context in claims.asked:
        assert (context.tenant, context.client.client_id) == ("acme", "web")
        assert context.scope == ("openid", "email")
        assert context.user
        assert context.user.id == ALICE


async def test_a_machine_is_nobody_to_an_embedder(world: World) -> None:
    """No user; its claims are added all the same."""
    claims = Claims({"department": "Engine room"})
    world = await new_world(extra_claims=claims)
    token = (await world.machine()).json["access_token"]
    assert (await world.verified(token, ORDERS, typ="at+jwt"))["department"] == "Engine room"
    (context,) = claims.asked
    assert (context.use, context.user) == ("access_token", None)


FORGED: dict[str, Any] = {
    "iss": "https://evil.test",
    "sub": "somebody-else",
    "aud": "everybody",
    "exp": 4102444800,
    "nbf": 4102444800,
    "iat": 0,
    "jti": "x",
    "client_id": "x",
    "scope": "admin",
    "gid": "another-grant",
    "auth_time": 0,
    "acr": "urn:x",
    "amr": ["face"],
    "sid": "x",
    "nonce": "x",
    "azp": "x",
    "at_hash": "x",
    "cnf": {"jkt": "x"},
    "act": {"sub": "x"},
    "may_act": {"sub": "x"},
    "events": {},
}


@pytest.mark.case("E5")
@pytest.mark.parametrize("name", FORGED)
async def test_no_claim_of_ours_is_an_embedders_to_say(world: World, name: str) -> None:
    """Neither replaced where it stands nor added where it does not: tokens mean what we mean."""
    plain, forged = world, await new_world(extra_claims=Claims({name: FORGED[name], "own": 1}))
    for client_id in ("web", "machine"):
        contents: list[list[dict[str, Any]]] = []
        for each in (plain, forged):
            if client_id == "machine":
                token = (await each.machine()).json["access_token"]
                contents.append([await each.verified(token, ORDERS, typ="at+jwt")])
                assert (await each.introspect(token, "machine"))["sub"] == "machine"
                continue
            tokens = await each.tokens(nonce=None)
            info = await each.userinfo(tokens["access_token"])
            assert info.json["sub"] == ALICE
            contents.append(
                [
                    await each.verified(tokens["access_token"], ISSUER, typ="at+jwt"),
                    await each.verified(tokens["id_token"], "web", typ="JWT"),
                    info.json,
                ]
            )
        for ours, theirs in zip(*contents, strict=True):
            assert theirs.pop("own") == 1
            made_anew = {"jti", "gid", "sid", "at_hash"}
            assert set(theirs) == set(ours)
            assert {key: value for key, value in theirs.items() if key not in made_anew} == {
                key: value for key, value in ours.items() if key not in made_anew
            }
            assert theirs.get(name) != FORGED[name]


@pytest.mark.case("E5")
async def test_what_a_scope_releases_is_not_replaced(world: World) -> None:
    """The person's own email stays; without the scope the embedder may release one."""
    world = await new_world(extra_claims=Claims({"email": "other@corp.example"}))
    withheld = (await world.tokens(scope="openid"))["access_token"]
    released = (await world.tokens(scope="openid email"))["access_token"]
    assert (await world.userinfo(released)).json["email"] == "alice@example.com"
    assert (await world.userinfo(withheld)).json["email"] == "other@corp.example"


@pytest.mark.case("L7")
async def test_claims_that_fail_issue_nothing(world: World) -> None:
    """An exception of the embedder's is theirs to see: no token leaves, and the code is spent."""

    async def broken(context: ClaimsContext) -> Mapping[str, object]:
        raise LookupError(context.use)

    world = await new_world(extra_claims=broken)
    code = await world.code()
    with pytest.raises(LookupError):
        await world.redeem(code)
    with pytest.raises(LookupError):
        await world.machine()
    assert (await world.redeem(code)).error == (400, "invalid_grant")
