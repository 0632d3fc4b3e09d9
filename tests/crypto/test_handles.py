"""Bearer handles and strict base64url."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto import base64url, refresh
from opentrusty_core.crypto.handles import Handle, constant_time_equal, hash_handle, is_handle, new_handle
from tests.support.runtime import FakeRuntime


@pytest.mark.case("C5")
@pytest.mark.parametrize(("kind", "other"), list(itertools.permutations(Handle, 2)))
def test_a_handle_of_one_kind_never_stands_for_another(kind: Handle, other: Handle) -> None:
    value = new_handle(kind, FakeRuntime().token_bytes)
    assert is_handle(kind, value)
    assert not is_handle(other, value)
    assert hash_handle(kind, value) != hash_handle(other, value)


@pytest.mark.case("C5")
def test_every_artefact_has_its_own_prefix_refresh_tokens_too() -> None:
    prefixes = [kind.value for kind in Handle] + [refresh.PREFIX]
    assert len(set(prefixes)) == len(prefixes)
    assert not any(one != other and one.startswith(other) for one in prefixes for other in prefixes)


def test_a_handle_holds_256_bits_of_the_entropy_it_was_given() -> None:
    value = new_handle(Handle.SESSION, lambda size: bytes(range(size)))
    assert base64url.decode(value.removeprefix("otn_")) == bytes(range(32))


@pytest.mark.parametrize(
    "change", [lambda v: v + "A", lambda v: v[:-1], lambda v: v[:-1] + "=", lambda v: v + "\n", str.upper]
)
def test_a_handle_has_one_exact_shape(change: object) -> None:
    value = new_handle(Handle.SESSION, FakeRuntime().token_bytes)
    assert callable(change)
    assert not is_handle(Handle.SESSION, change(value))


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_hashes_to_32_bytes(value: str) -> None:
    assert len(hash_handle(Handle.ACCESS_TOKEN, value)) == 32


@pytest.mark.case("K16")
def test_a_lone_surrogate_hashes_apart_from_its_replacement() -> None:
    assert hash_handle(Handle.SESSION, "\ud800") != hash_handle(Handle.SESSION, "?")


def test_constant_time_equal_compares_text_and_bytes() -> None:
    assert constant_time_equal("é", "é".encode())
    assert not constant_time_equal("a", "b")
    assert not constant_time_equal("a", "aa")


@given(st.binary())
def test_base64url_comes_back(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q Q", "QUI\n", "+/+/", "é", "QQ.", "Q=Q"])
def test_only_canonical_base64url_decodes(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the contract
        base64url.decode(text)
