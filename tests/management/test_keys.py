"""Signing keys: made, announced, rotated, retired."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import pytest

from opentrusty_core.crypto.envelope import MasterKeys, Tampered, WrongMasterKey
from opentrusty_core.crypto.jwk import public_keys
from opentrusty_core.crypto.signing import new_signing_key, open_signing_key
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.signing_key import KeyPolicy, KeyStatus, SigningKey
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound
from opentrusty_core.storage import Store
from tests.management.place import SYSTEM, Place, make_management
from tests.support.runtime import START, FakeRuntime

POLICY = KeyPolicy()


async def keys_of(place: Place, alg: str = "ES256") -> dict[KeyStatus, SigningKey]:
    keys = [key for key in await place.management.keys.list(SYSTEM, place.tenant.id) if key.alg == alg]
    assert len({key.status for key in keys}) == len(keys), "one of each status, in these tests"
    return {key.status: key for key in keys}


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_a_sealed_key_opens_in_its_own_place_and_signs(master_keys: MasterKeys, alg: str) -> None:
    key = new_signing_key(alg, KeyStatus.ACTIVE, "t", START, START, master_keys)
    private = open_signing_key(key, "t", master_keys)
    public = public_keys([json.loads(key.public_jwk)])[key.kid]
    assert public.verify(b"message", private.sign(b"message"))
    assert b"PRIVATE" not in key.sealed_private
    assert "sealed_private" not in repr(key)


def test_a_sealed_key_does_not_open_elsewhere(master_keys: MasterKeys, runtime: FakeRuntime) -> None:
    key = new_signing_key("ES256", KeyStatus.ACTIVE, "t", START, START, master_keys)
    with pytest.raises(Tampered):
        open_signing_key(key, "other", master_keys)
    with pytest.raises(Tampered):
        open_signing_key(replace(key, kid="other"), "t", master_keys)
    stranger = MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)
    with pytest.raises(WrongMasterKey):
        open_signing_key(key, "t", stranger)


async def test_the_first_token_of_an_algorithm_makes_its_key(acme: Place) -> None:
    made = await acme.management.keys.ensure_active(acme.tenant.id, "RS256")
    assert (made.alg, made.status) == ("RS256", KeyStatus.ACTIVE)
    assert await acme.management.keys.ensure_active(acme.tenant.id, "RS256") == made
    with pytest.raises(Invalid):
        await acme.management.keys.ensure_active(acme.tenant.id, "none")


@pytest.mark.case("R14")
async def test_racers_on_two_servers_make_one_key(acme: Place, store: Store, master_keys: MasterKeys) -> None:
    servers = [make_management(store, FakeRuntime(seed=str(number)), master_keys) for number in range(2)]
    got: list[SigningKey] = []

    async def race(number: int) -> None:
        got.append(await servers[number % 2].keys.ensure_active(acme.tenant.id, "RS256"))

    async with anyio.create_task_group() as group:
        for number in range(64):
            group.start_soon(race, number)
    assert len({key.kid for key in got}) == 1
    assert len(await acme.events(AuditType.KEY_ANNOUNCED)) == 2, "the tenant's first key, and this one"


async def test_racers_on_one_server_fill_one_core_once(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first makes the RSA key; the others wait for it in place of making one each."""
    made: list[str] = []

    def count(alg: str, *args: Any) -> SigningKey:
        made.append(alg)
        return new_signing_key(alg, *args)

    monkeypatch.setattr("opentrusty_core.management.keys.new_signing_key", count)
    async with anyio.create_task_group() as group:
        for _ in range(16):
            group.start_soon(acme.management.keys.ensure_active, acme.tenant.id, "RS256")
    assert made == ["RS256"]


