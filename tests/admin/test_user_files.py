"""Users from files and into them, one thing done to many, and what people allowed, over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from opentrusty_admin import call
from opentrusty_admin.stream import received
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.management import import_run
from opentrusty_core.storage.contract.builders import an_event
from tests.support.admin_plane import AdminWorld, Api
from tests.support.auth_plane import PASSWORD

IMPORTS, EXPORT, BULK = "/tenants/acme/user-imports", "/tenants/acme/user-export", "/tenants/acme/user-bulk"
NDJSON, CSV = {"content-type": "application/x-ndjson"}, {"content-type": "text/csv; charset=utf-8"}


def lines_of(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def put(api: Api, content: Any, headers: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    return lines_of(await api("POST", IMPORTS + query, content=content, headers=headers))


async def test_users_are_imported_and_what_became_of_them_is_streamed(
    world: AdminWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused lines with their reasons, counts in between and in the end; the upload may come in any pieces."""
    monkeypatch.setattr(import_run, "BATCH", 2)

    async def upload() -> AsyncIterator[bytes]:
        yield b'{"username":"a","email":"a@x.exa'
        yield b'mple"}\n{"username":"b","password":"' + PASSWORD.encode() + b'"}\n{"username":""}\n'

    api = await world.owner()
    counts = {"updated": 0, "skipped": 0, "dry_run": False}
    assert await put(api, upload(), NDJSON) == [
        {"type": "progress", "created": 2, "refused": 0, **counts},
        {"type": "refused", "line": 3, "username": "", "user_id": None, "problems": {"username": "It is empty."}},
        {"type": "progress", "created": 2, "refused": 1, **counts},
        {"type": "done", "created": 2, "refused": 1, **counts},
    ]
    assert (await api.get("/tenants/acme/users/b")).json()["username"] == "b"


async def test_every_line_is_told_of_where_that_is_asked(world: AdminWorld) -> None:
    """Those that are taken too, with the ids of their users."""
    api = await world.owner()
    told = await put(api, b'{"username":"a"}\n{"username":"olivia"}\n', NDJSON, "?every_line=true")
    made = (await api.get("/tenants/acme/users/a")).json()["id"]
    assert [(line["type"], line["line"], line["username"]) for line in told[:2]] == [
        ("created", 1, "a"),
        ("skipped", 2, "olivia"),
    ]
    assert (told[0]["user_id"], told[0]["problems"]) == (made, {})


async def test_a_csv_is_known_by_its_type(world: AdminWorld) -> None:
    """And a dry run and an update by the query."""
    api = await world.owner()
    text = "username,nickname\nolivia,O\nnew,N\n"
    dry = (await put(api, text, CSV, "?dry_run=true&update=true"))[-1]
    assert dry == {"type": "done", "created": 1, "updated": 1, "skipped": 0, "refused": 0, "dry_run": True}
    assert (await api.get("/tenants/acme/users/new")).status_code == 404
    assert (await put(api, text, CSV))[-1]["skipped"] == 1
    assert (await put(api, text, CSV, "?update=true"))[-1]["updated"] == 1
    assert (await api.get("/tenants/acme/users/olivia")).json()["claims"] == {"name": "Olivia", "nickname": "O"}


async def test_what_cannot_be_an_import_is_a_problem(world: AdminWorld) -> None:
    """Before any answer begins: another type, a header that does not fit, an option that there is not."""
    api = await world.owner()
    answer = await api("POST", IMPORTS, content="{}", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:opentrusty:problem:unsupported_media_type")
    answer = await api("POST", IMPORTS, content="user\na\n", headers=CSV)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/header")
    answer = await api("POST", f"{IMPORTS}?dryrun=true", content="", headers=NDJSON)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "dryrun")


