"""The use cases over real databases: what they promise together holds there too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest

from opentrusty_core.crypto.envelope import MasterKeys, WrongMasterKey
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.user_import import LineOutcome
from opentrusty_core.errors import Conflict, NotFound, StoreUnavailable
from opentrusty_core.management import Bootstrapped, ImportFormat, check_master_keys, import_run
from opentrusty_core.storage import Store
from opentrusty_core.stores import open_store
from tests.management.place import EVERYTHING, SYSTEM, Place, make_management, make_place
from tests.management.sealed import DUE
from tests.support.runtime import FakeRuntime


@pytest.fixture(params=["sqlite", "postgres"])
async def servers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Two servers' stores on one database."""
    postgres = request.param == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path / 'x.db'}"
    one, other = open_store(url), open_store(url)
    await one.migrate()
    yield one, other
    await one.close()
    await other.close()


@pytest.fixture
async def place(servers: tuple[Store, Store], runtime: FakeRuntime, master_keys: MasterKeys) -> Place:
    management = make_management(servers[0], runtime, master_keys)
    return await make_place(management, servers[0], runtime, "acme")


@pytest.mark.case("J7")
async def test_of_racing_bootstraps_on_two_servers_one_succeeds(
    servers: tuple[Store, Store], master_keys: MasterKeys
) -> None:
    made: list[Bootstrapped] = []

    async def race(number: int) -> None:
        management = make_management(servers[number % 2], FakeRuntime(seed=str(number)), master_keys)
        with suppress(Conflict, StoreUnavailable):  # too late, or tired of waiting for the one who was not
            made.append(await management.bootstrap.first_administrator(SYSTEM, f"admin-{number}"))

    async with anyio.create_task_group() as group:
        for number in range(16):
            group.start_soon(race, number)
    assert len(made) == 1
    management = make_management(servers[0], FakeRuntime(), master_keys)
    (holder,) = (await management.roles.platform_holders(SYSTEM, PLATFORM_ADMIN.name, EVERYTHING)).items
    users = await management.users.page(SYSTEM, made[0].tenant.id, EVERYTHING)
    assert [user.id for user in users.items] == [made[0].user.id] == [holder.principal.id]


@pytest.mark.case("J7")
async def test_of_two_owners_who_leave_on_two_servers_at_once_one_stays(
    servers: tuple[Store, Store], place: Place, master_keys: MasterKeys
) -> None:
    await place.management.roles.assign(SYSTEM, place.tenant.id, Principal.user(place.plain.id), TENANT_OWNER.name)

    async def leave(store: Store, user_id: str) -> None:
        management = make_management(store, FakeRuntime(seed=user_id), master_keys)
        with suppress(Conflict):
            await management.users.disable(SYSTEM, place.tenant.id, user_id)

    async with anyio.create_task_group() as group:
        group.start_soon(leave, servers[0], place.owner.id)
        group.start_soon(leave, servers[1], place.plain.id)
    holders = (await place.management.roles.holders(SYSTEM, place.tenant.id, TENANT_OWNER.name, EVERYTHING)).items
    owners = [await place.management.users.get(SYSTEM, place.tenant.id, holder.principal.id) for holder in holders]
    assert any(owner.is_active for owner in owners)


@pytest.mark.case("J7")
async def test_of_two_owners_by_group_who_leave_on_two_servers_at_once_one_stays(
    servers: tuple[Store, Store], place: Place, master_keys: MasterKeys
) -> None:
    """One is put out of the group, the other disabled."""
    management, tenant_id = place.management, place.tenant.id
    group = await management.groups.create(SYSTEM, tenant_id, {"name": "Owners"})
    await management.groups.add_members(SYSTEM, tenant_id, group.id, [place.plain.id, place.admin.id])
    await management.roles.assign(SYSTEM, tenant_id, Principal.group(group.id), TENANT_OWNER.name)
    await management.roles.revoke(SYSTEM, tenant_id, Principal.user(place.owner.id), TENANT_OWNER.name)
    other = make_management(servers[1], FakeRuntime(seed="other"), master_keys)

    async def leave(leaving: Awaitable[object]) -> None:
        with suppress(Conflict):
            await leaving

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(leave, management.groups.remove_member(SYSTEM, tenant_id, group.id, place.plain.id))
        tasks.start_soon(leave, other.users.disable(SYSTEM, tenant_id, place.admin.id))
    members = (await management.groups.members(SYSTEM, tenant_id, group.id, EVERYTHING)).items
    assert [member.user for member in members if member.user.is_active]


