"""Once the URI is trusted: the code, or the exact error, with `state` and `iss` (RFC 6749 §4.1.2; RFC 9207)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.authorization_request import ResponseMode
from opentrusty_core.domain.client import GrantType
from opentrusty_core.protocol.authorize_checks import MAX_LENGTH
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse
from tests.support.cast import CHALLENGE, ISSUER, STATE
from tests.support.messages import query_of
from tests.support.world import World

shared = settings(derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])

ACR_CLAIMS = {"id_token": {"acr": {"essential": True, "values": ["urn:mace:incommon:iap:silver"]}}}

ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("no response type", {"response_type": None}, "invalid_request"),
    ("empty response type", {"response_type": ""}, "invalid_request"),
    ("implicit", {"response_type": "token"}, "unsupported_response_type"),
    ("ID token only", {"response_type": "id_token"}, "unsupported_response_type"),
    ("hybrid", {"response_type": "code id_token"}, "unsupported_response_type"),
    ("no response", {"response_type": "none"}, "unsupported_response_type"),
    ("response type in capitals", {"response_type": "Code"}, "unsupported_response_type"),
    ("fragment", {"response_mode": "fragment"}, "invalid_request"),
    ("web message", {"response_mode": "web_message"}, "invalid_request"),
    ("JARM", {"response_mode": "query.jwt"}, "invalid_request"),
    ("response mode in capitals", {"response_mode": "QUERY"}, "invalid_request"),
    ("request object", {"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ("long request object", {"request": "e" * 5000}, "request_not_supported"),
    ("request URI", {"request_uri": "https://evil.test/request"}, "request_uri_not_supported"),
    ("request URN", {"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "request_uri_not_supported"),
    ("registration", {"registration": "{}"}, "registration_not_supported"),
    ("scope outside the syntax", {"scope": 'openid "'}, "invalid_scope"),
    ("no PKCE", {"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ("PKCE without challenge", {"code_challenge": None}, "invalid_request"),
    ("PKCE without method", {"code_challenge_method": None}, "invalid_request"),
    ("plain PKCE", {"code_challenge_method": "plain"}, "invalid_request"),
    ("PKCE method in lower case", {"code_challenge_method": "s256"}, "invalid_request"),
    ("short challenge", {"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
    ("padded challenge", {"code_challenge": CHALLENGE + "="}, "invalid_request"),
    ("prompt none and login", {"prompt": "none login"}, "invalid_request"),
    ("prompt none and nonsense", {"prompt": "nonsense none"}, "invalid_request"),
    ("negative max_age", {"max_age": "-1"}, "invalid_request"),
    ("max_age in words", {"max_age": "soon"}, "invalid_request"),
    ("max_age with a fraction", {"max_age": "1.5"}, "invalid_request"),
    ("max_age in other digits", {"max_age": "\u0661"}, "invalid_request"),
    ("endless max_age", {"max_age": "1" * 10}, "invalid_request"),
    ("claims that are no JSON", {"claims": "{"}, "invalid_request"),
    ("claims that are no object", {"claims": "[]"}, "invalid_request"),
    ("claims of another form", {"claims": '{"userinfo":{"email":true}}'}, "invalid_request"),
    ("claims with a name twice", {"claims": '{"userinfo":{},"userinfo":{}}'}, "invalid_request"),
    ("claims nested without end", {"claims": '{"userinfo":' + "[" * 8000}, "invalid_request"),
    ("endless claims", {"claims": json.dumps({"userinfo": {"x" * 9000: None}})}, "invalid_request"),
    ("essential acr out of reach", {"claims": json.dumps(ACR_CLAIMS)}, "unmet_authentication_requirements"),
    ("hint that is no token", {"id_token_hint": "x"}, "invalid_request"),
    ("endless state", {"state": "s" * (MAX_LENGTH + 1)}, "invalid_request"),
    ("endless nonce", {"nonce": "n" * (MAX_LENGTH + 1)}, "invalid_request"),
    ("endless parameter of no meaning", {'"<script>\r\n': "x" * (MAX_LENGTH + 1)}, "invalid_request"),
]


@pytest.mark.case("A7", "A15", "A20", "A21", "C4", "F5")
@pytest.mark.parametrize(("changed", "code"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
async def test_each_fault_has_its_error(world: World, changed: dict[str, Any], code: str) -> None:
    """To the registered URI, with state and iss, and one event; nothing is fetched and no code is made."""
    answer = await world.authorize(**changed)
    assert isinstance(answer, AuthorizationResponse)
    assert answer.redirect_uri == "https://web.example/cb"
    assert answer.mode is ResponseMode.QUERY
    parameters = dict(answer.parameters)
    assert parameters.pop("error") == code
    description = parameters.pop("error_description")
    assert parameters == {"state": changed.get("state", STATE), "iss": ISSUER}
    assert all(c.isascii() and c.isprintable() and c not in '"\\' for c in description), "RFC 6749 §4.1.2.1"
    (event,) = await world.refusals()
    assert (event.type, event.reason, event.client_id) == (AuditType.AUTHORIZATION_REFUSED, code, "web")
    assert not [event for event in await world.audit() if event.type is AuditType.CODE_ISSUED]


@pytest.mark.case("A7")
async def test_a_client_without_the_code_grant_gets_no_code(world: World) -> None:
    """The grant types bind the authorization endpoint too."""
    await world.change_client("web", grant_types=(GrantType.CLIENT_CREDENTIALS,))
    assert (await world.redirect())["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    "changed",
    [
        {"unheard_of": "1"},
        {"prompt": "nonsense"},
        {"display": "page"},
        {"display": "popup"},
        {"display": "hologram"},
        {"ui_locales": "fr-CA fr en"},
        {"ui_locales": "!! \u00e9"},
        {"claims_locales": "se"},
        {"acr_values": "1 2 urn:x"},
        {"login_hint": "bob@example.com"},
        {"scope": "openid unheard_of"},
        {"claims": '{"userinfo":{"unheard_of":null},"unheard_of":[]}'},
        {"claims": '{"id_token":{"acr":{"values":["urn:x"]}}}'},
        {"claims": '{"id_token":{"acr":{"essential":true}}}'},
        {"claims": '{"id_token":{"acr":{"essential":true,"values":["urn:x","urn:opentrusty:acr:1fa"]}}}'},
        {"nonce": None},
        {"state": None},
        {"max_age": "0600"},
        {"nonce": "n" * MAX_LENGTH},
    ],
    ids=str,
)
async def test_what_is_merely_a_wish_never_fails(world: World, changed: dict[str, Any]) -> None:
    """Unknown parameters and words are ignored, voluntary ones are met or not (OpenID Connect Core 1.0 §3.1.2.1)."""
    assert set(await world.redirect(**changed)) == {"code", "iss"} | ({"state"} if "state" not in changed else set())


async def test_a_good_answer_holds_code_state_and_iss(world: World) -> None:
    """And nothing else; the code is opaque and in the audit only as its grant."""
    back = await world.redirect()
    assert set(back) == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == (STATE, ISSUER)
    (event,) = [event for event in await world.audit() if event.type is AuditType.CODE_ISSUED]
    assert (event.outcome, event.actor_id, event.client_id) == (Outcome.SUCCESS, "alice-id", "web")
    assert back["code"] not in repr(await world.audit())


@pytest.mark.case("A15")
@shared
@given(
    mode=st.sampled_from([None, "query", "form_post"]),
    fault=st.sampled_from([{}, {"response_type": "token"}, {"prompt": "none login"}, {"scope": '"'}, {"max_age": "x"}]),
    state=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    uri=st.sampled_from(["https://web.example/cb", "https://web.example/other?keep=1"]),
)
@example(mode="query", fault={}, state="&iss=https://evil.test&code=x#;%00", uri="https://web.example/cb")
async def test_every_answer_says_who_answers_and_gives_the_state_back(
    world: World, mode: str | None, fault: dict[str, Any], state: str | None, uri: str
) -> None:
    """Success and error, in either mode: iss is ours, state is the client's to the character, each once."""
    changed: dict[str, Any] = {"response_mode": mode, "state": state, "redirect_uri": uri, **fault}
    answer = await world.authorize(**changed)
    assert isinstance(answer, AuthorizationResponse)
    assert answer.parameters["iss"] == ISSUER
    assert answer.parameters.get("state") == state
    assert ("error" in answer.parameters) == bool(fault)
    assert ("code" in answer.parameters) == (not fault)
    assert answer.mode is (ResponseMode.FORM_POST if mode == "form_post" else ResponseMode.QUERY)
    assert answer.location.startswith(uri)
    sent = query_of(answer.location)
    assert sent == dict(answer.parameters) | ({"keep": "1"} if "keep" in uri else {})


