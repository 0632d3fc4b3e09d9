"""The refresh token grant (RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core 1.0 §12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opentrusty_core.crypto.refresh import RefreshTokens
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.tenant import Lifetimes, TenantSettings
from opentrusty_core.domain.user import UserStatus
from tests.support.cast import ALICE, ISSUER, MASTER
from tests.support.messages import left_half
from tests.support.world import World, new_world

shared = settings(derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
INVALID_GRANT = (400, "invalid_grant")
GRACE = 60


async def revocations(world: World) -> list[AuditEvent]:
    return [event for event in await world.audit() if event.type is AuditType.GRANT_REVOKED]


async def assert_family_dead(world: World, client_id: str, *members: dict[str, Any]) -> None:
    """No token of any generation opens anything."""
    for tokens in members:
        assert (await world.userinfo(tokens["access_token"])).error == (401, "invalid_token")
        assert (await world.refresh(tokens["refresh_token"], client_id)).error == INVALID_GRANT


# --- what is issued --------------------------------------------------------------------------------------------------


async def test_the_new_id_token_is_of_the_same_sign_in(world: World) -> None:
    """OpenID Connect Core 1.0 §12.2: iss, sub, aud, auth_time stay; iat is new; no nonce."""
    tokens = await world.tokens(scope="openid email")
    first = await world.verified(tokens["id_token"], "web", typ="JWT")
    world.runtime.advance(minutes=20)
    answer = await world.refresh(tokens["refresh_token"])
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["scope"] == "openid email"
    second = await world.verified(answer.json["id_token"], "web", typ="JWT")
    now = int(world.runtime.now().timestamp())
    assert second.pop("at_hash") == left_half(answer.json["access_token"])
    assert first.pop("at_hash") != second.get("at_hash")
    assert first.pop("nonce")
    assert second == first | {"iat": now, "exp": now + 600}


async def test_a_confidential_client_keeps_its_refresh_token(world: World) -> None:
    """Its secret guards it (RFC 9700 §2.2.2); each use gives a new access token."""
    tokens = await world.tokens()
    seen = {tokens["access_token"]}
    for _ in range(3):
        world.runtime.advance(hours=7)
        answer = await world.refresh(tokens["refresh_token"])
        assert answer.json["refresh_token"] == tokens["refresh_token"]
        seen.add(answer.json["access_token"])
    assert len(seen) == 4


@pytest.mark.case("D3")
async def test_a_public_client_gets_a_new_refresh_token_each_time(world: World) -> None:
    """Each of the family another one, even within one second."""
    tokens = await world.tokens("spa")
    family = [tokens["refresh_token"]]
    for _ in range(4):
        answer = await world.refresh(family[-1], "spa")
        assert answer.status == 200
        family.append(answer.json["refresh_token"])
    assert len(set(family)) == 5


# --- reuse -----------------------------------------------------------------------------------------------------------


@pytest.mark.case("D1")
async def test_a_reuse_after_the_grace_time_ends_the_family(world: World) -> None:
    """Who of the two is the thief cannot be known: both stop."""
    first = await world.tokens("spa")
    second = (await world.refresh(first["refresh_token"], "spa")).json
    world.runtime.advance(seconds=GRACE)
    assert (await world.refresh(first["refresh_token"], "spa")).error == INVALID_GRANT
    await assert_family_dead(world, "spa", first, second)
    (event,) = await revocations(world)
    assert (event.client_id, event.details) == ("spa", {"why": "refresh reuse"})


@pytest.mark.case("D1", "D3")
@pytest.mark.parametrize("restart", [False, True], ids=["", "after a restart"])
async def test_a_reuse_two_generations_back_ends_the_family_at_once(world: World, restart: bool) -> None:
    """Within the same second, and by a process that remembers nothing: the generation counts, not the time."""
    first = await world.tokens("spa")
    second = (await world.refresh(first["refresh_token"], "spa")).json
    third = (await world.refresh(second["refresh_token"], "spa")).json
    if restart:
        world.restart()
    assert (await world.refresh(first["refresh_token"], "spa")).error == INVALID_GRANT
    await assert_family_dead(world, "spa", first, second, third)


@pytest.mark.case("D1")
@pytest.mark.parametrize("scope", ["openid", "openid email", "x"])
async def test_a_reuse_is_a_reuse_whatever_scope_it_asks(world: World, scope: str) -> None:
    """One generation back, after the grace time: no error about the scope hides it."""
    first = await world.tokens("spa")
    second = (await world.refresh(first["refresh_token"], "spa")).json
    world.runtime.advance(seconds=GRACE)
    assert (await world.refresh(first["refresh_token"], "spa", scope=scope)).error == INVALID_GRANT
    await assert_family_dead(world, "spa", first, second)


@pytest.mark.case("D2")
async def test_a_retry_within_the_grace_time_gets_the_identical_successor(world: World) -> None:
    """A lost answer costs nothing; siblings never come to be; the successor is good."""
    first = await world.tokens("spa")
    second = (await world.refresh(first["refresh_token"], "spa")).json
    world.runtime.advance(seconds=GRACE - 1)
    world.restart()
    retried = (await world.refresh(first["refresh_token"], "spa")).json
    assert retried["refresh_token"] == second["refresh_token"]
    assert (await world.audit())[-1].details == {"grant_type": "refresh_token", "retry": True}
    assert (await world.refresh(first["refresh_token"], "spa", scope="email")).error == (400, "invalid_scope")
    assert await revocations(world) == []
    third = await world.refresh(retried["refresh_token"], "spa")
    assert third.status == 200
    assert third.json["refresh_token"] != second["refresh_token"]


@pytest.mark.case("D1")
async def test_the_grace_time_is_the_tenants(world: World) -> None:
    """None at all here: the first reuse ends the family."""
    world = await new_world(settings=TenantSettings(lifetimes=Lifetimes(refresh_token_grace=timedelta(0))))
    first = await world.tokens("spa")
    second = (await world.refresh(first["refresh_token"], "spa")).json
    assert (await world.refresh(first["refresh_token"], "spa")).error == INVALID_GRANT
    await assert_family_dead(world, "spa", first, second)


@pytest.mark.case("D1")
@shared
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 90)), max_size=8))
async def test_a_family_has_one_living_token_at_any_time(world: World, uses: list[tuple[int, int]]) -> None:
    """Any sequence of presenting any generation after any wait follows the two rules of rotation."""
    family = [(await world.tokens("spa", scope="openid offline_access"))["refresh_token"]]
    rotated_at, alive = world.runtime.now(), True
    for back, wait in uses:
        world.runtime.advance(seconds=wait)
        generation = max(0, len(family) - 1 - back)
        answer = await world.refresh(family[generation], "spa")
        since = (world.runtime.now() - rotated_at).total_seconds()
        if alive and generation == len(family) - 1:
            assert answer.status == 200
            family.append(answer.json["refresh_token"])
            rotated_at = world.runtime.now()
        elif alive and generation == len(family) - 2 and since < GRACE:
            assert answer.json["refresh_token"] == family[-1]
        else:
            assert answer.error == INVALID_GRANT
            alive = False
    assert len(set(family)) == len(family)


# --- whose, how long, how much ---------------------------------------------------------------------------------------


@pytest.mark.case("D5")
@pytest.mark.parametrize(("owner", "thief"), [("web", "web2"), ("web", "spa"), ("spa", "web"), ("spa", "native")])
@pytest.mark.parametrize("scope", [None, "openid", "openid email"])
async def test_a_refresh_token_is_its_clients_only(world: World, owner: str, thief: str, scope: str | None) -> None:
    """Unknown to any other, whatever is asked of it, which tells nothing of its scope; and unharmed by the attempt."""
    tokens = await world.tokens(owner)
    assert (await world.refresh(tokens["refresh_token"], thief, scope=scope)).error == INVALID_GRANT
    (event,) = await world.refusals()
    assert (event.reason, event.client_id) == ("invalid_grant", thief)
    assert await revocations(world) == []
    assert (await world.refresh(tokens["refresh_token"], owner)).status == 200


@pytest.mark.case("D5", "E1")
async def test_a_confidential_clients_refresh_token_needs_its_secret(world: World) -> None:
    """RFC 6749 §6: the client authenticates."""
    tokens = await world.tokens()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "web"}
    assert (await world.post("token", None, form)).error == (401, "invalid_client")


@pytest.mark.case("D6")
@shared
@given(
    granted=st.sets(st.sampled_from(["email", "orders:read", "stock:read", "offline_access"])),
    asked=st.lists(st.sampled_from(["openid", "email", "orders:read", "offline_access", "x"]), min_size=1),
)
async def test_scope_never_grows_at_refresh(world: World, granted: set[str], asked: list[str]) -> None:
    """A subset narrows this answer only; anything beyond is invalid_scope, and the token is as it was."""
    tokens = await world.tokens("spa", scope=" ".join(["openid", *sorted(granted)]))
    answer = await world.refresh(tokens["refresh_token"], "spa", scope=" ".join(asked))
    if set(asked) <= granted | {"openid"}:
        assert answer.json["scope"] == " ".join(dict.fromkeys(asked))
        assert ("id_token" in answer.json) == ("openid" in asked)
        again = await world.refresh(answer.json["refresh_token"], "spa")
        assert set(again.json["scope"].split()) == granted | {"openid"}
    else:
        assert answer.error == (400, "invalid_scope")
        world.runtime.advance(seconds=GRACE + 1)
        same = await world.refresh(tokens["refresh_token"], "spa")
        assert same.status == 200, "not rotated by the refusal"


@pytest.mark.case("D6")
async def test_a_scope_outside_the_syntax_is_refused(world: World) -> None:
    """Before the token is used."""
    tokens = await world.tokens("spa")
    assert (await world.refresh(tokens["refresh_token"], "spa", scope='"')).error == (400, "invalid_scope")
    world.runtime.advance(seconds=GRACE + 1)
    assert (await world.refresh(tokens["refresh_token"], "spa")).status == 200


@pytest.mark.case("D8")
@pytest.mark.parametrize("client_id", ["web", "spa"])
async def test_no_number_of_uses_moves_the_absolute_end(world: World, client_id: str) -> None:
    """90 days after the code, however often it slid; the last access token ends with the grant."""
    token = (await world.tokens(client_id, scope="openid offline_access"))["refresh_token"]
    for _ in range(4):
        world.runtime.advance(days=20)
        token = (await world.refresh(token, client_id)).json["refresh_token"]
    world.runtime.advance(days=10, seconds=-60)
    last = (await world.refresh(token, client_id)).json
    assert last["expires_in"] == 60
    world.runtime.advance(seconds=60)
    assert (await world.refresh(last["refresh_token"], client_id)).error == INVALID_GRANT
    assert (await world.userinfo(last["access_token"])).error == (401, "invalid_token")


@pytest.mark.case("D8")
@pytest.mark.parametrize("client_id", ["web", "spa"])
async def test_an_idle_token_ends(world: World, client_id: str) -> None:
    """30 days without use, to the second."""
    token = (await world.tokens(client_id, scope="openid offline_access"))["refresh_token"]
    world.runtime.advance(days=30, seconds=-1)
    token = (await world.refresh(token, client_id)).json["refresh_token"]
    world.runtime.advance(days=30)
    assert (await world.refresh(token, client_id)).error == INVALID_GRANT


@pytest.mark.case("D8")
@pytest.mark.parametrize("client_id", ["web", "spa"])
async def test_a_client_s_own_lifetimes_stand_in_for_the_tenant_s(world: World, client_id: str) -> None:
    """An hour idle, two hours in all, for this client; another's tokens live as long as the tenant says."""
    minutes, scope = timedelta(minutes=1), "openid offline_access"
    await world.change_client(client_id, refresh_token_idle_lifetime=60 * minutes, refresh_token_lifetime=120 * minutes)
    world.runtime.advance(seconds=1)  # the client that was remembered is not asked about for longer than that
    idle, used = [(await world.tokens(client_id, scope=scope))["refresh_token"] for _ in range(2)]
    other = (await world.tokens("native", scope=scope))["refresh_token"]
    for _ in range(2):
        world.runtime.advance(minutes=50)
        used = (await world.refresh(used, client_id)).json["refresh_token"]
    assert (await world.refresh(idle, client_id)).error == INVALID_GRANT, "idle for 100 minutes"
    world.runtime.advance(minutes=20)
    assert (await world.refresh(used, client_id)).error == INVALID_GRANT, "two hours old"
    assert (await world.refresh(other, "native")).status == 200


