"""Whatever was done to a sealed audit behind the application's back, verifying names the first thing that it was done
to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.domain.seal import ORIGIN, digest, linked
from opentrusty_core.domain.statistics import Counted
from opentrusty_core.domain.verdict import Anchor, Damage, Finding, Part, Verdict
from opentrusty_core.management import growing
from opentrusty_core.management.seal import Seal
from opentrusty_core.stores.sql.rows import SEGMENT
from tests.management.place import EVERYTHING, SYSTEM, Place, make_management
from tests.management.sealed import DUE, FOREVER, KEYS, Sealed, make_sealed, managed, write
from tests.support.management import in_thread
from tests.support.runtime import FakeRuntime

case = pytest.mark.case

EVENT_COLUMNS = ("at", "type", "outcome", "actor_id", "target", "client_id", "ip", "document")
SEGMENT_COLUMNS = tuple(column for column in SEGMENT.columns if column != "first_id")
HEAD_COLUMNS = ("number", "first_number", "last_id", "chain", "reached_at", "mac")
EVENTS, SEGMENTS = 14, 4

INSERT_COPY = """
INSERT OR IGNORE INTO audit_events (tenant_id, id, at, type, outcome, document)
SELECT tenant_id, ?, at, type, outcome, document FROM audit_events WHERE id = ?
"""
SET_HEAD_BACK = """
UPDATE audit_heads SET (number, last_id, chain) = (
    SELECT number, last_id, chain_after FROM audit_segments WHERE number < ? ORDER BY number DESC LIMIT 1
) WHERE ? > 1
"""
TAKE_SEGMENT = f"""
UPDATE audit_segments SET ({", ".join(SEGMENT_COLUMNS)}) = (
    SELECT {", ".join(SEGMENT_COLUMNS)} FROM before.audit_segments o
     WHERE o.tenant_id = audit_segments.tenant_id AND o.number = ?
) WHERE tenant_id = ? AND first_id = (SELECT first_id FROM before.audit_segments WHERE tenant_id = ? AND number = ?)
"""

events = st.integers(0, EVENTS - 1)
segments = st.integers(1, SEGMENTS)


@pytest.fixture(scope="module")
def sealed() -> Iterator[Sealed]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "MAX_EVENTS", 4)
        made = anyio.run(make_sealed, Path(folder) / "sealed.db")
        assert [len(segment) for segment in made.segments] == [4, 4, 4, 2]
        yield made


def verdict_of(tampered: Sealed) -> Verdict:
    return anyio.run(tampered.verdict)


def found(tampered: Sealed) -> tuple[Damage, Part, str]:
    finding = verdict_of(tampered).finding
    assert finding is not None
    return finding.damage, finding.part, finding.id


def changed(column: str) -> str:
    """SQL for another value of a column."""
    if column in {"at", "number", "first_number"} or column.endswith("_at"):
        return f"{column} + 1"
    if column == "mac":  # but for the name of its key
        return "CAST(substr(mac, 1, 39) || 'x' AS BLOB)"
    if column in {"chain_before", "chain_after", "digests", "chain", "terms"}:
        return f"CAST(substr({column}, 2) || 'x' AS BLOB)"
    return f"coalesce({column}, '') || ' x'"


def test_what_nobody_touched_is_intact(sealed: Sealed) -> None:
    verdict = verdict_of(sealed)
    assert (verdict.is_intact, verdict.events, verdict.segments) == (True, EVENTS, SEGMENTS)
    assert verdict.anchor is not None
    assert verdict.anchor.event_id == sealed.event_ids[-1]
    assert verdict.unsealed_since is not None


@case("L5")
@given(event=events, column=st.sampled_from(EVENT_COLUMNS))
def test_an_edited_event_is_named(sealed: Sealed, event: int, column: str) -> None:
    id_ = sealed.event_ids[event]
    with sealed.copied() as copy:
        copy.tamper((f"UPDATE audit_events SET {column} = {changed(column)} WHERE id = ?", (id_,)))
        assert found(copy) == (Damage.EDITED, Part.EVENT, id_)


@case("L5")
@given(event=events)
def test_a_removed_event_is_named(sealed: Sealed, event: int) -> None:
    with sealed.copied() as copy:
        copy.tamper(("DELETE FROM audit_events WHERE id = ?", (sealed.event_ids[event],)))
        assert found(copy) == (Damage.REMOVED, Part.EVENT, sealed.event_ids[event])


@case("L5")
@given(event=events, before=st.booleans())
def test_an_inserted_event_is_named(sealed: Sealed, event: int, before: bool) -> None:
    """Wherever it is put among what is sealed; what comes after that waits to be sealed, like all that is new."""
    id_ = sealed.event_ids[event]
    forged = id_[:-1] if before else f"{id_}0"
    with sealed.copied() as copy:
        copy.tamper(
            (
                INSERT_COPY,
                (forged, id_),
            )
        )
        if event == EVENTS - 1 and not before:
            assert verdict_of(copy).is_intact
        else:
            assert found(copy) == (Damage.INSERTED, Part.EVENT, forged)


@case("L5")
@given(pair=st.lists(events, min_size=2, max_size=2, unique=True))
def test_of_two_events_that_changed_places_the_first_is_named(sealed: Sealed, pair: list[int]) -> None:
    one, other = (sealed.event_ids[event] for event in sorted(pair))
    rename = "UPDATE audit_events SET id = ? WHERE id = ?"
    with sealed.copied() as copy:
        copy.tamper((rename, ("~", one)), (rename, (one, other)), (rename, (other, "~")))
        assert found(copy) == (Damage.EDITED, Part.EVENT, one)


@case("L5")
@given(event=events, with_seal=st.booleans(), with_head=st.booleans())
def test_a_cut_at_the_end_is_named(sealed: Sealed, event: int, with_seal: bool, with_head: bool) -> None:
    """Whether its seal is cut off too, or set back, or not."""
    id_ = sealed.event_ids[event]
    first_cut = next(number for number, ids in enumerate(sealed.segments, 1) if id_ <= ids[-1])
    with sealed.copied() as copy:
        copy.tamper(("DELETE FROM audit_events WHERE id >= ?", (id_,)))
        if with_seal:
            copy.tamper(("DELETE FROM audit_segments WHERE last_id >= ?", (id_,)))
        if with_head:
            copy.tamper((SET_HEAD_BACK, (first_cut, first_cut)))
        damage, part, name = found(copy)
        if not with_seal:
            assert (damage, part, name) == (Damage.REMOVED, Part.EVENT, id_)
        elif with_head and first_cut > 1:
            assert (damage, part) == (Damage.EDITED, Part.HEAD)
        else:
            assert (damage, part, name) == (Damage.REMOVED, Part.SEGMENT, str(first_cut))


@case("L5")
@given(number=segments, column=st.sampled_from(SEGMENT_COLUMNS))
def test_an_edited_segment_is_named(sealed: Sealed, number: int, column: str) -> None:
    with sealed.copied() as copy:
        where = "WHERE tenant_id = ? AND number = ?"
        copy.tamper((f"UPDATE audit_segments SET {column} = {changed(column)} {where}", (copy.tenant_id, number)))
        assert found(copy) == (Damage.EDITED, Part.SEGMENT, str(number))


@case("L5")
@given(number=segments)
def test_a_removed_segment_is_named(sealed: Sealed, number: int) -> None:
    with sealed.copied() as copy:
        copy.tamper(("DELETE FROM audit_segments WHERE tenant_id = ? AND number = ?", (copy.tenant_id, number)))
        assert found(copy) == (Damage.REMOVED, Part.SEGMENT, str(number))


@case("L5")
@given(pair=st.lists(segments, min_size=2, max_size=2, unique=True))
def test_of_two_segments_that_changed_places_the_first_is_named(sealed: Sealed, pair: list[int]) -> None:
    one, other = pair
    tenant = sealed.tenant_id
    with sealed.copied() as copy:
        copy.tamper(
            (TAKE_SEGMENT, (one, tenant, tenant, other)),
            (TAKE_SEGMENT, (other, tenant, tenant, one)),
            before=sealed.path,
        )
        damage, part, name = found(copy)
        assert (damage, part, name) == (Damage.EDITED, Part.SEGMENT, str(min(pair)))


@case("L5")
@pytest.mark.parametrize("column", HEAD_COLUMNS)
def test_an_edited_head_is_found(sealed: Sealed, column: str) -> None:
    with sealed.copied() as copy:
        where = "WHERE tenant_id = ?"
        copy.tamper((f"UPDATE audit_heads SET {column} = {changed(column)} {where}", (copy.tenant_id,)))
        assert found(copy) == (Damage.EDITED, Part.HEAD, "")


@case("L5")
@pytest.mark.parametrize("also", [(), ("audit_segments",), ("audit_segments", "audit_events")])
def test_a_removed_head_is_found(sealed: Sealed, also: tuple[str, ...]) -> None:
    """With all segments, and with all events too: the platform's audit remembers that there was a seal."""
    with sealed.copied() as copy:
        for table in ("audit_heads", *also):
            copy.tamper((f"DELETE FROM {table} WHERE tenant_id = ?", (copy.tenant_id,)))
        assert found(copy) == (Damage.REMOVED, Part.HEAD, "")


