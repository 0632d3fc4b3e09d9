"""Bodies and queries: read strictly, bounded, and only from those who may."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from opentrusty_admin.dispatch import MAX_BODY
from tests.support.admin_plane import AdminWorld

CLIENTS = "/tenants/acme/clients"
JSON = {"content-type": "application/json"}


@pytest.mark.case("K16", "F6", "F9")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"client_name": "a", "client_name": "b"}',
        b'{"default_max_age": NaN}',
        b'{"client_name": "\\u0000"}',
        b'{"client_name": "\\ud800"}',
        b'{"client_name": "\xff"}',
        b'{"default_max_age": 1e999}',
        b'{"default_max_age": 123456789012345678901234567890}',
        b"[" * 30_000,
        b'{"client_name": "a"} {}',
    ],
)
async def test_a_body_has_one_meaning_or_none(world: AdminWorld, body: bytes) -> None:
    api = await world.owner()
    answer = await api.post(CLIENTS, content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The body cannot be read as JSON: ")


@pytest.mark.case("L1")
async def test_a_body_is_bounded(world: AdminWorld) -> None:
    """What fits is read, what does not is refused before it is."""
    api = await world.owner()
    longest = b'{"client_name": "' + b"x" * (MAX_BODY - 19) + b'"}'
    assert len(longest) == MAX_BODY
    answer = await api.post(CLIENTS, content=longest, headers=JSON)
    assert answer.json()["errors"] == [
        {"pointer": "#/client_name", "detail": "String should have at most 10000 characters."}
    ]
    assert (await api.post(CLIENTS, content=longest + b" ", headers=JSON)).status_code == 413


@pytest.mark.case("L1")
@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_is_json(world: AdminWorld, media_type: str) -> None:
    api = await world.owner()
    answer = await api.post(CLIENTS, content=b"{}", headers={"content-type": media_type})
    assert answer.status_code == 415


@pytest.mark.case("J5")
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=1e1", "limit"),
        ("sort=secrets", "sort"),
        ("cursor=x", "cursor"),
        (f"cursor={quote('’ OR 1=1--')}", "cursor"),
        ("tenant_id=x", "tenant_id"),
    ],
)
async def test_a_query_says_what_the_operation_knows(world: AdminWorld, query: str, parameter: str) -> None:
    api = await world.owner()
    answer = await api.get(f"{CLIENTS}?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["parameter"] == parameter


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=%zz", "limit=%00", "limit=%ff"])
async def test_a_query_is_read_strictly(world: AdminWorld, query: str) -> None:
    api = await world.owner()
    assert (await api.get(f"{CLIENTS}?{query}")).status_code == 400


@pytest.mark.case("J5")
async def test_a_cursor_is_good_for_its_own_list(world: AdminWorld) -> None:
    """Not changed, not in another tenant."""
    api = await world.owner()
    cursor = (await api.get(f"{CLIENTS}?limit=1")).json()["next_cursor"]
    assert (await api.get(f"{CLIENTS}?cursor={cursor}")).status_code == 200
    for changed in (cursor[:-1], cursor + "A", cursor.swapcase(), "A" + cursor[1:]):
        assert (await api.get(CLIENTS, params={"cursor": changed})).status_code == 400
    other = await world.as_new("oscar", "tenant_owner", tenant=world.other)
    assert (await other.get(f"/tenants/other/clients?cursor={cursor}")).status_code == 400


async def test_who_may_not_learns_nothing_of_bodies_and_queries(world: AdminWorld) -> None:
    """The permission is asked for before anything that was sent is looked at."""
    api = await world.as_new("audrey", "tenant_auditor")
    assert (await api.post(CLIENTS, content=b"[", headers=JSON)).status_code == 403
    assert (await api.get("/tenants/other/clients?limit=x")).status_code == 404
    assert (await world.api().get(f"{CLIENTS}?limit=x")).status_code == 401
