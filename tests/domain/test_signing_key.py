"""The life of signing keys, simulated: no client ever meets a key that it cannot know (L6)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.signing_key import KeyPolicy, KeyStatus, SigningKey, plan
from tests.support.runtime import START

POLICY = KeyPolicy()
LONGEST_TOKEN = timedelta(days=1)


def key(kid: str, status: KeyStatus, now: datetime, activates_at: datetime) -> SigningKey:
    return SigningKey(
        kid=kid,
        alg="ES256",
        status=status,
        public_jwk="{}",
        sealed_private=b"",
        created_at=now,
        activates_at=activates_at,
        activated_at=now if status is KeyStatus.ACTIVE else None,
    )


class Simulation:
    """A tenant's keys under the maintenance task, and every client that caches its JWKS for as long as it may."""

    def __init__(self) -> None:
        self.now = START
        self.keys: dict[str, SigningKey] = {}
        self.published_at: dict[str, datetime] = {}
        self.last_signed_at: dict[str, datetime] = {}
        self.first_signed_at: dict[str, datetime] = {}

    def step(self, after: timedelta, *, rotate: bool = False) -> None:
        self.sign()  # the active key signs up to the moment of the step
        self.now += after
        self.sign()
        due = plan(self.keys.values(), self.now, POLICY, rotate=rotate)
        for changed in due.changed:
            before = self.keys[changed.kid].status
            assert (before, changed.status) in {
                (KeyStatus.ANNOUNCED, KeyStatus.ACTIVE),
                (KeyStatus.ACTIVE, KeyStatus.RETIRING),
                (KeyStatus.RETIRING, KeyStatus.RETIRED),
            }
            self.keys[changed.kid] = changed
        if due.announce_until is not None:
            assert not any(held.status is KeyStatus.ANNOUNCED for held in self.keys.values()), "one successor at a time"
            status = KeyStatus.ANNOUNCED if due.announce_until > self.now else KeyStatus.ACTIVE
            kid = f"key-{len(self.keys)}"
            self.keys[kid] = key(kid, status, self.now, due.announce_until)
            self.published_at[kid] = self.now
        self.check()
        self.sign()

    def sign(self) -> None:
        for held in self.keys.values():
            if held.status is KeyStatus.ACTIVE:
                self.last_signed_at[held.kid] = self.now
                self.first_signed_at.setdefault(held.kid, self.now)

    def check(self) -> None:
        assert sum(held.status is KeyStatus.ACTIVE for held in self.keys.values()) == 1, "exactly one key signs"
        for held in self.keys.values():
            if held.status is KeyStatus.ACTIVE:
                assert held.is_published
            if held.status is KeyStatus.RETIRED:
                assert not held.is_published
                assert self.now >= self.last_signed_at[held.kid] + LONGEST_TOKEN, "its last token has expired"
        first = min(self.published_at, key=lambda kid: self.published_at[kid])
        for kid, began in self.first_signed_at.items():
            if kid != first:
                assert began >= self.published_at[kid] + POLICY.jwks_max_age, "every cached JWKS knows it"


@pytest.mark.case("L6")
def test_a_year_of_daily_steps_never_shows_a_client_an_unknown_key() -> None:
    """Announced a fortnight before, one active at a time, gone only when its last token is."""
    simulation = Simulation()
    for _ in range(366):
        simulation.step(timedelta(days=1))
    signed = sorted(simulation.first_signed_at.values())
    assert [later - earlier for earlier, later in itertools.pairwise(signed)] == [POLICY.lifetime] * 4
    assert [held.status for held in simulation.keys.values()] == [*[KeyStatus.RETIRED] * 4, KeyStatus.ACTIVE]
    first, *successors = simulation.keys
    assert simulation.first_signed_at[first] == simulation.published_at[first], "nothing was cached before it"
    assert {simulation.first_signed_at[kid] - simulation.published_at[kid] for kid in successors} == {POLICY.announce}


@pytest.mark.case("L6")
@settings(derandomize=True, max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    timedelta(0),
                    timedelta(minutes=1),
                    timedelta(minutes=59),
                    timedelta(hours=1),
                    timedelta(hours=23),
                    timedelta(days=1),
                    timedelta(days=13),
                    timedelta(days=76),
                    timedelta(days=400),
                ]
            ),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_whatever_the_pace_no_client_meets_an_unknown_key(steps: list[tuple[timedelta, bool]]) -> None:
    """Steps that come late, in bursts, or with a rotation asked for at any moment."""
    simulation = Simulation()
    for after, rotate in steps:
        simulation.step(after, rotate=rotate)


@pytest.mark.case("L6")
def test_a_step_taken_twice_is_taken_once() -> None:
    """At one moment there is nothing more to do."""
    simulation = Simulation()
    for _ in range(120):
        simulation.step(timedelta(days=1))
        again = plan(simulation.keys.values(), simulation.now, POLICY)
        assert again.changed == ()
        assert again.announce_until is None


def test_without_any_key_one_is_asked_for_that_signs_at_once() -> None:
    """A new tenant, or an algorithm used for the first time."""
    assert plan((), START, POLICY).announce_until == START


def test_an_early_rotation_waits_for_the_cached_key_sets() -> None:
    """Asked for today, the successor signs in one JWKS cache time, not in a fortnight."""
    active = key("a", KeyStatus.ACTIVE, START, START)
    assert plan((active,), START, POLICY, rotate=True).announce_until == START + POLICY.jwks_max_age


@pytest.mark.case("L6")
def test_an_early_rotation_brings_an_announced_successor_forward() -> None:
    """Known to every client already, it signs at once; announced a moment ago, it waits."""
    active = key("a", KeyStatus.ACTIVE, START, START)
    successor = key("b", KeyStatus.ANNOUNCED, START, START + POLICY.announce)
    early = START + POLICY.jwks_max_age - timedelta(seconds=1)
    assert plan((active, successor), early, POLICY, rotate=True).changed == ()
    now = START + POLICY.jwks_max_age
    assert plan((active, successor), now, POLICY).changed == ()
    assert plan((active, successor), now, POLICY, rotate=True).changed == (
        replace(active, status=KeyStatus.RETIRING, retiring_at=now),
        replace(successor, status=KeyStatus.ACTIVE, activated_at=now),
    )


def test_a_lost_active_key_is_replaced_by_the_announced_one_at_once() -> None:
    """A key that is known is better than one that nobody has seen."""
    successor = key("b", KeyStatus.ANNOUNCED, START, START + POLICY.announce)
    (promoted,) = plan((successor,), START, POLICY).changed
    assert (promoted.kid, promoted.status) == ("b", KeyStatus.ACTIVE)
