"""Scope (RFC 6749 §3.3): how it is read, and that it never grows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.resource import Resource, audiences_of, known_scopes
from opentrusty_core.domain.scope import STANDARD_SCOPES, format_scope, is_scope_token, narrowed, parse_scope
from opentrusty_core.errors import InvalidScope

bounded = settings(derandomize=True, max_examples=200)
scopes = st.lists(st.sampled_from("abcdef"), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("", ()),
        (" ", ()),
        ("openid", ("openid",)),
        ("openid email", ("openid", "email")),
        ("email openid", ("email", "openid")),
        (" openid  email ", ("openid", "email")),
        ("a b a", ("a", "b")),
        ("OpenID openid", ("OpenID", "openid")),
        ("!#[]~ https://api.example/read", ("!#[]~", "https://api.example/read")),
    ],
)
def test_a_list_is_read_in_its_order_each_token_once(text: str, scope: tuple[str, ...]) -> None:
    """Tokens are case-sensitive; only the space divides them."""
    assert parse_scope(text) == scope


@pytest.mark.parametrize(
    "text", ['a"b', "a\\b", "openid\temail", "openid\nemail", "é", "a\x7f", "\0", "a\u00a0b"], ids=ascii
)
def test_a_character_outside_the_syntax_is_refused(text: str) -> None:
    """RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E."""
    with pytest.raises(InvalidScope):
        parse_scope(text)


@bounded
@given(st.characters(max_codepoint=0x17F))
def test_a_scope_token_is_what_the_syntax_says(character: str) -> None:
    """Character by character against the ABNF."""
    code = ord(character)
    assert is_scope_token(character) == (code == 0x21 or 0x23 <= code <= 0x5B or 0x5D <= code <= 0x7E)


@bounded
@given(scopes)
def test_what_is_written_is_read_back(scope: tuple[str, ...]) -> None:
    """One space between two tokens."""
    assert parse_scope(format_scope(scope)) == scope


@pytest.mark.case("D6", "G5")
@bounded
@given(requested=st.none() | scopes, granted=scopes)
def test_scope_narrows_and_never_grows(requested: tuple[str, ...] | None, granted: tuple[str, ...]) -> None:
    """Nothing asked means all that was granted; anything beyond is refused, never dropped in silence."""
    if requested is not None and not set(requested) <= set(granted):
        with pytest.raises(InvalidScope):
            narrowed(requested, granted)
        return
    result = narrowed(requested, granted)
    assert set(result) <= set(granted)
    assert result == (granted if requested is None else requested)


def test_the_audience_is_every_resource_that_the_scope_touches() -> None:
    """And no other; what nobody knows touches nothing."""
    orders = Resource(identifier="https://api.example/orders", name="Orders", scopes={"orders:read": "", "both": ""})
    stock = Resource(identifier="https://api.example/stock", name="Stock", scopes={"stock:read": "", "both": ""})
    resources = (orders, stock)
    assert audiences_of(("openid", "orders:read"), resources) == (orders.identifier,)
    assert audiences_of(("stock:read", "both"), resources) == (orders.identifier, stock.identifier)
    assert audiences_of(("openid", "unheard-of"), resources) == ()
    assert known_scopes(resources) == {*STANDARD_SCOPES, "orders:read", "stock:read", "both"}