@pytest.mark.parametrize(("mode", "expected"), [("form_post", ResponseMode.FORM_POST), (None, ResponseMode.QUERY)])
async def test_an_error_travels_in_the_mode_that_was_asked_for(
    world: World, mode: str | None, expected: ResponseMode
) -> None:
    """OAuth 2.0 Form Post Response Mode §2."""
    answer = await world.authorize(response_mode=mode, response_type="token")
    assert isinstance(answer, AuthorizationResponse)
    assert answer.mode is expected


@pytest.mark.parametrize("client_id", ["spa", "native", "web", "partner"])
async def test_pkce_is_demanded_of_every_client_that_did_not_opt_out(world: World, client_id: str) -> None:
    """Confidential ones too (RFC 9700 §2.1.1)."""
    await world.allow("partner", "openid")
    back = await world.redirect(client_id, code_challenge=None, code_challenge_method=None)
    assert back["error"] == "invalid_request"
    assert "code" in await world.redirect(client_id)


async def test_a_confidential_client_that_opted_out_may_leave_pkce_out(world: World) -> None:
    """And may use it all the same."""
    code = await world.code("legacy", code_challenge=None, code_challenge_method=None)
    assert (await world.redeem(code, "legacy", code_verifier=None)).status == 200
    assert (await world.redeem(await world.code("legacy"), "legacy")).status == 200
    stray = await world.redirect("legacy", code_challenge=None)
    assert stray["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("client_id", "scope", "granted"),
    [
        ("web", "openid", "openid"),
        ("web", None, ""),
        ("web", "email openid email", "email openid"),
        ("web", "openid unheard_of", "openid"),
        ("web", "openid OPENID", "openid"),
        ("web", "openid orders:read stock:read", "openid orders:read stock:read"),
        ("codeonly", "openid offline_access", "openid"),
        ("web", "openid offline_access", "openid offline_access"),
    ],
)
async def test_the_scope_is_what_was_asked_as_far_as_it_is_known(
    world: World, client_id: str, scope: str | None, granted: str
) -> None:
    """Unknown ones are ignored (OpenID Connect Core 1.0 §3.1.2.1), and offline_access where it has no use (§11)."""
    assert (await world.tokens(client_id, scope=scope))["scope"] == granted


