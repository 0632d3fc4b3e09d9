"""Tags that are stored for years: they name the master key that they were made under."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.macs import NamedMacs
from tests.support.runtime import FakeRuntime

ENTROPY = FakeRuntime(seed="macs").token_bytes
OLD, NEW = (MasterKeys.generate(ENTROPY) for _ in range(2))
OF_OLD, OF_NEW, OF_BOTH = (NamedMacs(MasterKeys.parse(it, ENTROPY), b"test") for it in (OLD, NEW, f"{NEW}\n{OLD}"))


@pytest.mark.case("R15")
def test_a_tag_fits_under_the_key_that_it_names() -> None:
    """And says which that is, where it is not here."""
    tag = OF_OLD.tag(b"a", b"b")
    assert OF_OLD.verify(tag, b"a", b"b")
    assert OF_BOTH.verify(tag, b"a", b"b")
    assert not OF_NEW.verify(tag, b"a", b"b")
    assert OF_NEW.missing(tag) == MasterKeys.parse(OLD, ENTROPY).key_id
    assert (OF_OLD.missing(tag), OF_BOTH.missing(tag)) == (None, None)
    assert (OF_OLD.is_current(tag), OF_BOTH.is_current(tag)) == (True, False)
    assert OF_BOTH.tag(b"a") == OF_NEW.tag(b"a")
    assert not OF_OLD.verify(tag, b"ab")
    assert not NamedMacs(MasterKeys.parse(OLD, ENTROPY), b"other").verify(tag, b"a", b"b")


def test_another_name_is_no_other_key() -> None:
    tag = OF_OLD.tag(b"a")
    renamed = OF_NEW.tag(b"a")[:8] + tag[8:]
    assert not OF_BOTH.verify(renamed, b"a")
    assert OF_BOTH.missing(renamed) is None


def test_a_tag_of_before_there_were_names_fits_under_any_key() -> None:
    tag = OF_OLD.tag(b"a")[8:]
    assert OF_BOTH.verify(tag, b"a")
    assert not OF_NEW.verify(tag, b"a")
    assert (OF_BOTH.missing(tag), OF_BOTH.is_current(tag)) == (None, False)


@given(st.binary(max_size=64))
def test_nothing_else_fits(tag: bytes) -> None:
    assert not OF_BOTH.verify(tag, b"a")