@pytest.mark.case("D8")
@shared
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(5, 60))
async def test_a_family_ends_when_idle_or_at_its_end(world: World, waits: list[int], absolute: int) -> None:
    """Any rhythm of uses, any absolute end."""
    await world.change_tenant(settings=TenantSettings(lifetimes=Lifetimes(refresh_token=timedelta(days=absolute))))
    world.runtime.advance(seconds=1)
    await world.sign_in()
    token, age = (await world.tokens("spa", scope="openid offline_access"))["refresh_token"], 0
    for wait in waits:
        world.runtime.advance(days=wait)
        age += wait
        answer = await world.refresh(token, "spa")
        assert (answer.status == 200) == (wait < 30 and age < absolute)
        if answer.status != 200:
            return
        token = answer.json["refresh_token"]


@pytest.mark.case("D7")
@pytest.mark.parametrize("client_id", ["web", "spa", "opaque"])
async def test_a_disabled_user_keeps_nothing(world: World, client_id: str) -> None:
    """Neither refresh nor access tokens, at once."""
    tokens = await world.tokens(client_id, scope="openid offline_access")
    await world.change_user(ALICE, status=UserStatus.DISABLED)
    assert (await world.refresh(tokens["refresh_token"], client_id)).error == INVALID_GRANT
    assert (await world.userinfo(tokens["access_token"])).error == (401, "invalid_token")
    if client_id != "spa":
        assert await world.introspect(tokens["access_token"], client_id) == {"active": False}
        assert await world.introspect(tokens["refresh_token"], client_id) == {"active": False}