@pytest.mark.case("J1")
async def test_who_is_given_a_role_while_it_is_removed_does_not_keep_it(
    servers: tuple[Store, Store], place: Place, master_keys: MasterKeys
) -> None:
    """Neither is a namesake made later theirs."""
    other, tenant_id = make_management(servers[1], FakeRuntime(seed="other"), master_keys), place.tenant.id
    users = [Principal.user(it.id) for it in (place.owner, place.admin, place.plain)]
    for _ in range(5):
        await place.management.custom_roles.create(SYSTEM, tenant_id, "helper", {})

        async def give(user: Principal) -> None:
            with suppress(NotFound):
                await other.roles.assign(SYSTEM, tenant_id, user, "helper")

        async with anyio.create_task_group() as tasks:
            for user in users:
                tasks.start_soon(give, user)
            tasks.start_soon(partial(place.management.custom_roles.delete, SYSTEM, tenant_id, "helper", force=True))
        await place.management.custom_roles.create(SYSTEM, tenant_id, "helper", {})
        holders = await place.management.roles.holders(SYSTEM, tenant_id, "helper", EVERYTHING)
        assert holders.items == ()
        await place.management.custom_roles.delete(SYSTEM, tenant_id, "helper")


@pytest.mark.case("D7")
async def test_a_disabled_user_holds_nothing_any_more(servers: tuple[Store, Store], place: Place) -> None:
    session = await place.session(place.plain)
    grant = await place.grant(place.plain, session, "offline_access")
    await place.management.users.disable(SYSTEM, place.tenant.id, place.plain.id)
    repos, now = servers[1].tenant(place.tenant.id), place.runtime.now()
    seen, left = await repos.sessions.get(session.id), await repos.grants.get(grant.id)
    assert seen is None or not seen.is_live(now)
    assert left is None or not left.is_live(now)


@pytest.mark.case("R14")
async def test_racers_on_two_servers_make_one_key(
    servers: tuple[Store, Store], place: Place, master_keys: MasterKeys
) -> None:
    managements = [make_management(store, FakeRuntime(seed=str(store)), master_keys) for store in servers]
    kids: set[str] = set()

    async def race(number: int) -> None:
        kids.add((await managements[number % 2].keys.ensure_active(place.tenant.id, "RS256")).kid)

    async with anyio.create_task_group() as group:
        for number in range(32):
            group.start_soon(race, number)
    assert len(kids) == 1


async def test_keys_rotate_retire_and_are_maintained(servers: tuple[Store, Store], place: Place) -> None:
    keys = place.management.keys
    (first,) = await keys.list(SYSTEM, place.tenant.id)
    successor = await keys.rotate(SYSTEM, place.tenant.id, "ES256")
    await keys.retire(SYSTEM, place.tenant.id, first.kid)
    report = await place.management.maintenance.maintain()
    assert (report.finished, report.keys_made) == (True, 1)
    status = {key.kid: key.status for key in await keys.list(SYSTEM, place.tenant.id)}
    assert (status[first.kid], status[successor.kid]) == (KeyStatus.RETIRED, KeyStatus.ACTIVE)
    async with servers[1].exclusive("maintenance") as alone:
        assert alone
        assert not (await place.management.maintenance.maintain()).ran


async def test_what_is_written_is_read_back_whole(servers: tuple[Store, Store], place: Place) -> None:
    """Records go through both databases unchanged, and an old reading is a conflict on the other server."""
    claims = {"name": "Zoë 🦉", "address": {"country": "SE"}, "phone_number_verified": False}
    management, ids = place.management, (place.tenant.id, place.plain.id)
    user = await management.users.update(SYSTEM, *ids, {"claims": claims}, version=1)
    other = make_management(servers[1], place.runtime)
    assert await other.users.get(SYSTEM, *ids) == user
    assert await other.clients.get(SYSTEM, place.tenant.id, "web") == await management.clients.get(
        SYSTEM, place.tenant.id, "web"
    )
    assert await other.tenants.find(SYSTEM, "acme") == place.tenant
    with pytest.raises(Conflict):
        await other.users.update(SYSTEM, *ids, {"username": "x"}, version=1)


@pytest.mark.case("R15")
async def test_racing_servers_agree_on_one_master_key(servers: tuple[Store, Store], runtime: FakeRuntime) -> None:
    keys = [MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes) for _ in range(8)]
    started: list[str] = []

    async def start(number: int) -> None:
        with suppress(WrongMasterKey):
            await check_master_keys(servers[number % 2], keys[number])
            started.append(keys[number].key_id)

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(start, number)
    assert len(started) == 1