@pytest.mark.case("L6")
async def test_a_rotated_key_signs_only_when_every_cached_jwks_knows_it(acme: Place) -> None:
    actor, keys = await acme.actor(acme.admin), acme.management.keys
    first = (await keys_of(acme))[KeyStatus.ACTIVE]
    successor = await keys.rotate(actor, acme.tenant.id, "ES256")
    assert (successor.status, successor.activates_at) == (
        KeyStatus.ANNOUNCED,
        acme.runtime.now() + POLICY.jwks_max_age,
    )
    assert await keys.rotate(actor, acme.tenant.id, "ES256") == successor, "a second call starts no second rotation"

    acme.runtime.advance(POLICY.jwks_max_age - timedelta(seconds=1))
    await keys.step(acme.tenant.id)
    assert (await keys_of(acme))[KeyStatus.ACTIVE].kid == first.kid
    acme.runtime.advance(seconds=1)
    await keys.step(acme.tenant.id)
    now = await keys_of(acme)
    assert (now[KeyStatus.ACTIVE].kid, now[KeyStatus.RETIRING].kid) == (successor.kid, first.kid)

    acme.runtime.advance(POLICY.retiring - timedelta(seconds=1))
    await keys.step(acme.tenant.id)
    assert KeyStatus.RETIRING in await keys_of(acme), "the last token that it signed may still live"
    acme.runtime.advance(seconds=1)
    await keys.step(acme.tenant.id)
    assert (await keys_of(acme))[KeyStatus.RETIRED].kid == first.kid


async def test_keys_step_through_a_year_by_themselves(acme: Place) -> None:
    """Stepped once a day there is always one active key of each algorithm, announced for 14 days before it signed."""
    keys: tuple[SigningKey, ...] = ()
    for _ in range(366):
        acme.runtime.advance(days=1)
        await acme.management.keys.step(acme.tenant.id)
        keys = await acme.management.keys.list(SYSTEM, acme.tenant.id)
        active = Counter(key.alg for key in keys if key.status is KeyStatus.ACTIVE)
        assert active == {"ES256": 1, "RS256": 1}
    for key in keys:
        if key.activated_at is not None and key.activated_at != key.created_at:
            assert key.activated_at - key.created_at >= POLICY.announce
    assert len(keys) >= 8


async def test_a_step_that_has_nothing_to_do_writes_nothing(acme: Place) -> None:
    await acme.management.keys.step(acme.tenant.id)
    before = await acme.events()
    assert (await acme.management.keys.step(acme.tenant.id)).made == 0
    assert await acme.events() == before


async def test_a_leaked_active_key_is_out_at_once_and_another_signs(acme: Place) -> None:
    leaked = (await keys_of(acme))[KeyStatus.ACTIVE]
    retired = await acme.management.keys.retire(await acme.actor(acme.admin), acme.tenant.id, leaked.kid)
    assert retired.status is KeyStatus.RETIRED
    now = await keys_of(acme)
    assert now[KeyStatus.RETIRED].kid == leaked.kid
    assert now[KeyStatus.ACTIVE].kid != leaked.kid
    with pytest.raises(Conflict, match="is retired"):
        await acme.management.keys.retire(SYSTEM, acme.tenant.id, leaked.kid)


async def test_the_announced_successor_takes_over_from_a_leaked_key(acme: Place) -> None:
    keys = acme.management.keys
    successor = await keys.rotate(SYSTEM, acme.tenant.id, "ES256")
    with pytest.raises(Conflict, match="is announced"):
        await keys.retire(SYSTEM, acme.tenant.id, successor.kid)
    await keys.retire(SYSTEM, acme.tenant.id, (await keys_of(acme))[KeyStatus.ACTIVE].kid)
    assert (await keys_of(acme))[KeyStatus.ACTIVE].kid == successor.kid


async def test_a_retiring_key_can_be_retired_early(acme: Place) -> None:
    keys = acme.management.keys
    await keys.rotate(SYSTEM, acme.tenant.id, "ES256")
    acme.runtime.advance(POLICY.jwks_max_age)
    await keys.step(acme.tenant.id)
    retiring = (await keys_of(acme))[KeyStatus.RETIRING]
    assert (await keys.retire(SYSTEM, acme.tenant.id, retiring.kid)).status is KeyStatus.RETIRED


async def test_only_who_may_rotate_does(acme: Place) -> None:
    actor = await acme.actor(acme.plain)
    with pytest.raises(Denied):
        await acme.management.keys.rotate(actor, acme.tenant.id, "ES256")
    with pytest.raises(NotFound):
        await acme.management.keys.retire(SYSTEM, acme.tenant.id, "no-such-key")
    with pytest.raises(Invalid):
        await acme.management.keys.rotate(SYSTEM, acme.tenant.id, "HS256")
