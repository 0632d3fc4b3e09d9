"""Passwords: argon2id for ours, other systems' hashes for the day of the move."""

from __future__ import annotations

import threading
import unicodedata

import anyio
import anyio.lowlevel
import passlib.hash
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto.passwords import (
    PasswordRefused,
    Passwords,
    Verified,
    identify,
    is_too_costly,
    prepare,
    unwrapped,
)
from tests.support.runtime import FakeRuntime

PASSWORD = "correct horse battery staple ü"
CHEAP = Passwords(FakeRuntime().token_bytes, time_cost=1, memory_cost=64)

LEGACY = {
    "bcrypt": passlib.hash.bcrypt.using(rounds=4),
    "pbkdf2_sha1": passlib.hash.pbkdf2_sha1.using(rounds=10),
    "pbkdf2_sha256": passlib.hash.pbkdf2_sha256.using(rounds=10),
    "pbkdf2_sha512": passlib.hash.pbkdf2_sha512.using(rounds=10),
    "django_pbkdf2_sha1": passlib.hash.django_pbkdf2_sha1.using(rounds=10),
    "django_pbkdf2_sha256": passlib.hash.django_pbkdf2_sha256.using(rounds=10),
    "scrypt": passlib.hash.scrypt.using(rounds=4),
    "sha256_crypt": passlib.hash.sha256_crypt.using(rounds=1000),
    "sha512_crypt": passlib.hash.sha512_crypt.using(rounds=1000),
    "ldap_salted_sha1": passlib.hash.ldap_salted_sha1,
    "ldap_salted_sha256": passlib.hash.ldap_salted_sha256,
    "ldap_salted_sha512": passlib.hash.ldap_salted_sha512,
}
SAMPLES = {scheme: handler.hash("x") for scheme, handler in LEGACY.items()}


async def test_a_password_verifies_against_its_hash_and_no_other_does() -> None:
    encoded = await CHEAP.hash(PASSWORD)
    assert encoded.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await CHEAP.verify(encoded, PASSWORD) == Verified(ok=True)
    assert await CHEAP.verify(encoded, PASSWORD + "x") == Verified(ok=False)


async def test_two_hashes_of_one_password_differ() -> None:
    assert await CHEAP.hash(PASSWORD) != await CHEAP.hash(PASSWORD)


def test_the_default_cost_is_argon2id_with_19_mib_and_two_passes() -> None:
    assert Passwords(FakeRuntime().token_bytes)._dummy.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_a_hash_of_another_cost_is_due_for_a_fresh_one_once_it_verifies() -> None:
    encoded = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash(PASSWORD.encode())
    assert await CHEAP.verify(encoded, PASSWORD) == Verified(ok=True, needs_rehash=True)
    assert await CHEAP.verify(encoded, "wrong") == Verified(ok=False)


@pytest.mark.parametrize("scheme", LEGACY)
async def test_a_legacy_hash_is_recognised_verifies_and_is_due_for_a_fresh_one(scheme: str) -> None:
    encoded = LEGACY[scheme].hash(PASSWORD)
    assert identify(encoded) == scheme
    assert await CHEAP.verify(encoded, PASSWORD) == Verified(ok=True, needs_rehash=True)
    assert await CHEAP.verify(encoded, PASSWORD + "x") == Verified(ok=False)


async def test_sha_crypt_without_rounds_verifies() -> None:
    encoded = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"  # as `openssl passwd -5` writes it
    assert await CHEAP.verify(encoded, "Hello world!") == Verified(ok=True, needs_rehash=True)


@pytest.mark.parametrize("variant", ["$2a$", "$2b$", "$2y$"])
async def test_bcrypt_looks_at_72_bytes_as_it_always_did(variant: str) -> None:
    encoded = variant + LEGACY["bcrypt"].hash("x" * 72).removeprefix("$2b$")
    assert (await CHEAP.verify(encoded, "x" * 100)).ok
    assert not (await CHEAP.verify(encoded, "x" * 71)).ok


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "plain text",
        "$1$salt$md5",
        "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "$2x$04$" + "a" * 53,
        "$2b$16$" + "a" * 53,
        "$2b$٠٤$" + "a" * 53,
        "$argon2id$v=19$m=99999999,t=2,p=1$" + "a" * 22 + "$" + "a" * 43,
        "$argon2id$v=19$m=64,t=9999,p=1$" + "a" * 22 + "$" + "a" * 43,
        "$pbkdf2-sha256$999999999$" + "a" * 22 + "$" + "a" * 43,
        "$scrypt$ln=31,r=8,p=1$" + "a" * 22 + "$" + "a" * 43,
        "$scrypt$ln=0,r=8,p=1$" + "a" * 22 + "$" + "a" * 43,
        "$6$rounds=999999999$salt$" + "a" * 86,
        "$5$salt$" + "a" * 43 + "\n",
    ],
)
async def test_an_unknown_weak_or_unbearably_costly_hash_verifies_nothing(encoded: str) -> None:
    assert identify(encoded) is None
    assert await CHEAP.verify(encoded, PASSWORD) == Verified(ok=False)


WRAPPED = {
    "bcrypt of Django": ("bcrypt$" + SAMPLES["bcrypt"], "bcrypt"),
    "argon2 of Django": ("argon2" + PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(b"x"), "argon2"),
    "sha512_crypt of LDAP": ("{CRYPT}" + SAMPLES["sha512_crypt"], "sha512_crypt"),
    "bcrypt of Dovecot": ("{BLF-CRYPT}" + SAMPLES["bcrypt"], "bcrypt"),
    **{scheme: (sample, scheme) for scheme, sample in SAMPLES.items()},
}


