"""Refresh tokens as authenticated counters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.refresh import MAX_GENERATION, RefreshHandle, RefreshTokens
from tests.support.runtime import FakeRuntime

RUNTIME = FakeRuntime()
KEY, OLD = bytes(range(32)), bytes(range(100, 132))
TOKENS = RefreshTokens(MasterKeys((KEY,), RUNTIME.token_bytes))
ID = RUNTIME.new_id()


@given(st.integers(0, MAX_GENERATION), st.text(max_size=20).filter(lambda text: text.isascii()))
def test_a_token_says_whose_it_is_and_which_generation(generation: int, tenant: str) -> None:
    token = TOKENS.mint(tenant, ID, generation)
    assert len(token) == 74
    assert TOKENS.parse(tenant, token) == RefreshHandle(id=ID, generation=generation)


@pytest.mark.case("D2")
def test_a_retry_is_answered_with_the_identical_successor() -> None:
    assert TOKENS.mint("acme", ID, 7) == TOKENS.mint("acme", ID, 7)
    assert TOKENS.mint("acme", ID, 7) != TOKENS.mint("acme", ID, 8)


@pytest.mark.case("I2")
def test_a_token_of_one_tenant_is_nothing_at_another() -> None:
    assert TOKENS.parse("globex", TOKENS.mint("acme", ID, 0)) is None


@pytest.mark.case("D3")
def test_nobody_can_turn_one_generation_into_another() -> None:
    raw = bytearray(base64url.decode(TOKENS.mint("acme", ID, 4).removeprefix("otr_")))
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        assert TOKENS.parse("acme", "otr_" + base64url.encode(bytes(changed)).decode()) is None


def test_a_token_survives_the_rotation_of_the_master_key_and_not_its_loss() -> None:
    token = RefreshTokens(MasterKeys((OLD,), RUNTIME.token_bytes)).mint("acme", ID, 1)
    rotated = RefreshTokens(MasterKeys((KEY, OLD), RUNTIME.token_bytes))
    assert rotated.parse("acme", token) == RefreshHandle(id=ID, generation=1)
    assert TOKENS.parse("acme", token) is None


@given(st.text(alphabet=st.characters(exclude_categories=())) | st.from_regex(r"otr_[A-Za-z0-9_-]{70}", fullmatch=True))
def test_anything_else_is_no_refresh_token(value: str) -> None:
    assert TOKENS.parse("acme", value) is None


def test_the_same_bytes_in_another_spelling_are_no_token() -> None:
    token = TOKENS.mint("acme", ID, 1)
    loose = token[:-1] + chr(ord(token[-1]) + 1)
    assert TOKENS.parse("acme", loose) is None
    assert TOKENS.parse("acme", token + "=") is None


@pytest.mark.parametrize("bad", ["", "short", ID.upper(), "v" * 26, "_" + ID[1:], " " + ID])
def test_only_a_runtime_id_can_be_minted(bad: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        TOKENS.mint("acme", bad, 0)


@pytest.mark.parametrize("generation", [-1, MAX_GENERATION + 1])
def test_only_a_generation_in_range_can_be_minted(generation: int) -> None:
    with pytest.raises(ValueError, match="range"):
        TOKENS.mint("acme", ID, generation)
