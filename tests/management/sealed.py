"""An audit that is sealed in small segments, on a SQLite file that a stranger can get at."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Origin
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.verdict import Anchor, Verdict
from opentrusty_core.management import Management
from opentrusty_core.management.seal import LAG
from opentrusty_core.storage import Store
from opentrusty_core.stores import open_store
from tests.management.place import SYSTEM, make_management
from tests.support.runtime import FakeRuntime

FOREVER = float("inf")
DUE = LAG + timedelta(milliseconds=1)
"""After this long, all that was written is due to be sealed."""
ENTROPY = FakeRuntime(seed="sealed").token_bytes
KEYS = MasterKeys.parse(MasterKeys.generate(ENTROPY), ENTROPY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The database with its one tenant, whose sealed events and segments are known; `waiting` is not sealed yet."""

    path: Path
    runtime: FakeRuntime
    tenant_id: str
    event_ids: tuple[str, ...]
    segments: tuple[tuple[str, ...], ...]
    waiting: str

    @contextmanager
    def copied(self) -> Iterator[Sealed]:
        """A copy to do something to."""
        path = self.path.with_name(f"{self.path.name}.copy")
        shutil.copy(self.path, path)
        try:
            yield Sealed(
                path=path,
                runtime=self.runtime,
                tenant_id=self.tenant_id,
                event_ids=self.event_ids,
                segments=self.segments,
                waiting=self.waiting,
            )
        finally:
            path.unlink()

    def tamper(self, *statements: tuple[str, tuple[object, ...]], before: Path | None = None) -> None:
        """Run statements behind the application's back; `before` is another database that they may read."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            if before is not None:
                connection.execute("ATTACH ? AS before", (str(before),))
            for sql, values in statements:
                connection.execute(sql, values)

    async def verdict(self, anchor: Anchor | None = None) -> Verdict:
        """What verifying the tenant's audit says now."""
        async with managed(self.path, self.runtime) as (management, _):
            return await management.audit.verify(SYSTEM, self.tenant_id, anchor=anchor)


@asynccontextmanager
async def managed(path: Path, runtime: FakeRuntime) -> AsyncIterator[tuple[Management, Store]]:
    """The use cases over the file, under the one master key."""
    store = open_store(f"sqlite:///{path}")
    try:
        yield make_management(store, runtime, KEYS), store
    finally:
        await store.close()


async def write(store: Store, tenant_id: str, runtime: FakeRuntime, count: int) -> None:
    """Events of all kinds, a second apart."""
    for number in range(count):
        runtime.advance(seconds=1)
        event = AuditEvent(
            id=runtime.new_id(),
            at=runtime.now(),
            type=AuditType.SIGN_IN if number % 2 else AuditType.TOKEN_ISSUED,
            actor_kind=ActorKind.USER,
            actor_id=f"user-{number % 3}",
            target=f"target-{number}",
            client_id="web",
            origin=Origin(ip="192.0.2.1", user_agent="a browser"),
            details={"grant_type": "refresh_token"} if number % 2 == 0 else {},
        )
        await store.tenant(tenant_id).audit.append(event)


async def make_sealed(path: Path) -> Sealed:
    """Fourteen events in segments of at most four: three full ones, and one that has grown to two."""
    runtime = FakeRuntime()
    async with managed(path, runtime) as (management, store):
        await store.migrate()
        tenant_id = (await management.tenants.create(SYSTEM, "acme")).id  # two events
        await write(store, tenant_id, runtime, 11)
        runtime.advance(DUE)
        await management.sealing.seal_all(FOREVER)
        await write(store, tenant_id, runtime, 1)
        runtime.advance(DUE)
        await management.sealing.seal_all(FOREVER)
        await write(store, tenant_id, runtime, 1)
        seals = store.tenant(tenant_id).seals
        segments = tuple(segment.event_ids for segment in (await seals.page(PageRequest())).items)
        (waiting,) = await seals.written(segments[-1][-1], "~", 10)
    return Sealed(
        path=path,
        runtime=runtime,
        tenant_id=tenant_id,
        event_ids=tuple(id_ for segment in segments for id_ in segment),
        segments=segments,
        waiting=waiting.id,
    )
