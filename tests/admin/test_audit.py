"""The audit over HTTP: found, shown with names, exported, verified; and the numbers that are counted of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta, timezone
from typing import Any

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Origin, Outcome
from tests.management.sealed import DUE
from tests.support.admin_plane import AdminWorld, Api
from tests.support.auth_plane import SYSTEM

AUDIT, EXPORT, VERIFY = "/tenants/acme/audit", "/tenants/acme/audit-export", "/tenants/acme/audit-verify"


async def note(world: AdminWorld, type_: AuditType, **fields: Any) -> AuditEvent:
    runtime = world.auth.runtime
    runtime.advance(seconds=1)
    event = AuditEvent(id=runtime.new_id(), at=runtime.now(), type=type_, **fields)
    await world.auth.store.tenant(world.acme.id).audit.append(event)
    return event


async def listed(api: Api, query: str, path: str = AUDIT) -> list[dict[str, Any]]:
    answer = await api.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def root(world: AdminWorld) -> Api:
    return await world.as_new("root", "platform_admin", tenant=world.platform)


async def test_events_are_shown_with_names(world: AdminWorld) -> None:
    """Of users, clients and tenants, for those who may read them."""
    api, user = await world.owner(), await world.person("pat")
    event = await note(
        world,
        AuditType.USER_UPDATED,
        actor_kind=ActorKind.USER,
        actor_id=user.id,
        target=user.id,
        client_id="own",
        origin=Origin(ip="192.0.2.7", user_agent="test", request_id="r-1"),
        details={"fields": ["email"]},
    )
    shown = (await api.get(f"{AUDIT}/{event.id}")).json()
    client = await world.auth.provider.management.clients.get(SYSTEM, world.acme.id, "own")
    assert shown == {
        "id": event.id,
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "type": "user.updated",
        "outcome": "success",
        "actor_kind": "user",
        "actor_id": user.id,
        "actor_name": "pat",
        "target": user.id,
        "target_name": "pat",
        "client_id": "own",
        "client_name": client.client_name,
        "reason": None,
        "ip": "192.0.2.7",
        "user_agent": "test",
        "request_id": "r-1",
        "details": {"fields": ["email"]},
    }
    assert (await listed(api, "sort=-at&limit=1"))[0] == shown


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("type=user.deleted", True),
        ("type=user.created,user.deleted", True),
        ("type=user.created", False),
        ("outcome=failure", True),
        ("outcome=success", False),
        ("actor_id=somebody", True),
        ("actor_id=nobody", False),
        ("target=thing", True),
        ("target=other", False),
        ("client_id=app", True),
        ("client_id=none", False),
        ("ip=192.0.2.7", True),
        ("ip=192.0.2.8", False),
    ],
)
async def test_events_are_found_by_what_they_say(world: AdminWorld, query: str, fits: bool) -> None:
    api = await world.owner()
    event = await note(
        world,
        AuditType.USER_DELETED,
        outcome=Outcome.FAILURE,
        actor_kind=ActorKind.USER,
        actor_id="somebody",
        target="thing",
        client_id="app",
        origin=Origin(ip="192.0.2.7"),
    )
    assert (event.id in {found["id"] for found in await listed(api, f"{query}&limit=200")}) is fits


async def test_events_are_found_by_time(world: AdminWorld) -> None:
    """In any offset; the end is not among them."""
    event = await note(world, AuditType.SIGN_OUT)
    api = await world.as_new("oscar", "tenant_owner")
    at = event.at.isoformat().replace("+00:00", "Z")
    east = event.at.astimezone(timezone(timedelta(hours=2))).isoformat().replace("+", "%2B")
    for since in (at, east):
        assert [found["id"] for found in await listed(api, f"since={since}&type=session.ended")] == [event.id]
    assert event.id not in {found["id"] for found in await listed(api, f"until={at}&limit=200")}


async def test_pages_go_on_in_either_order(world: AdminWorld) -> None:
    """A cursor is good for the same search only."""
    api = await world.owner()
    events = [(await note(world, AuditType.SIGN_OUT, target=f"s{number}")).id for number in range(3)]
    for sort, order in (("at", events), ("-at", events[::-1])):
        query = f"type=session.ended&sort={sort}"
        first = (await api.get(f"{AUDIT}?{query}&limit=2")).json()
        rest = (await api.get(f"{AUDIT}?{query}&limit=2&cursor={first['next_cursor']}")).json()
        assert [event["id"] for event in first["items"] + rest["items"]] == order
        assert rest["next_cursor"] is None
        answer = await api.get(f"{AUDIT}?cursor={first['next_cursor']}")
        assert answer.json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.case("L1")
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("type=user.eaten", "type"),
        ("type=user.created,", "type"),
        ("type=", "type"),
        ("outcome=maybe", "outcome"),
        ("since=2026-01-01", "since"),
        ("since=1767225600", "since"),
        ("until=2026-01-01T00:00:00", "until"),
        ("until=0001-01-01T00:00:00%2B10:00", "until"),
        ("sort=type", "sort"),
        ("format=csv", "format"),
        ("actor_id=", "actor_id"),
    ],
)
async def test_what_cannot_be_looked_for_is_told(world: AdminWorld, query: str, parameter: str) -> None:
    answer = await (await world.owner()).get(f"{AUDIT}?{query}")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


async def test_the_audit_is_exported(world: AdminWorld) -> None:
    """As JSON Lines or CSV; that it was, is an event."""
    api = await world.owner()
    event = await note(world, AuditType.SIGN_OUT, target="=s")
    answer = await api.get(f"{EXPORT}?type=session.ended")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.jsonl"'
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [event.id]
    world.auth.runtime.advance(seconds=1)
    answer = await api.get(f"{EXPORT}?type=session.ended&format=csv")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert [row["target"] for row in csv.DictReader(io.StringIO(answer.text))] == ["'=s"]
    noted = await listed(api, "type=audit.exported")
    assert [event["details"]["format"] for event in noted] == ["jsonl", "csv"]
    assert (await api.get(f"{EXPORT}?format=xml")).json()["errors"][0]["parameter"] == "format"


async def verified(api: Api, body: dict[str, Any] | None = None, path: str = VERIFY) -> list[dict[str, Any]]:
    answer = await api.post(path, body or {})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def seal(world: AdminWorld) -> None:
    world.auth.runtime.advance(DUE)
    await world.auth.provider.management.audit.seal(SYSTEM)


@pytest.mark.case("L5")
async def test_the_audit_is_verified_and_progress_streamed(world: AdminWorld) -> None:
    """An anchor of one run holds the next to it."""
    await seal(world)
    api = await world.owner()
    *progress, done = await verified(api)
    assert [line["type"] for line in progress] == ["progress"]
    assert (done["type"], done["intact"], done["finding"]) == ("done", True, None)
    assert done["events"] == progress[-1]["events"] > 0
    assert done["unsealed_since"] is not None
    assert (await verified(api, {"anchor": done["anchor"]}))[-1]["intact"]
    other = done["anchor"][:-4] + "0000"
    finding = (await verified(api, {"anchor": other}))[-1]["finding"]
    assert (finding["damage"], finding["part"]) == ("edited", "segment")
    answer = await api.post(VERIFY, {"anchor": "x"})
    assert answer.json()["errors"][0]["pointer"] == "#/anchor"


@pytest.mark.case("L5")
async def test_an_event_that_was_slipped_in_is_named(world: AdminWorld) -> None:
    event = await note(world, AuditType.SIGN_OUT)
    await note(world, AuditType.SIGN_OUT)
    await seal(world)
    api = await world.owner()
    slipped = AuditEvent(id=f"{event.id[:-1]}~", at=event.at, type=AuditType.SIGN_OUT)
    await world.auth.store.tenant(world.acme.id).audit.append(slipped)
    done = (await verified(api))[-1]
    assert not done["intact"]
    assert (done["finding"]["damage"], done["finding"]["id"]) == ("inserted", slipped.id)
    assert done["anchor"] is None


async def test_the_platform_has_an_audit_of_its_own(world: AdminWorld) -> None:
    """Found, shown with the names of tenants, exported and verified."""
    await seal(world)
    api, path = await root(world), "/platform/audit"
    begun = await listed(api, "type=seal.begun", path)
    assert {event["target_name"] for event in begun} >= {"acme", "other"}
    assert (await api.get(f"{path}/{begun[0]['id']}")).json() == begun[0]
    answer = await api.get("/platform/audit-export?type=seal.begun")
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [event["id"] for event in begun]
    assert (await verified(api, path="/platform/audit-verify"))[-1]["intact"]
    assert (await api.get(AUDIT)).status_code == 403


async def test_use_is_counted_by_day(world: AdminWorld) -> None:
    """For a tenant with its applications, for the platform with its tenants."""
    await world.owner()
    await note(world, AuditType.TOKEN_ISSUED, client_id="own", details={"grant_type": "refresh_token"})
    day = world.auth.runtime.now().date().isoformat()
    await seal(world)
    api = await world.as_new("oscar", "tenant_owner")
    usage = (await api.get(f"/tenants/acme/statistics?since={day}&until={day}")).json()
    (counted,) = usage["days"]
    assert (counted["day"], counted["sign_ins"], counted["tokens"]["refresh_token"]) == (day, 1, 1)
    assert usage["active_users"]["days_30"] == 1
    assert usage["totals"]["users"] >= 1
    names = {use["id"]: use["name"] for use in usage["most_used"]}
    client = await world.auth.provider.management.clients.get(SYSTEM, world.acme.id, "own")
    assert names["own"] == client.client_name
    platform = (await (await root(world)).get("/platform/statistics")).json()
    assert len(platform["days"]) == 30
    assert [(use["id"], use["name"]) for use in platform["most_used"]] == [(world.acme.id, "acme")]
    for query, parameter in (
        ("since=0", "since"),
        ("since=2026-02-30", "since"),
        ("until=2026-01-01T00:00:00Z", "until"),
    ):
        answer = await api.get(f"/tenants/acme/statistics?{query}")
        assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]
    assert (await api.get("/tenants/acme/statistics?since=2020-01-01")).status_code == 400