@pytest.mark.parametrize("scope", ["openid profile", "openid orders:read", "offline_access", "openid email address"])
async def test_a_scope_beyond_the_registration_is_refused(world: World, scope: str) -> None:
    """Known, but not this client's to ask for."""
    assert (await world.redirect("frugal", scope="openid email"))["iss"] == ISSUER
    assert (await world.redirect("frugal", scope=scope))["error"] == "invalid_scope"


async def test_an_id_token_hint_is_an_id_token_of_ours_for_this_client(world: World) -> None:
    """Expired or not; an access token, another client's or another tenant's ID token is none."""
    hint = (await world.tokens())["id_token"]
    world.runtime.advance(minutes=30)
    assert "code" in await world.redirect(id_token_hint=hint)
    wrong: dict[str, Any] = {
        "access token": (await world.tokens())["access_token"],
        "refresh token": (await world.tokens())["refresh_token"],
        "of another client": (await world.tokens("web2"))["id_token"],
        "of another tenant": (await world.tokens(at="globex"))["id_token"],
        "changed": hint[:-6] + "AAAAAA",
    }
    for kind, value in wrong.items():
        assert (await world.redirect(id_token_hint=value))["error"] == "invalid_request", kind


async def test_an_id_token_hint_may_be_as_long_as_our_id_tokens_are(world: World) -> None:
    """Claims make them long: longer than any other parameter may be."""
    await world.change_user("alice-id", claims={"name": "A" * MAX_LENGTH})
    asked = '{"id_token":{"name":null}}'
    hint = (await world.tokens(claims=asked))["id_token"]
    assert len(hint) > MAX_LENGTH
    assert "code" in await world.redirect(id_token_hint=hint)