@case("L5")
@given(data=st.data())
def test_several_things_at_once_are_found(sealed: Sealed, data: st.DataObject) -> None:
    """Whatever the first is: all is not as it was sealed."""
    kinds = st.sampled_from(["edit", "remove", "insert", "edit segment", "remove segment", "edit head"])
    with sealed.copied() as copy:
        for kind in data.draw(st.lists(kinds, min_size=2, max_size=5)):
            id_, number = sealed.event_ids[data.draw(events)], data.draw(segments)
            of_segment = (copy.tenant_id, number)
            copy.tamper(
                {
                    "edit": ("UPDATE audit_events SET target = coalesce(target, '') || 'x' WHERE id = ?", (id_,)),
                    "remove": ("DELETE FROM audit_events WHERE id = ?", (id_,)),
                    "insert": (INSERT_COPY, (id_[:-1], id_)),
                    "edit segment": (
                        "UPDATE audit_segments SET last_id = last_id || 'x' WHERE tenant_id = ? AND number = ?",
                        of_segment,
                    ),
                    "remove segment": ("DELETE FROM audit_segments WHERE tenant_id = ? AND number = ?", of_segment),
                    "edit head": ("UPDATE audit_heads SET number = number + 1 WHERE tenant_id = ?", (copy.tenant_id,)),
                }[kind]
            )
        assert verdict_of(copy).finding is not None