@pytest.mark.case("D7")
@pytest.mark.parametrize("client_id", ["web", "spa", "opaque"])
async def test_a_disabled_client_keeps_nothing(world: World, client_id: str) -> None:
    """Within a second, at every endpoint."""
    tokens = await world.tokens(client_id, scope="openid orders:read offline_access")
    assert (await world.userinfo(tokens["access_token"])).status == 200
    await world.change_client(client_id, status=ClientStatus.DISABLED)
    world.runtime.advance(seconds=1)
    assert (await world.refresh(tokens["refresh_token"], client_id)).error == (401, "invalid_client")
    assert (await world.userinfo(tokens["access_token"])).error == (401, "invalid_token")
    assert await world.introspect(tokens["access_token"], "api") == {"active": False}
    assert (await world.revoke(tokens["refresh_token"], client_id)).error == (401, "invalid_client")


@pytest.mark.case("D7")
async def test_a_deleted_client_or_user_leaves_nothing_alive(world: World) -> None:
    """With the record goes all that hung from it."""
    web, spa = await world.tokens("web", scope="openid orders:read"), await world.tokens("spa")
    await world.repos().clients.delete("web", world.event())
    world.runtime.advance(seconds=1)
    assert await world.introspect(web["access_token"], "api") == {"active": False}
    assert (await world.refresh(spa["refresh_token"], "spa")).status == 200
    await world.repos().users.delete(ALICE, world.event())
    assert (await world.refresh(spa["refresh_token"], "spa")).error == INVALID_GRANT
    assert (await world.userinfo(spa["access_token"])).error == (401, "invalid_token")


