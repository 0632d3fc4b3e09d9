"""The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core 1.0 §3.1.3)."""

from __future__ import annotations

import json
import string
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.audit import AuditEvent, AuditType, Outcome
from opentrusty_core.domain.tenant import Lifetimes, TenantSettings
from tests.support.cast import ALICE, CHALLENGE, ISSUER, NONCE, ORDERS, STOCK, VERIFIER, secret_of
from tests.support.messages import Answer, left_half
from tests.support.world import World

shared = settings(derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

NO_STORE = {"content-type": "application/json", "cache-control": "no-store", "pragma": "no-cache"}
INVALID_GRANT = {
    "error": "invalid_grant",
    "error_description": "The grant is invalid, expired or revoked.",
    "request_id": "r-1",
}


def assert_invalid_grant(answer: Answer) -> None:
    """To the letter: nothing tells which of the reasons it was."""
    assert (answer.status, answer.json, answer.headers) == (400, INVALID_GRANT, NO_STORE)


# --- what is issued --------------------------------------------------------------------------------------------------


async def test_the_answer_has_the_members_of_the_rfc_and_is_not_stored(world: World) -> None:
    """RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3."""
    answer = await world.redeem(await world.code(scope="openid email"))
    assert answer.status == 200
    assert answer.headers == NO_STORE
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 600
    assert answer.json["scope"] == "openid email"


@pytest.mark.parametrize(
    ("client_id", "scope", "members"),
    [
        ("web", "orders:read", {"refresh_token"}),
        ("codeonly", "openid", {"id_token"}),
        ("codeonly", "orders:read", set()),
        ("spa", "openid offline_access", {"refresh_token", "id_token"}),
    ],
)
async def test_an_id_token_is_openids_and_a_refresh_token_the_registrations(
    world: World, client_id: str, scope: str, members: set[str]
) -> None:
    """Neither comes unasked."""
    tokens = await world.tokens(client_id, scope=scope)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope"} | members


async def test_the_id_token_says_who_signed_in_where_when_and_how(world: World) -> None:
    """OpenID Connect Core 1.0 §2, §3.1.3.6; found good by another library."""
    world.runtime.advance(seconds=90)
    tokens = await world.tokens(scope="openid profile email")
    claims = await world.verified(tokens["id_token"], "web", typ="JWT")
    now, session = int(world.runtime.now().timestamp()), world.sessions["acme"]
    assert claims == {
        "iss": ISSUER,
        "sub": ALICE,
        "aud": "web",
        "iat": now,
        "exp": now + 600,
        "auth_time": now - 90,
        "acr": "urn:opentrusty:acr:1fa",
        "amr": ["pwd"],
        "sid": session.id,
        "nonce": NONCE,
        "at_hash": left_half(tokens["access_token"]),
    }, "claims of scopes come from userinfo (§5.4)"


async def test_the_access_token_follows_its_profile(world: World) -> None:
    """RFC 9068 §2: typ at+jwt, and who, for whom, for what, until when."""
    tokens = await world.tokens(scope="openid orders:read stock:read")
    claims = await world.verified(tokens["access_token"], ISSUER, typ="at+jwt")
    assert claims == await world.verified(tokens["access_token"], ORDERS, typ="at+jwt")
    now = int(world.runtime.now().timestamp())
    assert claims.pop("jti")
    assert claims.pop("gid")
    assert claims == {
        "iss": ISSUER,
        "sub": ALICE,
        "aud": [ISSUER, ORDERS, STOCK],
        "client_id": "web",
        "scope": "openid orders:read stock:read",
        "iat": now,
        "exp": now + 600,
        "auth_time": now,
        "acr": "urn:opentrusty:acr:1fa",
        "amr": ["pwd"],
    }


@pytest.mark.parametrize(
    ("scope", "audience"),
    [("openid", ISSUER), (None, ISSUER), ("orders:read", ORDERS), ("orders:read orders:write", ORDERS)],
)
async def test_a_token_is_for_the_apis_that_its_scope_touches(world: World, scope: str | None, audience: str) -> None:
    """Alone it is a string; the issuer itself is meant where userinfo is, or nothing else."""
    tokens = await world.tokens(scope=scope)
    claims = await world.verified(tokens["access_token"], audience, typ="at+jwt")
    assert claims["aud"] == audience


async def test_each_client_gets_the_algorithms_that_it_registered(world: World) -> None:
    """`es` has them the other way round."""
    usual, other = await world.tokens("web"), await world.tokens("es")
    algorithms = [
        jwt.get_unverified_header(tokens[name])["alg"]
        for tokens in (usual, other)
        for name in ("id_token", "access_token")
    ]
    assert algorithms == ["RS256", "ES256", "ES256", "RS256"]
    claims = await world.verified(other["id_token"], "es", typ="JWT")
    assert claims["at_hash"] == left_half(other["access_token"])


async def test_without_a_nonce_there_is_none(world: World) -> None:
    """It is the client's to send."""
    tokens = await world.tokens(nonce=None)
    assert "nonce" not in await world.verified(tokens["id_token"], "web", typ="JWT")


async def test_claims_asked_for_in_the_id_token_are_in_it(world: World) -> None:
    """OpenID Connect Core 1.0 §5.5: by name, without a scope; none of ours gives way."""
    asked = {
        "id_token": {
            "email": {"essential": True},
            "name": None,
            "nickname": None,
            "sub": {"value": ALICE},
            "auth_time": {"essential": True},
            "iss": {"value": "https://evil.test"},
            "aud": {"value": "x"},
            "acr": {"values": ["urn:x"]},
        }
    }
    tokens = await world.tokens(claims=json.dumps(asked))
    claims = await world.verified(tokens["id_token"], "web", typ="JWT")
    assert (claims["email"], claims["name"]) == ("alice@example.com", "Alice Liddell")
    assert "nickname" not in claims
    assert (claims["sub"], claims["iss"], claims["aud"]) == (ALICE, ISSUER, "web")
    assert claims["acr"] == "urn:opentrusty:acr:1fa"
    info = await world.userinfo(tokens["access_token"])
    assert info.json == {"sub": ALICE}, "what was asked for the ID token comes there"


async def test_a_client_may_have_shorter_lived_access_tokens(world: World) -> None:
    """And its grant's end bounds them all."""
    await world.change_client("web", access_token_lifetime=timedelta(seconds=30))
    tokens = await world.tokens()
    assert tokens["expires_in"] == 30
    assert (await world.introspect(tokens["access_token"]))["active"] is True
    world.runtime.advance(seconds=30)
    assert await world.introspect(tokens["access_token"]) == {"active": False}


async def test_a_client_may_have_shorter_lived_id_tokens(world: World) -> None:
    """`exp` says so; the access token beside it lives as long as the tenant says."""
    await world.change_client("web", id_token_lifetime=timedelta(seconds=30))
    tokens = await world.tokens()
    claims = await world.verified(tokens["id_token"], "web", typ="JWT")
    assert (claims["exp"] - claims["iat"], tokens["expires_in"]) == (30, 600)


async def test_an_issue_is_written_down_as_the_persons(world: World) -> None:
    """One event, with the grant as its target."""
    tokens = await world.tokens()
    (event,) = [event for event in await world.audit() if event.type is AuditType.TOKEN_ISSUED]
    assert (event.outcome, event.actor_id, event.client_id) == (Outcome.SUCCESS, ALICE, "web")
    assert event.details == {"grant_type": "authorization_code"}
    claims = await world.verified(tokens["access_token"], ISSUER, typ="at+jwt")
    assert event.target == claims["gid"]
    for name in ("access_token", "refresh_token", "id_token"):
        assert tokens[name] not in repr(await world.audit())


# --- once, in time, by its client, with what belongs to it -----------------------------------------------------------


async def revocations(world: World) -> list[AuditEvent]:
    return [event for event in await world.audit() if event.type is AuditType.GRANT_REVOKED]


async def assert_dead(world: World, tokens: dict[str, Any], client_id: str) -> None:
    """Nothing that hung from the grant opens anything any more."""
    assert await world.introspect(tokens["access_token"], client_id) == {"active": False}
    assert await world.introspect(tokens["refresh_token"], client_id) == {"active": False}
    assert (await world.userinfo(tokens["access_token"])).error == (401, "invalid_token")
    assert_invalid_grant(await world.refresh(tokens["refresh_token"], client_id))


@pytest.mark.case("C1")
@pytest.mark.parametrize("client_id", ["web", "opaque", "post"])
async def test_a_code_that_comes_back_takes_its_tokens_with_it(world: World, client_id: str) -> None:
    """RFC 6749 §4.1.2; what other codes brought stays."""
    other = await world.tokens(client_id)
    code = await world.code(client_id)
    tokens = (await world.redeem(code, client_id)).json
    assert (await world.introspect(tokens["access_token"], client_id))["active"] is True
    assert_invalid_grant(await world.redeem(code, client_id))
    await assert_dead(world, tokens, client_id)
    (event,) = await revocations(world)
    assert (event.client_id, event.details) == (client_id, {"why": "code replay"})
    assert (await world.introspect(other["access_token"], client_id))["active"] is True
    assert (await world.refresh(other["refresh_token"], client_id)).status == 200


@pytest.mark.case("C1")
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"code_verifier": None},
        {"code_verifier": "b" * 43},
        {"code_verifier": "malformed"},
        {"redirect_uri": "https://web.example/other?keep=1"},
        {"redirect_uri": None},
    ],
    ids=str,
)
async def test_a_replay_is_a_replay_whatever_else_it_brings(world: World, changed: dict[str, Any]) -> None:
    """Who has the code but not the verifier is the thief: the tokens go all the same."""
    code = await world.code()
    tokens = (await world.redeem(code)).json
    assert_invalid_grant(await world.redeem(code, **changed))
    await assert_dead(world, tokens, "web")


