"""PKCE with S256 (RFC 7636)."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.pkce import challenge_of, is_challenge

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
UNRESERVED = string.ascii_letters + string.digits + "-._~"


def test_the_example_of_the_rfc_holds() -> None:
    """RFC 7636 appendix B."""
    assert challenge_of(VERIFIER) == CHALLENGE
    assert is_challenge(CHALLENGE)


@pytest.mark.case("C4")
@settings(derandomize=True, max_examples=200)
@given(st.text(st.sampled_from(UNRESERVED), min_size=43, max_size=128))
def test_every_verifier_has_a_challenge_that_is_not_itself(verifier: str) -> None:
    """43 to 128 unreserved characters; `plain` would be the identity."""
    challenge = challenge_of(verifier)
    assert challenge is not None
    assert is_challenge(challenge)
    assert challenge != verifier


@pytest.mark.case("C4")
@pytest.mark.parametrize(
    "verifier",
    [
        "",
        "a" * 42,
        "a" * 129,
        "a" * 42 + "+",
        "a" * 42 + "/",
        "a" * 43 + "=",
        "a" * 42 + " ",
        "a" * 43 + "\n",
        "é" * 43,
    ],
    ids=ascii,
)
def test_what_is_no_verifier_has_no_challenge(verifier: str) -> None:
    """RFC 7636 §4.1, to the character."""
    assert challenge_of(verifier) is None


@pytest.mark.case("C4")
@pytest.mark.parametrize(
    "challenge",
    ["", CHALLENGE[:-1], CHALLENGE + "A", CHALLENGE + "=", CHALLENGE + "\n", CHALLENGE[:-1] + "+", "é" * 43],
)
def test_what_is_no_challenge_is_told_apart(challenge: str) -> None:
    """43 characters of base64url without padding."""
    assert not is_challenge(challenge)
