"""Searching an audit gives what looking at every event would give, sealed or not, from either end, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin, Outcome
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.management import growing
from opentrusty_core.management.seal import LAG
from opentrusty_core.stores.sql.repositories import audit
from opentrusty_core.stores.sql.store import SqlStore
from tests.management.place import SYSTEM, make_management
from tests.support.runtime import FakeRuntime

T = TypeVar("T")
TYPES = [
    AuditType.SIGN_IN,
    AuditType.TOKEN_ISSUED,
    AuditType.USER_CREATED,
    AuditType.KEY_CHANGED,
    AuditType.CODE_ISSUED,
]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of ten events, and statements that look at little."""
    monkeypatch.setattr(growing, "MAX_EVENTS", 10)
    monkeypatch.setattr(audit, "_SCAN", 7)
    monkeypatch.setattr(audit, "_SEGMENTS", 2)


class Dice:
    """Choices that are the same in every run."""

    def __init__(self) -> None:
        self._entropy = FakeRuntime(seed="dice").token_bytes

    def below(self, end: int) -> int:
        """A number."""
        return int.from_bytes(self._entropy(4)) % end

    def one_of(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self.below(len(options))]


def an_event(runtime: FakeRuntime, dice: Dice) -> AuditEvent:
    """Something that happened, with few different values, so that much fits a query, and little."""
    return AuditEvent(
        id=runtime.new_id(),
        at=runtime.now(),
        type=dice.one_of(TYPES),
        outcome=dice.one_of(list(Outcome)),
        actor_id=dice.one_of([None, "u1", "u2", f"u{dice.below(50)}"]),
        target=dice.one_of([None, f"t{dice.below(50)}"]),
        client_id=dice.one_of([None, "web", "app", f"c{dice.below(20)}"]),
        origin=Origin(ip=dice.one_of([None, f"192.0.2.{dice.below(20)}"])),
    )


def queries(events: list[AuditEvent], dice: Dice) -> Iterator[AuditQuery]:
    """Each field alone, two together, with a time and without, and what nothing fits."""
    some = [dice.one_of(events) for _ in range(12)]
    for event in some:
        alone = [
            AuditQuery(types=frozenset({event.type})),
            AuditQuery(types=frozenset({event.type, *(dice.one_of(TYPES) for _ in range(dice.below(5)))})),
            AuditQuery(outcome=event.outcome),
            AuditQuery(actor_id=event.actor_id or "nobody"),
            AuditQuery(target=event.target or "nothing"),
            AuditQuery(client_id=event.client_id or "none"),
            AuditQuery(ip=event.origin.ip or "192.0.2.255"),
        ]
        yield dice.one_of(alone)
        yield replace(dice.one_of(alone), outcome=event.outcome, since=dice.one_of(some).at)
        yield replace(dice.one_of(alone), until=event.at, since=event.at - timedelta(seconds=dice.below(100)))
    yield AuditQuery(types=frozenset(AuditType), actor_id="u1")
    yield AuditQuery(actor_id="\0")
    yield AuditQuery(target="\ud800")


@pytest.mark.parametrize("sealed", [0, 150, 300])
async def test_what_fits_is_found_and_nothing_else(sql_store: SqlStore, small: None, sealed: int) -> None:
    runtime, dice = FakeRuntime(), Dice()
    management = make_management(sql_store, runtime)
    tenant = await management.tenants.create(SYSTEM, "acme")
    repos = sql_store.tenant(tenant.id)
    for number in range(300):
        if number == sealed:
            runtime.advance(LAG)
            await management.audit.seal(SYSTEM)
        await repos.audit.append(an_event(runtime, dice))
        runtime.advance(seconds=dice.one_of([0, 1, 10]), milliseconds=1)
    if sealed == 300:
        runtime.advance(LAG)
        await management.audit.seal(SYSTEM)
    events = [await repos.audit.get(it.id) for it in await repos.seals.written("", "~", 1000)]
    everything = [event for event in events if event is not None]
    assert len(everything) > 300
    for query in queries(everything, dice):
        expected = [event for event in everything if query.fits(event)]
        for descending in (False, True):
            wanted = expected[::-1] if descending else expected
            for limit in (3, 1000):
                found: list[AuditEvent] = []
                after: str | None = None
                while True:
                    request = PageRequest(limit=limit, after=after)
                    page = await repos.audit.page(request, query, descending=descending)
                    found += page.items
                    after = page.next_after
                    if after is None:
                        break
                    assert len(page.items) == limit
                assert found == wanted, query