@case("L5")
@given(event=events, in_our_name=st.booleans())
def test_who_makes_the_seal_fit_lacks_the_key(sealed: Sealed, event: int, in_our_name: bool) -> None:
    """A stranger who edits an event can compute its digest and every link after it, but no MAC: in the name of our key
    it does not fit, and another is not here.
    """
    id_ = sealed.event_ids[event]
    number = next(number for number, ids in enumerate(sealed.segments, 1) if id_ in ids)
    with sealed.copied() as copy:
        copy.tamper(("UPDATE audit_events SET target = 'another' WHERE id = ?", (id_,)))
        anyio.run(_seal_anew, copy, number, in_our_name)
        damage, part, name = found(copy)
        if in_our_name:
            assert (damage, part, name) == (Damage.EDITED, Part.SEGMENT, str(number))
        else:
            assert (damage, part) == (Damage.UNVERIFIABLE, Part.SEGMENT)


async def _seal_anew(copy: Sealed, number: int, in_our_name: bool) -> None:
    """Everything from this segment on, under another master key."""
    runtime = FakeRuntime(seed="a stranger")
    stranger = MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)
    async with managed(copy.path, copy.runtime) as (_, store):
        context = make_management(store, runtime, stranger).sealing._context
        seal, seals = Seal(context, copy.tenant_id), store.tenant(copy.tenant_id).seals
        head = await seals.head()
        assert head is not None
        known, link = head.chain, ORIGIN
        for segment in (await seals.page(EVERYTHING)).items:
            if segment.number >= number:
                written = await seals.written(f"{segment.first_id[:-1]} ", f"{segment.last_id} ", 10)
                digests = b"".join(digest(event.content) for event in written if event.id in segment.event_ids)
                segment = replace(segment, digests=digests, chain_before=link, chain_after=linked(link, digests))
                segment = seal.segment(segment)
                assert segment.is_consistent()
                head = seal.head(replace(head, chain=segment.chain_after))
                if in_our_name:
                    name = bytes.fromhex(KEYS.key_id)
                    segment = replace(segment, mac=name + segment.mac[8:])
                    head = replace(head, mac=name + head.mac[8:])
                assert await seals.seal(segment, head, Counted(), chain=known)
                known = head.chain
            link = segment.chain_after


@case("L5")
def test_a_row_that_cannot_even_be_read_is_named(sealed: Sealed) -> None:
    id_ = sealed.event_ids[6]
    with sealed.copied() as copy:
        copy.tamper(("UPDATE audit_events SET at = 9223372036854775807 WHERE id = ?", (id_,)))
        assert found(copy) == (Damage.EDITED, Part.EVENT, id_)
        copy.tamper(("UPDATE audit_segments SET first_at = 9223372036854775807 WHERE number = 1", ()))
        assert found(copy) == (Damage.EDITED, Part.SEGMENT, "1")
        copy.tamper(("UPDATE audit_heads SET reached_at = 9223372036854775807", ()))
        assert found(copy) == (Damage.EDITED, Part.HEAD, "")


