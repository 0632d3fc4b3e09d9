"""From start to stop: waiting for the database, refusing a wrong key, keeping house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest

from opentrusty_auth.app import AuthPlane
from opentrusty_core import MasterKeys, Provider
from opentrusty_core.crypto.envelope import WrongMasterKey
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.errors import SchemaMismatch, StoreError, StoreUnavailable
from opentrusty_core.stores.memory import MemoryStore
from opentrusty_server import lifecycle
from tests.support.auth_plane import SETTINGS, SYSTEM, World, quick_passwords
from tests.support.runtime import FakeRuntime


class Database(MemoryStore):
    """A memory store that can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: StoreError | None = None

    async def check(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def provider_over(store: MemoryStore, seed: str = "opentrusty") -> Provider:
    runtime = FakeRuntime(seed=seed)
    keys = MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)
    return Provider(store, SETTINGS.config, keys, runtime=runtime, passwords=quick_passwords(runtime))


@asynccontextmanager
async def serving(app: AuthPlane) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application, which runs as a server runs it: through the lifespan protocol."""
    stop, started = anyio.Event(), anyio.Event()
    incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if len(incoming) == 1:
            await stop.wait()
        return incoming.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        started.set()

    async with anyio.create_task_group() as group:
        group.start_soon(app, {"type": "lifespan"}, receive, send)
        await started.wait()
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url=SETTINGS.auth_url, trust_env=False) as client:
            yield client
        stop.set()
    assert sent[0]["type"] == "lifespan.startup.complete"
    assert sent[1]["type"] == "lifespan.shutdown.complete"


async def refused(app: AuthPlane) -> str:
    """Why the application would not start."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app({"type": "lifespan"}, receive, send)
    assert sent[0]["type"] == "lifespan.startup.failed"
    return str(sent[0]["message"])


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns once the condition holds; fails after five seconds."""
    with anyio.fail_after(5):
        while not await condition():
            await anyio.lowlevel.checkpoint()


@pytest.mark.case("R1")
@pytest.mark.parametrize("trouble", [StoreUnavailable("away"), SchemaMismatch("run `opentrusty migrate`")])
async def test_without_a_database_the_plane_is_live_but_not_ready_and_connects_by_itself(
    trouble: StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every endpoint answers 503 until the database is there; then all is well without a restart."""
    monkeypatch.setattr(lifecycle, "RETRY_EVERY", 0.001)
    store = Database()
    provider = provider_over(store)
    await provider.management.tenants.create(SYSTEM, "acme")
    store.trouble = trouble
    async with serving(AuthPlane(provider, SETTINGS)) as client:
        assert (await client.get("/livez")).status_code == 200
        for path in ("/readyz", "/t/acme/jwks"):
            answer = await client.get(path)
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            assert str(trouble) not in answer.text
        store.trouble = None
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/t/acme/jwks")).status_code == 200
        store.trouble = trouble
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).status_code == 200


async def test_what_is_waited_for_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An outage of an hour is not 3,600 lines; another reason is another line."""
    monkeypatch.setattr(lifecycle, "RETRY_EVERY", 0.0)
    store = Database()
    looks = 0

    class Counting(Provider):
        async def start(self) -> None:
            nonlocal looks
            looks += 1
            await super().start()

    monkeypatch.setattr("tests.servers.test_lifecycle.Provider", Counting)
    store.trouble = StoreUnavailable("away")
    async with serving(AuthPlane(provider_over(store), SETTINGS)):

        async def looked(times: int) -> bool:
            return looks >= times

        await until(lambda: looked(5))
        store.trouble = SchemaMismatch("too old")
        seen = looks
        await until(lambda: looked(seen + 5))
    waiting = [record for record in caplog.records if record.msg == "the database cannot be used yet"]
    assert len(waiting) == 2


@pytest.mark.case("R15")
async def test_a_wrong_master_key_refuses_to_start_and_makes_no_key() -> None:
    """The database remembers which key seals it; with another one nothing is served and nothing is written."""
    store = MemoryStore()
    first = provider_over(store)
    await first.start()
    tenant = await first.management.tenants.create(SYSTEM, "acme")
    wrong = provider_over(store, seed="another")
    assert "master key" in str(await refused(AuthPlane(wrong, SETTINGS)))
    assert len(await store.tenant(tenant.id).signing_keys.all()) == 1


@pytest.mark.case("R15")
async def test_a_wrong_master_key_that_shows_only_later_serves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database was away at the start, the key is checked before the first request is answered."""
    monkeypatch.setattr(lifecycle, "RETRY_EVERY", 0.001)
    store = Database()
    first = provider_over(store)
    await first.start()
    await first.management.tenants.create(SYSTEM, "acme")
    wrong = provider_over(store, seed="another")
    store.trouble = StoreUnavailable("away")
    async with serving(AuthPlane(wrong, SETTINGS)) as client:
        store.trouble = None
        for path in ("/readyz", "/t/acme/jwks", "/t/acme/signed-out"):
            answer = await client.get(path)
            assert (answer.status_code, "key" in answer.text) == (503, False)
        with pytest.raises(WrongMasterKey):
            await wrong.start()


async def test_the_first_round_of_maintenance_makes_the_rsa_keys_off_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant begins with its ES256 key; the RS256 one is there soon after the start, before a token needs it."""
    monkeypatch.setattr(lifecycle, "MAINTAIN_AFTER", 0.0)
    store = MemoryStore()
    provider = provider_over(store)
    tenant = await provider.management.tenants.create(SYSTEM, "acme")

    async def has_rsa() -> bool:
        keys = await store.tenant(tenant.id).signing_keys.all()
        return {(key.alg, key.status) for key in keys} >= {("RS256", KeyStatus.ACTIVE)}

    assert not await has_rsa()
    async with serving(AuthPlane(provider, SETTINGS)):
        await until(has_rsa)


async def test_a_round_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a store that is away nor a bug in a round ends the task, or the serving."""
    monkeypatch.setattr(lifecycle, "MAINTAIN_AFTER", 0.0)
    monkeypatch.setattr(lifecycle, "MAINTAIN_EVERY", 0.0)
    provider = provider_over(MemoryStore())
    rounds: list[int] = []

    async def broken(*, budget: timedelta = timedelta(0)) -> None:
        rounds.append(1)
        raise (StoreUnavailable("away") if len(rounds) % 2 else ValueError("bug"))

    monkeypatch.setattr(provider, "maintain", broken)

    async def four_rounds() -> bool:
        return len(rounds) >= 4

    async with serving(AuthPlane(provider, SETTINGS)) as client:
        await until(four_rounds)
        assert (await client.get("/readyz")).status_code == 200


async def test_those_who_mount_the_plane_elsewhere_need_no_lifespan(world: World) -> None:
    """The first request checks what the start would have checked."""
    async with world.client() as client:
        assert (await client.get("/t/acme/jwks")).status_code == 200


async def test_websockets_are_not_spoken(world: World) -> None:
    """A scope of another kind is an error of the server that sent it."""
    with pytest.raises(RuntimeError, match="websocket"):
        await world.app({"type": "websocket"}, None, None)  # type: ignore[arg-type]
