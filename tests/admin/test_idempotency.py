"""Requests that are sent again: made once, answered alike."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.management import Actor, Begun, Repeated
from opentrusty_core.management.idempotency import KEEP, STALE
from opentrusty_core.stores.memory import MemoryStore
from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import SYSTEM

CLIENTS = "/tenants/acme/clients"
NEW = {"client_name": "Api", "redirect_uris": ["https://api.shop.example/cb"]}
KEY = {"idempotency-key": "b3f1"}


async def count(world: AdminWorld) -> int:
    repos = world.auth.store.tenant(world.acme.id)
    return len((await repos.clients.page(PageRequest())).items)


async def test_a_creation_that_is_sent_again_gets_the_first_answer(world: AdminWorld) -> None:
    """Its secret too, which nobody shows otherwise; and only one client is made."""
    api, before = await world.owner(), await count(world)
    first, again = (await api.post(CLIENTS, NEW, headers=KEY), await api.post(CLIENTS, NEW, headers=KEY))
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    for name in ("location", "etag", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await count(world) == before + 1


async def test_a_secret_is_rotated_once(world: AdminWorld) -> None:
    api = await world.owner()
    first = await api.post(f"{CLIENTS}/shop/rotate-secret", {}, headers=KEY)
    again = await api.post(f"{CLIENTS}/shop/rotate-secret", {}, headers=KEY)
    assert first.json()["client_secret"] == again.json()["client_secret"]


@pytest.mark.case("L4")
async def test_the_answer_is_sealed_at_rest(world: AdminWorld) -> None:
    api = await world.owner()
    secret = (await api.post(CLIENTS, NEW, headers=KEY)).json()["client_secret"]
    store = world.auth.store
    assert isinstance(store, MemoryStore)
    (attempt,) = store._database.tenants[world.acme.id].attempts.values()
    assert attempt.sealed_answer
    assert secret.encode() not in attempt.sealed_answer


async def test_a_key_stands_for_one_request(world: AdminWorld) -> None:
    """Another body or another path under it is refused; another person's or operation's key is another key."""
    api = await world.owner()
    await api.post(CLIENTS, NEW, headers=KEY)
    for answer in (
        await api.post(CLIENTS, NEW | {"client_name": "Other"}, headers=KEY),
        await api.post(f"{CLIENTS}?x", NEW, headers=KEY),
    ):
        assert answer.status_code in {400, 422}
    assert answer.json()["type"] in {"urn:opentrusty:problem:idempotency_key_reused", "urn:opentrusty:problem:invalid"}
    assert (await api.post("/tenants/acme/users", {"username": "zoe"}, headers=KEY)).status_code == 201
    other = await world.as_new("admin", "tenant_admin")
    assert (await other.post(CLIENTS, NEW, headers=KEY)).headers.get("idempotency-replayed") is None


async def test_what_was_refused_may_be_tried_again(world: AdminWorld) -> None:
    """Nothing was made, so nothing is remembered."""
    api = await world.owner()
    taken = {"client_id": "shop", **NEW}
    assert (await api.post(CLIENTS, taken, headers=KEY)).status_code == 409
    await api.delete(f"{CLIENTS}/shop")
    assert (await api.post(CLIENTS, taken, headers=KEY)).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
async def test_a_key_is_of_visible_characters(world: AdminWorld, key: str) -> None:
    api = await world.owner()
    answer = await api.post(CLIENTS, NEW, headers=[("idempotency-key", key.encode())])
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.text


async def test_of_many_at_once_one_is_made(world: AdminWorld) -> None:
    """The others get its answer, or are told that it is under way."""
    api, before = await world.owner(), await count(world)
    answers: list[Any] = []

    async def send() -> None:
        answers.append(await api.post(CLIENTS, NEW, headers=KEY))

    async with anyio.create_task_group() as tasks:
        for _ in range(16):
            tasks.start_soon(send)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await count(world) == before + 1


async def test_a_key_is_free_again_after_a_day(world: AdminWorld) -> None:
    """And a minute after its process was lost."""
    api = await world.owner()
    idempotency = world.auth.provider.management.idempotency
    actor = Actor(kind=ActorKind.USER, id="x", tenant_id=world.acme.id)
    lost = await idempotency.begin(actor, "o", "k", b"")
    assert isinstance(lost, Begun)
    world.auth.runtime.advance(STALE)
    begun = await idempotency.begin(actor, "o", "k", b"")
    assert isinstance(begun, Begun)
    await idempotency.finish(lost, b"late")
    await idempotency.finish(begun, b"made")
    world.auth.runtime.advance(KEEP - STALE)
    assert await idempotency.begin(actor, "o", "k", b"") == Repeated(answer=b"made")
    world.auth.runtime.advance(STALE)
    assert isinstance(await idempotency.begin(actor, "o", "k", b""), Begun)
    assert (await api.get("/me")).status_code == 401


async def test_who_lost_the_permission_gets_no_answer(world: AdminWorld) -> None:
    """Who may no longer do it does not get the answer of when they might."""
    api = await world.owner()
    await world.person("second", "tenant_owner")
    await api.post(CLIENTS, NEW, headers=KEY)
    olivia = (await api.get("/me")).json()["id"]
    await world.auth.provider.management.roles.revoke(SYSTEM, world.acme.id, Principal.user(olivia), "tenant_owner")
    assert (await api.post(CLIENTS, NEW, headers=KEY)).status_code == 403