@case("L5")
async def test_an_older_state_is_found_by_who_kept_an_anchor(sealed: Sealed) -> None:
    """Everything set back to how it once was fits together; only what was kept elsewhere tells."""
    with sealed.copied() as older:
        early = (await older.verdict()).anchor
        assert early is not None
        with older.copied() as later:
            async with managed(later.path, later.runtime) as (management, store):
                await write(store, later.tenant_id, later.runtime, 5)
                later.runtime.advance(DUE)
                await management.sealing.seal_all(FOREVER)
            anchor = (await later.verdict(early)).anchor
            assert anchor is not None
            assert anchor.event_id > early.event_id
        assert (await older.verdict(early)).is_intact
        assert (await older.verdict()).is_intact
        finding = (await older.verdict(anchor)).finding
        assert finding is not None
        assert (finding.damage, finding.id) == (Damage.REMOVED, anchor.event_id)
        forged = (await older.verdict(replace(early, chain=bytes(32)))).finding
        assert forged is not None
        assert (forged.damage, forged.part) == (Damage.EDITED, Part.SEGMENT)
        gap = (await older.verdict(replace(early, event_id=f"{older.segments[0][-1]}0"))).finding
        assert gap is not None
        assert gap.damage is Damage.REMOVED
    assert Anchor.parse(str(anchor)) == anchor
    for text in ("", "x", ":" + "0" * 64, "x:" + "g" * 64, "x:00"):
        with pytest.raises(ValueError, match=r"anchor|hexadecimal"):
            Anchor.parse(text)


@case("L5")
async def test_what_nobody_seals_is_found_after_a_day(acme: Place) -> None:
    verify = acme.management.audit.verify
    assert (await verify(SYSTEM, acme.tenant.id)).is_intact
    acme.runtime.advance(days=1, minutes=4)
    assert (await verify(SYSTEM, acme.tenant.id)).is_intact
    acme.runtime.advance(minutes=2)
    finding = (await verify(SYSTEM, acme.tenant.id)).finding
    assert finding is not None
    assert (finding.damage, finding.at) == (Damage.UNSEALED, acme.tenant.created_at)
    assert "2026-01-01 12:00" in finding.sentence


@case("L5")
async def test_a_tenant_without_even_its_creation_is_found(acme: Place) -> None:
    acme.store.tenant(acme.tenant.id).audit._view.database.tenants[acme.tenant.id].audit.clear()  # type: ignore[attr-defined]
    finding = (await acme.management.audit.verify(SYSTEM, acme.tenant.id)).finding
    assert finding is not None
    assert finding.damage is Damage.UNSEALED


async def test_an_empty_platform_s_audit_is_intact(acme: Place) -> None:
    assert (await acme.management.audit.platform_verify(SYSTEM)).is_intact


async def test_verifying_goes_on_while_the_audit_is_sealed(sealed: Sealed) -> None:
    """Sealed between the reading of segments and of the head: what looks wrong is looked at again."""
    with sealed.copied() as copy:
        async with managed(copy.path, copy.runtime) as (management, _):
            done: list[int] = []

            def seal_meanwhile(events: int) -> None:
                if events == EVENTS and not done:
                    done.append(events)
                    copy.runtime.advance(DUE)
                    in_thread(lambda: anyio.run(_seal, copy))

            verdict = await management.audit.verify(SYSTEM, copy.tenant_id, progress=seal_meanwhile)
            assert done
            assert (verdict.finding, verdict.events) == (None, EVENTS + 1)


async def _seal(copy: Sealed) -> None:
    async with managed(copy.path, copy.runtime) as (management, _):
        assert (await management.sealing.seal_all(FOREVER)).events


def test_a_finding_says_in_a_sentence_what_happened() -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    event = Finding(damage=Damage.EDITED, part=Part.EVENT, id="x", at=at)
    assert event.sentence == "The event x, of 2026-01-01 12:00:00 UTC, was edited."
    assert replace(event, at=None, damage=Damage.REMOVED).sentence == "The event x was removed."
    segment = Finding(damage=Damage.REMOVED, part=Part.SEGMENT, id="7")
    assert segment.sentence == "Segment 7 of the seal was removed."
    assert Finding(damage=Damage.REMOVED, part=Part.HEAD).sentence.startswith("The head of the seal was removed:")
