"""`oidcc-rp-initiated-logout-certification-test-plan`, a test a module, named as the suite names it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.conformance.conftest import AFTER_LOGOUT, RelyingParty
from tests.support.person import Left, Shown


@pytest.fixture
def signed_in(rp: RelyingParty) -> dict[str, Any]:
    """Somebody is."""
    return rp.sign_in()


def logged_out(rp: RelyingParty) -> bool:
    return rp.authorize(prompt="none").get("error") == "login_required"


def end_session(rp: RelyingParty, **parameters: str) -> Shown | Left:
    """Where the end session endpoint leads; a question of the provider's is answered with yes."""
    at = rp.person.open(f"{rp.metadata()['end_session_endpoint']}?{urlencode(parameters)}")
    if isinstance(at, Shown) and at.form is not None:
        return rp.person.submit(at, decision="sign_out")
    return at


def test_oidcc_rp_initiated_logout(rp: RelyingParty, signed_in: dict[str, Any]) -> None:
    at = end_session(rp, id_token_hint=signed_in["id_token"], post_logout_redirect_uri=AFTER_LOGOUT, state="back")
    assert isinstance(at, Left)
    assert at.url == f"{AFTER_LOGOUT}?state=back"
    assert logged_out(rp)


def test_oidcc_rp_initiated_logout_no_state(rp: RelyingParty, signed_in: dict[str, Any]) -> None:
    at = end_session(rp, id_token_hint=signed_in["id_token"], post_logout_redirect_uri=AFTER_LOGOUT)
    assert isinstance(at, Left)
    assert at.url == AFTER_LOGOUT
    assert logged_out(rp)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(rp: RelyingParty, signed_in: dict[str, Any]) -> None:
    at = end_session(rp, id_token_hint=signed_in["id_token"], state="back")
    assert isinstance(at, Shown)
    assert at.answer.status == 200
    assert logged_out(rp)


@pytest.mark.parametrize("parameters", [{}, {"state": "back"}], ids=["no-params", "only-state"])
def test_oidcc_rp_initiated_logout_without(
    rp: RelyingParty, signed_in: dict[str, Any], parameters: dict[str, str]
) -> None:
    """`oidcc-rp-initiated-logout-no-params`, `-only-state`: the person is asked, then told."""
    assert signed_in
    at = end_session(rp, **parameters)
    assert isinstance(at, Shown)
    assert at.answer.status == 200
    assert logged_out(rp)


def test_oidcc_rp_initiated_logout_no_id_token_hint(rp: RelyingParty, signed_in: dict[str, Any]) -> None:
    """Nobody knows whose the address is: the person is not sent there, whoever asked."""
    assert signed_in
    at = end_session(rp, post_logout_redirect_uri=AFTER_LOGOUT, state="back")
    assert isinstance(at, Shown)


@pytest.mark.parametrize("broken", ["not.a.token", "signature", "header"])
def test_oidcc_rp_initiated_logout_bad_id_token_hint(rp: RelyingParty, signed_in: dict[str, Any], broken: str) -> None:
    """`oidcc-rp-initiated-logout-bad-id-token-hint`, `-modified-id-token-hint`."""
    head, body, signature = signed_in["id_token"].split(".")
    hint = {
        "signature": f"{head}.{body}.{signature[::-1]}",
        "header": f"{head[:-1]}.{body}.{signature}",
    }.get(broken, broken)
    at = end_session(rp, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, state="back")
    assert isinstance(at, Shown)


@pytest.mark.parametrize("other", ["https://suite.example/elsewhere", f"{AFTER_LOGOUT}?extra=1", f"{AFTER_LOGOUT}/"])
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
    rp: RelyingParty, signed_in: dict[str, Any], other: str
) -> None:
    """And `oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri`."""
    at = end_session(rp, id_token_hint=signed_in["id_token"], post_logout_redirect_uri=other, state="back")
    assert isinstance(at, Shown)
    assert dict(parse_qsl(urlsplit(at.url).query)).get("state") != "back" or at.answer.status == 400
