"""Tokens of forms: good for one purpose, tenant, browser, interaction and session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core import Browser, MasterKeys, Purpose, Tenant
from opentrusty_core.signin.csrf import CsrfTokens
from tests.support.runtime import START, FakeRuntime

RUNTIME = FakeRuntime()
KEYS = MasterKeys.parse(MasterKeys.generate(RUNTIME.token_bytes), RUNTIME.token_bytes)
TOKENS = CsrfTokens(KEYS)
TENANT = Tenant(id="t-1", name="acme", display_name="Acme", created_at=START, updated_at=START)
BROWSER = Browser(hash=b"b" * 32, session_hash=b"s" * 32)
GOOD = TOKENS.make(Purpose.CONSENT, TENANT, BROWSER, "oti_1")


def test_a_token_is_good_where_it_was_made() -> None:
    """The very same purpose, tenant, browser, session and interaction."""
    assert TOKENS.good(GOOD, Purpose.CONSENT, TENANT, BROWSER, "oti_1")


@pytest.mark.case("A11")
@pytest.mark.parametrize(
    ("purpose", "tenant", "browser", "interaction"),
    [
        (Purpose.ACCOUNT, TENANT, BROWSER, "oti_1"),
        (Purpose.CONSENT, replace(TENANT, id="t-2"), BROWSER, "oti_1"),
        (Purpose.CONSENT, TENANT, replace(BROWSER, hash=b"x" * 32), "oti_1"),
        (Purpose.CONSENT, TENANT, replace(BROWSER, session_hash=b"x" * 32), "oti_1"),
        (Purpose.CONSENT, TENANT, replace(BROWSER, session_hash=None), "oti_1"),
        (Purpose.CONSENT, TENANT, replace(BROWSER, hash=None), "oti_1"),
        (Purpose.CONSENT, TENANT, BROWSER, "oti_2"),
        (Purpose.CONSENT, TENANT, BROWSER, ""),
    ],
)
def test_a_token_is_good_nowhere_else(purpose: Purpose, tenant: Tenant, browser: Browser, interaction: str) -> None:
    """One thing changed, and the token opens nothing."""
    assert not TOKENS.good(GOOD, purpose, tenant, browser, interaction)


@pytest.mark.case("K17")
def test_a_browser_without_its_own_cookie_has_no_token() -> None:
    """A session cookie alone, which a sibling host can plant, seeds nothing: not even the empty token is good."""
    planted = Browser(session_hash=b"s" * 32)
    assert TOKENS.make(Purpose.SIGN_IN, TENANT, planted) == ""
    assert not TOKENS.good("", Purpose.SIGN_IN, TENANT, planted)


def test_a_sign_in_form_outlives_a_sign_in_in_another_tab() -> None:
    """It acts for nobody yet, so it is not bound to a session."""
    token = TOKENS.make(Purpose.SIGN_IN, TENANT, replace(BROWSER, session_hash=None), "oti_1")
    assert TOKENS.good(token, Purpose.SIGN_IN, TENANT, BROWSER, "oti_1")


def test_a_token_survives_a_rotation_of_the_master_key_and_no_other_key_makes_one() -> None:
    """Pages that were open during a rotation still work."""
    fresh = MasterKeys.generate(RUNTIME.token_bytes)
    rotated = MasterKeys.parse(fresh + "\n" + MasterKeys.generate(FakeRuntime().token_bytes), RUNTIME.token_bytes)
    alone = MasterKeys.parse(fresh, RUNTIME.token_bytes)
    assert CsrfTokens(rotated).good(GOOD, Purpose.CONSENT, TENANT, BROWSER, "oti_1")
    assert not CsrfTokens(alone).good(GOOD, Purpose.CONSENT, TENANT, BROWSER, "oti_1")


def test_a_token_carries_its_prefix() -> None:
    """The tag alone is no token: scanners could not recognise it."""
    assert not TOKENS.good(GOOD.removeprefix("otx_"), Purpose.CONSENT, TENANT, BROWSER, "oti_1")


@given(st.text(max_size=60))
def test_no_other_text_is_good(text: str) -> None:
    """Anything but the token is refused without an error."""
    assert not TOKENS.good(text, Purpose.CONSENT, TENANT, BROWSER, "oti_1")


@given(st.integers(min_value=4, max_value=len(GOOD) - 1), st.characters())
def test_a_changed_character_is_noticed(position: int, character: str) -> None:
    """Also in the loose bits of the last character."""
    changed = GOOD[:position] + character + GOOD[position + 1 :]
    assert TOKENS.good(changed, Purpose.CONSENT, TENANT, BROWSER, "oti_1") is (changed == GOOD)