@pytest.mark.case("D4", "D7")
async def test_what_ends_with_the_session_ends_with_it(world: World) -> None:
    """Offline access stays, the rest goes (OpenID Connect Core 1.0 §11)."""
    online, offline = await world.tokens(), await world.tokens(scope="openid offline_access")
    await world.repos().sessions.end(world.sessions["acme"].id, world.runtime.now(), world.event())
    assert (await world.refresh(online["refresh_token"])).error == INVALID_GRANT
    assert await world.introspect(online["access_token"]) == {"active": False}
    assert (await world.refresh(offline["refresh_token"])).status == 200
    assert (await world.introspect(offline["access_token"]))["active"] is True


# --- what is no refresh token ----------------------------------------------------------------------------------------


@pytest.mark.case("C5", "F8")
async def test_no_artefact_passes_for_a_refresh_token(world: World) -> None:
    """Nor does one of ours that was changed, cut, or made under another key or for another tenant."""
    tokens, opaque = await world.tokens(), await world.tokens("opaque")
    good = tokens["refresh_token"]
    handle = world.refresh_tokens.parse("acme-id", good)
    assert handle
    other = RefreshTokens(type(MASTER)((bytes(range(32)),), world.runtime.token_bytes))
    forged = {
        "code": await world.code(),
        "access token": tokens["access_token"],
        "ID token": tokens["id_token"],
        "opaque access token": opaque["access_token"],
        "re-labelled": "otr_" + opaque["access_token"].removeprefix("ota_"),
        "another key": other.mint("acme-id", handle.id, 0),
        "another tenant": world.refresh_tokens.mint("globex-id", handle.id, 0),
        "never made": world.refresh_tokens.mint("acme-id", world.runtime.new_id(), 0),
        "one letter changed": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "cut": good[:-1],
        "longer": good + "A",
        "another case": good.swapcase(),
    }
    for kind, value in forged.items():
        assert (await world.refresh(value)).error == INVALID_GRANT, kind
    assert len(await world.refusals()) == len(forged)
    assert (await world.refresh(good)).status == 200


