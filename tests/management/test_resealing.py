"""After a new master key everything is sealed under it, and nothing that was damaged before looks whole afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.signing import open_signing_key
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.verdict import Damage, Finding
from opentrusty_core.errors import Denied
from opentrusty_core.management import Management, Resealed, growing
from opentrusty_core.management.master_key import older_keys
from opentrusty_core.stores.memory.tables import Tables
from tests.management.place import EVERYTHING, SYSTEM, Place, make_management
from tests.management.sealed import DUE, FOREVER
from tests.support.runtime import FakeRuntime


class Rotation:
    """A place whose master key is followed by another: the use cases before, with both keys, and with the new alone."""

    def __init__(self, place: Place, old: str, new: str) -> None:
        self.place = place
        self.old, self.both, self.new = (
            make_management(place.store, place.runtime, MasterKeys.parse(text, place.runtime.token_bytes))
            for text in (old, f"{new}\n{old}", new)
        )

    async def seal(self, management: Management) -> None:
        self.place.runtime.advance(DUE)
        await management.sealing.seal_all(FOREVER)

    async def note(self) -> AuditEvent:
        runtime = self.place.runtime
        event = AuditEvent(id=runtime.new_id(), at=runtime.now(), type=AuditType.USER_UPDATED)
        await self.place.store.tenant(self.place.tenant.id).audit.append(event)
        return event

    async def finding(self, management: Management) -> Finding | None:
        return (await management.audit.verify(SYSTEM, self.place.tenant.id)).finding

    @property
    def tables(self) -> Tables:
        view = self.place.store.tenant(self.place.tenant.id).audit._view  # type: ignore[attr-defined]
        tables: Tables = view.database.tenants[self.place.tenant.id]
        return tables


async def reseal(management: Management) -> Resealed:
    steps = [step async for step in management.resealing.run(SYSTEM)]
    return steps[-1]


async def older(management: Management) -> bool:
    context = management.resealing._context
    return await older_keys(context.store, context.master_keys) is not None


@pytest.fixture
async def rotation(runtime: FakeRuntime, acme: Place, monkeypatch: pytest.MonkeyPatch) -> Rotation:
    """Acme's audit in several segments, its keys and the platform's audit under the old key."""
    monkeypatch.setattr(growing, "MAX_EVENTS", 4)
    old, new = (MasterKeys.generate(runtime.token_bytes) for _ in range(2))
    made = Rotation(acme, old, new)
    keys = acme.store.tenant(acme.tenant.id).signing_keys
    for key in await keys.all():  # as if the place had begun under the old key
        sealed = made.old.resealing._context.master_keys
        opened = acme.management.resealing._context.master_keys
        place = f"signing_keys\0{acme.tenant.id}\0{key.kid}".encode()
        assert await keys.reseal(key, sealed.seal(opened.open(key.sealed_private, place), place))
    for _ in range(2):
        await made.seal(made.old)
    return made


@pytest.mark.case("R15")
async def test_everything_is_sealed_under_the_new_key(rotation: Rotation) -> None:
    """And the old one can go: keys sign, audits verify, new events are sealed."""
    anchor = (await rotation.old.audit.verify(SYSTEM, rotation.place.tenant.id)).anchor
    await rotation.note()
    await rotation.seal(rotation.both)
    assert await older(rotation.both)
    done = await reseal(rotation.both)
    assert (done.signing_keys, done.audits, done.refused) == (1, 2, ())
    assert done.events > 0
    assert not await older(rotation.both)
    await rotation.seal(rotation.new)
    verdict = await rotation.new.audit.verify(SYSTEM, rotation.place.tenant.id, anchor=anchor)
    assert verdict.is_intact
    assert (await rotation.new.audit.platform_verify(SYSTEM)).is_intact
    (key, *_) = await rotation.place.store.tenant(rotation.place.tenant.id).signing_keys.all()
    assert open_signing_key(key, rotation.place.tenant.id, rotation.new.resealing._context.master_keys)


async def test_the_platform_s_audit_tells_of_it(rotation: Rotation) -> None:
    """For each audit and tenant what was renewed; a second time there is nothing to do or to tell."""
    await reseal(rotation.both)
    query = AuditQuery(types=frozenset({AuditType.SEAL_RENEWED}))
    told = (await rotation.place.store.platform.audit.page(EVERYTHING, query)).items
    assert {event.target: dict(event.details) for event in told} == {
        "platform": {"segments": 1},
        rotation.place.tenant.id: {"segments": len(rotation.tables.audit_segments), "signing_keys": 1},
    }
    assert await reseal(rotation.both) == Resealed()
    assert len((await rotation.place.store.platform.audit.page(EVERYTHING, query)).items) == len(told)


@pytest.mark.case("R15")
async def test_without_it_the_old_key_is_missed(rotation: Rotation) -> None:
    """Verifying says which key it was, and nothing is sealed over what nobody can check."""
    found = await rotation.finding(rotation.new)
    assert found is not None
    assert (found.damage, found.id) == (Damage.UNVERIFIABLE, rotation.old.resealing._context.master_keys.key_id)
    assert found.id in found.sentence
    await rotation.note()
    rotation.place.runtime.advance(DUE)
    assert set((await rotation.new.sealing.seal_all(FOREVER)).refused) == {"", rotation.place.tenant.id}
    done = await reseal(rotation.new)
    assert (done.signing_keys, done.audits) == (0, 0)
    assert [tenant_id for tenant_id, _ in done.refused] == ["", *[rotation.place.tenant.id] * 2]
    assert await rotation.finding(rotation.both) is None


@pytest.mark.case("L5")
@pytest.mark.parametrize("what", ["an event", "a removed event", "a segment", "a removed segment", "the head"])
async def test_what_was_damaged_is_not_made_to_fit(rotation: Rotation, what: str) -> None:
    """The audit keeps its old MACs, and what was found before is found afterwards."""
    tables = rotation.tables
    before = dict(tables.audit_segments), dict(tables.audit_heads)
    first_id = min(tables.audit_segments)
    event = tables.audit[first_id]
    match what:
        case "an event":
            tables.audit[event.id] = replace(event, target="another")
        case "a removed event":
            del tables.audit[event.id]
        case "a segment":
            segment = tables.audit_segments[first_id]
            tables.audit_segments[first_id] = replace(segment, terms=segment.terms + b"abc")
        case "a removed segment":
            del tables.audit_segments[first_id]
        case _:
            tables.audit_heads[""] = replace(tables.audit_heads[""], number=1)
    damaged = dict(tables.audit_segments), dict(tables.audit_heads)
    found = await rotation.finding(rotation.both)
    assert found is not None
    done = await reseal(rotation.both)
    assert done.refused == ((rotation.place.tenant.id, found.sentence),)
    assert done.audits == 1, "the platform's"
    assert (tables.audit_segments, tables.audit_heads) == damaged != before or what in {"an event", "a removed event"}
    assert await rotation.finding(rotation.both) == found
    assert await older(rotation.both)


@pytest.mark.case("L5")
async def test_a_mac_is_renewed_over_what_it_was_made_over(rotation: Rotation) -> None:
    """Even an older version of a segment, whose MAC fits, becomes no other: the chain does not go through it."""
    tables = rotation.tables
    older_version = tables.audit_segments[max(tables.audit_segments)]
    await rotation.note()
    await rotation.seal(rotation.old)
    tables.audit_segments[older_version.first_id] = older_version
    found = await rotation.finding(rotation.both)
    assert found is not None
    await reseal(rotation.both)
    assert tables.audit_segments[older_version.first_id] == older_version
    assert await rotation.finding(rotation.both) == found


@pytest.mark.case("R15")
async def test_a_signing_key_that_does_not_open_stays(rotation: Rotation) -> None:
    """And is told; retired keys are never opened again."""
    (kid,) = rotation.tables.signing_keys
    key = rotation.tables.signing_keys[kid]
    rotation.tables.signing_keys[kid] = replace(key, sealed_private=key.sealed_private[:-1] + b"\0")
    done = await reseal(rotation.both)
    ((tenant_id, sentence),) = done.refused
    assert (tenant_id, kid in sentence, done.audits) == (rotation.place.tenant.id, True, 2)
    rotation.tables.signing_keys[kid] = replace(key, status=KeyStatus.RETIRED)
    assert (await reseal(rotation.both)).refused == ()
    assert rotation.tables.signing_keys[kid].sealed_private == key.sealed_private


async def test_an_interrupted_run_is_begun_again(rotation: Rotation) -> None:
    async for step in rotation.both.resealing.run(SYSTEM):
        if step.audits:
            break
    assert await older(rotation.both)
    assert await rotation.finding(rotation.both) is None
    await reseal(rotation.both)
    assert not await older(rotation.both)


async def test_what_is_sealed_meanwhile_is_so_under_the_new_key(
    rotation: Rotation,
) -> None:
    """While the audit is verified, or after that."""
    sealed = 0
    async for step in rotation.both.resealing.run(SYSTEM):
        if step.audits == 1 and sealed < 2:
            await rotation.note()
            await rotation.seal(rotation.both)
            sealed += 1
    assert sealed == 2
    assert not await older(rotation.both)
    assert await rotation.finding(rotation.new) is None


async def test_seals_of_before_keys_had_names_are_known(rotation: Rotation) -> None:
    """A MAC of 32 bytes fits under any of the keys, and is renewed like all others."""
    tables = rotation.tables
    tables.audit_heads[""] = replace(tables.audit_heads[""], mac=tables.audit_heads[""].mac[8:])
    for first_id, segment in tables.audit_segments.items():
        tables.audit_segments[first_id] = replace(segment, mac=segment.mac[8:])
    assert await rotation.finding(rotation.both) is None
    await reseal(rotation.both)
    assert await rotation.finding(rotation.new) is None


@pytest.mark.case("J4")
async def test_only_the_system_seals_anew(rotation: Rotation) -> None:
    with pytest.raises(Denied):
        await anext(rotation.both.resealing.run(await rotation.place.actor(rotation.place.owner)))


async def test_the_health_of_a_deployment_says_which_keys_it_needs(rotation: Rotation) -> None:
    async def check(management: Management) -> tuple[bool, str]:
        health = await management.system.health(SYSTEM)
        (found,) = [check for check in health.checks if check.name == "older_master_keys"]
        return found.is_fine, found.finding

    assert await check(rotation.old) == (True, "Nothing needs another master key than the active one.")
    is_fine, finding = await check(rotation.both)
    assert (is_fine, "opentrusty key reseal" in finding) == (False, True)
    is_fine, finding = await check(rotation.new)
    assert (is_fine, "not configured" in finding) == (False, True)
    await reseal(rotation.both)
    assert (await check(rotation.new))[0]
