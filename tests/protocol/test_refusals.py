"""Every refusal: one event in the audit, none of the bearer values in it, and nothing else changed in the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from typing import Any
from urllib.parse import urlencode

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType, Outcome
from opentrusty_core.errors import ProtocolError
from opentrusty_core.protocol.messages import HttpRequest
from tests.support.cast import ORDERS, VERIFIER, secret_of
from tests.support.messages import Answer, basic, post
from tests.support.world import World

CANARY = "canary0canary0canary0canary0canary0canary0canary"
Step = Callable[[World, dict[str, Any]], Awaitable[object]]


async def token(world: World, form: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
    response = await world.protocol.token(post(form, headers, origin=world.origin), await world.issuer())
    return Answer.of(response)


async def page(world: World, **parameters: Any) -> None:
    with pytest.raises(ProtocolError):
        await world.authorize(**parameters)


async def logout_page(world: World, **parameters: str) -> None:
    http = HttpRequest(method="GET", query=urlencode(parameters).encode(), origin=world.origin)
    with pytest.raises(ProtocolError):
        await world.protocol.logout(http, world.browsers["acme"], await world.issuer())


REFUSED: dict[str, tuple[AuditType, str, Step]] = {
    "unknown client at authorize": (
        AuditType.AUTHORIZATION_REFUSED,
        "invalid_request",
        lambda w, t: page(w, client_id=CANARY, state=CANARY),
    ),
    "unregistered URI": (
        AuditType.AUTHORIZATION_REFUSED,
        "invalid_request",
        lambda w, t: page(w, redirect_uri=f"https://evil.test/{CANARY}", login_hint=CANARY),
    ),
    "bad hint": (
        AuditType.AUTHORIZATION_REFUSED,
        "invalid_request",
        lambda w, t: w.redirect(id_token_hint=CANARY, nonce=CANARY, state=CANARY),
    ),
    "silent sign-in": (
        AuditType.AUTHORIZATION_REFUSED,
        "login_required",
        lambda w, t: w.redirect(prompt="none", max_age="0", login_hint=CANARY),
    ),
    "scope beyond": (
        AuditType.AUTHORIZATION_REFUSED,
        "invalid_scope",
        lambda w, t: w.redirect("frugal", scope="openid phone", state=CANARY),
    ),
    "wrong secret": (
        AuditType.TOKEN_REFUSED,
        "invalid_client",
        lambda w, t: token(w, {"grant_type": "client_credentials"}, basic("web", CANARY)),
    ),
    "no client": (
        AuditType.TOKEN_REFUSED,
        "invalid_client",
        lambda w, t: token(w, {"grant_type": "authorization_code", "code": t["code"]}),
    ),
    "unknown client at token": (
        AuditType.TOKEN_REFUSED,
        "invalid_client",
        lambda w, t: token(w, {"grant_type": "client_credentials", "client_id": CANARY, "client_secret": CANARY}),
    ),
    "two methods": (
        AuditType.TOKEN_REFUSED,
        "invalid_request",
        lambda w, t: token(w, {"client_id": "web", "client_secret": CANARY}, basic("web", CANARY)),
    ),
    "unknown grant": (
        AuditType.TOKEN_REFUSED,
        "unsupported_grant_type",
        lambda w, t: w.post("token", "web", {"grant_type": CANARY}),
    ),
    "grant not registered": (
        AuditType.TOKEN_REFUSED,
        "unauthorized_client",
        lambda w, t: w.machine("web", scope=CANARY),
    ),
    "machine's scope beyond": (AuditType.TOKEN_REFUSED, "invalid_scope", lambda w, t: w.machine(scope=CANARY)),
    "unknown code": (AuditType.TOKEN_REFUSED, "invalid_grant", lambda w, t: w.redeem(CANARY)),
    "code of another client": (
        AuditType.TOKEN_REFUSED,
        "invalid_grant",
        lambda w, t: w.redeem(t["code"], "web2", redirect_uri="https://web.example/cb"),
    ),
    "wrong verifier": (
        AuditType.TOKEN_REFUSED,
        "invalid_grant",
        lambda w, t: w.redeem(t["code"], code_verifier=CANARY),
    ),
    "wrong URI": (
        AuditType.TOKEN_REFUSED,
        "invalid_grant",
        lambda w, t: w.redeem(t["code"], redirect_uri=f"https://evil.test/{CANARY}"),
    ),
    "garbage refresh token": (AuditType.TOKEN_REFUSED, "invalid_grant", lambda w, t: w.refresh(CANARY)),
    "refresh token of another client": (
        AuditType.TOKEN_REFUSED,
        "invalid_grant",
        lambda w, t: w.refresh(t["refresh_token"], "web2"),
    ),
    "refresh token of another tenant": (
        AuditType.TOKEN_REFUSED,
        "invalid_grant",
        lambda w, t: w.refresh(t["globex"]["refresh_token"]),
    ),
    "refresh scope beyond": (
        AuditType.TOKEN_REFUSED,
        "invalid_scope",
        lambda w, t: w.refresh(t["refresh_token"], scope=f"openid {CANARY}"),
    ),
    "introspection unauthenticated": (
        AuditType.REQUEST_REFUSED,
        "invalid_client",
        lambda w, t: w.post("introspection", None, {"token": t["access_token"]}),
    ),
    "introspection by a public client": (
        AuditType.REQUEST_REFUSED,
        "invalid_client",
        lambda w, t: w.post("introspection", "spa", {"token": t["access_token"]}),
    ),
    "revocation unauthenticated": (
        AuditType.REQUEST_REFUSED,
        "invalid_client",
        lambda w, t: w.post("revocation", None, {"token": t["refresh_token"]}),
    ),
    "revocation of nothing": (
        AuditType.REQUEST_REFUSED,
        "invalid_request",
        lambda w, t: w.revoke(""),
    ),
    "userinfo with garbage": (AuditType.REQUEST_REFUSED, "invalid_token", lambda w, t: w.userinfo(CANARY)),
    "userinfo with an ID token": (
        AuditType.REQUEST_REFUSED,
        "invalid_token",
        lambda w, t: w.userinfo(t["id_token"]),
    ),
    "userinfo without openid": (
        AuditType.REQUEST_REFUSED,
        "insufficient_scope",
        lambda w, t: w.userinfo(t["api"]),
    ),
    "logout to nowhere registered": (
        AuditType.REQUEST_REFUSED,
        "invalid_request",
        lambda w, t: logout_page(w, id_token_hint=t["id_token"], post_logout_redirect_uri=f"https://x.test/{CANARY}"),
    ),
}


async def given(world: World) -> dict[str, Any]:
    """Good artefacts, made before."""
    tokens = await world.tokens()
    return tokens | {
        "code": await world.code(),
        "globex": await world.tokens(at="globex"),
        "api": (await world.machine("api")).json["access_token"],
    }


def everything_but_the_audit(world: World) -> dict[str, dict[str, object]]:
    return {
        tenant_id: {item.name: dict_or(getattr(tables, item.name)) for item in fields(tables) if item.name != "audit"}
        for tenant_id, tables in world.store._database.tenants.items()
    }


def dict_or(value: Any) -> object:
    return dict(value) if isinstance(value, dict) else value


@pytest.mark.case("L4", "A5", "C3", "D5", "D6", "E1", "G3", "G5", "I2")
@pytest.mark.parametrize(("kind", "reason", "step"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_refusal_is_one_event_and_no_change(world: World, kind: AuditType, reason: str, step: Step) -> None:
    """With who, what, where from and when; what was sent stays out of it."""
    artefacts = await given(world)
    before, known = everything_but_the_audit(world), {event.id for event in await world.audit()}
    world.runtime.advance(seconds=1)
    await step(world, artefacts)
    assert everything_but_the_audit(world) == before
    (event,) = [event for event in await world.audit() if event.id not in known]
    assert (event.type, event.outcome, event.reason) == (kind, Outcome.FAILURE, reason)
    assert event.at == world.runtime.now()
    assert event.origin == world.origin
    assert_no_secret(event, artefacts)
    assert {item.id for item in await world.audit(at="globex")}.isdisjoint({event.id})


def assert_no_secret(event: AuditEvent, artefacts: dict[str, Any]) -> None:
    text = repr(event)
    assert CANARY not in text
    assert VERIFIER not in text
    assert secret_of("web") not in text
    for name in ("access_token", "refresh_token", "id_token", "code", "api"):
        assert artefacts[name] not in text
        assert artefacts[name][-20:] not in text


@pytest.mark.case("L4")
async def test_no_bearer_value_is_anywhere_in_the_store(world: World) -> None:
    """After a whole dance of every kind, what is kept opens no door: hashes and counters, no values."""
    values = [secret_of("web"), secret_of("post"), VERIFIER]
    for client_id in ("web", "spa", "opaque"):
        code = await world.code(client_id)
        tokens = (await world.redeem(code, client_id)).json
        fresh = (await world.refresh(tokens["refresh_token"], client_id)).json
        values += [code]
        values += [each[name] for each in (tokens, fresh) for name in ("access_token", "refresh_token", "id_token")]
    values.append((await world.machine("opaque")).json["access_token"])
    kept = repr([asdict(tables) for tables in world.store._database.tenants.values()])
    assert ORDERS in kept
    for value in values:
        assert value not in kept
        assert value.rpartition(".")[2] not in kept


@pytest.mark.case("C1", "D1")
async def test_a_refusal_that_ends_a_family_says_so_once(world: World) -> None:
    """A replay: one event for the refusal, one for the end of the grant; the next attempt has nothing left to end."""
    code = await world.code()
    await world.redeem(code)
    for _ in range(2):
        assert (await world.redeem(code)).error == (400, "invalid_grant")
    types = [event.type for event in await world.audit()]
    assert types.count(AuditType.GRANT_REVOKED) == 1
    assert types.count(AuditType.TOKEN_REFUSED) == 2


@pytest.mark.parametrize(
    ("form", "status", "content"),
    [
        ({}, 400, {"error": "invalid_request", "error_description": "The parameter grant_type is missing."}),
        (
            {"grant_type": "password"},
            400,
            {"error": "unsupported_grant_type", "error_description": "The grant type is not supported."},
        ),
        (
            {"grant_type": "client_credentials", "scope": "x"},
            400,
            {
                "error": "unauthorized_client",
                "error_description": "The client is not authorized to use this grant type.",
            },
        ),
        (
            {"grant_type": "authorization_code", "code": "x"},
            400,
            {"error": "invalid_grant", "error_description": "The grant is invalid, expired or revoked."},
        ),
        (
            {"grant_type": "refresh_token", "refresh_token": "x", "scope": '"'},
            400,
            {
                "error": "invalid_scope",
                "error_description": "The requested scope is invalid, unknown or exceeds what was granted.",
            },
        ),
    ],
)
async def test_an_error_is_json_to_the_letter(
    world: World, form: dict[str, Any], status: int, content: dict[str, Any]
) -> None:
    """RFC 6749 §5.2: error and description, the request's id for the person who asks us, nothing to store."""
    answer = await world.post("token", "web", form)
    assert answer.status == status
    assert answer.json == content | {"request_id": "r-1"}
    assert answer.headers == {"content-type": "application/json", "cache-control": "no-store", "pragma": "no-cache"}