@pytest.mark.case("C1")
async def test_a_late_replay_still_counts(world: World) -> None:
    """Long after the code's own minute, and a refresh later."""
    code = await world.code()
    tokens = (await world.redeem(code)).json
    world.runtime.advance(minutes=5)
    fresh = (await world.refresh(tokens["refresh_token"])).json
    assert_invalid_grant(await world.redeem(code))
    await assert_dead(world, fresh, "web")


@pytest.mark.case("C1", "C3")
async def test_another_client_cannot_end_what_a_code_brought(world: World) -> None:
    """A spent code in foreign hands is unknown, not replayed."""
    code = await world.code()
    tokens = (await world.redeem(code)).json
    assert_invalid_grant(await world.redeem(code, "web2", redirect_uri="https://web.example/cb"))
    assert (await world.introspect(tokens["access_token"]))["active"] is True
    assert await revocations(world) == []


@pytest.mark.case("C3")
@pytest.mark.parametrize(
    ("by", "changed", "wait"),
    [
        ("web2", {"redirect_uri": "https://web.example/cb"}, 0),
        ("spa", {"redirect_uri": "https://web.example/cb"}, 0),
        ("web", {}, 60),
        ("web", {"redirect_uri": "https://web.example/other?keep=1"}, 0),
        ("web", {"redirect_uri": "https://web.example/cb/"}, 0),
        ("web", {"redirect_uri": None}, 0),
    ],
    ids=["another client", "a public client", "too late", "another URI", "a variant of the URI", "no URI"],
)
async def test_each_misfit_alone_is_refused_and_spends_nothing(
    world: World, by: str, changed: dict[str, Any], wait: int
) -> None:
    """One event, no token; the right client may still come, in time."""
    code = await world.code()
    world.runtime.advance(seconds=wait)
    assert_invalid_grant(await world.redeem(code, by, **changed))
    (event,) = await world.refusals()
    assert (event.type, event.reason, event.client_id) == (AuditType.TOKEN_REFUSED, "invalid_grant", by)
    assert (await world.redeem(code)).status == (400 if wait else 200)