async def test_an_import_is_written_batch_by_batch(
    servers: tuple[Store, Store], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users, passwords, roles and events of a batch together; another server sees them, and the same file again changes
    nothing.
    """
    monkeypatch.setattr(import_run, "BATCH", 40)
    lines = [
        {
            "username": f"user-{n}",
            "email": f"u{n}@x.example",
            "name": f"Jürgen {n}",
            "roles": ["tenant_auditor"] * (n < 2),
        }
        for n in range(100)
    ]
    lines[7]["email"] = "pat@acme.example"

    async def run() -> dict[LineOutcome, int]:
        async def upload() -> AsyncIterator[bytes]:
            yield "\n".join(json.dumps(line) for line in lines).encode()

        imports = place.management.user_imports
        steps = [it async for it in imports.run(SYSTEM, place.tenant.id, upload(), ImportFormat.JSONL)]
        assert len(steps) == 3
        return dict(steps[-1].totals)

    assert await run() == {
        LineOutcome.CREATED: 99,
        LineOutcome.UPDATED: 0,
        LineOutcome.SKIPPED: 0,
        LineOutcome.REFUSED: 1,
    }
    users = make_management(servers[1], place.runtime).users
    assert await users.count(SYSTEM, place.tenant.id, search="jurgen") == 99
    found = await place.management.roles.holders(SYSTEM, place.tenant.id, "tenant_auditor", EVERYTHING)
    assert len(found.items) == 2
    assert await run() == {
        LineOutcome.CREATED: 0,
        LineOutcome.UPDATED: 0,
        LineOutcome.SKIPPED: 99,
        LineOutcome.REFUSED: 1,
    }


async def test_a_database_tells_its_schema_its_time_and_what_waits(place: Place) -> None:
    await place.session(place.plain)
    await place.management.maintenance.maintain()
    place.runtime.advance(days=3)
    found = await place.management.system.health(SYSTEM)
    assert found.schema is not None
    assert found.schema[:4].isdecimal()
    assert found.backlog["sessions"] == 1
    assert found.last_maintenance is not None
    assert found.keys.active == 2
    (clock,) = [check for check in found.checks if check.name == "clock"]
    assert not clock.is_fine, "the clock of the tests stands in another month than the database's"


async def test_what_of_the_audit_has_had_its_time_goes(place: Place) -> None:
    """What is left verifies."""
    for _ in range(2):
        place.runtime.advance(DUE)
        await place.management.audit.seal(SYSTEM)
    await place.management.tenants.configure(SYSTEM, place.tenant.id, {"audit_days": 30})
    place.runtime.advance(timedelta(days=32))  # and still before the database's clock
    report = await place.management.maintenance.maintain()
    assert report.purged["audit_events"] > 0
    verdict = await place.management.audit.verify(SYSTEM, place.tenant.id)
    assert (verdict.is_intact, verdict.expired_segments) == (True, 1)
    assert (await place.management.audit.platform_verify(SYSTEM)).is_intact


async def test_what_came_late_is_accepted_and_a_new_master_key_takes_over(
    place: Place, servers: tuple[Store, Store], master_keys: MasterKeys
) -> None:
    """On a database as in memory: both end with an audit that verifies."""
    runtime, tenant_id = place.runtime, place.tenant.id
    late = AuditEvent(id=runtime.new_id(), at=runtime.now(), type=AuditType.USER_UPDATED, target="late")
    runtime.advance(seconds=1)
    await place.management.users.create(SYSTEM, tenant_id, {"username": "nina"})
    for _ in range(2):
        runtime.advance(DUE)
        await place.management.audit.seal(SYSTEM)
    await servers[1].tenant(tenant_id).audit.append(late)
    assert not (await place.management.audit.verify(SYSTEM, tenant_id)).is_intact
    await place.management.audit.accept(SYSTEM, tenant_id, late.id, "The clock was slow")
    assert (await place.management.audit.verify(SYSTEM, tenant_id)).is_intact
    page = await place.management.audit.page(SYSTEM, tenant_id, EVERYTHING, AuditQuery(target="late"))
    assert late in page.items
    seen = [step async for step in make_management(servers[1], runtime, master_keys).resealing.run(SYSTEM)]
    assert (seen[-1].audits, seen[-1].refused) == (0, ())
    both = MasterKeys((bytes(range(32)), *master_keys._keys), runtime.token_bytes)
    management = make_management(servers[1], runtime, both)
    seen = [step async for step in management.resealing.run(SYSTEM)]
    assert (seen[-1].signing_keys, seen[-1].audits, seen[-1].refused) == (1, 2, ())
    alone = make_management(servers[0], runtime, MasterKeys((bytes(range(32)),), runtime.token_bytes))
    assert (await alone.audit.verify(SYSTEM, tenant_id)).is_intact
    assert (await alone.audit.platform_verify(SYSTEM)).is_intact
    runtime.advance(DUE)
    assert (await alone.audit.seal(SYSTEM)).refused == ()
