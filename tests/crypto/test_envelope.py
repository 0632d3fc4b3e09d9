"""Master keys, sealing and derived keys."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto.envelope import MasterKeyError, MasterKeys, Tampered, WrongMasterKey
from opentrusty_core.crypto.macs import Macs
from opentrusty_core.errors import ConfigurationError
from tests.support.runtime import FakeRuntime

ENTROPY = FakeRuntime().token_bytes
KEY, OLD = bytes(range(32)), bytes(range(100, 132))


def keys(*raw: bytes) -> MasterKeys:
    return MasterKeys(raw, ENTROPY)


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_sealed_opens_under_the_same_key_and_place(plaintext: bytes, aad: bytes) -> None:
    assert keys(KEY).open(keys(KEY).seal(plaintext, aad), aad) == plaintext


def test_a_previous_key_still_opens_but_no_longer_seals() -> None:
    sealed = keys(OLD).seal(b"secret", b"")
    both = keys(KEY, OLD)
    assert both.open(sealed, b"") == b"secret"
    assert keys(KEY).open(both.seal(b"new", b""), b"") == b"new"


@pytest.mark.case("R15")
def test_a_wrong_master_key_is_named_as_such() -> None:
    with pytest.raises(WrongMasterKey) as caught:
        keys(OLD).open(keys(KEY).seal(b"secret", b""), b"")
    assert isinstance(caught.value, ConfigurationError)
    assert keys(KEY).key_id in str(caught.value)


def test_no_bit_of_a_sealed_value_can_be_changed() -> None:
    sealed = keys(KEY).seal(b"secret", b"tenant/1")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises((Tampered, WrongMasterKey)):
            keys(KEY).open(bytes(changed), b"tenant/1")


@pytest.mark.parametrize("cut", [0, 1, 9, 20, 36])
def test_a_cut_value_is_tampered(cut: int) -> None:
    with pytest.raises(Tampered):
        keys(KEY).open(keys(KEY).seal(b"", b"")[:cut], b"")


def test_a_value_moved_to_another_place_does_not_open() -> None:
    with pytest.raises(Tampered):
        keys(KEY).open(keys(KEY).seal(b"secret", b"tenant/1"), b"tenant/2")


def test_sealing_twice_gives_different_values() -> None:
    assert keys(KEY).seal(b"secret", b"") != keys(KEY).seal(b"secret", b"")


@pytest.mark.parametrize(
    "line",
    [
        KEY.hex(),
        KEY.hex().upper(),
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(KEY).decode().rstrip("="),
    ],
)
def test_a_key_is_read_as_hex_base64_or_base64url(line: str) -> None:
    text = f"# the active one\n\n {line}  # since May\r\n{OLD.hex()}\n"
    assert MasterKeys.parse(text, ENTROPY).key_ids == keys(KEY, OLD).key_ids


def test_base64url_with_its_own_letters_is_read() -> None:
    key = bytes(range(200, 224)) + b"\xfb\xef\xbe\xff\xff\xfe\xff\xfe"
    text = base64.urlsafe_b64encode(key).decode()
    assert "-" in text or "_" in text
    assert MasterKeys.parse(text, ENTROPY).key_id == keys(key).key_id


@pytest.mark.parametrize("secret", ["hunter2-hunter2", "ab" * 31, "zz" * 32, "A" * 42, "é" * 43, "0" * 64, "A" * 43])
def test_an_unusable_key_is_refused_by_line_and_never_quoted(secret: str) -> None:
    with pytest.raises(MasterKeyError, match="Line 2") as caught:
        MasterKeys.parse(f"{KEY.hex()}\n{secret}\n", ENTROPY)
    assert secret not in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert caught.value.__context__ is None or secret not in str(caught.value.__context__)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    with pytest.raises(MasterKeyError, match="empty"):
        MasterKeys.parse(text, ENTROPY)


def test_a_generated_file_is_readable_and_random() -> None:
    one, other = MasterKeys.generate(ENTROPY), MasterKeys.generate(ENTROPY)
    assert MasterKeys.parse(one, ENTROPY).key_id != MasterKeys.parse(other, ENTROPY).key_id


@pytest.mark.case("L4")
def test_printing_master_keys_shows_fingerprints_only() -> None:
    shown = repr(keys(KEY))
    assert keys(KEY).key_id in shown
    assert KEY.hex() not in shown
    assert base64.b64encode(KEY).decode() not in shown


def test_derivation_is_hkdf_sha256_and_separates_labels() -> None:
    extracted = hmac.digest(bytes(32), KEY, hashlib.sha256)  # RFC 5869 §2.2
    expanded = hmac.digest(extracted, b"label\x01", hashlib.sha256)  # RFC 5869 §2.3
    assert keys(KEY).derive(b"label") == (expanded,)
    assert keys(KEY, OLD).derive(b"label")[0] == expanded
    assert keys(KEY).derive(b"other") != keys(KEY).derive(b"label")


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_a_tag_fits_just_the_parts_it_was_made_over(one: list[bytes], other: list[bytes]) -> None:
    macs = Macs(keys(KEY), b"csrf")
    assert macs.verify(macs.tag(*one), *other) is (one == other)


def test_tags_are_bound_to_purpose_and_survive_rotation() -> None:
    tag = Macs(keys(OLD), b"csrf").tag(b"session")
    assert Macs(keys(KEY, OLD), b"csrf").verify(tag, b"session")
    assert not Macs(keys(KEY), b"csrf").verify(tag, b"session")
    assert not Macs(keys(OLD), b"cursor").verify(tag, b"session")
    assert not Macs(keys(OLD), b"csrf").verify(tag[:16], b"session")