@pytest.mark.case("D3")
async def test_a_generation_from_the_future_is_a_reuse(world: World) -> None:
    """As after an old backup was restored: better nobody than the wrong one."""
    tokens = await world.tokens("spa")
    handle = world.refresh_tokens.parse("acme-id", tokens["refresh_token"])
    assert handle
    future = world.refresh_tokens.mint("acme-id", handle.id, 7)
    assert (await world.refresh(future, "spa")).error == INVALID_GRANT
    assert (await world.refresh(tokens["refresh_token"], "spa")).error == INVALID_GRANT


async def test_the_parameter_has_to_be_there(world: World) -> None:
    """RFC 6749 §6."""
    answer = await world.refresh("", "web")
    assert answer.error == (400, "invalid_request")
    assert answer.json["error_description"] == "The parameter refresh_token is missing."


async def test_an_access_token_from_a_refresh_is_as_good_as_the_first(world: World) -> None:
    """The same grant stands behind both."""
    tokens = await world.tokens(scope="openid email")
    fresh = (await world.refresh(tokens["refresh_token"])).json
    first = await world.verified(tokens["access_token"], ISSUER, typ="at+jwt")
    second = await world.verified(fresh["access_token"], ISSUER, typ="at+jwt")
    assert first.pop("jti") != second.pop("jti")
    assert first == second
    assert (await world.userinfo(fresh["access_token"])).json["email"] == "alice@example.com"


@pytest.mark.case("D8")
@pytest.mark.parametrize("client_id", ["web", "spa"])
async def test_without_offline_access_nothing_outlives_the_session(world: World, client_id: str) -> None:
    """OpenID Connect Core 1.0 §11. The session need not be ended for that, only be over."""
    end = world.sessions["acme"].expires_at
    online = await world.tokens(client_id)
    offline = await world.tokens(client_id, scope="openid offline_access")
    if client_id == "web":
        assert (await world.introspect(online["refresh_token"]))["exp"] == int(end.timestamp())
    world.runtime.advance(end - timedelta(seconds=60) - world.runtime.now())
    last = await world.refresh(online["refresh_token"], client_id)
    assert last.json["expires_in"] == 60
    world.runtime.advance(seconds=60)
    assert (await world.refresh(last.json["refresh_token"], client_id)).error == INVALID_GRANT
    assert (await world.userinfo(last.json["access_token"])).error == (401, "invalid_token")
    assert (await world.refresh(offline["refresh_token"], client_id)).status == 200