@pytest.mark.case("L1")
@pytest.mark.parametrize("announced", [True, False])
async def test_an_import_has_a_length_of_its_own(
    world: AdminWorld, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    """More than other bodies may have, and bounded all the same, whether it is announced or not; nothing is written."""
    api = await world.owner()
    long = b'{"username":"long"}\n' + b" " * (2 * 1024 * 1024)
    assert (await put(api, long, NDJSON))[-1]["created"] == 1
    monkeypatch.setattr(call, "received", lambda request, most: received(request, min(most, 1000)))

    async def upload() -> AsyncIterator[bytes]:
        yield b'{"username":"never"}\n'
        yield b" " * 1000

    content: Any = b" " * 1001 if announced else upload()
    answer = await api("POST", IMPORTS, content=content, headers=NDJSON)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert (await api.get("/tenants/acme/users/never")).status_code == 404


@pytest.mark.case("J1")
async def test_an_administrator_imports_no_owner(world: AdminWorld) -> None:
    """The line is refused, and says why."""
    api = await world.as_new("adam", "tenant_admin")
    refused, *_ = await put(api, json.dumps({"username": "x", "roles": ["tenant_owner"]}), NDJSON)
    assert "permissions that you lack" in refused["problems"]["roles"]


async def test_users_are_exported_and_imported_again(world: AdminWorld) -> None:
    """All of them, or those that a search finds."""
    api = await world.owner()
    await put(api, '{"username":"zoe","name":"Zo\\u00eb"}', NDJSON)
    answer = await api.get(EXPORT)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="users.jsonl"'
    assert {"zoe", "olivia"} <= {line["username"] for line in lines_of(answer)}
    (line,) = lines_of(await api.get(f"{EXPORT}?search=zo&status=active"))
    assert line["claims"] == {"name": "Zoë"}
    assert (await put(api, answer.content, NDJSON))[-1]["refused"] == 0
    assert (await api.get(f"{EXPORT}?search=%00")).status_code == 400


async def test_all_that_is_known_of_a_person_is_one_document(world: AdminWorld) -> None:
    """For those who may read all of it; nobody of another tenant."""
    api = await world.owner()
    user = await world.person("pat")
    answer = await api.get(f"/tenants/acme/users/{user.id}/export")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document["user"]["id"] == user.id
    assert {event["type"] for event in document["audit"]} >= {"user.created", "user.exported"}
    support = await world.as_new("sue", "tenant_support")
    assert (await support.get(f"/tenants/acme/users/{user.id}/export")).status_code == 403
    assert (await api.get("/tenants/acme/users/nobody/export")).status_code == 404


async def test_one_thing_is_done_to_many(world: AdminWorld) -> None:
    """Counted first; who is left out is told, and why."""
    api = await world.owner()
    await put(api, "\n".join(json.dumps({"username": f"many-{number}"}) for number in range(60)), NDJSON)
    assert (await api.get("/tenants/acme/user-count?search=many")).json() == {"count": 60, "more": False}
    ask = {"action": "disable", "search": "many", "dry_run": True}
    counted = lines_of(await api.post(BULK, ask))
    assert [line["type"] for line in counted] == ["progress", "progress", "done"]
    assert counted[-1] == {"type": "done", "done": 60, "not_done": 0, "dry_run": True}
    assert (await api.get("/tenants/acme/user-count?status=disabled")).json()["count"] == 0
    assert lines_of(await api.post(BULK, ask | {"dry_run": False}))[-1]["done"] == 60
    assert (await api.get("/tenants/acme/user-count?status=disabled")).json()["count"] == 60
    told = lines_of(await api.post(BULK, {"action": "delete", "status": "active"}))
    (refused,) = [line for line in told if line["type"] == "refused"]
    assert (refused["username"], refused["reason"]) == ("olivia", "That is you.")
    answer = await api.post(BULK, {"action": "delete"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/search")


async def test_support_ends_sessions_of_many_and_does_nothing_else_to_them(world: AdminWorld) -> None:
    """The permission is that of the action."""
    support = await world.as_new("sue", "tenant_support")
    await world.person("pat")
    await world.token("pat")
    assert lines_of(await support.post(BULK, {"action": "end_sessions", "search": "pat"}))[-1]["done"] == 1
    for action in ("disable", "enable", "delete"):
        assert (await support.post(BULK, {"action": action, "search": "pat"})).status_code == 403


async def test_consents_are_listed_and_withdrawn(world: AdminWorld) -> None:
    """A second time there is nothing to withdraw."""
    api, user = await world.owner(), await world.person("pat")
    repos, now = world.auth.store.tenant(world.acme.id), world.auth.runtime.now()
    consent = Consent(user_id=user.id, client_id="own", scope=frozenset({"openid", "email"}), granted_at=now)
    await repos.consents.save(consent, an_event(world.auth.runtime))
    listed = (await api.get(f"/tenants/acme/users/{user.id}/consents")).json()
    assert [(it["client_id"], it["scope"], it["claims"]) for it in listed["items"]] == [("own", "email openid", [])]
    one = f"/tenants/acme/users/{user.id}/consents/own"
    assert (await api.delete(one)).status_code == 204
    assert (await api.delete(one)).status_code == 404
    query = AuditQuery(types=frozenset({AuditType.CONSENT_WITHDRAWN}))
    assert len((await repos.audit.page(PageRequest(), query)).items) == 1