@pytest.mark.case("C3")
@shared
@given(age=st.integers(0, 120), by=st.sampled_from(["web", "web2"]), fits=st.booleans(), verifies=st.booleans())
async def test_a_code_is_good_when_everything_fits_and_only_then(
    world: World, age: int, by: str, fits: bool, verifies: bool
) -> None:
    """Client, time, URI and verifier, in every combination."""
    await world.sign_in()
    code = await world.code()
    world.runtime.advance(seconds=age)
    answer = await world.redeem(
        code,
        by,
        redirect_uri="https://web.example/cb" if fits else "https://web2.example/cb",
        code_verifier=VERIFIER if verifies else VERIFIER[::-1],
    )
    if age < 60 and by == "web" and fits and verifies:
        assert answer.status == 200
    else:
        assert_invalid_grant(answer)


@pytest.mark.case("C3")
async def test_a_uri_that_was_not_asked_with_is_not_redeemed_with(world: World) -> None:
    """RFC 6749 §4.1.3: the two requests are the same in this."""
    code = await world.code("legacy", redirect_uri=None, scope="orders:read")
    assert_invalid_grant(await world.redeem(code, "legacy"))
    assert (await world.redeem(code, "legacy", redirect_uri=None)).status == 200


@pytest.mark.case("C4")
@pytest.mark.parametrize(
    "verifier",
    [
        None,
        "",
        CHALLENGE,
        VERIFIER[:-1],
        VERIFIER[:-1] + "l",
        VERIFIER.swapcase(),
        VERIFIER + "=",
        VERIFIER + " ",
        VERIFIER + "\n",
        VERIFIER[:42] + "+",
        VERIFIER * 3 + "a",
        "é" * 43,
    ],
    ids=ascii,
)
async def test_a_wrong_verifier_is_refused_and_spends_nothing(world: World, verifier: str | None) -> None:
    """Absent, the challenge itself, too short, too long, another one, characters that no verifier has."""
    code = await world.code()
    assert_invalid_grant(await world.redeem(code, code_verifier=verifier))
    assert len(await world.refusals()) == 1
    assert (await world.redeem(code)).status == 200