@pytest.mark.parametrize(("wrapped", "scheme"), WRAPPED.values(), ids=WRAPPED)
async def test_what_other_systems_write_before_a_hash_is_taken_off(wrapped: str, scheme: str) -> None:
    """And nothing else is touched."""
    assert identify(unwrapped(wrapped)) == scheme
    assert (await CHEAP.verify(unwrapped(wrapped), "x")).ok
    assert wrapped.endswith(unwrapped(wrapped))


@pytest.mark.parametrize(
    ("encoded", "costly"),
    [
        ("$2b$16$" + "a" * 53, True),
        ("$pbkdf2-sha256$999999999$" + "a" * 22 + "$" + "a" * 43, True),
        ("$2b$12$" + "a" * 53, False),
        ("plain text", False),
    ],
)
def test_an_unbearable_cost_is_told_from_an_unknown_form(encoded: str, costly: bool) -> None:
    """So that whoever imports it can say which it is."""
    assert is_too_costly(encoded) is costly


@pytest.mark.filterwarnings("ignore::passlib.exc.PasslibHashWarning")  # it repairs loose padding bits, and says so
@given(st.sampled_from(list(LEGACY)), st.integers(0, 30), st.sampled_from("./09AZaz+=$"))
def test_a_hash_with_a_damaged_salt_or_checksum_never_raises(scheme: str, from_end: int, character: str) -> None:
    encoded = SAMPLES[scheme]
    position = len(encoded) - 1 - from_end
    damaged = encoded[:position] + character + encoded[position + 1 :]
    assert isinstance(CHEAP._verify(damaged, b"wrong"), Verified)


@pytest.mark.case("K1")
async def test_the_dummy_costs_what_a_real_hash_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = PasswordHasher.verify

    def noted(self: PasswordHasher, encoded: str, secret: bytes) -> bool:
        seen.append(encoded)
        return real(self, encoded, secret)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    await CHEAP.verify(await CHEAP.hash(PASSWORD), "wrong")
    await CHEAP.verify_dummy(PASSWORD)
    await CHEAP.verify("unknown scheme", PASSWORD)
    costs = [[(len(part) if index > 3 else part) for index, part in enumerate(one.split("$"))] for one in seen]
    assert costs == [costs[0]] * 3


@pytest.mark.case("K14")
@pytest.mark.parametrize("password", ["x" * 1025, "é" * 513, "x" * 10_000_000, "\U0001f600" * 257])
async def test_a_password_beyond_one_kib_is_refused_before_any_hashing(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Passwords, "_in_thread", lambda *args: pytest.fail("hashed"))
    encoded = "$argon2id$v=19$m=64,t=1,p=1$" + "a" * 22 + "$" + "a" * 43
    for call in (CHEAP.hash(password), CHEAP.verify(encoded, password), CHEAP.verify_dummy(password)):
        with pytest.raises(PasswordRefused) as caught:
            await call
        assert caught.value.reason == "too_long"
        assert password not in str(caught.value)


@pytest.mark.case("K14")
@pytest.mark.parametrize("password", ["x" * 64, "x" * 1024, "é" * 512])
async def test_a_long_password_is_hashed_whole(password: str) -> None:
    encoded = await CHEAP.hash(password)
    assert (await CHEAP.verify(encoded, password)).ok
    assert not (await CHEAP.verify(encoded, password[:-1])).ok


@pytest.mark.parametrize("unit", ["ω\u0314\u0342\u0345", "ᄀ\u1161\u11a8", "\u03b9\u0308\u0301", "a\u0302\u0301", "x"])
def test_the_quick_look_at_length_refuses_nothing_that_would_have_fitted(unit: str) -> None:
    password = (unit * 4097)[:4097]
    assert len(unicodedata.normalize("NFC", password).encode()) > 1024
    with pytest.raises(PasswordRefused):
        prepare(password)


@pytest.mark.case("K16")
@pytest.mark.parametrize(("password", "reason"), [("a\0b", "nul"), ("\ud800", "not_text"), ("a\udfff", "not_text")])
async def test_nul_and_lone_surrogates_are_refused(password: str, reason: str) -> None:
    for call in (CHEAP.hash(password), CHEAP.verify("", password), CHEAP.verify_dummy(password)):
        with pytest.raises(PasswordRefused) as caught:
            await call
        assert caught.value.reason == reason


@pytest.mark.case("K15")
async def test_two_spellings_of_one_character_are_one_password() -> None:
    assert (await CHEAP.verify(await CHEAP.hash("cafe\u0301"), "caf\u00e9")).ok
    assert prepare("\u212b") == prepare("\u00c5")
    assert prepare("\ufb01") != prepare("fi")


@pytest.mark.case("R26")
async def test_no_more_hashes_run_at_once_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(FakeRuntime().token_bytes, limiter_size=2, time_cost=1, memory_cost=64)
    gate = threading.Event()

    def held(encoded: str, secret: bytes) -> Verified:
        return Verified(ok=gate.wait(timeout=10))

    monkeypatch.setattr(passwords, "_verify", held)
    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(passwords.verify, "", PASSWORD)
        await anyio.wait_all_tasks_blocked()
        limiter = passwords._limiter.get().statistics()
        gate.set()
    assert (limiter.borrowed_tokens, limiter.tasks_waiting) == (2, 6)


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    real = Passwords(FakeRuntime().token_bytes, limiter_size=1)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(turn)
        await real.hash(PASSWORD)
        group.cancel_scope.cancel()
    assert turns > 10


def test_one_object_serves_several_event_loops() -> None:
    for _ in range(2):
        assert anyio.run(CHEAP.hash, PASSWORD).startswith("$argon2id$")