@pytest.mark.case("C4")
async def test_a_verifier_that_nobody_asked_for_is_refused(world: World) -> None:
    """PKCE cannot be injected after the fact (RFC 9700 §4.8.2)."""
    code = await world.code("legacy", code_challenge=None, code_challenge_method=None)
    assert_invalid_grant(await world.redeem(code, "legacy"))
    assert_invalid_grant(await world.redeem(code, "legacy", code_verifier="malformed"))
    assert (await world.redeem(code, "legacy", code_verifier=None)).status == 200


@pytest.mark.case("C4")
@shared
@given(st.text(st.sampled_from(string.ascii_letters + string.digits + "-._~"), min_size=43, max_size=128))
async def test_no_other_verifier_opens_a_code(world: World, verifier: str) -> None:
    """Whatever is guessed."""
    code = await world.code()
    assert_invalid_grant(await world.redeem(code, code_verifier=verifier))


@pytest.mark.case("C5", "F8")
async def test_no_artefact_passes_for_a_code(world: World) -> None:
    """One namespace each: refresh token, access token of either kind, ID token, secret, interaction, garbage."""
    tokens, opaque = await world.tokens(), await world.tokens("opaque")
    forged = {
        **{name: tokens[name] for name in ("access_token", "refresh_token", "id_token")},
        "opaque": opaque["access_token"],
        "secret": secret_of("web"),
        "re-labelled refresh token": "otc_" + tokens["refresh_token"].removeprefix("otr_"),
        "re-labelled access token": "otc_" + opaque["access_token"].removeprefix("ota_"),
        "garbage": "x",
        "long": "x" * 10_000,
        "text": "\u00e9",
    }
    before = len(await world.refusals())
    for number, value in enumerate(forged.values(), before + 1):
        assert_invalid_grant(await world.redeem(value))
        assert len(await world.refusals()) == number


@pytest.mark.parametrize("missing", ["code", "grant_type"])
async def test_a_missing_parameter_is_named(world: World, missing: str) -> None:
    """RFC 6749 §5.2 invalid_request."""
    changed: dict[str, Any] = {missing: None}
    answer = await world.redeem(await world.code(), **changed)
    assert answer.error == (400, "invalid_request")
    assert answer.json["error_description"] == f"The parameter {missing} is missing."


async def test_a_code_outlives_neither_its_session_nor_a_revocation(world: World) -> None:
    """Signed out between the two steps: no tokens; offline access is meant to stay."""
    online, offline = await world.code(), await world.code(scope="openid offline_access")
    await world.repos().sessions.end(world.sessions["acme"].id, world.runtime.now(), world.event())
    assert_invalid_grant(await world.redeem(online))
    assert (await world.redeem(offline)).status == 200


async def test_the_lifetime_of_a_code_is_the_tenants(world: World) -> None:
    """Ten seconds here."""
    await world.change_tenant(settings=TenantSettings(lifetimes=Lifetimes(code=timedelta(seconds=10))))
    world.runtime.advance(seconds=1)
    early, late = await world.code(), await world.code()
    world.runtime.advance(seconds=9)
    assert (await world.redeem(early)).status == 200
    world.runtime.advance(seconds=1)
    assert_invalid_grant(await world.redeem(late))
